"""Frames, notes, copies and lining up by keys in the real window, in the model and inside a block."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from studio.commands import add_mark
from studio.document import files
from tests.end_to_end.user import User
from tests.studio.commands.test_blocks import residual

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture(params=["model", "block"])
def user(request: Any, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.come_back()
    if request.param == "block":
        pick(made, "stem", "one", "two", "added")
        made.key("Ctrl+G")
        QTest.keyClick(made.view, Qt.Key.Key_Return)
        assert made.session.graph == "block"
    made.session.stack.clear()
    made.tidy()
    made.session.stack.clear()
    return made


def pick(user: User, *names: str) -> None:
    user.view.select([inner(user, name) for name in names])


def inner(user: User, name: str) -> str:
    return user.session.document.node_named(name, user.session.graph) or ""


def write(user: User, text: str, keys: Any = Qt.KeyboardModifier.NoModifier) -> None:
    editor = user.view.mark_editor
    assert editor is not None
    assert QApplication.focusWidget() is editor
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return, keys)
    assert user.view.mark_editor is None


def undo_all(user: User, start: Any) -> None:
    while user.session.stack.canUndo():
        user.key("Ctrl+Z")
        user.settle()
        assert user.view.mirror_errors() == []
    assert user.session.document.same_as(start)


def test_frames_and_notes_by_keys(user: User) -> None:
    document, graph = user.session.document, user.session.graph
    start = document.copy()
    assert not user.window.actions_by_id["frame"].isEnabled()
    pick(user, "one", "two")
    user.key("C")
    write(user, "Twice; B, C, F and N are letters here")
    (mark,) = document.mark_ids(graph)
    assert document.mark(mark, graph).text.startswith("Twice; B, C, F and N")
    assert document.mark_ids("main" if graph != "main" else "block") == []
    user.key("N")
    write(user, "Why two?", CTRL)
    assert user.workspace.selected() == []
    assert document.mark_ids(graph) == ["m1", "m2"]
    user.key("Alt+Right")
    user.key("Alt+Shift+Right")
    assert document.mark("m2", graph).size[0] == 210
    user.key("F2")
    write(user, "Why not three?", CTRL)
    assert document.mark("m2", graph).text == "Why not three?"
    user.key("Ctrl+D")
    assert len(document.mark_ids(graph)) == 3
    user.key("Del")
    user.key("Ctrl+A")
    user.key("Ctrl+C")
    assert "Why not three?" in QApplication.clipboard().text()
    saved = files.loads(files.dumps(document))
    assert saved.same_as(document)
    undo_all(user, start)


def test_copies_keep_the_wires_that_came_in(user: User) -> None:
    document, graph = user.session.document, user.session.graph
    start = document.copy()
    pick(user, "one", "two")
    user.key("Ctrl+C")
    user.key("Ctrl+Shift+V")
    one, two = user.workspace.selected()
    assert [wire.source for wire in document.incoming(one, graph=graph)] == [inner(user, "stem")]
    assert [wire.source for wire in document.incoming(two, graph=graph)] == [one]
    undo_all(user, start)


def test_the_menu_lines_up_and_spaces_out(user: User) -> None:
    document, graph = user.session.document, user.session.graph
    start = document.copy()
    pick(user, "one", "two", "added")
    for name in ("align_top", "align_left", "distribute_down"):
        action = user.window.actions_by_id[name]
        assert action.isEnabled()
        action.trigger()
        user.settle()
    places = [document.place(inner(user, name), graph) for name in ("one", "two", "added")]
    assert len({x for x, _ in places}) == 1
    assert len({y for _, y in places}) == 3
    pick(user, "one", "two")
    assert not user.window.actions_by_id["distribute_across"].isEnabled()
    assert "three" in user.window.actions_by_id["distribute_across"].toolTip()
    undo_all(user, start)


def test_wires_are_cut_broken_and_filled(user: User) -> None:
    document, graph, view = user.session.document, user.session.graph, user.view
    start = document.copy()
    (wire,) = document.incoming(inner(user, "two"), graph=graph)
    at = view.mapFromScene(view.mirror.wires[wire].middle())
    user.click(at, keys=ALT)
    assert document.incoming(inner(user, "two"), graph=graph) == []
    user.key("Ctrl+Z")
    user.drag(at - QPoint(0, 30), at + QPoint(0, 30), RIGHT, CTRL)
    assert document.incoming(inner(user, "two"), graph=graph) == []
    user.key("Ctrl+Z")
    user.drop("Dropout", at)
    (new,) = user.workspace.selected()
    assert [w.source for w in document.incoming(new, graph=graph)] == [inner(user, "one")]
    assert [w.source for w in document.incoming(inner(user, "two"), graph=graph)] == [new]
    cards = [view.mirror.nodes[inner(user, name)].card() for name in ("one", "two", "added")]
    assert not any(card.intersects(view.mirror.nodes[new].card()) for card in cards)
    undo_all(user, start)


def test_a_frame_is_dragged_by_its_title(user: User) -> None:
    document, graph, view = user.session.document, user.session.graph, user.view
    start = document.copy()
    pick(user, "two")
    user.key("C")
    write(user, "Second")
    before = document.place(inner(user, "two"), graph)
    title = view.mapFromScene(view.mirror.marks.items["m1"].rect().topLeft() + QPointF(12, 8))
    user.drag(title, title + QPoint(0, 60))
    assert document.place(inner(user, "two"), graph)[1] > before[1] + 40
    undo_all(user, start)


def test_a_frame_goes_into_a_block_and_comes_out_again(user: User) -> None:
    document, graph = user.session.document, user.session.graph
    start = document.copy()
    pick(user, "one", "two")
    user.key("C")
    write(user, "Pair")
    user.key("Ctrl+G")
    (block,) = [name for name in document.graph_names() if name not in start.graph_names()]
    assert document.mark_ids(graph) == []
    assert [document.mark(mark, block).text for mark in document.mark_ids(block)] == ["Pair"]
    user.key("Ctrl+Shift+G")
    assert [document.mark(mark, graph).text for mark in document.mark_ids(graph)] == ["Pair"]
    undo_all(user, start)


def test_a_note_that_is_being_written_is_kept_when_the_drawing_is_left(user: User) -> None:
    document, graph = user.session.document, user.session.graph
    other = "main"
    if graph == "main":
        pick(user, "one", "two")
        user.key("Ctrl+G")
        other = "block"
    start = document.copy()
    user.key("N")
    QTest.keyClicks(user.view.mark_editor, "left in a hurry")
    user.session.enter(other)
    assert user.view.mark_editor is None
    assert [document.mark(mark, graph).text for mark in document.mark_ids(graph)] == ["left in a hurry"]
    assert document.mark_ids(other) == []
    user.session.stack.undo()
    assert document.same_as(start)
    assert user.view.mirror_errors() == []


def test_the_search_finds_frames_and_notes_by_their_words(user: User) -> None:
    session, view = user.session, user.view
    note = add_mark(
        session, "note", (2000.0, 900.0, 200.0, 80.0), "Ask Ada about the kernel", graph=session.graph
    )
    user.key("Ctrl+F")
    QTest.keyClicks(view.finder.field, "ada")
    QTest.keyClick(view.finder.field, Qt.Key.Key_Return)
    assert view.finder.count.text() == "1 of 1"
    assert view.mirror.marks.selected() == [note]
    rect = view.mapFromScene(view.mirror.marks.items[note].rect()).boundingRect()
    assert view.viewport().rect().intersects(rect)
    assert view.finder.field.hasFocus()
    QTest.keyClick(view.finder.field, Qt.Key.Key_Escape)
    assert not view.finder.isVisible()
