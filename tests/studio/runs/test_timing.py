"""Measuring how long the layers take."""

from __future__ import annotations

from engine.catalog import load_catalog
from studio import commands
from studio.document.times import called_layers
from studio.runs.timing import credited
from studio.session import Session
from studio.translate.build import build
from tests.end_to_end.examples import digits
from tests.studio.commands.test_blocks import residual


def ready(session: Session) -> Session:
    session.set_catalog(load_catalog())
    return session


def test_every_layer_has_a_time_and_a_changed_one_has_none() -> None:
    session = ready(Session(digits()))
    timing = session.measure()
    assert timing.wait(60)
    assert timing.error is None
    times = timing.times
    assert times is not None
    assert (times.rows, times.device) == (32, "cpu")
    document, found = session.document, session.analysis
    layers = [node for node in document.node_ids() if document.node(node).kind == "layer"]
    assert all(times.seconds["main", node] > 0 for node in layers)
    kept = {node: times.of(document, found, found.inside, node) for node in document.node_ids()}
    assert None not in kept.values()
    dense = document.node_named("dense")
    assert dense is not None
    commands.set_params(session, dense, {"units": 20})
    after = {n: times.of(document, session.analysis, {}, n) for n in document.node_ids()}
    assert {document.node(node).name for node, time in after.items() if time is None} == {"dense", "digit"}
    session.close()


def test_names_of_layers_in_blocks_are_those_of_the_model() -> None:
    session = ready(Session(residual()))
    nodes = [session.document.node_named(name) for name in ("one", "two", "added")]
    block = commands.group(session, [node for node in nodes if node])
    commands.set_repeat(session, block, 3)
    model = build(session.document, load_catalog(), session.load_data()).model
    called = [name for name, _ in called_layers(session.document)]
    assert set(called) == {layer.name for layer in model.layers} - set(model.input_names)
    timing = session.measure()
    assert timing.wait(60)
    assert timing.times is not None
    seconds = timing.times.seconds
    graph = session.document.node(block).ref
    inner = [session.document.node_named(name, graph) for name in ("one", "two", "added")]
    assert min(seconds["main", block], *(seconds[graph, node or ""] for node in inner)) > 0


def test_a_call_counts_for_its_layer_and_for_every_block_around_it() -> None:
    one, block = ("block", "n1"), ("main", "n9")
    spots = {
        "block-1-one": [(block, one)],
        "block-2-one": [(block, one)],
        "twice": [(("main", "a"),), (("main", "b"),)],
    }
    taken = {"block-1-one": [1.0], "block-2-one": [2.0], "twice": [4.0, 8.0]}
    assert credited(taken, spots) == {one: 3.0, block: 3.0, ("main", "a"): 4.0, ("main", "b"): 8.0}


def test_a_measurement_is_given_up_when_training_begins() -> None:
    session = ready(Session(digits()))
    timing = session.measure()
    run = session.train(epochs=1, keep=False)
    assert timing.wait(30)
    assert timing.times is None
    assert timing.error is None
    assert run.wait(60)
    again = session.measure()
    session.continue_(1)
    assert again.wait(30)
    assert again.times is None, "going on is training, too"
    session.close()
