"""The inspector: each control drives its value and one undo restores it; what is wrong is never applied."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from engine.catalog import load_catalog
from studio import commands
from studio.document import thaw
from studio.inspector import HelpPanel, InspectorPanel
from studio.inspector.editors import BoolEditor, ChoiceEditor, IntEditor, TextEditor
from studio.inspector.facts import MOST
from studio.inspector.object_editor import ObjectEditor
from tests.studio.drawings import digits, opened


class Shown:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.session = opened()
        self.ids = digits(self.session)
        self.panel = InspectorPanel(self.session)
        qtbot.addWidget(self.panel)
        self.panel.resize(300, 900)
        self.panel.show()

    def select(self, *names: str) -> None:
        self.panel.show_nodes([self.ids[name] for name in names])

    def params(self, name: str) -> Any:
        return thaw(self.session.document.layer_of(self.ids[name]).params)

    def options(self, name: str) -> Any:
        return thaw(self.session.document.node(self.ids[name]).options)

    def editor(self, param: str) -> Any:
        return self.panel.form.rows[param].editor

    def type(self, line: Any, text: str) -> None:
        line.setFocus()
        line.selectAll()
        self.qtbot.keyClicks(line, text)
        self.qtbot.keyClick(line, Qt.Key.Key_Return)

    def undo(self) -> None:
        self.session.stack.undo()


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def choose(combo: Any, data: Any) -> None:
    combo.setCurrentIndex(combo.findData(data))
    combo.activated.emit(combo.currentIndex())


def test_a_whole_number_takes_a_sum_and_undo_restores_it(shown: Shown) -> None:
    shown.select("conv2d")
    editor = shown.editor("filters")
    assert isinstance(editor, IntEditor)
    shown.type(editor.line, "32*4")
    assert shown.params("conv2d")["filters"] == 128
    assert editor.line.text() == "128"
    shown.undo()
    assert shown.params("conv2d")["filters"] == 32
    assert editor.line.text() == "32"


def test_units_step_by_powers_of_two(shown: Shown) -> None:
    shown.select("dense")
    editor = shown.editor("units")
    shown.qtbot.mouseClick(editor.buttons[1], Qt.MouseButton.LeftButton)
    assert shown.params("dense")["units"] == 16
    shown.qtbot.keyClick(editor.line, Qt.Key.Key_Down)
    assert shown.params("dense")["units"] == 8
    assert shown.session.stack.count() == 2


@pytest.mark.parametrize(("typed", "value"), [("5", [5, 5]), ("3, 5", [3, 5]), ("(2*2, 1)", [4, 1])])
def test_a_tuple_takes_one_number_or_two(shown: Shown, typed: str, value: list[int]) -> None:
    shown.select("conv2d")
    editor = shown.editor("kernel_size")
    assert isinstance(editor, TextEditor)
    assert editor.line.text() == "3, 3"
    shown.type(editor.line, typed)
    assert shown.params("conv2d")["kernel_size"] == value
    shown.undo()
    assert shown.params("conv2d")["kernel_size"] == [3, 3]


def test_a_choice_and_its_default_leaves_no_trace(shown: Shown) -> None:
    shown.select("conv2d")
    editor = shown.editor("padding")
    assert isinstance(editor, ChoiceEditor)
    choose(editor.combo, "same")
    assert shown.params("conv2d")["padding"] == "same"
    assert shown.panel.form.rows["padding"].is_changed()
    choose(editor.combo, "valid")
    assert "padding" not in shown.params("conv2d")
    shown.undo()
    assert shown.params("conv2d")["padding"] == "same"


def test_a_switch(shown: Shown) -> None:
    shown.select("dense")
    editor = shown.editor("use_bias")
    assert isinstance(editor, BoolEditor)
    editor.switch.click()
    assert shown.params("dense")["use_bias"] is False
    shown.undo()
    assert "use_bias" not in shown.params("dense")
    assert editor.switch.isChecked()


def test_an_activation_and_a_regularizer_with_its_own_number(shown: Shown) -> None:
    shown.select("dense")
    editor = shown.editor("activation")
    assert isinstance(editor, ObjectEditor)
    choose(editor.combo, "tanh")
    assert shown.params("dense")["activation"] == "tanh"
    regularizer = shown.editor("kernel_regularizer")
    choose(regularizer.combo, "l2")
    assert shown.params("dense")["kernel_regularizer"] == "l2"
    shown.type(regularizer.nested["l2"].line, "0.5")
    assert shown.params("dense")["kernel_regularizer"] == {"class_name": "L2", "config": {"l2": 0.5}}
    shown.undo()
    assert shown.params("dense")["kernel_regularizer"] == "l2"
    choose(regularizer.combo, None)
    assert "kernel_regularizer" not in shown.params("dense")


@pytest.mark.parametrize("typed", ["0", "-3", "2.5", "many", "1/0", ""])
def test_a_wrong_number_is_explained_in_place_and_not_applied(shown: Shown, typed: str) -> None:
    shown.select("conv2d")
    row = shown.panel.form.rows["filters"]
    line = row.editor.line
    line.setFocus()
    line.selectAll()
    shown.qtbot.keyClick(line, Qt.Key.Key_Delete)
    shown.qtbot.keyClicks(line, typed)
    shown.qtbot.keyClick(line, Qt.Key.Key_Return)
    assert row.reason.isVisible()
    assert row.reason.text()
    assert line.property("state") == "error"
    assert shown.params("conv2d")["filters"] == 32
    assert shown.session.stack.count() == 0
    shown.qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "32"
    assert not row.reason.isVisible()


def test_the_dot_marks_a_change_and_takes_it_back(shown: Shown) -> None:
    shown.select("conv2d")
    row = shown.panel.form.rows["activation"]
    assert row.is_changed()
    assert not shown.panel.form.rows["strides"].is_changed()
    row.dot.click()
    assert "activation" not in shown.params("conv2d")
    assert not row.is_changed()
    shown.undo()
    assert shown.params("conv2d")["activation"] == "relu"


def test_rare_parameters_wait_until_asked_for_or_changed(shown: Shown) -> None:
    shown.select("conv2d")
    form = shown.panel.form
    assert not form.rows["dilation_rate"].isVisible()
    form.more.click()
    assert form.rows["dilation_rate"].isVisible()
    form.more.click()
    commands.set_params(shown.session, shown.ids["conv2d"], {"dilation_rate": [2, 2]})
    assert form.rows["dilation_rate"].isVisible()
    assert not form.rows["groups"].isVisible()


def test_a_name_is_changed_and_a_bad_one_is_explained(shown: Shown) -> None:
    shown.select("dense")
    header = shown.panel.header
    shown.type(header.name, "scores")
    assert shown.session.document.node(shown.ids["dense"]).name == "scores"
    for bad in ("2nd", "class", "conv2d"):
        shown.type(header.name, bad)
        assert header.reason.isVisible()
        assert bad in header.reason.text()
        assert shown.session.document.node(shown.ids["dense"]).name == "scores"
    shown.qtbot.keyClick(header.name, Qt.Key.Key_Escape)
    assert header.name.text() == "scores"
    shown.undo()
    assert header.name.text() == "dense"


def test_shape_counts_and_code(shown: Shown) -> None:
    shown.select("conv2d")
    facts = shown.panel.facts
    assert facts.shape.text() == "8 × 8 × 1 → 6 × 6 × 32"
    assert facts.parameters.value() == "320"
    assert facts.code.toPlainText().startswith("conv2d = keras.layers.Conv2D(")


def test_the_code_of_a_repeated_block_has_its_loop(shown: Shown) -> None:
    block = commands.group(shown.session, [shown.ids["conv2d"]])
    commands.set_repeat(shown.session, block, 3)
    shown.panel.show_nodes([block])
    lines = shown.panel.facts.code.toPlainText().splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["block", "for", "block"]
    assert lines[1].endswith("in range(1, 4):")


def test_a_problem_offers_its_repair(shown: Shown) -> None:
    commands.set_params(shown.session, shown.ids["dense"], {"units": 7})
    shown.select("output")
    callout = shown.panel.problems.callouts[0]
    button = callout.findChildren(QPushButton)[0]
    assert button.text() == "Set units to 10"
    button.click()
    assert shown.params("dense")["units"] == 10
    assert not shown.panel.problems.isVisible()


def test_of_many_problems_the_first_are_shown_and_the_others_counted(shown: Shown) -> None:
    for _ in range(20):
        commands.add_layer(shown.session, "Dense", (0, 900))  # nothing leads to it
    shown.panel.show_nodes([])
    page = shown.panel.model.problems
    known = shown.session.analysis.problems
    assert len(known) >= 20
    assert len(page.callouts) == MOST
    rest = page.findChildren(QLabel)[-1]
    assert rest.text() == f"And {len(known) - MOST} more, in the tab Problems."


def test_several_layers_of_one_kind_are_changed_in_one_step(shown: Shown) -> None:
    shown.ids["other"] = commands.add_layer(shown.session, "Dense", (0, 300), {"units": 4})
    shown.session.stack.clear()
    shown.select("dense", "other")
    units = shown.editor("units")
    assert units.line.text() == ""
    assert units.line.placeholderText() == "several values"
    shown.type(units.line, "12")
    assert [shown.params(name)["units"] for name in ("dense", "other")] == [12, 12]
    assert shown.params("dense")["activation"] == "softmax"
    shown.undo()
    assert [shown.params(name)["units"] for name in ("dense", "other")] == [10, 4]


def test_a_mixed_selection_and_none_show_a_summary(shown: Shown) -> None:
    shown.select("conv2d", "dense")
    assert shown.panel.form is None
    assert shown.panel.mixed.isVisible()
    shown.panel.show_nodes([])
    assert shown.panel.model.isVisible()
    assert shown.panel.model.parameters.value() == f"{shown.session.analysis.params:,}"


def test_an_input_takes_a_field_or_a_shape_by_hand(shown: Shown) -> None:
    shown.select("image")
    page = shown.panel.input
    assert not page.shape.isVisible()
    choose(page.fields, "")
    assert shown.options("image") == {"shape": [8, 8, 1]}
    assert page.shape.isVisible()
    shown.type(page.shape.editor.line, "28, 28, 1")
    assert shown.options("image") == {"shape": [28, 28, 1]}
    shown.type(page.shape.editor.line, "0, 2")
    assert page.shape.reason.isVisible()
    assert shown.options("image") == {"shape": [28, 28, 1]}
    choose(page.dtype.editor.combo, "int64")
    assert shown.options("image") == {"shape": [28, 28, 1], "dtype": "int64"}
    choose(page.fields, "image")
    assert shown.options("image") == {"field": "image"}


def test_an_output_takes_target_loss_weight_and_metrics(shown: Shown) -> None:
    shown.select("output")
    page = shown.panel.output
    page.logits.click()
    wanted = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}
    assert shown.options("output")["loss"] == wanted
    page.logits.click()
    assert shown.options("output")["loss"] == "sparse_categorical_crossentropy"
    choose(page.loss, "mean_squared_error")
    assert shown.options("output")["loss"] == "mean_squared_error"
    assert not page._logits_row.isVisible()
    shown.type(page.weight.line, "1/2")
    assert shown.options("output")["weight"] == 0.5
    page.metrics.item(1).setCheckState(Qt.CheckState.Checked)
    assert shown.options("output")["metrics"] == ["accuracy", "sparse_top_k_categorical_accuracy"]
    shown.undo()
    assert shown.options("output")["metrics"] == ["accuracy"]
    assert page.metrics.item(1).checkState() == Qt.CheckState.Unchecked
    choose(page.targets, "image")
    assert shown.options("output")["target"] == "image"


def test_the_node_that_was_deleted_is_let_go(shown: Shown) -> None:
    shown.select("dense")
    commands.delete(shown.session, [shown.ids["dense"]])
    assert shown.panel.nodes() == []
    assert shown.panel.model.isVisible()


def test_every_layer_has_a_form_and_a_page(qtbot: QtBot) -> None:
    session = opened()
    panel, page = InspectorPanel(session), HelpPanel(session)
    qtbot.addWidget(panel)
    qtbot.addWidget(page)
    for spec in load_catalog():
        node = commands.add_layer(session, spec.name, (0, 0))
        panel.show_nodes([node])
        assert set(panel.form.rows if panel.form else ()) == {param.name for param in spec.params}
        page.show_type(spec.name)
        assert spec.name in page.toPlainText()
        commands.delete(session, [node])


def test_what_a_page_quotes_is_escaped() -> None:
    from studio.inspector.doc_text import doc_html

    assert doc_html("Reads <b>a</b> & `x<y`.\n\nArgs:\n    units: many") == (
        "<p>Reads &lt;b&gt;a&lt;/b&gt; &amp; <code>x&lt;y</code>.</p>"
    )
