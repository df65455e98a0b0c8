"""Ports that come and go with a switch, and a chain that stays one, in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QGraphicsView, QScrollArea
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from studio.document import Document, files
from studio.document.linear import chain
from tests.end_to_end.examples import Builder, digits
from tests.end_to_end.user import User

ALT = Qt.KeyboardModifier.AltModifier


def recurrent() -> Document:
    make = Builder("sunspots")
    series = make.input("series", "series")
    first = make.layer("LSTM", series, params={"units": 8, "return_sequences": True}, name="first")
    last = make.layer("LSTM", first, params={"units": 4}, name="last")
    make.layer("Dense", last, params={"units": 1}, name="guess")
    return make.finish()


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest) -> User:
    files.save(request.param(), tmp_path / "drawing.bunon")
    window.open_path(tmp_path / "drawing.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.view.setFocus()
    made.settle()
    return made


def switch_states(user: User) -> None:
    user.click_node("first")
    editor = user.param("return_state")
    user.tap(editor if isinstance(editor, QAbstractButton) else editor.findChildren(QAbstractButton)[0])
    user.settle()


@pytest.mark.parametrize("user", [recurrent], indirect=True)
def test_the_wire_of_an_lstm_stays_while_its_states_come_and_go(user: User) -> None:
    session, view = user.session, user.view
    switch_states(user)
    assert [each.port for each in user.item("first").look.outputs] == ["sequence", "hidden", "cell"]
    assert "output_gone" not in [each.code for each in session.analysis.problems]
    (wire,) = session.document.outgoing(user.node("first"))
    assert wire.source_port == "sequence"
    assert session.stack.count() == 1
    user.key("Ctrl+Z")
    assert session.document.outgoing(user.node("first"))[0].source_port == "output"
    user.key("Ctrl+Shift+Z")
    user.come_back()
    view.fit_all()
    user.drag(user.socket("first", False, 1), user.socket("guess", True))
    switch_states(user)
    ports = [(each.port, each.state) for each in user.item("first").look.outputs]
    assert ports == [("output", "open"), ("hidden", "gone")]
    assert [one.wire.source_port for one in view.mirror.wires.values() if one.broken] == ["hidden"]
    user.come_back()
    (broken,) = (one for one in view.mirror.wires.values() if one.broken)
    user.click(view.mapFromScene(broken.middle()), keys=ALT)
    assert "output_gone" not in [each.code for each in session.analysis.problems]
    assert not view.mirror_errors()


@pytest.mark.parametrize("user", [digits], indirect=True)
def test_a_chain_stays_one_when_a_layer_is_deleted(user: User) -> None:
    view = user.view
    if not view.mirror.stacked():
        user.key("Q")
    assert view.mirror.stacked()
    user.click_node("dropout")
    user.key("Del")
    assert view.mirror.stacked()
    assert ("flatten", "dense") in user.links()
    assert user.session.stack.count() == 1
    user.key("Ctrl+Z")
    user.settle()
    assert ("dropout", "dense") in user.links()
    user.drag(user.card("dropout"), user.card("rescaling") + QPoint(4, 0))
    assert ("image", "dropout") in user.links()


def order(user: User) -> list[str]:
    return [user.session.document.node(node).name for node in chain(user.session.document)]


@pytest.mark.parametrize("user", [digits], indirect=True)
def test_copies_go_into_the_chain(user: User) -> None:
    session, view = user.session, user.view
    assert view.mirror.stacked()
    before = order(user)
    user.click_node("dropout")
    user.key("Ctrl+D")
    assert view.mirror.stacked()
    assert order(user)[before.index("dropout") + 1] == "dropout_1"
    user.key("Ctrl+Z")
    assert order(user) == before
    user.click_node("dropout")
    user.key("Alt+D")  # no Sequential calls a layer twice: the chain goes on as a graph
    assert {("dropout", "dropout_1"), ("dropout_1", "dense")} <= user.links()
    assert not view.mirror.stacked()
    user.key("Ctrl+Z")
    user.settle()
    assert view.mirror.stacked()
    user.click(user.card("max_pooling2d"))
    user.click(user.card("flatten"), keys=Qt.KeyboardModifier.ShiftModifier)
    user.key("Ctrl+C")
    user.click_node("image")
    user.key("Ctrl+V")
    assert order(user)[:3] == ["image", "max_pooling2d_1", "flatten_1"]
    assert session.stack.count() == 1
    user.key("Ctrl+X")
    assert order(user) == before
    user.settle()
    user.click_node("digit")
    user.key("Ctrl+V")
    assert view.mirror.stacked()
    assert order(user)[-2:] == ["flatten_1", "digit"]
    assert not view.mirror_errors()
    while session.stack.canUndo():
        user.key("Ctrl+Z")
    assert order(user) == before


@pytest.mark.parametrize("user", [digits], indirect=True)
def test_an_undo_leads_back_to_the_sequential_view(user: User) -> None:
    view = user.view
    user.drag(user.socket("dense", True), user.socket("dense", True) + QPoint(0, 150))
    assert not view.mirror.stacked()
    user.key("Ctrl+Z")
    assert view.mirror.stacked()
    user.key("Q")
    user.settle()
    user.drag(user.socket("dense", True), user.socket("dense", True) + QPoint(0, 150))
    user.key("Ctrl+Z")
    assert not view.mirror.stacked()


@pytest.mark.parametrize("user", [digits], indirect=True)
def test_the_next_part_begins_where_the_focus_is_seen(user: User) -> None:
    user.click_node("dense")
    for pane in (user.workspace.right, user.workspace.bottom, user.workspace.left):
        user.key("F6")
        focus = QApplication.focusWidget()
        assert pane.isAncestorOf(focus)
        assert not isinstance(focus, (QScrollArea, QGraphicsView))
    user.key("F6")
    assert user.view.hasFocus()
