"""Large drawings take short cuts: what they show is what the long way shows."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QImage, QPainter

from engine.catalog import load_catalog
from studio import commands
from studio.canvas import CanvasView
from studio.canvas.far import MANY
from studio.canvas.leading import FEWEST_TOGETHER
from studio.session import Session
from tests.benchmarks.canvas import drawing
from tests.studio.canvas.conftest import Hands


def opened(qtbot: Any, count: int) -> CanvasView:
    session = Session(drawing(count, skips=True))
    session.set_catalog(load_catalog())
    view = CanvasView(session)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    view.fit_all()
    return view


def listed(view: CanvasView) -> tuple[object, ...]:
    """Return what is painted from afar, in no order."""
    image = QImage(20, 20, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.mirror.far.paint(painter, QRectF(0, 0, 20, 20), 0.05)
    painter.end()
    far = view.mirror.far
    return (
        {(ink, wire.wire): lines for ink, wires in far._lines.items() for wire, lines in wires.items()},
        {(key, card.node): area for key, cards in far._cards.items() for card, area in cards.items()},
        {(ink, card.node): area for ink, bars in far._bars.items() for card, area in bars.items()},
        {card.node: title for card, title in far._titles.items()},
    )


def test_from_afar_all_edits_are_seen(qtbot: Any) -> None:
    view = opened(qtbot, MANY + 20)
    assert view.mirror.far.on
    session = view.session
    before = listed(view)
    for act in (
        lambda: commands.move(session, {"n7": (50.0, 900.0)}),
        lambda: commands.delete(session, {"n9"}),
        lambda: commands.set_params(session, "n10", {"units": 0}),
        lambda: view.select(["n12", "n13"]),
        session.stack.undo,
        lambda: commands.append(session, "Dense", {"units": 4}),
    ):
        act()
        shown = listed(view)
        view.mirror.far.touch()  # all anew
        assert shown == listed(view)
    view.select([])
    while session.stack.canUndo():
        session.stack.undo()
    assert listed(view) == before


@pytest.mark.parametrize("others", [True, False])
def test_what_is_dragged_together_is_led_as_if_it_had_been_there(qtbot: Any, others: bool) -> None:
    view = opened(qtbot, FEWEST_TOGETHER + 20)
    session, hands = view.session, Hands(view)
    ids = session.document.node_ids()
    picked = ids[8:-6] if others else ids
    view.select(picked)
    at = hands.card(session.document.node(picked[0]).name)
    hands.press(at)
    for step in range(1, 6):
        hands.move(at + QPoint(9 * step, 7 * step))
    hands.release(at + QPoint(45, 35))
    assert session.stack.count() == 1
    assert view.mirror_errors() == []
    fresh = CanvasView(session)
    qtbot.addWidget(fresh)
    for wire, item in fresh.mirror.wires.items():
        shown = view.mirror.wires[wire]
        assert shown.ends() == item.ends()
        assert shown.strokes() == item.strokes()
        assert shown.label() == item.label()
    session.stack.undo()
    assert view.mirror_errors() == []
    fresh.release()
    view.release()
