"""The window as a user drives it: open, train, stop, save, reopen, and what it asks before closing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.window import MainWindow
from studio.commands import add_layer, connect, set_settings
from studio.document.rows import Wire


def epochs(window: MainWindow, count: int, batch_size: int = 128) -> None:
    assert window.workspace is not None
    session = window.workspace.session
    given = session.document.setting("training")
    set_settings(session, "training", given.with_({"epochs": count, "batch_size": batch_size}))


def test_the_window_is_there_before_torch() -> None:
    code = (
        "import sys; from studio.app import make_application, create_window;"
        "app = make_application(); window = create_window(); window.show(); app.processEvents();"
        "assert window.grab().width() > 0; print('torch' in sys.modules); window.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_from_the_start_page_to_a_trained_model(window: MainWindow, qtbot: QtBot) -> None:
    assert window.pages.currentWidget() is window.start_page
    window.start_page.cards[0].click()
    workspace = window.workspace
    assert workspace is not None
    assert window.file_name() == "digits.bunon"
    epochs(window, 2)
    assert window.actions_by_id["train"].isEnabled()
    with qtbot.waitSignal(workspace.run.ended, timeout=60000) as ended:
        window.actions_by_id["train"].trigger()
    assert ended.args[0].status == "completed"
    loss = workspace.run.panel.curves["loss"]
    assert list(loss.training.x) == [1.0, 2.0]
    assert len(loss.validation) == 2
    assert len(loss.batches) >= 1
    assert "accuracy" in workspace.run.panel.curves
    assert workspace.bottom.current() == "results"
    assert len(workspace.run.results.cards()) == 12
    assert workspace.run.results.cards()[0].sample.picture.shape == (8, 8)
    qtbot.waitUntil(lambda: window.actions_by_id["continue"].isEnabled())
    assert window.bar.train.share() is None
    epochs(window, 3)
    assert workspace.run.results.changed.isVisibleTo(workspace.run.results)


def test_pause_resume_and_stop(window: MainWindow, qtbot: QtBot) -> None:
    window.open_example("digits")
    workspace = window.workspace
    assert workspace is not None
    epochs(window, 5000, 32)
    window.train()
    qtbot.waitUntil(lambda: workspace.run.panel.done >= 1, timeout=60000)
    window.pause_or_resume()
    qtbot.waitUntil(lambda: "Paused" in window.bar.train.text(), timeout=5000)
    assert workspace.session.paused
    window.pause_or_resume()
    qtbot.waitUntil(lambda: "Training epoch" in window.bar.train.text(), timeout=5000)
    with qtbot.waitSignal(workspace.run.ended, timeout=5000) as ended:
        window.actions_by_id["stop"].trigger()
    assert ended.args[0].status == "stopped"
    assert workspace.run.panel.status.message.kind() == "info"
    qtbot.waitUntil(lambda: not workspace.session.running)


def test_save_and_reopen(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window.open_example("digits")
    assert window.workspace is not None
    epochs(window, 1)
    with qtbot.waitSignal(window.workspace.run.ended, timeout=60000):
        window.train()
    qtbot.waitUntil(lambda: not window.workspace.session.running)
    path = tmp_path / "mine.bunon"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    assert window.save()
    assert window.bar.state.text() == "saved"
    assert window.settings.recent() == [path]
    before = window.workspace.session.document.copy()
    window.close_drawing()
    assert window.open_path(path)
    assert window.workspace.session.document.same_as(before)
    assert list(window.workspace.run.panel.curves["loss"].training.x) == [1.0]
    assert len(window.workspace.run.results.cards()) == 12


def test_a_broken_file_is_told_and_nothing_is_lost(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_example("wine")
    kept = window.workspace
    said: list[str] = []
    monkeypatch.setattr(ask, "tell", lambda _parent, *texts: said.extend(texts))
    path = tmp_path / "broken.bunon"
    path.write_text('{"format": "bunon", "ver', encoding="utf-8")
    assert not window.open_path(path)
    assert "broken.bunon" in said[0]
    assert said[1]
    assert window.workspace is kept


@pytest.mark.parametrize(("answer", "closes"), [("cancel", False), ("discard", True)])
def test_unsaved_work_is_asked_about(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, answer: str, closes: bool
) -> None:
    window.open_example("digits")
    epochs(window, 7)
    assert window.bar.state.text() == "not saved"
    monkeypatch.setattr(ask, "save_first", lambda *_: answer)
    assert window.may_leave() is closes


def test_sequential_is_refused_with_the_name_of_the_node(window: MainWindow) -> None:
    window.open_example("digits")
    assert window.workspace is not None
    session = window.workspace.session
    assert window.bar.style_choice.value() == "sequential"
    source = session.document.node_named("flatten")
    new = add_layer(session, "Dense", (0.0, 400.0), {"units": 3})
    connect(session, Wire(source, "output", new, "inputs", -1))
    assert window.bar.style_choice.value() == "graph"
    button = window.bar.style_choice.segment("sequential")
    assert not button.isEnabled()
    assert "flatten" in button.toolTip()


def test_a_problem_leads_to_its_node(window: MainWindow) -> None:
    window.open_example("digits")
    workspace = window.workspace
    assert workspace is not None
    new = add_layer(workspace.session, "Dense", (0.0, 400.0), {"units": 3})
    assert workspace.problems.list.count() >= 1
    assert not window.actions_by_id["train"].isEnabled() or workspace.session.analysis.ok
    workspace.problems.list.itemClicked.emit(workspace.problems.list.item(0))
    assert workspace.selected() == [new]


def test_none_keeps_its_references_while_painting(window: MainWindow) -> None:
    window.open_example("digits")
    canvas = window.canvas
    canvas.grab()
    before = sys.getrefcount(None)
    for _ in range(500):
        window.bar.repaint()
        canvas.viewport().repaint()
    assert before - sys.getrefcount(None) < 100, "painting drops references to None: PySide6 will abort"


def test_the_view_is_also_the_style_of_the_script(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.open_example("digits")
    assert window.workspace is not None
    out = tmp_path / "digits.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    for view, written in (("sequential", "keras.Sequential("), ("graph", "keras.Model(")):
        window.actions_by_id[f"view_{view}"].trigger()
        window.workspace.code.render_now()
        window.actions_by_id["export_engine"].trigger()
        assert written in window.workspace.code.text()
        assert written in out.read_text(encoding="utf-8")
