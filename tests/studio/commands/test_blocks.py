"""Blocks from end to end: made, looked into, repeated, copied, written as functions, dissolved."""

from __future__ import annotations

import ast
import json
from typing import Any

import numpy as np
import pytest

from engine.catalog import load_catalog
from studio import commands
from studio.document import MAIN, Document, Frozen, files
from studio.document.blocks import uses_of
from studio.document.clipboard import copy_text
from studio.document.errors import Refusal
from studio.document.problems import Problem, Repair
from studio.document.rows import Graph, Node, Wire
from studio.document.shapes import analyse
from studio.session import Session
from studio.translate.build import build
from studio.translate.script import script
from studio.words import text
from tests.end_to_end.examples import Builder, adam


def residual() -> Document:
    """A stem, one residual pair of convolutions, and a head, for the digits."""
    make = Builder("digits", optimizer=adam(0.002), epochs=1, batch_size=32, seed=7)
    image = make.input("image", "image")
    scaled = make.layer("Rescaling", image, params={"scale": 1 / 16})
    stem = make.layer("Conv2D", scaled, params=_conv(), name="stem")
    one = make.layer("Conv2D", stem, params=_conv(), name="one")
    two = make.layer("Conv2D", one, params={**_conv(), "activation": None}, name="two")
    added = make.layer("Add", two, stem, name="added")
    pooled = make.layer("GlobalAveragePooling2D", added, name="pooled")
    last = make.layer("Dense", pooled, params={"units": 10, "activation": "softmax"}, name="last")
    make.output("digit", last, target="label", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return make.finish()


def _conv() -> dict[str, Any]:
    return {"filters": 8, "kernel_size": [3, 3], "padding": "same", "activation": "relu"}


@pytest.fixture
def session() -> Session:
    made = Session(residual())
    made.set_catalog(load_catalog())
    return made


def ids(session: Session, *names: str, graph: str = MAIN) -> list[str]:
    return [session.document.node_named(name, graph) or "" for name in names]


def grouped(session: Session) -> str:
    return commands.group(session, ids(session, "one", "two", "added"))


def test_a_block_is_the_layers_that_it_was_made_of(session: Session) -> None:
    before = session.analysis
    text = files.dumps(session.document)
    block = grouped(session)
    assert session.analysis.ok
    assert session.analysis.params == before.params
    assert session.analysis.macs == before.macs
    assert session.analysis.nodes[block].outputs == before.nodes[ids(session, "pooled")[0]].inputs["inputs"]
    inner = session.document.node(block).ref
    shown = analyse(session.document, session.catalog, inner)
    assert shown.nodes[ids(session, "one", graph=inner)[0]].outputs[0].shape == (None, 8, 8, 8)
    kinds = [session.document.node(node, inner).kind for node in session.document.node_ids(inner)]
    assert sorted(kinds) == ["input", "layer", "layer", "layer", "output"]
    session.stack.undo()
    assert files.dumps(session.document) == text
    session.stack.redo()
    assert files.loads(files.dumps(session.document)).same_as(session.document)


def test_dissolving_loses_no_wire(session: Session) -> None:
    before = script(session.document, session.catalog).text
    block = grouped(session)
    commands.dissolve(session, block)
    assert session.document.graph_names() == [MAIN]
    after = script(session.document, session.catalog).text
    assert sorted(before.splitlines()) == sorted(after.splitlines())


def history(session: Session) -> tuple[dict[str, Any], list[Any]]:
    made = build(session.document, load_catalog(), session.load_data())
    fit = {**made.fit, "verbose": 0}
    return made.model.fit(made.x, made.y, **fit).history, made.model.get_weights()


def ran(session: Session) -> dict[str, Any]:
    """Execute the script itself and return its variables."""
    text = script(session.document, session.catalog).text.replace("verbose=2", "verbose=0")
    variables: dict[str, Any] = {"__file__": str(session.base_folder / "model.py"), "__name__": "script"}
    exec(compile(text, "model.py", "exec"), variables)
    return variables


@pytest.mark.usefixtures("digits_beside")
def test_the_script_of_a_repeated_block_has_a_function_and_the_numbers_of_the_app(session: Session) -> None:
    block = grouped(session)
    commands.rename_block(session, session.document.node(block).ref, "residual")
    commands.set_repeat(session, block, 3)
    one, two = ids(session, "one", "two", graph="residual")
    assert commands.expose(session, one, "filters", "width", graph="residual") == "width"
    commands.set_block_param(session, block, "width", 4)
    assert session.analysis.ok, session.analysis.problems
    made = script(session.document, session.catalog)
    tree = ast.parse(made.text)
    assert "def residual(x, name, width=8):" in made.text
    assert any(isinstance(each, ast.For) for each in tree.body)
    assert made.node_at(made.nodes[f"residual/{two}"][0].line) == f"residual/{two}"
    numbers, weights = history(session)
    variables = ran(session)
    assert variables["history"].history == numbers
    names = [layer.name for layer in variables["model"].layers]
    assert {"block-1-one", "block-2-one", "block-3-added"} <= set(names)
    assert sum(weight.size for weight in weights) == session.analysis.params


@pytest.fixture
def digits_beside(session: Session, tmp_path: Any) -> None:
    """Put the data where a script in the session's folder reads them."""
    from pathlib import Path

    from studio.data_source.fields import DataSettings
    from studio.data_source.reading import source_paths
    from studio.document.values import thaw

    source = DataSettings.from_json(thaw(session.document.setting("data"))).source
    for path in source_paths(source, session.base_folder):
        (tmp_path / Path(path).name).write_bytes(Path(path).read_bytes())
    session._base_folder = tmp_path


def test_two_uses_of_one_block_follow_one_edit(session: Session) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    (twin,) = commands.duplicate(session, [block])
    assert session.document.node(twin).ref == inner
    assert len(uses_of(session.document, inner)) == 2
    commands.set_params(session, ids(session, "one", graph=inner)[0], {"filters": 5}, graph=inner)
    assert session.analysis.nodes[block].weights[0][1] == (3, 3, 8, 5)


def test_a_block_travels_with_the_clipboard_into_another_drawing(session: Session) -> None:
    block = grouped(session)
    text = copy_text(session.document, [block])
    other = Session(residual())
    (node,) = commands.paste(other, text)
    assert other.document.node(node).kind == "block"
    inner = other.document.node(node).ref
    assert len(other.document.node_ids(inner)) == 5
    (again,) = commands.paste(other, text)
    assert other.document.node(again).ref == inner  # the same block, not a copy of it


def test_what_cannot_be_a_block_is_refused_with_the_reason(session: Session) -> None:
    refused = {
        "block_empty": [],
        "block_ends": ["image"],
        "block_loop": ["stem", "added"],
    }
    for code, names in refused.items():
        with pytest.raises(Refusal) as error:
            commands.group(session, ids(session, *names))
        assert error.value.code == code
    block = grouped(session)
    inner = session.document.node(block).ref
    with pytest.raises(Refusal) as error:
        commands.add_block(session, inner, (0, 0), graph=inner)
    assert error.value.code == "block_itself"
    for count in (0, True, 1000):
        with pytest.raises(Refusal):
            commands.set_repeat(session, block, count)
    assert session.stack.count() == 1


def test_a_block_that_a_file_puts_into_itself_is_told_and_opens(session: Session) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    draft = session.document.draft()
    draft.put("nodes", (inner, "n99"), Node("block", "again", inner))
    session.document.apply(draft.edit("open"))
    session.document = files.loads(files.dumps(session.document))
    session.analyse()
    codes = {problem.code for problem in session.analysis.problems}
    assert {"block_itself", "block_inside"} <= codes
    assert not script(session.document, session.catalog).complete


def test_deleting_and_renaming_what_a_block_shows_outside(session: Session) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    (x,) = ids(session, "x", graph=inner)
    commands.rename(session, x, "signal", graph=inner)
    assert [wire.target_port for wire in session.document.incoming(block)] == ["signal"]
    assert session.analysis.ok
    commands.delete(session, [x], graph=inner)
    assert not session.analysis.ok
    assert session.document.incoming(block)  # the wire stays, drawn broken
    assert {problem.code for problem in session.analysis.problems_of(block)} >= {"port_gone"}
    commands.delete(session, [block])
    assert session.document.graph_names() == [MAIN]
    for _ in range(3):
        session.stack.undo()
    assert session.analysis.ok


def test_an_error_inside_stands_on_the_block_and_inside(session: Session) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    (two,) = ids(session, "two", graph=inner)
    commands.set_params(session, two, {"padding": "valid"}, graph=inner)
    outer = [problem.code for problem in session.analysis.problems_of(block)]
    assert outer == ["block_inside"]
    deep = [each for each in session.analysis.problems if each.graph == inner and each.severity == "error"]
    assert [session.document.node(each.node, inner).name for each in deep] == ["added"]


def test_blocks_in_blocks(session: Session) -> None:
    before = session.analysis.params
    block = grouped(session)
    inner = session.document.node(block).ref
    commands.group(session, ids(session, "one", "two", graph=inner), graph=inner)
    assert session.analysis.ok
    assert session.analysis.params == before
    made = script(session.document, session.catalog)
    assert made.complete
    assert (
        sum(isinstance(each, ast.FunctionDef) and "block" in each.name for each in ast.parse(made.text).body)
        == 2
    )
    numbers, _ = history(session)
    assert np.isfinite(numbers["loss"]).all()
    json.loads(files.dumps(session.document))


@pytest.mark.parametrize("way", ["delete", "heal", "cut", "repair"])
def test_a_layer_that_goes_takes_along_what_its_block_lets_choose_of_it(session: Session, way: str) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    (one,) = ids(session, "one", graph=inner)
    commands.expose(session, one, "filters", "width", graph=inner)
    commands.set_block_param(session, block, "width", 16)
    if way == "cut":
        commands.cut(session, [one], graph=inner)
    elif way == "repair":
        problem = Problem("unused", "warning", inner, one)
        commands.apply_repair(session, problem, Repair("remove", Frozen(nodes=(one,))))
    else:
        commands.delete(session, [one], heal=way == "heal", graph=inner)
    graph = session.document.row("graphs", inner)
    assert isinstance(graph, Graph)
    assert graph.params == Frozen()
    assert session.document.node(block).options == Frozen()
    assert files.loads(files.dumps(session.document)).same_as(session.document)
    session.stack.undo()
    assert session.document.node(block).options == Frozen(params={"width": 16})


def test_a_layer_that_is_chosen_from_outside_stays_where_it_can_be(session: Session) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    one, two = ids(session, "one", "two", graph=inner)
    commands.expose(session, one, "filters", "width", graph=inner)
    with pytest.raises(Refusal) as error:
        commands.group(session, [one, two], graph=inner)
    assert error.value.code == "block_exposed"
    assert "width of one" in text(error.value)
    commands.conceal(session, one, "filters", graph=inner)
    commands.group(session, [one, two], graph=inner)


def test_a_merge_has_no_empty_place_where_an_input_that_nothing_feeds_goes(session: Session) -> None:
    added, last = ids(session, "added", "last")
    block = commands.group(session, [added])
    (first, *_) = session.document.incoming(block)
    commands.disconnect(session, [first])
    made = commands.dissolve(session, block)
    (node,) = [each for each in made if session.document.node(each).name == "added"]
    assert [wire.position for wire in session.document.incoming(node)] == [0]
    assert session.document.find_node(last) is not None


def test_a_merge_has_no_empty_place_where_a_repair_takes_a_node(session: Session) -> None:
    (added,) = ids(session, "added")
    before = session.document.incoming(added)
    gone = [before[0].source]
    for wire in session.document.incoming(gone[0]):
        commands.disconnect(session, [wire])  # so that nothing heals
    commands.apply_repair(
        session, Problem("unused", "warning", MAIN, gone[0]), Repair("remove", Frozen(nodes=tuple(gone)))
    )
    assert [wire.position for wire in session.document.incoming(added)] == [0]


def test_an_unwired_block_and_one_that_lets_choose_keep_their_options(session: Session) -> None:
    block = grouped(session)
    inner = session.document.node(block).ref
    (one,) = ids(session, "one", graph=inner)
    commands.expose(session, one, "filters", graph=inner)
    commands.set_block_param(session, block, "filters", 16)
    assert session.document.node(block).options == Frozen(params={"filters": 16})
    commands.conceal(session, one, "filters", graph=inner)
    assert session.document.node(block).options == Frozen()
    with pytest.raises(Refusal):
        commands.expose(session, one, "filters", "x", graph=inner)  # an Input's name is taken


@pytest.mark.usefixtures("digits_beside")
def test_uses_that_differ_blocks_in_blocks_and_a_shared_layer_inside_give_one_network(
    session: Session,
) -> None:
    document = session.document
    inner = document.node(grouped(session)).ref
    one = ids(session, "one", graph=inner)[0]
    again = commands.use_again(session, one, graph=inner)  # the same weights twice inside
    two = ids(session, "two", graph=inner)[0]
    wire = document.incoming(two, graph=inner)[0]
    commands.disconnect(session, [wire], graph=inner)
    commands.connect(session, Wire(one, wire.source_port, again, "inputs", 0), graph=inner)
    commands.connect(session, Wire(again, wire.source_port, two, "inputs", 0), graph=inner)
    commands.expose(session, two, "kernel_size", "reach", graph=inner)
    use = ids(session, "block")[0]
    outer_use = commands.group(session, [use])  # a block that holds a block
    outer = document.node(outer_use).ref
    second = commands.use_again(session, outer_use)
    pooled = ids(session, "pooled")[0]
    last = document.incoming(pooled)[0]
    commands.disconnect(session, [last])
    port_in = document.incoming(outer_use)[0].target_port
    commands.connect(session, Wire(outer_use, last.source_port, second, port_in, 0))
    commands.connect(session, Wire(second, last.source_port, pooled, last.target_port, 0))
    held = next(n for n in document.node_ids(outer) if document.node(n, outer).kind == "block")
    commands.set_repeat(session, held, 2, graph=outer)
    commands.set_block_param(session, held, "reach", [1, 1], graph=outer)
    commands.set_repeat(session, second, 2)
    assert session.analysis.ok, session.analysis.problems
    numbers, weights = history(session)
    variables = ran(session)
    assert variables["history"].history == numbers
    assert sum(weight.size for weight in weights) == session.analysis.params
    assert variables["model"].count_params() == session.analysis.params
    text = script(document, session.catalog).text
    assert text.count("\ndef block") + text.count("\ndef make_block") == 2
    commands.set_params(session, one, {"filters": 8, "activation": "tanh"}, graph=inner)
    assert script(document, session.catalog).text.count("tanh") == 1, "one edit, all uses follow"
    copies = commands.dissolve(session, outer_use)
    assert copies
    assert session.analysis.ok, session.analysis.problems
    assert sum(weight.size for weight in history(session)[1]) == session.analysis.params
