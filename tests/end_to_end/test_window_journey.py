"""The main job by the hands of a new user: begin, draw, take the script, train, keep."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from studio.document import thaw
from studio.kit import DecimalField
from studio.runs import Finished
from tests.end_to_end.user import User

CHAIN = {("image", "conv2d"), ("conv2d", "max_pooling2d"), ("max_pooling2d", "flatten"),
         ("flatten", "dense"), ("dense", "output")}  # fmt: skip


def draw_digits(user: User) -> None:
    """Draw the convolutional network: dragged, searched, wired, and out of wires that end in nothing."""
    user.begin("Handwritten digits")
    assert user.names() == ["image", "output"]
    user.press_segment(user.window.bar.style_choice, "Graph")
    user.key("Shift+A")
    types = [entry.type for entry in user.view.popup.found()]
    assert {"Input", "Output", "Conv2D", "LSTM"} <= set(types)
    QTest.keyClicks(user.view.popup.field, "conv")
    types = [entry.type for entry in user.view.popup.found()]
    assert types[0] == "Conv2D"
    user.search("")
    user.drag(user.card("conv2d"), user.at(240, 200))
    user.wire("image", "conv2d")
    user.drop("MaxPooling2D", user.at(440, 200))
    user.wire("conv2d", "max_pooling2d")
    user.drag(user.socket("max_pooling2d", False), user.at(620, 260))
    fits = [entry.type for entry in user.view.popup.found()]
    assert "Flatten" in fits
    assert "LSTM" not in fits
    user.search("flat")
    user.tidy()
    user.drag(user.socket("flatten", False), user.card("flatten") + QPoint(20, 130))
    user.search("dense")
    user.wire("dense", "output")
    assert user.links() == CHAIN
    user.tidy()


def judge_digits(user: User) -> None:
    """Type the parameters, and mend what is named."""
    user.click_node("conv2d")
    user.type(user.param("filters").line, "4*4")
    user.type(user.param("kernel_size").line, "2")
    user.key("Ctrl+Z")  # the cursor is still in the field, and the field shows what the drawing says
    assert user.param("kernel_size").line.text() == "3"
    user.key("Ctrl+Z")
    assert user.param("filters").line.text() == "32"
    user.key("Ctrl+Shift+Z")
    assert user.param("filters").line.text() == "16"
    user.click_node("dense")
    user.type(user.param("units").line, "12")
    user.click_node("output")
    assert user.problems("output") == ["no_loss"]
    user.press_callout()
    assert "width" in user.problems("output")
    said = user.reads(user.workspace.inspector.problems.callouts[0])
    assert "10" in said
    assert "12" in said
    user.press_callout()
    while user.problems("output"):
        user.press_callout()
    dense = user.session.document.layer_of(user.node("dense"))
    assert dense is not None
    assert dense.params["units"] == 10
    metrics = user.workspace.inspector.output.metrics
    user.workspace.inspector.ensureWidgetVisible(metrics)
    metrics.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Space):
        QTest.keyClick(metrics, key)
    assert thaw(user.session.document.node(user.node("output")).options)["metrics"] == ["accuracy"]
    user.click_node("image")
    assert user.problems("image") == ["unscaled"]
    user.press_callout()
    assert user.links() == CHAIN - {("image", "conv2d")} | {("image", "rescaling"), ("rescaling", "conv2d")}
    assert not user.session.analysis.problems


def types_training(user: User, epochs: int, batch_size: int) -> None:
    user.tab(user.workspace.right, "training")
    form = user.workspace.form
    user.type(form.epochs, str(epochs))
    user.type(form.batch_size, str(batch_size))


def saves_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the desktop's own dialog, which no test can click."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))


def trained(user: User, keys: str) -> Finished:
    with user.qtbot.waitSignal(user.workspace.run.ended, timeout=20000) as ended:
        user.key(keys)
    user.qtbot.waitUntil(lambda: not user.session.running)
    finished: Finished = ended.args[0]
    return finished


def test_drawing_by_hand_and_back_again(user: User) -> None:
    draw_digits(user)
    look = user.item("conv2d").look
    assert (look.shape, look.count) == ("6 × 6 × 32", "320")
    judge_digits(user)
    look = user.item("conv2d").look
    assert (look.shape, look.count) == ("6 × 6 × 16", "160")
    assert user.item("dense").look.shape == "10"
    assert user.window.actions_by_id["train"].isEnabled()

    drawn, stack = user.session.document.copy(), user.session.stack
    steps = stack.index()
    for _ in range(steps):
        assert stack.canUndo()
        user.key("Ctrl+Z")
        assert user.view.mirror_errors() == []
    assert not stack.canUndo()
    assert user.names() == ["image", "output"]
    for _ in range(steps):
        user.key("Ctrl+Shift+Z")
        assert user.view.mirror_errors() == []
    assert user.session.document.same_as(drawn)


def test_what_does_not_fit_is_refused_or_named_and_mended(user: User) -> None:
    draw_digits(user)
    links, steps = user.links(), user.session.stack.index()
    said: list[str] = []
    user.view.status.connect(said.append)
    user.wire("dense", "conv2d")
    assert "loop" in said[-1]
    assert "conv2d" in said[-1]
    assert user.view.hint.isVisible()
    assert (user.links(), user.session.stack.index()) == (links, steps)

    user.drop("LSTM", user.card("conv2d") + QPoint(0, 150))
    user.wire("conv2d", "lstm")
    assert "shape" in user.problems("lstm")
    assert user.item("lstm").look.severity == "error"
    user.click_node("lstm")
    words = user.reads(user.workspace.inspector.problems.callouts[0])
    assert "3" in words
    user.press_callout()
    assert "shape" not in user.problems("lstm")
    assert ("reshape", "lstm") in user.links()
    assert user.item("lstm").look.shape == "32"


def test_the_code_follows_and_is_exported(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_digits(user)
    judge_digits(user)
    code = user.workspace.code
    user.tab(user.workspace.right, "code")
    assert "Conv2D(filters=16" in code.text()
    user.click_node("conv2d")
    (first, last), *_ = code.view.marked_lines()
    assert "Conv2D" in "\n".join(code.text().splitlines()[first - 1 : last])
    lines = code.text().splitlines()
    number = next(at for at, line in enumerate(lines) if "MaxPooling2D" in line)
    cursor = code.view.textCursor()
    cursor.setPosition(code.view.document().findBlockByNumber(number).position())
    code.view.setTextCursor(cursor)
    code.view.ensureCursorVisible()
    QTest.mouseClick(code.view.viewport(), Qt.MouseButton.LeftButton, pos=code.view.cursorRect().center())
    assert user.workspace.selected() == [user.node("max_pooling2d")]
    user.view.setFocus()
    user.key("Delete")
    user.qtbot.waitUntil(lambda: "MaxPooling2D" not in code.text(), timeout=2000)
    user.key("Ctrl+Z")
    user.qtbot.waitUntil(lambda: "MaxPooling2D" in code.text(), timeout=2000)
    for framework, imported in (("keras", "import keras"), ("engine", "import engine as keras")):
        path = tmp_path / f"{framework}.py"
        saves_to(path, monkeypatch)
        user.window.actions_by_id[f"export_{framework}"].trigger()
        ast.parse(path.read_text(encoding="utf-8"))
        assert imported in path.read_text(encoding="utf-8").splitlines()


def test_training_pausing_stopping_and_going_on(user: User) -> None:
    draw_digits(user)
    judge_digits(user)
    types_training(user, 400, 32)
    form = user.workspace.form
    user.choose(form.optimizer, "RMSprop")
    user.settle()
    rate = form.options["learning_rate"]
    assert isinstance(rate, DecimalField)
    user.type(rate, "0.002")
    given = thaw(user.session.document.setting("training"))
    assert (given["epochs"], given["batch_size"]) == (400, 32)
    assert given["optimizer"] == {"class_name": "RMSprop", "config": {"learning_rate": 0.002}}

    panel = user.workspace.run.panel
    user.key("Ctrl+Return")
    user.qtbot.waitUntil(lambda: len(panel.curves["loss"].training) >= 2, timeout=15000)
    assert len(panel.curves["loss"].validation) >= 1
    user.key("Ctrl+P")
    user.qtbot.waitUntil(lambda: "Paused" in user.window.bar.train.text(), timeout=3000)
    seen = len(panel.curves["loss"].batches)
    user.qtbot.wait(250)
    assert len(panel.curves["loss"].batches) - seen <= 1, "a pause holds within one batch"
    user.tap(user.window.bar.pause)
    user.qtbot.waitUntil(lambda: len(panel.curves["loss"].batches) > seen + 1, timeout=5000)
    with user.qtbot.waitSignal(user.workspace.run.ended, timeout=5000) as ended:
        user.tap(user.window.bar.stop)
    assert ended.args[0].status == "stopped"
    user.qtbot.waitUntil(lambda: not user.session.running)
    before = len(panel.curves["loss"].training)
    user.qtbot.waitUntil(lambda: user.window.actions_by_id["continue"].isEnabled())
    user.key("Ctrl+Alt+Return")
    user.qtbot.waitUntil(lambda: len(panel.curves["loss"].training) > before, timeout=10000)
    with user.qtbot.waitSignal(user.workspace.run.ended, timeout=5000):
        user.key("Ctrl+.")
    user.qtbot.waitUntil(lambda: not user.session.running)


def test_results_saved_closed_and_opened_again(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_digits(user)
    judge_digits(user)
    types_training(user, 3, 64)
    assert trained(user, "Ctrl+Return").status == "completed"
    run = user.workspace.run
    assert user.workspace.bottom.current() == "results"
    assert 0.3 < run.scores["accuracy"] <= 1.0
    said = [(card.sample.said, card.sample.truth) for card in run.results.cards()]
    assert len(said) == 12
    picture = run.results.cards()[0].sample.picture
    assert picture is not None
    assert picture.shape == (8, 8)

    path = tmp_path / "mine.bunon"
    saves_to(path, monkeypatch)
    user.key("Ctrl+S")
    assert path.is_file()
    assert user.window.bar.state.text() == "saved"
    drawn, scores = user.session.document.copy(), dict(run.scores)
    curves: dict[str, Any] = {name: np.array(curve.training.y) for name, curve in run.panel.curves.items()}

    user.window.actions_by_id["start"].trigger()
    assert user.window.workspace is None
    user.qtbot.wait(50)
    recent = next(b for b in user.window.start_page.findChildren(type(user.window.start_page.new))
                  if b.isVisible() and "mine" in b.text())  # fmt: skip
    user.tap(recent)
    user.come_back()
    run = user.workspace.run
    assert user.session.document.same_as(drawn)
    assert dict(run.scores) == pytest.approx(scores)
    for name, values in curves.items():
        np.testing.assert_allclose(run.panel.curves[name].training.y, values)
    assert [(card.sample.said, card.sample.truth) for card in run.results.cards()] == said
    assert user.workspace.form.epochs.value() == 3


def test_a_chain_for_the_wine_wires_itself(user: User) -> None:
    user.begin("Wine")
    assert user.window.bar.style_choice.value() == "sequential"
    middle = user.view.viewport().rect().center()
    user.drop("Normalization", middle + QPoint(0, 120))
    user.drop("Dense", middle + QPoint(0, 120))
    user.key("Shift+A")
    user.search("dense")
    assert user.links() == {("measures", "normalization"), ("normalization", "dense"),
                            ("dense", "dense_1"), ("dense_1", "output")}  # fmt: skip
    assert user.view.mirror_errors() == []
    user.click_node("output")
    while user.problems("output"):
        user.press_callout()
    types_training(user, 30, 16)
    assert trained(user, "Ctrl+Return").status == "completed"
    assert len(user.workspace.run.results.cards()) == 12
    for _ in range(user.session.stack.index()):
        user.key("Ctrl+Z")
    assert user.links() == {("measures", "output")}
