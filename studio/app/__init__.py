"""The window.  ``main`` opens it; it is up before torch is loaded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from studio.app.window import MainWindow

__all__ = ["create_window", "demo", "main", "make_application"]


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the application with Bunon's look, making it where there is none yet."""
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtWidgets import QApplication

    from studio import words
    from studio.app.settings import Settings
    from studio.theme import switch

    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication([sys.argv[0], *arguments])
    app.setApplicationName("bunon")
    app.setApplicationDisplayName("Bunon")
    app.setDesktopFileName("bunon")
    words.install(QCoreApplication.translate)
    mode = Settings().text("theme", "system")
    switch().set_mode(mode if mode in ("system", "light", "dark") else "system")
    return app


def create_window() -> MainWindow:
    """Return the main window, whose layers begin to load once it is shown."""
    from studio.app.window import MainWindow

    return MainWindow()


def main(argv: Sequence[str] = ()) -> int:
    """Open the window, with the files that ``argv`` names in tabs; returns the exit code."""
    app = make_application()
    window = create_window()
    window.show()
    files = [one for one in argv if not one.startswith("-")]
    for each in files:
        window.open_path(Path(each))
    window.begin()
    return app.exec()


def demo(folder: Path, *, epochs: int | None = None, visible: bool = False) -> dict[str, float]:
    """Open the digits example, train it in the window and leave pictures in ``folder``; returns the score.

    With ``visible`` the window stays open until the user closes it.
    """
    from studio.app.demo import run_demo

    return run_demo(folder, epochs=epochs, visible=visible)
