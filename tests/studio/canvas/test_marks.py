"""Frames and notes by hand: put, written on, moved, resized, coloured, copied, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.canvas import CanvasView
from studio.document import files
from studio.document.marks import HEAD

Whole = Callable[[], None]
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def write(view: CanvasView, text: str, end: Qt.Key = Qt.Key.Key_Return, keys: Any = None) -> None:
    assert view.mark_editor is not None
    QTest.keyClicks(view.mark_editor, text)
    QTest.keyClick(view.mark_editor, end, keys or Qt.KeyboardModifier.NoModifier)
    assert view.mark_editor is None


def framed(view: CanvasView, *names: str, title: str = "Sees the picture") -> str:
    view.select([view.session.document.node_named(name) or "" for name in names])
    view.frame_selection()
    write(view, title)
    return view.session.document.mark_ids()[-1]


def noted(view: CanvasView, at: QPoint, text: str = "Try 64 here.") -> str:
    view.add_note(at)
    write(view, text, Qt.Key.Key_Return, CTRL)
    return view.session.document.mark_ids()[-1]


def title(view: CanvasView, mark: str) -> QPoint:
    area = view.mirror.marks.items[mark].rect()
    return view.mapFromScene(area.topLeft() + QPointF(20, HEAD / 2))


def corner(view: CanvasView, mark: str) -> QPoint:
    return view.mapFromScene(view.mirror.marks.items[mark].rect().bottomRight() - QPointF(3, 3))


def test_a_frame_stands_around_the_selection_and_is_one_step(view: CanvasView, whole: Whole) -> None:
    mark = framed(view, "conv", "dense")
    row = view.session.document.mark(mark)
    assert (row.kind, row.text) == ("frame", "Sees the picture")
    assert view.session.stack.count() == 1
    area = view.mirror.marks.items[mark].rect()
    assert all(area.contains(view.mirror.nodes[node].card()) for node in ("n2", "n3"))
    assert not area.contains(view.mirror.nodes["n1"].card())
    assert view.mirror.marks.selected() == [mark]
    assert view.accessibleDescription() == "Frame: Sees the picture"


def test_escape_while_writing_makes_nothing(view: CanvasView, whole: Whole) -> None:
    view.select(["n2"])
    view.frame_selection()
    write(view, "Half a", Qt.Key.Key_Escape)
    view.add_note(QPoint(300, 400))
    write(view, "word", Qt.Key.Key_Escape)
    view.add_note(QPoint(300, 400))
    write(view, "   ", Qt.Key.Key_Return, CTRL)
    assert view.session.document.mark_ids() == []
    assert view.session.stack.count() == 0


def test_a_note_by_its_key_hides_no_card_and_no_other_note(view: CanvasView, whole: Whole) -> None:
    view.fit_all()
    for words in ("One.", "Two."):
        view.add_note()
        write(view, words, Qt.Key.Key_Return, CTRL)
    notes = [view.mirror.marks.items[mark].rect() for mark in view.session.document.mark_ids()]
    assert not notes[0].intersects(notes[1])
    for item in view.mirror.nodes.values():
        assert not any(item.card().intersects(note) for note in notes)


def test_a_title_drags_all_that_lies_within(view: CanvasView, hands: Any, whole: Whole) -> None:
    mark = framed(view, "conv", "dense")
    note = noted(view, view.mapFromScene(view.mirror.marks.items[mark].rect().topLeft() + QPointF(60, 34)))
    document = view.session.document
    draft = document.draft()  # small enough to lie inside
    draft.put("marks", ("main", note), document.mark(note).with_(size=(60.0, 40.0)))
    document.apply(draft.edit("shape_mark"))
    before = {node: document.place(node) for node in document.node_ids()}
    places = {each: document.mark(each).place for each in (mark, note)}
    steps = view.session.stack.count()
    view.select([])
    hands.drag(title(view, mark), title(view, mark) + QPoint(0, 90))
    assert view.session.stack.count() == steps + 1
    way = document.mark(mark).place[1] - places[mark][1]
    assert way > 50
    assert document.mark(note).place[1] - places[note][1] == way
    for node in document.node_ids():
        moved = document.place(node)[1] - before[node][1]
        assert moved == (way if node in ("n2", "n3") else 0)
    view.session.stack.undo()
    assert {node: document.place(node) for node in document.node_ids()} == before
    draft = document.draft()
    draft.put("marks", ("main", note), document.mark(note).with_(size=(200.0, 80.0)))
    document.apply(draft.edit("shape_mark"))


def test_the_inside_of_a_frame_is_canvas(view: CanvasView, hands: Any, whole: Whole) -> None:
    mark = framed(view, "conv", "dense")
    area = view.mirror.marks.items[mark].rect()
    view.select([])
    inside = view.mapFromScene(QPointF(area.left() + 12, area.bottom() - 12))
    hands.drag(inside, view.mapFromScene(area.bottomRight() + QPointF(-14, -60)))
    assert view.mirror.selected_nodes() == ["n2", "n3"]
    assert view.session.document.mark(mark).place == (area.x(), area.y())
    outside = view.mapFromScene(area.topLeft() - QPointF(10, 10))
    hands.drag(outside, view.mapFromScene(area.bottomRight() + QPointF(10, 10)))
    assert view.mirror.marks.selected() == [mark]


def test_a_corner_resizes_and_escape_restores(view: CanvasView, hands: Any, whole: Whole) -> None:
    mark = framed(view, "conv")
    size = view.session.document.mark(mark).size
    at = corner(view, mark)
    hands.press(at)
    hands.move(at + QPoint(40, 40))
    assert view.mirror.marks.items[mark].rect().width() > size[0]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.mirror.marks.items[mark].rect().width() == size[0]
    hands.release(at)
    hands.drag(at, at + QPoint(40, 50))
    wide, high = view.session.document.mark(mark).size
    assert wide > size[0] + 20
    assert high > size[1] + 20
    hands.drag(corner(view, mark), title(view, mark) - QPoint(200, 200))
    assert view.session.document.mark(mark).size == (60.0, 40.0)


def test_words_are_edited_in_place(view: CanvasView, hands: Any, whole: Whole) -> None:
    mark = framed(view, "conv")
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=title(view, mark))
    write(view, "Eyes")
    assert view.session.document.mark(mark).text == "Eyes"
    view.rename_selected()
    write(view, "Ears")
    assert view.session.document.mark(mark).text == "Ears"
    view.rename_selected()
    assert view.mark_editor is not None
    QTest.keyClicks(view.mark_editor, "Nose")
    hands.click(QPoint(20, 20))
    view.setFocus()
    QApplication.processEvents()
    assert view.session.document.mark(mark).text == "Nose"
    steps = view.session.stack.count()
    view.select([], (), [mark])
    view.rename_selected()
    write(view, "Nose")
    assert view.session.stack.count() == steps


def test_a_note_grows_with_its_words(view: CanvasView, whole: Whole) -> None:
    short = noted(view, QPoint(100, 60), "One line.")
    long = noted(view, QPoint(100, 300), "word " * 80)
    assert view.session.document.mark(long).size[1] > view.session.document.mark(short).size[1] + 100


def test_delete_removes_the_frame_alone_and_copies_take_what_it_holds(
    view: CanvasView, hands: Any, whole: Whole
) -> None:
    mark = framed(view, "conv", "dense")
    document = view.session.document
    view.copy()
    view.paste()
    assert len(document.node_ids()) == 6
    assert len(document.mark_ids()) == 2
    assert view.mirror.marks.selected() == ["m2"]
    view.select([], (), [mark])
    view.duplicate()
    assert len(document.node_ids()) == 8
    view.select([], (), [mark])
    hands.press(title(view, mark))
    hands.release(title(view, mark))
    view.delete_selection()
    assert mark not in document.mark_ids()
    assert len(document.node_ids()) == 8
    view.select([], (), ["m2"])
    view.cut()
    assert len(document.node_ids()) == 6


def test_colour_and_the_menu(view: CanvasView, hands: Any, whole: Whole) -> None:
    from studio.canvas.menus import menu_at

    mark = framed(view, "conv")
    menu = menu_at(view, title(view, mark))
    (colours,) = [each.menu() for each in menu.actions() if each.menu() is not None]
    next(each for each in colours.actions() if each.text() == "Rose").trigger()
    assert view.session.document.mark(mark).colour == "rose"
    deleted = next(each for each in menu.actions() if each.text().startswith("Delete the frame"))
    deleted.trigger()
    assert view.session.document.mark_ids() == []


def test_the_keyboard_alone(view: CanvasView, whole: Whole) -> None:
    mark = framed(view, "conv")
    document = view.session.document
    place, size = document.mark(mark).place, document.mark(mark).size
    view.select(["n4"])
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert view.mirror.marks.selected() == [mark]
    QTest.keyClick(view, Qt.Key.Key_Backtab)
    assert view.mirror.selected_nodes() == ["n4"]
    QTest.keyClick(view, Qt.Key.Key_Tab)
    view.nudge(1, 0)
    assert document.mark(mark).place == (place[0] + 10, place[1])
    assert document.place("n2") == (250.0, 0.0)
    view.resize_mark(1, 2)
    assert document.mark(mark).size == (size[0] + 10, size[1] + 20)


def test_tidying_keeps_a_frame_around_its_nodes(view: CanvasView, whole: Whole) -> None:
    mark = framed(view, "conv", "dense")
    view.select(["n3"])
    view.nudge(0, 3)
    view.select([], (), [mark])
    view.nudge(5, 40)
    view.auto_layout()
    view.mirror.finish_glide()
    area, nodes = view.mirror.marks.items[mark].rect(), view.mirror.nodes
    assert all(area.contains(nodes[node].card()) for node in ("n2", "n3"))
    assert not any(area.contains(nodes[node].card()) for node in ("n1", "n4"))


def test_files_keep_frames_and_notes(view: CanvasView) -> None:
    framed(view, "conv")
    noted(view, QPoint(100, 60))
    document = view.session.document
    again = files.loads(files.dumps(document))
    assert again.same_as(document)
    text = files.dumps(document).replace('"kind": "frame"', '"kind": "frame", "by": "me"')
    assert '"by": "me"' in files.dumps(files.loads(text))


@pytest.mark.parametrize("zoom", [0.12, 0.4, 1.0, 2.0])
def test_they_paint_at_every_zoom_in_both_themes(view: CanvasView, zoom: float) -> None:
    from studio.theme import switch

    framed(view, "conv")
    noted(view, QPoint(100, 60), "word " * 30)
    view.set_zoom(zoom)
    for mode in ("dark", "light"):
        switch().set_mode(mode)
        view.select_all()
        assert not view.grab().isNull()


def test_the_title_above_a_frame_seen_from_afar_is_taken_hold_of(
    view: CanvasView, hands: Any, whole: Whole
) -> None:
    mark = framed(view, "conv", "dense")
    view.set_zoom(0.4)
    view.select([])
    above = view.mapFromScene(view.mirror.marks.items[mark].rect().topLeft()) + QPoint(20, -8)
    hands.drag(above, above + QPoint(0, 40))
    assert view.session.document.place("n2")[1] > 50
    assert view.session.document.place("n1") == (0.0, 0.0)
    hands.click(above - QPoint(0, 60))
    assert view.mirror.marks.selected() == []
