"""A chain that the Sequential view orders becomes a graph where something is to be framed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from tests.end_to_end.user import User


def test_framing_a_chain_shows_it_as_a_graph(window: MainWindow, qtbot: QtBot) -> None:
    window.open_example("digits")
    user = User(window, qtbot)
    user.session.set_catalog(window.loader.catalog)
    user.view.setFocus()
    assert user.view.mirror.stacked()
    nodes = user.session.document.node_ids()[1:3]
    user.view.select(nodes)
    user.key("C")
    assert not user.view.mirror.stacked()
    assert window.bar.style_choice.value() == "graph"
    QTest.keyClicks(user.view.mark_editor, "Eyes")
    QTest.keyClick(user.view.mark_editor, Qt.Key.Key_Return)
    area = user.view.mirror.marks.items["m1"].rect()
    assert all(area.contains(user.view.mirror.nodes[node].card()) for node in nodes)
    window.view_sequential()
    assert not user.view.mirror.marks.items["m1"].isVisible()
    window.view_graph()
    assert user.view.mirror.marks.items["m1"].isVisible()
