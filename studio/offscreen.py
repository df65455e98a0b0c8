"""What the command line draws: pictures of networks and of curves.

Qt is imported inside the functions, so that the rest of the command line works where Qt cannot load.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio import headless
from studio.document.rows import MAIN
from studio.translate.errors import TranslateError
from studio.words.say import say, tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from studio.session import Session


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


FORMATS = (".svg", ".pdf", ".png")


def render(
    path: Path,
    out: Path,
    *,
    theme: str = "paper",
    scale: float | None = None,
    letters: bool = False,
    transparent: bool = False,
    only: Sequence[str] = (),
    block: str = "",
    blocks: bool = False,
) -> int:
    """Write a picture of a file's drawing: SVG, PDF or PNG, as the path ends.

    ``only`` are the names of the nodes to draw, ``block`` the one to draw from inside, and with ``blocks``
    each one has a file of its own beside.  ``letters`` stay letters in an SVG.
    """
    if out.suffix.lower() not in FORMATS:
        facts = {"file": out.name, "known": ", ".join(FORMATS)}
        raise TranslateError(say(tr("{file}: a picture's name ends in {known}."), facts), code="picture")
    session = headless.open_session(path)
    graph = _graph(session, block)
    chosen = frozenset(_node(session, graph, name) for name in only)
    try:
        app = application()
        from studio.canvas.paper import Choices, inside_of, write, write_blocks
        from studio.canvas.scene import CanvasScene
        from studio.theme import DARK, LIGHT
    except ImportError as error:
        raise no_qt(error) from error
    scene = CanvasScene(session, graph)
    app.processEvents()
    scene.finish_glide()
    choices = Choices(
        "none" if transparent else "white" if theme == "paper" else "screen",
        scale or (2.0 if out.suffix.lower() == ".png" else 1.0),
        not letters,
        path.stem,
        chosen,
        DARK if theme == "dark" else LIGHT,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        write(scene, out, choices)
        written = write_blocks(session, inside_of(session, graph), out, choices) if blocks else []
    except OSError as error:
        raise OSError(say(tr("{file} cannot be written."), {"file": out})) from error
    for each in (out, *written):
        print(headless.wrote(each))
    scene.detach()
    session.close()
    return 0


def _graph(session: Session, block: str) -> str:
    names = session.document.graph_names()
    if block and block not in names:
        known = ", ".join(name for name in names if name != MAIN) or "–"
        text = tr("There is no block {name}. The file has: {known}.")
        raise TranslateError(say(text, {"name": block, "known": known}), code="picture")
    return block or MAIN


def _node(session: Session, graph: str, name: str) -> str:
    found = session.document.node_named(name, graph)
    if found is None:
        nodes = [session.document.node(node, graph).name for node in session.document.node_ids(graph)]
        text = tr("There is no node {name}. The drawing has: {known}.")
        raise TranslateError(say(text, {"name": name, "known": ", ".join(nodes)}), code="picture")
    return found


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
