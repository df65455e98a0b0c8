"""Blocks by keys and clicks in the real window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from studio.document import files
from tests.end_to_end.user import User
from tests.studio.commands.test_blocks import residual


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.view.setFocus()
    return made


def pick(user: User, *names: str) -> None:
    document, graph = user.session.document, user.session.graph
    user.view.select([document.node_named(name, graph) for name in names])


def steps(user: User) -> list[str]:
    trail = user.view.overlays.trail
    return [each.text() for each in trail.findChildren(QToolButton) if each.isVisible()]


def test_a_block_is_made_entered_edited_left_and_dissolved_by_keys(user: User) -> None:
    window, session = user.window, user.session
    pick(user, "one", "two", "added")
    user.key("Ctrl+G")
    assert session.document.graph_names() == ["main", "block"]
    assert user.view.selected_block()
    page = user.workspace.inspector.block
    assert page.isVisible()
    page.times.setValue(2)
    assert session.document.node(user.view.selected_block()).options["repeat"] == 2

    QTest.keyClick(user.view, Qt.Key.Key_Return)
    assert session.graph == "block"
    assert steps(user) == ["Model"]
    assert sorted(user.view.mirror.nodes) == sorted(session.document.node_ids("block"))
    assert user.workspace.outline.total is not None
    pick(user, "one")
    form: Any = user.workspace.inspector.form
    (act,) = form.rows["filters"].label.actions()
    act.trigger()
    assert "filters" in session.document.row("graphs", "block").params
    QTest.keyClick(user.view, Qt.Key.Key_Escape)  # first the selection
    QTest.keyClick(user.view, Qt.Key.Key_Escape)
    assert session.graph == "main"
    assert user.view.selected_block()
    assert page.rows["filters"].isVisible()
    before = session.analysis.params
    page.rows["filters"].edited.emit("filters", 16)
    assert session.analysis.params > before
    user.key("Ctrl+Z")
    assert session.analysis.params == before
    user.key("Ctrl+Shift+G")
    assert session.document.graph_names() == ["main"]
    assert session.analysis.ok
    for _ in range(session.stack.count()):
        window.undo()
    assert session.document.same_as(files.load(session.path))
    assert not user.view.mirror_errors()


def test_undo_of_the_block_that_is_open_leads_back_to_the_model(user: User) -> None:
    pick(user, "one", "two", "added")
    user.key("Ctrl+G")
    QTest.keyClick(user.view, Qt.Key.Key_Return)
    assert user.session.graph == "block"
    user.key("Ctrl+Z")
    assert user.session.graph == "main"
    assert not user.view.mirror_errors()
    assert not user.view.overlays.trail.isVisible()
    user.key("Ctrl+Shift+Z")
    assert not user.view.mirror_errors()


def test_a_problem_inside_leads_there(user: User) -> None:
    session = user.session
    pick(user, "one", "two", "added")
    user.key("Ctrl+G")
    from studio import commands

    two = session.document.node_named("two", "block")
    commands.set_params(session, two, {"padding": "valid"}, graph="block")
    panel = user.workspace.problems
    rows = [panel.list.item(row) for row in range(panel.list.count())]
    inner = next(row for row in rows if str(row.data(Qt.ItemDataRole.UserRole)).startswith("block/"))
    panel.list.itemClicked.emit(inner)
    assert session.graph == "block"
    assert user.workspace.selected() == [session.document.node_named("added", "block")]


def test_a_breadcrumb_leads_back_and_a_double_click_enters(user: User) -> None:
    pick(user, "one", "two", "added")
    user.key("Ctrl+G")
    user.view.fit_all()
    QTest.mouseDClick(user.view.viewport(), Qt.MouseButton.LeftButton, pos=user.card("block"))
    assert user.session.graph == "block"
    (model,) = [each for each in user.view.overlays.trail.findChildren(QToolButton) if each.isVisible()]
    user.tap(model)
    assert user.session.graph == "main"


def test_breadcrumbs_lead_back_from_a_block_in_a_block(user: User) -> None:
    pick(user, "one", "two", "added")
    user.key("Ctrl+G")
    user.key("Return")
    pick(user, "one", "two")
    user.key("Ctrl+G")
    user.key("Return")
    assert user.session.trail == ["main", "block", "block_1"]
    assert steps(user) == ["Model", "block"]
    trail = user.view.overlays.trail
    crumbs = [each for each in trail.findChildren(QToolButton) if each.isVisible()]
    for crumb in crumbs:  # each has its room, and none lies over another
        assert trail.rect().contains(crumb.geometry())
        assert crumb.width() >= crumb.sizeHint().width()
    crumbs[1].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(crumbs[1], Qt.Key.Key_Space)
    assert user.session.graph == "block"
    assert user.view.hasFocus()
    assert steps(user) == ["Model"]
    user.tap(next(each for each in trail.findChildren(QToolButton) if each.isVisible()))
    assert user.session.graph == "main"
