"""What the command line draws: pictures of networks and of curves.

Qt is imported inside the functions, so that the rest of the command line works where Qt cannot load.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio import headless
from studio.translate.errors import TranslateError
from studio.words.say import say, tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def has_display() -> bool:
    """Return whether there is a screen to draw on; on Linux the environment tells."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def application() -> QApplication:
    """Return the application, off the screen where there is none; raises ``ImportError`` without Qt."""
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from studio.app import make_application

    return make_application()


def render(path: Path, out: Path) -> int:
    """Write a picture of a file's drawing."""
    session = headless.open_session(path)
    try:
        app = application()
        from studio.canvas import CanvasView
    except ImportError as error:
        raise no_qt(error) from error
    view = CanvasView(session)
    app.processEvents()
    out.parent.mkdir(parents=True, exist_ok=True)
    if not view.render_image(2.0).save(str(out)):
        raise OSError(say(tr("{file} cannot be written."), {"file": out}))
    print(headless.wrote(out))
    session.close()
    return 0


def draw_curves(history: Path, out: Path) -> str:
    """Draw the curves of a ``history.json``; return a sentence that says what was written."""
    try:
        app = application()
        from studio.training import TrainingPanel
    except ImportError as error:
        text = tr("The curves are in {file}: there is no picture, because Qt cannot load ({reason}).")
        return say(text, {"file": history.with_suffix(".csv"), "reason": error})
    numbers = json.loads(history.read_text(encoding="utf-8"))["history"]
    epochs = max((len(values) for values in numbers.values()), default=0)
    panel = TrainingPanel()
    panel.resize(1100, 420)
    panel.begin(max(1, epochs), 1)
    for epoch in range(epochs):
        panel.epoch(epoch + 1, {name: values[epoch] for name, values in numbers.items()})
    panel.progress(epochs, 1.0)
    panel.completed(epochs, None)
    panel.refresh()
    app.processEvents()
    if not panel.save_picture(out):
        raise OSError(say(tr("{file} cannot be written."), {"file": out}))
    return headless.wrote(out)


def demo(folder: Path) -> int:
    """Train the digits in the window, seen where there is a screen; leave what came of it in ``folder``."""
    shown = has_display()
    try:
        application()
        from studio.app.demo import DemoError, run_demo
    except ImportError as error:
        raise no_qt(error) from error
    folder.mkdir(parents=True, exist_ok=True)
    headless.export_script(headless.example("digits"), "engine", folder / "digits.py")
    print(say(tr("Training the handwritten digits …"), {}), flush=True)
    try:
        score = run_demo(folder, visible=shown)
    except DemoError as error:
        raise TranslateError(str(error), code="demo") from error
    lines = [f"{key}: {value:.4f}" for key, value in score.items()]
    (folder / "score.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(say(tr("Score on the test rows:"), {}), ", ".join(lines))
    print(say(tr("Pictures, script and score are in {file}"), {"file": folder.absolute()}))
    return 0 if score else 1


def no_qt(error: ImportError) -> TranslateError:
    """Return the error for a machine on which Qt cannot load, ready to raise."""
    text = tr(
        "Qt cannot load, so nothing can be drawn. On Debian, install libglib2.0-0 libegl1 libgl1 "
        "libxkbcommon0 libfontconfig1 libdbus-1-3."
    )
    return TranslateError(f"{say(text, {})} ({error})", code="no_qt")
