"""The tab "Problems" by keys and clicks in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio import commands as do
from studio.app.window import MainWindow
from studio.document import Document, files
from tests.end_to_end.user import User
from tests.studio.document.test_real_catalog import drawn


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    session = drawn((4,), [("Dense", {"units": 8}), ("Dense", {"units": 7, "activation": "softmax"})])
    training = {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 3.0}}}
    do.set_settings(session, "training", training)
    files.save(session.document, tmp_path / "slips.bunon")
    window.open_path(tmp_path / "slips.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.tab(made.workspace.bottom, "problems")
    return made


def test_errors_come_first_and_lead_to_their_nodes(user: User) -> None:
    panel = user.workspace.problems
    assert [each.code for each in panel.problems()] == ["width", "linear_pair", "rate_high"]
    said = panel.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Error: output: digit asks for 10 values")
    for number, name in ((0, "output"), (1, "dense_1")):
        place = panel.list.visualItemRect(panel.list.item(number)).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert user.workspace.selected() == [user.node(name)]
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert user.workspace.right.current() == "training"


def test_a_repair_in_the_row_and_f8_through_all(user: User) -> None:
    panel = user.workspace.problems
    user.key("F8")
    assert user.workspace.selected() == [user.node("output")]
    (button,) = panel.row(0).buttons
    assert button.text() == "Set units to 10"
    user.tap(button)
    assert [each.code for each in panel.problems()] == ["linear_pair", "rate_high"]
    user.key("Ctrl+Z")
    assert len(panel.problems()) == 3


def test_all_that_is_sure_at_once_by_key_and_by_button(user: User) -> None:
    window, panel = user.window, user.workspace.problems
    user.key("Ctrl+Shift+R")
    assert panel.problems() == []
    assert user.session.analysis.ok
    assert not window.actions_by_id["repair_all"].isEnabled()
    assert not window.actions_by_id["next_problem"].isEnabled()
    user.key("Ctrl+Z")
    assert len(panel.problems()) == 3
    user.tap(panel.all)
    assert panel.problems() == []
    assert user.session.stack.count() == 1


def test_a_drawing_that_nobody_has_begun_is_not_reproached(window: MainWindow, tmp_path: Path) -> None:
    files.save(Document(), tmp_path / "blank.bunon")
    window.open_path(tmp_path / "blank.bunon")
    workspace = window.workspace
    assert workspace is not None
    assert workspace.problems.problems() == []
    assert workspace.inspector.model.problems.callouts == []
    assert not window.actions_by_id["train"].isEnabled()
    do.add_layer(workspace.session, "Dense", (0, 0), {"units": 3})
    assert "no_input" in [each.code for each in workspace.problems.problems()]


def test_the_pointer_on_a_card_offers_the_repair_and_can_reach_it(user: User) -> None:
    user.tidy()
    user.view.select([user.node("dense")])
    lesson = user.view.overlays.lesson
    user.move(user.card("output"), button=Qt.MouseButton.NoButton)
    callout = lesson.callout
    assert callout is not None
    assert lesson.node == user.node("output")
    way = callout.geometry().center() - user.card("output")
    for part in (0.25, 0.5, 0.75):
        user.move(user.card("output") + way * part, button=Qt.MouseButton.NoButton)
        assert lesson.callout is callout, "it stays while the hand goes to its button"
    button = next(one for one in callout.findChildren(QPushButton) if one.text() == "Set units to 10")
    user.tap(button)
    assert "width" not in [each.code for each in user.workspace.problems.problems()]
    user.move(QPoint(5, 5), button=Qt.MouseButton.NoButton)
    assert lesson.node in ("", user.node("dense"))
