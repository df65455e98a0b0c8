"""Wires drawn and removed, and several cards selected, without the mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.canvas import CanvasView
from tests.studio.canvas.conftest import CHAIN, FakeSession

LOOSE = {
    **CHAIN,
    "both": ("Concatenate", 480, 200),
    "pool": ("GlobalAveragePooling2D", 240, 200),
}


@pytest.fixture
def loose(session: FakeSession, open_view: Callable[[FakeSession], CanvasView]) -> CanvasView:
    session.build(LOOSE, [("image", "conv"), ("conv", "dense"), ("dense", "digit")])
    return open_view(session)


def pick(view: CanvasView, *names: str) -> None:
    view.select([str(view.session.document.node_named(name)) for name in names])


def chosen(view: CanvasView) -> list[str]:
    return [view.session.document.node(node).name for node in view.mirror.selected_nodes()]


def links(view: CanvasView) -> set[tuple[str, str]]:
    document = view.session.document
    return {(document.node(w.source).name, document.node(w.target).name) for w in document.wires()}


def take(view: CanvasView, letters: str) -> None:
    assert view.popup is not None
    QTest.keyClicks(view.popup.field, letters)
    QTest.keyClick(view.popup.field, Qt.Key.Key_Return)


def test_a_wire_is_drawn_to_what_is_searched(loose: CanvasView, whole: Callable[[], None]) -> None:
    pick(loose, "conv")
    QTest.keyClick(loose, Qt.Key.Key_W)
    assert loose.popup is not None
    rows = {entry.type: entry for entry in loose.popup.found()}
    assert set(rows) == {"both", "pool", "digit"}, "no loop, not itself, nothing twice"
    assert rows["pool"].note == "→ 32"
    assert "takes the place of the wire from dense" in rows["digit"].summary
    take(loose, "po")
    assert ("conv", "pool") in links(loose)
    assert chosen(loose) == ["pool"]
    QTest.keyClick(loose, Qt.Key.Key_W)
    take(loose, "digit")
    assert ("pool", "digit") in links(loose)
    assert ("dense", "digit") not in links(loose)
    assert loose.session.stack.count() == 2


@pytest.fixture
def view(loose: CanvasView) -> CanvasView:
    return loose


def test_an_output_asks_where_its_wire_comes_from(loose: CanvasView, whole: Callable[[], None]) -> None:
    pick(loose, "digit")
    QTest.keyClick(loose, Qt.Key.Key_W)
    assert loose.popup is not None
    assert "image" in [entry.type for entry in loose.popup.found()]
    take(loose, "pool")
    assert ("pool", "digit") in links(loose)
    assert ("dense", "digit") not in links(loose)


def test_a_wire_is_removed_by_its_other_end(loose: CanvasView, whole: Callable[[], None]) -> None:
    pick(loose, "conv")
    QTest.keyClick(loose, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    assert loose.popup is not None
    assert [entry.type for entry in loose.popup.found()] == ["image", "dense"]
    take(loose, "dense")
    assert links(loose) == {("image", "conv"), ("dense", "digit")}
    pick(loose, "both")
    QTest.keyClick(loose, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    assert loose.popup is None
    assert loose.hint.isVisible()


def test_shift_and_the_arrows_select_more(loose: CanvasView) -> None:
    pick(loose, "conv")
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(loose, Qt.Key.Key_Right, shift)
    assert chosen(loose) == ["conv", "dense"]
    QTest.keyClick(loose, Qt.Key.Key_Down, shift)
    assert chosen(loose) == ["conv", "dense", "both"]
    QTest.keyClick(loose, Qt.Key.Key_Left, shift)
    assert chosen(loose) == ["conv", "dense", "both", "pool"]
    QTest.keyClick(loose, Qt.Key.Key_Escape)
    assert chosen(loose) == []


def test_a_callout_that_goes_takes_no_selection_along(loose: CanvasView) -> None:
    pick(loose, "both")
    callout = loose.overlays.lesson.callout
    assert callout is not None
    callout.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    callout.setFocus()
    assert callout.hasFocus()
    pick(loose, "conv", "dense")
    assert loose.overlays.lesson.callout is None
    assert chosen(loose) == ["conv", "dense"]
    assert loose.hasFocus()
