"""The scene after any sequence of edits: a true mirror after each step, and after each step back."""

from __future__ import annotations

import random
from typing import Any

import pytest

from studio import commands
from studio.document import DocumentError, Wire

TYPES = ["Dense", "Conv2D", "LSTM", "Concatenate", "Flatten", "Nowhere"]


def edit(session: Any, rng: random.Random) -> None:
    """Make one edit at random; a refusal is fine."""
    document = session.document
    ids = document.node_ids()
    wires = document.wires()
    node = rng.choice(ids) if ids else ""
    place = (rng.randrange(-50, 50) * 10.0, rng.randrange(-50, 50) * 10.0)
    kind = rng.randrange(12)
    if kind == 0:
        commands.add_input(session, place, {"shape": rng.choice([(8, 8, 1), (6,), (5, 2)])})
    elif kind == 1:
        commands.add_output(session, place)
    elif kind <= 3 or not ids:
        commands.add_layer(session, rng.choice(TYPES), place, {"units": 3, "filters": 2, "kernel_size": 3})
    elif kind <= 6:
        other = rng.choice(ids)
        into = "input" if document.node(other).kind == "output" else "inputs"
        commands.connect(session, Wire(node, "output", other, into, -1))
    elif kind == 7:
        commands.delete(session, [node], heal=rng.random() < 0.5)
    elif kind == 8 and wires:
        commands.insert_on_wire(session, rng.choice(wires), rng.choice(TYPES), place, {"units": 4})
    elif kind == 9:
        commands.set_params(session, node, {"return_state": rng.random() < 0.5, "units": rng.randrange(1, 9)})
    elif kind == 10:
        commands.duplicate(session, rng.sample(ids, min(3, len(ids))))
    elif kind == 11:
        commands.lay_out(session)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sequential", [False, True])
def test_the_scene_mirrors_every_edit(session: Any, open_view: Any, seed: int, sequential: bool) -> None:
    rng = random.Random(seed)
    view = open_view(session)
    view.set_sequential(sequential)
    for _ in range(40):
        try:
            edit(session, rng)
        except DocumentError:
            continue
        assert view.mirror_errors() == []
    assert session.stack.index() > 10
    while session.stack.canUndo():
        session.stack.undo()
        assert view.mirror_errors() == []
    assert not view.mirror.nodes
    while session.stack.canRedo():
        session.stack.redo()
    assert view.mirror_errors() == []
