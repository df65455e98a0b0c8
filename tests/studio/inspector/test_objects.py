"""Values that are objects: activations with their picture, wrapped layers, cells; options of a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.catalog import Catalog, load_catalog
from engine.params import Kind, Param
from studio import commands
from studio.document import Wire
from studio.inspector.activation_plot import curve, shares
from studio.inspector.families import names_of
from studio.inspector.layer_choices import layers_for
from studio.inspector.layers_editor import LayersEditor
from studio.inspector.object_editor import ObjectEditor
from studio.theme import switch
from studio.translate.script import script
from tests.studio.inspector.test_panel import Shown, choose


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def add(shown: Shown, kind: str, params: dict[str, Any] | None = None) -> str:
    shown.ids[kind] = commands.add_layer(shown.session, kind, (0, 300), params or {})
    shown.session.stack.clear()
    shown.select(kind)
    return shown.ids[kind]


def test_an_activation_is_drawn_as_it_is() -> None:
    points = dict(curve("relu"))
    assert points[-4.0] == 0
    assert points[4.0] == 4
    assert dict(curve("tanh"))[4.0] == pytest.approx(0.9993, abs=1e-4)
    assert sum(shares("softmax")) == pytest.approx(1)
    for name in names_of("activations"):
        assert curve(name) or shares(name) or name in ("glu", "log_softmax", "threshold"), name


def test_the_picture_follows_the_choice_in_both_themes(shown: Shown, qtbot: QtBot) -> None:
    shown.select("conv2d")
    plot = shown.editor("activation").plot
    assert plot.isVisible()
    assert "relu" in plot.accessibleName()
    pictures = []
    before = switch().mode
    for mode in ("light", "dark"):
        switch().set_mode(mode)
        for name in ("relu", "tanh", "softmax"):
            choose(shown.editor("activation").combo, name)
            assert shown.editor("activation").plot is plot
            pictures.append(plot.grab().toImage())
    switch().set_mode(before)
    assert all(one != other for at, one in enumerate(pictures) for other in pictures[:at])
    choose(shown.editor("activation").combo, None)
    assert not plot.isVisible()


def test_a_wrapper_offers_the_layers_that_it_takes_and_their_parameters(shown: Shown) -> None:
    add(shown, "Bidirectional", {"layer": {"class_name": "LSTM", "config": {"units": 8}}})
    editor = shown.editor("layer")
    assert isinstance(editor, ObjectEditor)
    names = {editor.combo.itemText(row) for row in range(editor.combo.count())}
    assert {"LSTM", "GRU", "SimpleRNN"} <= names
    assert "Dense" not in names
    shown.type(editor.nested["units"].line, "2*8")
    assert shown.params("Bidirectional")["layer"]["config"]["units"] == 16
    assert not editor.nested["stateful"].isVisible()
    shown.qtbot.mouseClick(editor.more, Qt.MouseButton.LeftButton)
    assert editor.nested["stateful"].isVisible()
    choose(editor.combo, "GRU")
    assert shown.params("Bidirectional")["layer"] == {"class_name": "GRU", "config": {"units": 32}}
    shown.session.catalog.get("Bidirectional").check(shown.params("Bidirectional"))


def whole_script(shown: Shown) -> str:
    """Return the script, with an Input of a sequence before the layer that is shown."""
    given = commands.add_input(shown.session, (0, 0), {"shape": [8, 4]})
    commands.connect(shown.session, Wire(given, "output", shown.ids["RNN"], "inputs"))
    made = script(shown.session.document, shown.session.catalog, shown.session.analysis, to="keras")
    return "".join(made.text.split())


def test_cells_one_above_the_other(shown: Shown) -> None:
    add(shown, "RNN", {"cell": {"class_name": "LSTMCell", "config": {"units": 8}}})
    check = shown.session.catalog.get("RNN").check
    choose(shown.editor("cell").combo, "StackedRNNCells")
    cells = shown.editor("cell").nested["cells"]
    assert isinstance(cells, LayersEditor)
    assert len(cells.editors) == 2

    def config() -> Any:
        check(shown.params("RNN"))
        return [one["class_name"] for one in shown.params("RNN")["cell"]["config"]["cells"]]

    choose(cells.editors[0].combo, "SimpleRNNCell")
    choose(cells.editors[1].combo, "GRUCell")
    assert config() == ["SimpleRNNCell", "GRUCell"]
    shown.qtbot.mouseClick(cells.add, Qt.MouseButton.LeftButton)
    choose(cells.editors[2].combo, "SimpleRNNCell")
    shown.type(cells.editors[2].nested["units"].line, "5")
    assert shown.params("RNN")["cell"]["config"]["cells"][2]["config"]["units"] == 5
    shown.qtbot.mouseClick(cells.buttons[1][0], Qt.MouseButton.LeftButton)
    assert config() == ["GRUCell", "SimpleRNNCell", "SimpleRNNCell"]
    shown.qtbot.mouseClick(cells.buttons[0][2], Qt.MouseButton.LeftButton)
    assert config() == ["SimpleRNNCell", "SimpleRNNCell"]
    cell = whole_script(shown)
    assert "cell=keras.layers.StackedRNNCells(cells=[keras.layers.SimpleRNNCell(units=" in cell
    for _ in range(shown.session.stack.count()):
        shown.undo()
    assert shown.params("RNN")["cell"]["class_name"] == "LSTMCell"


def test_every_layer_that_is_offered_is_taken() -> None:
    catalog = load_catalog()
    for spec in catalog:
        for param in spec.params:
            if param.kind.name == "layer":
                assert layers_for(catalog, spec.name, param.name), (spec.name, param.name)


def test_options_of_a_call_belong_to_the_node(shown: Shown) -> None:
    option = Param("use_causal_mask", Kind("bool"), False, False, "Whether a step looks back alone.")
    catalog = load_catalog()
    given = {"call_options": (option,)}
    specs = [replace(each, **given) if each.name == "Dense" else each for each in catalog]
    shown.session.set_catalog(Catalog(specs))
    other = commands.add_layer(shown.session, "Dense", (0, 300), {"units": 4})
    shown.session.stack.clear()
    shown.ids["other"] = other
    shown.select("dense", "other")
    form = shown.panel.call
    assert form.isVisible()
    assert form.rows["use_causal_mask"].label.explanation == option.doc
    shown.qtbot.mouseClick(form.rows["use_causal_mask"].editor.switch, Qt.MouseButton.LeftButton)
    assert [shown.options(name) for name in ("dense", "other")] == [{"use_causal_mask": True}] * 2
    assert shown.session.stack.count() == 1
    assert form.rows["use_causal_mask"].is_changed()
    form.rows["use_causal_mask"].dot.click()
    assert shown.options("dense") == {}
    shown.undo()
    shown.undo()
    assert shown.options("other") == {}
    shown.select("conv2d")
    assert not form.isVisible()


def test_what_is_changed_inside_an_object_is_marked_and_goes_back(shown: Shown) -> None:
    shown.select("conv2d")
    editor = shown.editor("kernel_initializer")
    choose(editor.combo, "VarianceScaling")
    assert not any(dot.is_marked() for dot in editor.dots.values())
    commands.set_params(
        shown.session,
        shown.ids["conv2d"],
        {"kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 2.0}}},
    )
    assert [name for name, dot in editor.dots.items() if dot.is_marked()] == ["scale"]
    assert "back to 1" in editor.dots["scale"].accessibleName()
    editor.dots["scale"].click()
    value = shown.session.document.layer_of(shown.ids["conv2d"]).params["kernel_initializer"]
    assert "scale" not in value["config"]
    assert not editor.dots["scale"].is_marked()
    assert editor.nested["scale"].line.text() == "1"
