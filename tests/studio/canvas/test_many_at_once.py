"""Many nodes that come or go in one edit: what they have in common is asked and told once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from studio import commands
from studio.canvas import scene
from studio.canvas.view import CanvasView
from tests.studio.canvas.conftest import FakeSession

MANY = 40


def test_what_goes_with_an_edit_leaves_the_selection_once(
    session: FakeSession, open_view: Callable[[FakeSession], CanvasView]
) -> None:
    session.build({f"d{i}": ("Dense", i * 240, 0, {"units": 2}) for i in range(MANY)}, [])
    view = open_view(session)
    nodes = list(view.mirror.nodes)
    view.select(nodes)
    told: list[list[str]] = []
    view.selection_changed.connect(told.append)
    commands.delete(session, nodes[:-1])
    assert told == [nodes[-1:]]
    session.stack.undo()
    view.select(nodes[:3])
    told.clear()
    commands.delete(session, nodes[5:])  # none of them is selected
    assert told == []
    assert view.mirror_errors() == []


def test_whether_a_chain_is_plain_is_found_out_once_for_an_edit(
    session: FakeSession,
    open_view: Callable[[FakeSession], CanvasView],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"d{i}" for i in range(MANY)]
    session.build(
        {name: ("Dense", at * 240, 0, {"units": 2}) for at, name in enumerate(names)},
        list(pairwise(names)),
    )
    view = open_view(session)
    view.mirror.set_sequential(True)
    asked: list[str] = []
    real = scene.is_linear
    monkeypatch.setattr(scene, "is_linear", lambda *given: (asked.append("is_linear"), real(*given))[1])
    commands.move(session, dict.fromkeys(view.mirror.nodes, (10.0, 10.0)))
    assert len(asked) <= 1
    assert view.mirror.stacked()
    commands.disconnect(session, [session.document.wires()[3]])
    assert not view.mirror.stacked()
    session.stack.undo()
    assert view.mirror.stacked()
