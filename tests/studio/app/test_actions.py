"""The table of actions, and what derives from it."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from engine.config import resources_path
from studio.app.actions import ACTIONS, MENUS, WHY_NOT
from studio.app.command_palette import ASIDE, KEYS, CommandPalette, rank
from studio.app.shortcuts import ShortcutOverlay
from studio.app.window import MainWindow


def test_no_shortcut_is_given_twice_and_all_are_known_to_qt() -> None:
    keys = [QKeySequence(act.shortcut).toString() for act in ACTIONS if act.shortcut]
    assert all(keys)
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert len({act.id for act in ACTIONS}) == len(ACTIONS)


def test_every_action_has_a_menu_a_handler_a_picture_and_a_reason() -> None:
    for act in ACTIONS:
        assert act.menu in MENUS, act.id
        assert callable(getattr(MainWindow, act.handler, None)), act.id
        assert not act.icon or (resources_path() / "icons" / f"{act.icon}.svg").is_file(), act.id
        assert not act.when or act.when in WHY_NOT or act.when in ("linear", "can_train"), act.id


def test_all_actions_are_reached_by_menu(window: MainWindow) -> None:
    reached = set()
    for top in window.menuBar().actions():
        for action in top.menu().actions():
            inner = action.menu()
            reached |= {one.objectName() for one in (inner.actions() if inner else [action])}
    assert {act.id for act in ACTIONS} <= reached


def test_a_disabled_action_says_why(window: MainWindow) -> None:
    train = window.actions_by_id["train"]
    assert not train.isEnabled()
    save = window.actions_by_id["save"]
    assert not save.isEnabled()
    assert "Open or begin a drawing" in save.toolTip()


def test_the_palette_finds_by_words_and_by_letters(window: MainWindow, qtbot: QtBot) -> None:
    assert rank("fit", "Fit all") == 0
    assert rank("all", "Fit all") == 1
    assert rank("fta", "Fit all") == 3
    assert rank("zzz", "Fit all") is None
    window.open_example("digits")
    palette = CommandPalette(window.actions(), window)
    palette.show()
    palette.field.setText("dark")
    assert "Dark" in palette.list.item(0).text()
    with qtbot.waitSignal(window.actions_by_id["theme_dark"].triggered):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.settings.text("theme") == "dark"
    window.theme_light()


def test_the_palette_begins_with_what_was_used_lately_and_says_what_cannot_be_used(
    window: MainWindow, qtbot: QtBot
) -> None:
    def opened() -> CommandPalette:
        window.find_action()
        return next(each for each in window.findChildren(CommandPalette) if each.isVisible())

    first = opened()
    first.field.setText("theme light")
    qtbot.keyClick(first.field, Qt.Key.Key_Return)
    second = opened()
    assert second.list.item(0).text() == "Theme: Light", "words in any order find what a submenu holds"
    assert "used lately" in second.list.item(0).data(ASIDE)
    second.field.setText("dissolve")
    row = second.list.item(0)
    assert not row.flags() & Qt.ItemFlag.ItemIsEnabled
    assert row.data(ASIDE) == row.toolTip() == "Select a block first."
    assert row.data(KEYS) == "Ctrl+Shift+G"
    second.field.setText("qqqq")
    assert second.none.isVisible()
    second.close()


def test_the_overlay_lists_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    overlay = ShortcutOverlay(window)
    overlay.show()
    from PySide6.QtWidgets import QLabel

    shown = {label.text() for label in overlay.findChildren(QLabel)}
    assert {"Train", "Lay out", "Mouse"} <= shown
    qtbot.keyClicks(overlay.search, "ctrl+g block")
    left = {label.text() for label in overlay.findChildren(QLabel) if label.isVisible()}
    assert left == {"Layer", "Make a block", "Ctrl+G"}
    overlay.search.setText("qqqq")
    left = {label.text() for label in overlay.findChildren(QLabel) if label.isVisible()}
    assert left == {"No action is called that, and none has such keys."}
    overlay.close()
