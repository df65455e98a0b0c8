"""What is wrong is seen from afar by a sign, not by a colour alone, in drawings of any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from studio.canvas import CanvasView
from studio.canvas.far_marks import SIZE, sign
from studio.theme import current, switch

WRONG = {
    "image": ("Input", 0, 0, {"shape": (8, 8, 1)}),
    "reads": ("LSTM", 240, 0, {"units": 4}),
    "flat": ("Flatten", 240, 160),
    "far": ("Dense", 480, 160, {"units": 4}),
}


@pytest.fixture
def wrong(session: Any, open_view: Callable[[Any], CanvasView]) -> CanvasView:
    session.build(WRONG, [("image", "reads"), ("image", "flat"), ("flat", "far")])
    return open_view(session)


def sign_on(view: CanvasView, node: str) -> list[str]:
    """Return the colours from left to right through the middle of where a sign would be."""
    card = view.mirror.nodes[node].card()
    size = min(SIZE, 0.8 * card.height() * view.zoom(), 0.5 * card.width() * view.zoom())
    centre = view.mapFromScene(card.topRight()) + QPointF(-0.7 * size, 0.7 * size).toPoint()
    image: QImage = view.viewport().grab().toImage()
    return [image.pixelColor(centre.x() + step, centre.y()).name() for step in range(-6, 7)]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("zoom", [0.3, 0.2, 0.12])
def test_an_error_has_a_sign_from_afar(wrong: CanvasView, zoom: float, mode: str) -> None:
    switch().set_mode(mode)
    try:
        wrong.set_zoom(zoom)
        wrong.select([])
        danger = QColor(current().danger).name()
        assert danger in sign_on(wrong, "n2")
        assert len(set(sign_on(wrong, "n2"))) > 2  # the cross, and the rim around it
        assert danger not in sign_on(wrong, "n3")
    finally:
        switch().set_mode("light")


def test_the_signs_differ_in_form(qapp: Any) -> None:
    def shape(severity: str) -> set[tuple[int, int]]:
        image = QImage(24, 24, QImage.Format.Format_RGB32)
        image.fill(QColor("#123456"))
        painter = QPainter(image)
        sign(painter, QPointF(12, 12), 18, severity, current())
        painter.end()
        ground = QColor("#123456").name()
        return {(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).name() != ground}

    error, warning = shape("error"), shape("warning")
    assert len(error ^ warning) > 40
