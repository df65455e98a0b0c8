"""Sections, empty rooms, callouts, rows of numbers, and the layout that wraps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.kit import Callout, EmptyState, FlowLayout, IconLabel, Section, StatRow
from studio.theme import DARK, LIGHT, switch


def test_a_section_folds_by_mouse_and_key(qtbot: QtBot) -> None:
    section = Section("Convolution")
    qtbot.addWidget(section)
    inside = QLabel("Conv2D")
    section.body().addWidget(inside)
    section.show()
    seen: list[bool] = []
    section.toggled.connect(seen.append)
    header = section.findChild(QAbstractButton)
    assert header.accessibleDescription() == "expanded"
    qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
    assert not inside.isVisible()
    assert header.accessibleDescription() == "collapsed"
    qtbot.keyClick(header, Qt.Key.Key_Right)
    assert inside.isVisible()
    qtbot.keyClick(header, Qt.Key.Key_Left)
    qtbot.keyClick(header, Qt.Key.Key_Return)
    assert seen == [False, True, False, True]
    assert section.is_expanded()


def test_a_section_tells_its_title(qtbot: QtBot) -> None:
    section = Section("Core", expanded=False)
    qtbot.addWidget(section)
    assert not section.is_expanded()
    section.set_title("Merge")
    section.set_note("2")
    assert section.title() == "Merge"
    assert section.findChild(QAbstractButton).accessibleName() == "Merge"


def test_an_empty_room_says_what_to_do_and_does_it(qtbot: QtBot) -> None:
    empty = EmptyState("workflow", "Nothing here yet", "Drag a layer in.", "Add a layer")
    qtbot.addWidget(empty)
    with qtbot.waitSignal(empty.acted):
        qtbot.mouseClick(empty.button(), Qt.MouseButton.LeftButton)
    assert empty.accessibleName() == "Nothing here yet"
    empty.set_message("No runs", "Press Train.")
    assert empty.accessibleDescription() == "Press Train."
    empty.set_icon("history")


def test_an_empty_room_without_a_button_has_none(qtbot: QtBot) -> None:
    empty = EmptyState("history", "No runs", "Press Train.")
    qtbot.addWidget(empty)
    empty.show()
    assert not empty.button().isVisible()


def test_a_callout_offers_repairs(qtbot: QtBot) -> None:
    done: list[str] = []
    callout = Callout("error", "LSTM reads a sequence.", "It gets a picture.")
    qtbot.addWidget(callout)
    first = callout.add_action("Reshape", lambda: done.append("reshape"), primary=True)
    callout.add_action("Details", link=True)
    callout.show()
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert done == ["reshape"]
    assert callout.accessibleName() == "LSTM reads a sequence."
    callout.clear_actions()
    assert not [button for button in callout.findChildren(QPushButton) if button.isVisible()]


def test_a_callout_shows_markup_as_it_is(qtbot: QtBot) -> None:
    callout = Callout("warning", "<b>name</b>", "<img src=x>")
    qtbot.addWidget(callout)
    assert {label.textFormat() for label in callout.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_a_callout_can_be_dismissed(qtbot: QtBot) -> None:
    callout = Callout("info", "Read-only")
    qtbot.addWidget(callout)
    callout.set_closable(True)
    callout.show()
    with qtbot.waitSignal(callout.closed):
        qtbot.mouseClick(callout.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert not callout.isVisible()


def test_a_callout_changes_its_kind_and_refuses_unknown_ones(qtbot: QtBot) -> None:
    callout = Callout("info", "Saved")
    qtbot.addWidget(callout)
    callout.resize(200, 40)
    callout.set_kind("good")
    assert callout.kind() == "good"
    assert callout.grab().toImage().pixelColor(1, 20).name() == LIGHT.good
    with pytest.raises(ValueError, match="info, good, warning, error"):
        callout.set_kind("loud")
    with pytest.raises(ValueError, match="'loud'"):
        Callout("loud", "!")


def test_a_row_names_its_number(qtbot: QtBot) -> None:
    row = StatRow("time left", "0:07")
    qtbot.addWidget(row)
    assert row.accessibleName() == "time left: 0:07"
    row.set_value("0:06")
    assert row.value() == "0:06"
    assert row.accessibleName() == "time left: 0:06"
    row.set_tool_tip("until the last epoch ends")
    assert row.accessibleDescription() == "until the last epoch ends"


def test_an_icon_label_follows_the_theme(qtbot: QtBot) -> None:
    label = IconLabel("square", "danger", 24)
    qtbot.addWidget(label)
    label.resize(24, 24)
    switch().set_mode("light")
    before = label.grab().toImage()
    switch().set_mode("dark")
    after = label.grab().toImage()
    switch().set_mode("light")
    colours = [{image.pixelColor(x, 4).name() for x in range(24)} for image in (before, after)]
    assert LIGHT.danger in colours[0] | {before.pixelColor(4, 12).name()}
    assert DARK.danger in colours[1] | {after.pixelColor(4, 12).name()}


def test_the_flow_breaks_where_the_room_ends(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    flow = FlowLayout(room, spacing=8)
    buttons = [QWidget() for _ in range(3)]
    for button in buttons:
        button.setFixedSize(100, 20)
        flow.addWidget(button)
    assert flow.count() == 3
    assert flow.sizeHint().width() == 316
    assert flow.heightForWidth(400) == 20
    assert flow.heightForWidth(210) == 48
    flow.setGeometry(QRect(0, 0, 210, 100))
    assert [button.pos().toTuple() for button in buttons] == [(0, 0), (108, 0), (0, 28)]
    room.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    flow.setGeometry(QRect(0, 0, 210, 100))
    assert buttons[0].geometry().right() == 209
    assert flow.takeAt(5) is None
    assert flow.itemAt(0) is not None


def test_long_words_on_a_button_end_in_an_ellipsis_and_are_told_whole(qtbot: QtBot) -> None:
    callout = Callout("error", "Title")
    qtbot.addWidget(callout)
    words = "Set from_logits to True in SparseCategoricalCrossentropy of the second Output"
    button = callout.add_action(words)
    short = callout.add_action("Remove it")
    callout.resize(260, 120)
    callout.show()
    qtbot.waitExposed(callout)
    assert button.width() <= 260
    assert button.shown().endswith("…")
    assert button.toolTip() == words
    assert short.shown() == "Remove it"
    assert short.toolTip() == ""
