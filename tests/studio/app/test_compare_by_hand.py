"""Two drawings side by side, moved together, with every difference told on the cards and wires."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app.compare_page import ComparePage
from studio.app.window import MainWindow
from studio.canvas.compare_view import CompareView
from studio.commands import add_layer, append, delete, lay_out, set_params, state_at
from studio.document import files
from tests.end_to_end.user import User
from tests.studio.commands.test_blocks import residual

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    made = User(window, qtbot)
    made.view.setFocus()
    return made


def compared(user: User, title: str) -> ComparePage:
    """Compare with the source whose title begins so."""
    source = next(one for one in user.window.sources() if one.title.startswith(title))
    user.window._compare(source)
    page = user.window.tabs.current()
    assert isinstance(page, ComparePage)
    user.qtbot.waitUntil(lambda: page.views[0].is_fitted() or page.views[1].is_fitted())
    return page


def seen(view: CompareView, name: str) -> QPoint:
    node = view.session.document.node_named(name)
    assert node is not None
    return view.mapFromScene(view.mirror.nodes[node].card().center())


def drag(view: CompareView, way: QPoint) -> None:
    start = QPoint(20, 20)
    QTest.mousePress(view.viewport(), LEFT, NONE, start)
    QTest.mouseMove(view.viewport(), start + way / 2)
    QTest.mouseMove(view.viewport(), start + way)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, start + way)


def test_both_move_and_zoom_together_until_the_switch_is_off(user: User) -> None:
    set_params(user.session, user.node("stem"), {"filters": 5})
    page = compared(user, "As it was opened")
    left, right = page.views
    assert left.zoom() == right.zoom()
    right.zoom_in()
    assert left.zoom() == pytest.approx(right.zoom())
    before = seen(right, "stem")
    drag(left, QPoint(60, 30))
    assert seen(left, "stem") == seen(right, "stem")
    assert seen(right, "stem") - before == QPoint(60, 30)
    QTest.mouseClick(page.link, LEFT)
    assert not user.window.actions_by_id["link_compared"].isChecked()
    left.zoom_out()
    assert left.zoom() < right.zoom()
    user.window.actions_by_id["link_compared"].trigger()
    assert page.link.isChecked()
    assert left.zoom() == right.zoom(), "both begin anew at one zoom"


def test_the_choice_is_remembered(user: User) -> None:
    page = compared(user, "The saved file")
    assert page.link.isChecked()
    user.window.link_compared()
    user.window.close_drawing()
    assert not compared(user, "The saved file").link.isChecked()


def test_what_is_alike_stays_level_though_a_layer_came_before_it(user: User) -> None:
    session = user.session
    append(session, "ReLU", after=user.node("image"))
    lay_out(session)
    page = compared(user, "As it was opened")
    left, right = page.views
    for name in ("last", "image", "stem"):
        middle = right.mirror.nodes[str(right.session.document.node_named(name))].card().center()
        right.look_at(QPointF(middle))
        apart = seen(left, name) - seen(right, name)
        assert apart.manhattanLength() < 12, name


def test_wires_that_came_and_went_are_marked_and_values_stand_below_the_card(user: User) -> None:
    session, document = user.session, user.session.document
    stem = user.node("stem")
    set_params(session, stem, {"filters": 5, "kernel_size": (5, 5)})
    wire = document.outgoing(stem)[0]
    relu = add_layer(session, "ReLU", (0.0, 300.0))
    delete(session, [], [wire])
    page = compared(user, "As it was opened")
    left, right = page.views
    assert left.wires == {wire: "removed"}
    assert right.wires == {}
    assert right.captions[stem] == ["filters: 8 → 5", "kernel size: 3 × 3 → 5 × 5"]
    assert "filters was 8, and is 5" in right.tips[stem]
    assert right.marks[relu] == "added"


def test_a_click_on_a_card_finds_its_difference_or_its_partner(user: User) -> None:
    session, stem = user.session, user.node("stem")
    set_params(session, stem, {"filters": 5})
    page = compared(user, "As it was opened")
    left, right = page.views
    QTest.mouseClick(right.viewport(), LEFT, NONE, seen(right, "stem"))
    assert page.changes()[page.list.currentRow()].new == stem
    other = next(node for node in session.document.node_ids() if node not in right.marks)
    name = session.document.node(other).name
    QTest.mouseClick(right.viewport(), LEFT, NONE, seen(right, name))
    assert left.shown_node == right.shown_node == other


def test_each_step_of_the_history_can_be_compared_with(user: User) -> None:
    session, stem = user.session, user.node("stem")
    for count in (3, 4, 5):
        set_params(session, stem, {"filters": count})
    session.stack.undo()
    titles = [one.title for one in user.window.sources()]
    assert titles[1:3] == ["After the step: Change filters of stem", "As it was opened"]
    page = compared(user, "After the step")
    assert [dict(each.fields)["old"] for each in page.changes()] == [3]
    later = state_at(session.stack, session.document, 3).layer_of(stem)
    assert later is not None
    assert later.params["filters"] == 5, "steps that were undone can be looked at, too"
