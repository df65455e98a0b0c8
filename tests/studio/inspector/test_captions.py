"""Long names of parameters find room in two lines."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from studio.inspector.caption import broken
from studio.theme import ui_font


def test_a_long_name_is_broken_behind_an_underscore(qapp: QApplication) -> None:
    metrics = QFontMetrics(ui_font(11))
    name = "return_attention_scores"
    room = metrics.horizontalAdvance("return_attention_") + 2
    assert broken(name, metrics, room) == ("return_attention_", "scores")
    assert broken("units", metrics, room) == ("units", "")
    first, second = broken("unbreakablylongnameofsomething", metrics, 60)
    assert first.endswith("…")
    assert second == ""
