"""F1 in the drawing, in the list of layers, and with nothing to ask about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from tests.end_to_end.user import User


def test_f1_opens_the_page_of_what_is_meant(window: MainWindow, qtbot: QtBot) -> None:
    window.open_example("digits")
    user = User(window, qtbot)
    user.session.set_catalog(window.loader.catalog)
    user.come_back()
    user.key("F1")
    assert user.workspace.right.current() == "help"
    user.view.setFocus()
    user.view.fit_all()
    user.settle()
    user.click_node("dense")
    user.key("F1")
    assert user.workspace.help.shown_type() == "Dense"
    assert user.workspace.help.toPlainText().startswith("Dense")
    rows = user.workspace.palette_panel.findChild(QTreeWidget)
    assert rows is not None
    rows.setFocus()
    item = next(iter(rows.findItems("LSTM", Qt.MatchFlag.MatchRecursive)))
    rows.setCurrentItem(item)
    QTest.keyClick(rows, Qt.Key.Key_F1)
    assert user.workspace.help.shown_type() == "LSTM"
    assert user.session.stack.count() == 0
