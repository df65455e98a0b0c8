"""Lining up: guides while dragging, and the actions of the submenu "Arrange"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt

from studio.canvas import CanvasView
from studio.canvas.snapping import GuideItem, Snapper

Whole = Callable[[], None]
ALT = Qt.KeyboardModifier.AltModifier


def guides(view: CanvasView) -> list[GuideItem]:
    return [item for item in view.mirror.items() if isinstance(item, GuideItem)]


def test_edges_and_middles_snap_to_the_nearest() -> None:
    snapper = Snapper([QRectF(0, 0, 100, 50), QRectF(300, 7, 60, 90)])
    assert snapper.shift(QRectF(3, 200, 100, 50), True, 6) == -3
    assert snapper.shift(QRectF(8, 200, 100, 50), True, 6) is None
    assert snapper.shift(QRectF(280, 200, 96, 50), True, 6) == 2  # the middles
    assert snapper.shift(QRectF(500, 4, 20, 10), False, 6) == 3
    (guide,) = snapper.guides(QRectF(0, 200, 40, 50))
    assert (guide.line.x1(), guide.line.x2()) == (0, 0)
    assert guide.distance == 150
    assert Snapper([]).shift(QRectF(0, 0, 1, 1), True, 6) is None


def test_a_drag_snaps_to_neighbours_shows_lines_and_takes_them_away(
    view: CanvasView, hands: Any, whole: Whole
) -> None:
    document, zoom = view.session.document, view.zoom()
    draft = document.draft()
    draft.put("places", ("main", "n3"), (483.0, 7.0))
    document.apply(draft.edit("move"))
    start = hands.card("conv")
    goal = start + QPoint(round(245 * zoom), round(204 * zoom))
    hands.press(start)
    hands.move(start + QPoint(30, 30))
    hands.move(goal)
    (item,) = guides(view)
    assert item.guides
    assert all(guide.distance > 0 for guide in item.guides)
    assert not view.grab().isNull()
    hands.move(goal, keys=ALT)
    assert not item.guides
    hands.move(goal)
    hands.release(goal)
    assert guides(view) == []
    assert document.place("n2")[0] == 483.0
    draft = document.draft()
    draft.put("places", ("main", "n3"), (480.0, 0.0))
    document.apply(draft.edit("move"))


@pytest.mark.parametrize("edge", ["left", "centre", "right", "top", "middle", "bottom"])
def test_aligning(view: CanvasView, whole: Whole, edge: str) -> None:
    view.select(["n2", "n3"])
    view.nudge(0, 7)
    view.select(["n2", "n3", "n4"])
    view.align(edge)
    view.mirror.finish_glide()
    cards = [view.mirror.nodes[node].card() for node in ("n2", "n3", "n4")]
    read = {
        "left": QRectF.left, "right": QRectF.right, "top": QRectF.top, "bottom": QRectF.bottom,
        "centre": lambda card: card.center().x(), "middle": lambda card: card.center().y(),
    }[edge]  # fmt: skip
    assert len({read(card) for card in cards}) == 1
    assert view.session.stack.count() == 2


def test_spacing_out(view: CanvasView, whole: Whole) -> None:
    view.select(["n3"])
    view.nudge(6, 9)
    view.select(["n2"])
    view.nudge(-3, 0)
    view.select_all()
    view.distribute(True)
    view.mirror.finish_glide()
    cards = [view.mirror.nodes[node].card() for node in ("n1", "n2", "n3", "n4")]
    gaps = {round(after.left() - before.right(), 6) for before, after in pairwise(cards)}
    assert len(gaps) == 1
    view.distribute(False)
    view.mirror.finish_glide()
    cards = sorted((item.card() for item in view.mirror.nodes.values()), key=QRectF.top)
    gaps = {round(after.top() - before.bottom(), 6) for before, after in pairwise(cards)}
    assert len(gaps) == 1


def test_too_few_to_arrange_is_said(view: CanvasView) -> None:
    view.select(["n2"])
    view.align("left")
    assert view.hint.isVisible()
    assert "2" in view.hint.text()
    view.select(["n2", "n3"])
    view.distribute(True)
    assert "3" in view.hint.text()
    assert view.session.stack.count() == 0
