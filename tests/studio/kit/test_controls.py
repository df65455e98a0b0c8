"""Switch, segments, search and number fields: by mouse, by key, and to a screen reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from studio.kit import DecimalField, IntegerField, SearchField, Segmented, Switch
from studio.theme import DARK, LIGHT, switch


def test_a_switch_toggles_by_click_anywhere_and_by_space(qtbot: QtBot) -> None:
    one = Switch("use_bias")
    qtbot.addWidget(one)
    with qtbot.waitSignal(one.toggled):
        qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=QPoint(one.width() - 3, one.height() // 2))
    assert one.isChecked()
    qtbot.keyClick(one, Qt.Key.Key_Space)
    assert not one.isChecked()


def test_a_switch_is_a_check_box_to_screen_readers(qtbot: QtBot) -> None:
    one = Switch("use_bias", checked=True)
    qtbot.addWidget(one)
    reader = QAccessible.queryAccessibleInterface(one)
    assert reader.role() == QAccessible.Role.CheckBox
    assert reader.text(QAccessible.Text.Name) == "use_bias"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_switch_that_is_on_has_the_accent(qtbot: QtBot, theme: object) -> None:
    switch().set_mode("dark" if theme is DARK else "light")
    one = Switch(checked=True)
    qtbot.addWidget(one)
    one.resize(one.sizeHint())
    image = one.grab().toImage()
    found = image.pixelColor(8, image.height() // 2).name()
    switch().set_mode("light")
    assert found == (DARK if theme is DARK else LIGHT).accent_fill


def test_a_visible_switch_slides_to_its_end(qtbot: QtBot) -> None:
    one = Switch()
    qtbot.addWidget(one)
    one.show()
    qtbot.waitExposed(one)
    one.setChecked(True)
    qtbot.waitUntil(lambda: one._place == 1.0, timeout=2000)


def test_segments_choose_exactly_one(qtbot: QtBot) -> None:
    row = Segmented([("sequential", "Sequential"), ("graph", "Graph")], "View")
    qtbot.addWidget(row)
    seen: list[str] = []
    row.value_changed.connect(seen.append)
    assert row.value() == "sequential"
    qtbot.mouseClick(row.segment("graph"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(row.segment("graph"), Qt.MouseButton.LeftButton)
    assert row.value() == "graph"
    row.set_value("sequential")
    assert seen == ["graph", "sequential"]
    assert not row.segment("graph").isChecked()


def test_a_disabled_segment_says_why_and_cannot_be_chosen(qtbot: QtBot) -> None:
    row = Segmented([("sequential", "Sequential"), ("graph", "Graph")])
    qtbot.addWidget(row)
    row.set_value("graph")
    row.set_tool_tip("sequential", "Layers one after another")
    row.set_segment_enabled("sequential", False, "conv2d branches")
    qtbot.mouseClick(row.segment("sequential"), Qt.MouseButton.LeftButton)
    assert row.value() == "graph"
    assert row.segment("sequential").toolTip() == "conv2d branches"
    assert row.segment("sequential").accessibleDescription() == "conv2d branches"
    row.set_segment_enabled("sequential", True)
    assert row.segment("sequential").toolTip() == "Layers one after another"


def test_choosing_a_segment_moves_nothing(qtbot: QtBot) -> None:
    row = Segmented([("sequential", "Sequential"), ("graph", "Graph")])
    qtbot.addWidget(row)
    before = row.sizeHint()
    row.set_value("graph")
    assert row.sizeHint() == before


def test_segments_need_a_choice(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Segmented([])


def test_escape_empties_the_search_and_then_passes_on(qtbot: QtBot) -> None:
    field = SearchField("Search 118 layers", "Ctrl Shift P")
    qtbot.addWidget(field)
    clear = field.actions()[-1]
    assert not clear.isVisible()
    qtbot.keyClicks(field, "conv")
    assert clear.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert field.accessibleName() == "Search 118 layers"
    qtbot.keyClicks(field, "x")
    clear.trigger()
    assert field.text() == ""
    assert field.hint() == "Ctrl Shift P"


def test_number_fields_use_the_digits_of_code(qtbot: QtBot) -> None:
    QLocale.setDefault(QLocale("bn_BD"))
    try:
        whole, part = IntegerField(), DecimalField()
        qtbot.addWidget(whole)
        qtbot.addWidget(part)
        whole.setValue(1234567)
        part.setValue(0.001)
        assert whole.text() == "1234567"
        assert part.text() == "0.001"
        part.setValue(20)
        assert part.text() == "20"
    finally:
        QLocale.setDefault(QLocale.c())


def test_number_fields_take_what_is_typed(qtbot: QtBot) -> None:
    field = IntegerField(1, 512)
    qtbot.addWidget(field)
    field.selectAll()
    qtbot.keyClicks(field, "64")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 65
