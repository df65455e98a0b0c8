"""Steps, snapshots and comparing, as a hand uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QListWidget
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.compare_dialog import CompareDialog
from studio.app.compare_page import ComparePage
from studio.app.window import MainWindow
from studio.commands import rename, set_params
from studio.document import files
from studio.document.snapshots import snapshots
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


def three_steps(user: User) -> None:
    stem = user.node("stem")
    for filters in (4, 6):
        set_params(user.session, stem, {"filters": filters})
    rename(user.session, stem, "first")


def filters(user: User) -> object:
    layer = user.session.document.layer_of(user.session.document.node_ids()[2])
    assert layer is not None
    return layer.params["filters"]


def click_row(shown: Any, row: int) -> None:
    place = shown.visualRect(shown.model().index(row, 0)).center()
    QTest.mouseClick(shown.viewport(), LEFT, NONE, place)


def name_it(monkeypatch: pytest.MonkeyPatch, *names: str | None) -> list[str]:
    answers, labels = list(names), []

    def answer(_parent: object, _title: str, label: str, _text: str) -> str | None:
        labels.append(label)
        return answers.pop(0)

    monkeypatch.setattr(ask, "line", answer)
    return labels


def test_a_click_on_a_step_goes_there_and_the_keys_too(user: User) -> None:
    three_steps(user)
    user.key("Ctrl+H")
    steps = user.workspace.history.steps
    assert steps.isVisible()
    assert steps.hasFocus()
    texts = [steps.model().index(row, 0).data() for row in range(4)]
    assert texts == [
        "As it was opened",
        "Change filters of stem",
        "Change filters of stem",
        "Rename stem to first",
    ]
    assert steps.currentIndex().row() == 3
    click_row(steps, 1)
    assert filters(user) == 4
    assert user.session.document.node_named("stem")
    assert user.session.stack.index() == 1
    QTest.keyClick(steps, Qt.Key.Key_Up)
    assert filters(user) == 8
    assert user.session.stack.isClean()
    QTest.keyClick(steps, Qt.Key.Key_End)
    assert user.session.document.node_named("first")
    user.window.undo()
    assert steps.currentIndex().row() == 2, "it follows undo from elsewhere"


def test_a_snapshot_is_kept_saved_and_gone_back_to(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    name_it(monkeypatch, "eight filters")
    user.key("Ctrl+Alt+K")
    history = user.workspace.history
    assert history.isVisible()
    assert history.chosen() == "eight filters"
    assert user.window.bar.state.text() == "not saved"
    user.window.save()
    path = user.session.path
    assert path is not None
    assert [one.name for one in snapshots(files.load(path))] == ["eight filters"]
    three_steps(user)
    user.tap(history.buttons["go_back"])
    assert filters(user) == 8
    assert user.session.stack.count() == 4
    user.key("Ctrl+Z")
    assert filters(user) == 6
    assert [one.name for one in snapshots(user.session.document)] == ["eight filters"]


def test_names_are_asked_for_again_until_they_will_do(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = name_it(monkeypatch, "one", "one", "", "two", None)
    user.window.keep_snapshot()
    user.window.keep_snapshot()
    assert len(labels) == 4
    assert "There is a snapshot called one already" in labels[2]
    assert "needs a name" in labels[3]
    user.window.keep_snapshot()
    assert [one.name for one in snapshots(user.session.document)] == ["one", "two"]


def test_a_snapshot_is_renamed_opened_and_deleted_by_keys(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_it(monkeypatch, "one", "two", "draft")
    user.window.keep_snapshot()
    user.window.keep_snapshot()
    shown = user.workspace.history.list
    click_row(shown, 1)
    QTest.keyClick(shown, Qt.Key.Key_F2)
    assert user.workspace.history.chosen() == "draft"
    before = user.session.document.copy()
    QTest.keyClick(shown, Qt.Key.Key_Return)
    assert user.window.file_name() == "residual – draft.bunon"
    assert user.session.document.same_as(before)
    assert user.session.path is None
    user.key("Ctrl+W")
    shown = user.workspace.history.list
    shown.setFocus()
    asked: list[str] = []

    def answer(_parent: object, title: str, *_: str) -> bool:
        asked.append(title)
        return len(asked) > 1

    monkeypatch.setattr(ask, "yes", answer)
    for left in (2, 1):
        QTest.keyClick(shown, Qt.Key.Key_Delete)
        assert shown.count() == left
    assert asked == ["Delete the snapshot draft?"] * 2
    assert user.session.document.node_ids(), "Del took no node away"
    user.window.delete_snapshot()
    assert not user.window.actions_by_id["go_back"].isEnabled()


def test_comparing_marks_both_drawings_and_a_click_leads_there(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_it(monkeypatch, "before")
    user.window.keep_snapshot()
    stem, one = user.node("stem"), user.node("one")
    set_params(user.session, stem, {"filters": 16})
    user.view.select([one])
    user.key("Ctrl+G")
    new = user.view.selected_block()
    user.tap(user.workspace.history.buttons["compare_snapshot"])
    page = user.window.tabs.current()
    assert isinstance(page, ComparePage)
    assert user.window.workspace is None
    assert "only compares" in user.window.actions_by_id["save"].toolTip()
    left, right = page.views
    assert left.marks[stem] == right.marks[stem] == "changed"
    assert left.marks[one] == "removed"
    assert right.marks[new] == "added"
    assert "1 removed" in page.summary.text()
    texts = [page.list.item(row).text() for row in range(page.list.count())]
    click_row(page.list, texts.index("stem: filters was 8, and is 16"))
    assert left.shown_node == right.shown_node == stem
    click_row(page.list, next(row for row, text in enumerate(texts) if text.startswith("one (Conv2D)")))
    assert (left.shown_node, right.shown_node) == (one, "")
    place = right.mapFromScene(right.mirror.nodes[new].card().center())
    QTest.mouseClick(right.viewport(), LEFT, NONE, place)
    assert page.list.currentItem().text() == "block (block) was added"

    user.key("Ctrl+Shift+Tab")
    user.session.stack.setIndex(0)
    user.key("Ctrl+Tab")
    assert page.changes() == [], "what was edited meanwhile is compared anew"
    assert page.summary.text() == "No differences"
    user.key("Ctrl+Shift+Tab")
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    user.window.delete_snapshot()
    set_params(user.session, stem, {"filters": 5})
    user.key("Ctrl+Tab")
    assert page.summary.text() == "No differences", "what is gone is shown as it was"
    user.key("Ctrl+W")
    assert user.window.tabs.bar.count() == 1


def test_a_drawing_that_is_compared_is_looked_around_in_and_never_edited(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_it(monkeypatch, "before")
    user.window.keep_snapshot()
    user.window.compare_snapshot()
    page = user.window.tabs.current()
    assert isinstance(page, ComparePage)
    view = page.views[0]
    view.setFocus()
    texts = [files.dumps(each.session.document) for each in page.views]
    zoom, place = view.zoom(), view.mapToScene(0, 0)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom() > zoom
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.is_fitted()
    centre = view.viewport().rect().center()
    QTest.mousePress(view.viewport(), LEFT, NONE, centre)
    QTest.mouseMove(view.viewport(), centre + centre / 4)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, centre + centre / 4)
    assert view.mapToScene(0, 0) != place
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Right):
        QTest.keyClick(view, key)
    assert [files.dumps(each.session.document) for each in page.views] == texts


def test_what_there_is_to_compare_with(user: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name_it(monkeypatch, "before")
    user.window.open_example("wine")
    user.window.tabs.turn(-1)
    user.window.keep_snapshot()
    set_params(user.session, user.node("stem"), {"filters": 16})
    titles = [one.title for one in user.window.sources()]
    assert titles == ["The saved file", "Snapshot before", "As it was opened", "wine.bunon"]
    other = residual()
    files.save(other, tmp_path / "other.bunon")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "other.bunon"), ""))
    failed: list[BaseException] = []

    def choose(row: int) -> None:
        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            try:
                assert isinstance(dialog, CompareDialog)
                assert isinstance(dialog.list, QListWidget)
                click_row(dialog.list, row)
                QTest.mouseClick(dialog.ok, LEFT)
            except BaseException as error:
                failed.append(error)
                if dialog is not None:
                    dialog.close()

        QTimer.singleShot(0, answer)
        user.window.actions_by_id["compare"].trigger()
        assert not failed, failed

    for row, title in ((0, "The saved file ↔ residual.bunon"), (4, "other.bunon ↔ residual.bunon")):
        choose(row)
        assert user.window.tabs.bar.tabText(user.window.tabs.bar.currentIndex()) == title
        page = user.window.tabs.current()
        assert isinstance(page, ComparePage)
        assert [change.code for change in page.changes()] == ["param"]
        user.window.close_drawing()


def test_the_outline_by_keys(user: User) -> None:
    user.key("Ctrl+Alt+O")
    table = user.workspace.outline.table
    assert table.hasFocus()
    QTest.keyClick(table, Qt.Key.Key_End)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert user.workspace.selected() == [user.node("digit")]
    user.window.actions_by_id["copy_outline"].trigger()
    assert QApplication.clipboard().text().startswith("Name")
