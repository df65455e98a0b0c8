"""The main job by itself: the digits example, trained in the window, with pictures of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from studio.app import create_window, make_application
from studio.app.window import MainWindow
from studio.app.workspace import Workspace
from studio.commands import set_settings
from studio.document import Frozen

PATIENCE = 600.0
"""Seconds after which the demo gives up."""


class DemoError(RuntimeError):
    """The demo could not be carried through; the text says why."""


def run_demo(folder: Path, *, epochs: int | None = None, visible: bool = False) -> dict[str, float]:
    """Train the digits and write ``window.png`` and ``curves.png``; returns the score by metric.

    Raises ``DemoError`` where it cannot be carried through.
    """
    app = make_application()
    folder.mkdir(parents=True, exist_ok=True)
    window = create_window()
    window.resize(1440, 900)
    window.show()
    window.loader.start()
    try:
        window.open_example("digits")
        workspace = window.workspace
        if workspace is None:
            raise DemoError("The example with the digits cannot be opened.")
        _wait(lambda: workspace.session.catalog is not None)
        if epochs is not None:
            given: Frozen = workspace.session.document.setting("training")
            set_settings(workspace.session, "training", given.with_({"epochs": epochs}))
        score = _train(window, workspace)
        window.canvas.fit_all()
        _settle(200)
        window.grab().save(str(folder / "window.png"))
        workspace.bottom.show_pane("training")
        _settle(100)
        workspace.run.panel.save_picture(folder / "curves.png")
        if visible:
            app.exec()
        return score
    finally:
        if window.workspace is not None:
            window.workspace.session.stack.setClean()
        window.close()
        window.deleteLater()


def _train(window: MainWindow, workspace: Workspace) -> dict[str, float]:
    ended: list[object] = []
    workspace.run.ended.connect(ended.append)
    window.train()
    _wait(lambda: bool(ended))
    status, error = getattr(ended[0], "status", "failed"), getattr(ended[0], "error", "")
    if status != "completed":
        raise DemoError(f"The training ended as {status}. {error}")
    return dict(workspace.run.scores)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > until:
            raise DemoError("The demo took too long.")
        _settle(20)


def _settle(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
