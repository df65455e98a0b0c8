"""Keys that the user gives to other actions, as a hand does it, and what follows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from studio.app.actions import ACTIONS
from studio.app.key_dialog import KeyDialog
from studio.app.keys import load_keys
from studio.app.settings import Settings
from studio.app.shortcuts import ShortcutOverlay
from studio.app.window import MainWindow
from studio.kit.keymap import keymap
from tests.end_to_end.user import User

Ctrl, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def own_keys() -> Iterator[None]:
    yield
    keymap().reset_all()


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot) -> User:
    window.open_example("digits")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.come_back()
    made.settle()
    made.view.mirror.finish_glide()  # the cards stand where a hand would click them
    return made


def dialog_of(window: MainWindow) -> KeyDialog:
    found = window.findChild(KeyDialog)
    assert isinstance(found, KeyDialog)
    return found


def change(user: User, letters: str, key: Qt.Key, held: Any = NONE) -> KeyDialog:
    """Open the dialog by the overlay, search, and press the new keys."""
    window = user.window
    window.show_shortcuts()
    overlay = window.findChild(ShortcutOverlay)
    assert isinstance(overlay, ShortcutOverlay)
    user.tap(overlay.change)
    dialog = dialog_of(window)
    QTest.keyClicks(dialog.search, letters)
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.focusWidget() is dialog.field
    QTest.keyClick(dialog.field, key, held)
    return dialog


def button_of(dialog: KeyDialog, text: str) -> QPushButton:
    found = dialog.told.findChildren(QPushButton)
    return next(button for button in found if button.text() == text and button.isVisible())


def test_new_keys_act_and_the_old_ones_do_not(user: User) -> None:
    dialog = change(user, "rename", Qt.Key.Key_F7)
    assert dialog.list.currentItem().text(2) == "F7 (changed)"
    dialog.accept()
    user.come_back()
    user.click_node("image")
    QTest.keyClick(user.view, Qt.Key.Key_F2)
    assert user.view.name_editor is None
    QTest.keyClick(user.view, Qt.Key.Key_F7)
    assert user.view.name_editor is not None
    QTest.keyClick(user.view.name_editor, Qt.Key.Key_Escape)
    assert user.window.actions_by_id["rename"].toolTip().startswith("Rename (F7)")
    from studio.canvas.menus import menu_at

    menu = menu_at(user.view, user.card("image"))
    assert "Rename\tF7" in [action.text() for action in menu.actions()]
    menu.deleteLater()
    assert Settings().text("keys") == '{"rename": "F7"}'
    keymap().reset_all()
    load_keys(Settings())
    assert keymap().words("rename") == "F7"


def test_a_key_of_the_canvas_itself_can_be_changed(user: User) -> None:
    change(user, "Enter the block", Qt.Key.Key_E).accept()
    user.come_back()
    user.click_node("image")
    user.key("Ctrl+A")
    seen: list[str] = []
    user.view.enter_block = lambda: seen.append("entered")
    QTest.keyClick(user.view, Qt.Key.Key_Return)
    assert not seen
    QTest.keyClick(user.view, Qt.Key.Key_E)
    assert seen == ["entered"]


def test_keys_that_belong_to_another_are_named_and_taken_on_wish(user: User) -> None:
    dialog = change(user, "Lay out", Qt.Key.Key_D, Ctrl)
    assert "Ctrl+D belongs to “Duplicate”" in dialog.told.accessibleName()
    assert keymap().words("auto_layout") == "L"
    user.tap(button_of(dialog, "Leave it there"))
    assert not dialog.told.isVisible()
    assert keymap().words("duplicate") == "Ctrl+D"
    QTest.keyClick(dialog.field, Qt.Key.Key_D, Ctrl)
    user.tap(button_of(dialog, "Take it"))
    assert keymap().words("auto_layout") == "Ctrl+D"
    assert keymap().words("duplicate") == ""
    assert user.window.actions_by_id["duplicate"].shortcut().isEmpty()
    dialog.choose("duplicate")
    user.tap(dialog.reset_one)
    assert keymap().words("duplicate") == "Ctrl+D"
    assert keymap().words("auto_layout") == ""
    QTimer.singleShot(0, lambda: _agree("Reset all"))
    user.tap(dialog.reset_all)
    assert keymap().own() == {}
    assert keymap().words("auto_layout") == "L"
    dialog.accept()


def _agree(text: str) -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text() == text).click()


def test_keys_that_every_list_needs_stay_and_an_action_may_have_none(user: User) -> None:
    dialog = change(user, "Duplicate", Qt.Key.Key_Space)
    assert "cannot be given away" in dialog.told.accessibleName()
    assert keymap().words("duplicate") == "Ctrl+D"
    user.tap(dialog.remove)
    assert keymap().words("duplicate") == ""
    dialog.accept()
    overlay = ShortcutOverlay(user.window)
    shown = {label.text() for label in overlay.findChildren(QLabel)}
    assert "Duplicate" not in shown
    overlay.close()


def test_a_sign_that_needs_shift_is_one_key(user: User) -> None:
    dialog = change(user, "Select all", Qt.Key.Key_Exclam, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.list.currentItem().text(2).startswith(("!", "Shift+!"))
    dialog.accept()


@pytest.mark.parametrize(
    "text", ["no json", "[1]", "[" * 100_000, '{"rename": 7, "nobody": "F7", "copy": "Tab", "cut": "A, B"}']
)
def test_damaged_settings_count_as_never_set(window: MainWindow, text: str) -> None:
    settings = Settings()
    settings.set_text("keys", text)
    load_keys(settings)
    assert keymap().own() == {}
    assert keymap().words("rename") == "F2"


def test_a_choice_of_the_users_wins_over_a_later_default() -> None:
    known = keymap()
    known.declare({act.id: (act.shortcut, *act.also) for act in ACTIONS})
    known.take({"copy": "F2"})
    assert known.owner(QKeySequence("F2")) == "copy"
    assert known.words("rename") == ""


def test_keys_go_to_a_file_and_come_back(user: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dialog = change(user, "rename", Qt.Key.Key_F7)
    given = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(given), ""))
    user.tap(dialog.give_out)
    text = given.with_suffix(".json").read_text(encoding="utf-8")
    assert '"rename": "F7"' in text
    keymap().reset_all()
    other = tmp_path / "other.json"
    other.write_text(text.replace('"rename"', '"gone": "F9",\n    "rename"'), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    user.tap(dialog.take_in)
    assert keymap().words("rename") == "F7"
    assert user.window.actions_by_id["rename"].shortcut().toString() == "F7"
    assert "gone" in dialog.told.accessibleDescription()
    assert "F7" in user.window.settings.text("keys")
    deep, large = "[" * 100_000, f'{{"format": "bunon-keys", "keys": {{}}, "more": "{"x" * 2**20}"}}'
    for wrong in ("{", "[]", '{"keys": {}}', '{"format": "bunon-keys", "keys": 3}', deep, large):
        other.write_text(wrong, encoding="utf-8")
        user.tap(dialog.take_in)
        assert dialog.told.kind() == "error"
        assert keymap().words("rename") == "F7"
    names = ", ".join(f'"{"long" * 99}{at}": "F9"' for at in range(999))
    other.write_text(f'{{"format": "bunon-keys", "keys": {{{names}, "rename": 7, "copy": "Tab"}}}}')
    user.tap(dialog.take_in)
    assert dialog.told.accessibleDescription().endswith(", …"), "a few of them, and no flood of words"
    assert "copy" in dialog.told.accessibleDescription()
    assert len(dialog.told.accessibleDescription()) < 500
