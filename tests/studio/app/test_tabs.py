"""Several drawings in one window: tabs by keys and mouse, and nothing lost without a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QTabBar
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.autosave import left_behind
from studio.app.settings import data_path
from studio.app.start_page import examples_path
from studio.app.window import MainWindow
from studio.app.workspace import Workspace
from studio.commands import add_layer, set_settings
from studio.document import files
from tests.end_to_end.user import User

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier


def names(window: MainWindow) -> list[str]:
    return [window.tabs.bar.tabText(at) for at in range(window.tabs.bar.count())]


def front(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    assert window.pages.currentWidget() is window.workspace
    return window.workspace


def edit(window: MainWindow) -> str:
    return add_layer(front(window).session, "Dense", (0.0, 400.0), {"units": 3})


def click_tab(window: MainWindow, at: int, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(window.tabs.bar, button, NONE, window.tabs.bar.tabRect(at).center())


@pytest.fixture
def three(window: MainWindow) -> MainWindow:
    for key in ("digits", "wine", "sunspots"):
        assert window.open_example(key)
    return window


def test_one_drawing_needs_no_row_of_tabs(window: MainWindow) -> None:
    assert not window.tabs.isVisible()
    window.open_example("wine")
    assert not window.tabs.isVisible()
    window.open_example("digits")
    assert window.tabs.isVisible()
    assert names(window) == ["wine.bunon", "digits.bunon"]


def test_tabs_are_chosen_by_keys_and_by_click(three: MainWindow) -> None:
    user = User(three, None)  # type: ignore[arg-type]  # nothing here waits
    third = front(three)
    assert third.canvas.hasFocus()
    user.key("Ctrl+Tab")
    assert three.file_name() == "digits.bunon"
    assert three.windowTitle() == "digits.bunon – Bunon"
    user.key("Ctrl+Shift+Tab")
    assert front(three) is third
    click_tab(three, 1)
    assert three.file_name() == "wine.bunon"
    assert front(three).canvas.hasFocus()
    three.tabs.bar.setFocus()
    QTest.keyClick(three.tabs.bar, Qt.Key.Key_Left)
    assert three.file_name() == "digits.bunon"
    assert three.tabs.bar.hasFocus(), "the arrows go on along the tabs"


def test_tabs_are_put_in_another_order_by_hand_and_by_keys(three: MainWindow) -> None:
    bar, kept = three.tabs.bar, front(three)
    user = User(three, None)  # type: ignore[arg-type]  # nothing here waits
    user.key("Ctrl+Shift+PgUp")
    assert names(three) == ["digits.bunon", "sunspots.bunon", "wine.bunon"]
    assert front(three) is kept
    start, end = bar.tabRect(0).center(), bar.tabRect(2).center()
    QTest.mousePress(bar, LEFT, NONE, start)
    for part in range(1, 11):
        QTest.mouseMove(bar, start + (end - start) * part / 10)
    QTest.mouseRelease(bar, LEFT, NONE, end)
    assert names(three) == ["sunspots.bunon", "wine.bunon", "digits.bunon"]
    assert three.file_name() == "digits.bunon"
    assert [three.name_of(each) for each in three.workspaces()] == names(three)


def test_each_has_its_own_steps_and_its_own_mark(three: MainWindow) -> None:
    user = User(three, None)  # type: ignore[arg-type]  # nothing here waits
    edit(three)
    assert names(three) == ["digits.bunon", "wine.bunon", "• sunspots.bunon"]
    assert "not saved" in three.tabs.bar.accessibleTabName(2)
    user.key("Ctrl+Tab")
    assert not three.actions_by_id["undo"].isEnabled()
    user.key("Ctrl+Shift+Tab")
    assert three.actions_by_id["undo"].isEnabled()
    user.key("Ctrl+Z")
    assert names(three)[2] == "sunspots.bunon"


@pytest.mark.parametrize("how", ["key", "middle", "button"])
def test_closing_asks_where_something_would_be_lost(
    three: MainWindow, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    user = User(three, None)  # type: ignore[arg-type]  # nothing here waits
    edit(three)
    answers, asked = ["cancel", "discard"], []

    def answer(_parent: object, name: str) -> str:
        asked.append(name)
        return answers.pop(0)

    monkeypatch.setattr(ask, "save_first", answer)
    for left in (3, 2):
        if how == "key":
            user.key("Ctrl+W")
        elif how == "middle":
            click_tab(three, 2, MIDDLE)
        else:
            button = three.tabs.bar.tabButton(2, QTabBar.ButtonPosition.RightSide)
            QTest.mouseClick(button, LEFT)
        assert len(names(three)) == left
    assert asked == ["sunspots.bunon", "sunspots.bunon"]
    assert three.file_name() == "wine.bunon"


def test_the_last_one_closed_leads_to_the_start_page(window: MainWindow) -> None:
    window.open_example("wine")
    window.actions_by_id["close_drawing"].trigger()
    assert window.workspace is None
    assert window.pages.currentWidget() is window.start_page
    assert window.windowTitle() == "Bunon"
    assert not window.actions_by_id["close_drawing"].isEnabled()


def test_the_start_page_stands_beside_what_is_open(window: MainWindow) -> None:
    window.open_example("wine")
    window.actions_by_id["start"].trigger()
    assert names(window) == ["wine.bunon", "Start"]
    assert window.workspace is None
    assert not window.actions_by_id["save"].isEnabled()
    window.start_page.cards[0].click()
    assert names(window) == ["wine.bunon", "Start", "digits.bunon"]
    window.actions_by_id["start"].trigger()
    assert len(names(window)) == 3
    window.actions_by_id["close_drawing"].trigger()
    assert names(window) == ["wine.bunon", "digits.bunon"]
    front(window)


def test_a_file_is_open_once(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.bunon"
    path.write_bytes((examples_path() / "wine.bunon").read_bytes())
    assert window.open_path(path)
    first = front(window)
    window.open_example("digits")
    assert window.open_path(tmp_path / "." / "mine.bunon")
    assert front(window) is first
    assert len(names(window)) == 2
    click_tab(window, 1)
    said: list[str] = []
    monkeypatch.setattr(ask, "tell", lambda _parent, *texts: said.extend(texts))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    assert not window.save_as(), "two tabs would write one file"
    assert "another tab" in said[1]


def test_close_the_others_and_save_all(
    three: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = iter([tmp_path / "one.bunon", tmp_path / "two.bunon"])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(next(paths)), ""))
    edit(three)
    click_tab(three, 0)
    edit(three)
    three.actions_by_id["save_all"].trigger()
    assert names(three) == ["one.bunon", "wine.bunon", "two.bunon"]
    assert files.load(tmp_path / "two.bunon").same_as(three.workspaces()[2].session.document)
    three.tabs.bar.customContextMenuRequested.emit(three.tabs.bar.tabRect(1).center())
    menu = three.tabs.menu
    assert menu is not None
    menu.actions()[1].trigger()
    menu.close()
    assert names(three) == ["wine.bunon"]
    assert three.file_name() == "wine.bunon"


def test_each_drawing_has_a_copy_of_its_own(three: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data_path() / "autosave"
    for at in (0, 1):
        click_tab(three, at)
        edit(three)
    for workspace in three.workspaces()[:2]:
        assert workspace.autosave.write()
    copies = sorted(folder.glob("*.bunon"))
    assert len(copies) == 2
    assert left_behind(folder) == [], "this process still lives"
    for number, copy in enumerate(copies):  # as if another process had ended without a word
        for each in (copy, copy.with_suffix(".json")):
            each.rename(folder / f"autosave-999999999-{number}{each.suffix}")
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    three.bring_back()
    assert len(names(three)) == 5
    assert [name.startswith("•") for name in names(three)] == [True, True, False, True, True]
    assert left_behind(folder) == []
    assert {each.autosave.copy for each in three.workspaces()} != set()
    assert len({each.autosave.copy for each in three.workspaces()}) == 5


def test_a_run_goes_on_in_a_tab_that_is_not_shown(window: MainWindow, qtbot: QtBot) -> None:
    window.open_example("digits")
    running = front(window)
    given = running.session.document.setting("training")
    set_settings(running.session, "training", given.with_({"epochs": 5000, "batch_size": 32}))
    window.train()
    qtbot.waitUntil(lambda: running.run.panel.done >= 1, timeout=60000)
    window.open_example("wine")
    assert not window.bar.stop.isVisible()
    assert not window.actions_by_id["stop"].isEnabled()
    assert "digits.bunon is training in another tab" in window.actions_by_id["train"].toolTip()
    assert "training" in window.tabs.bar.tabToolTip(0)
    done = running.run.panel.done
    qtbot.waitUntil(lambda: running.run.panel.done > done, timeout=60000)
    assert window.bar.train.text() == "Train"
    click_tab(window, 0)
    assert window.bar.stop.isVisible()
    assert "Training epoch" in window.bar.train.text()
    with qtbot.waitSignal(running.run.ended, timeout=10000):
        window.actions_by_id["stop"].trigger()
    qtbot.waitUntil(lambda: not running.session.running)
    qtbot.waitUntil(lambda: "training" not in window.tabs.bar.tabToolTip(0))
    click_tab(window, 1)
    assert window.actions_by_id["train"].isEnabled()


def test_what_is_copied_pastes_into_another_tab_and_another_window(three: MainWindow, qtbot: QtBot) -> None:
    click_tab(three, 0)
    user = User(three, qtbot)
    source = front(three).session.document
    start = source.node_named("flatten")
    assert start is not None
    user.view.select([start, source.outgoing(start)[0].target])
    user.key("Ctrl+C")
    assert '"format": "bunon"' in QApplication.clipboard().text()
    user.key("Ctrl+Tab")
    before = len(front(three).session.document.node_ids())
    user.key("Ctrl+V")
    document = front(three).session.document
    assert len(document.node_ids()) == before + 2
    flatten = document.node_named("flatten")
    assert flatten is not None
    assert len(document.outgoing(flatten)) == 1

    other = MainWindow(loader=three.loader)
    other.show()
    qtbot.waitExposed(other)
    other.open_example("sunspots")
    elsewhere = front(other).session
    count = len(elsewhere.document.node_ids())
    other.paste()
    assert len(elsewhere.document.node_ids()) == count + 2
    elsewhere.stack.setClean()
    assert other.close()
    other.deleteLater()


def test_leaving_asks_about_every_drawing(three: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(three)
    click_tab(three, 0)
    edit(three)
    asked: list[str] = []

    def answer(_parent: object, name: str) -> str:
        asked.append(name)
        return "discard" if name == "digits.bunon" else "cancel"

    monkeypatch.setattr(ask, "save_first", answer)
    assert not three.close()
    assert asked == ["digits.bunon", "sunspots.bunon"]
    assert len(names(three)) == 3
    assert three.file_name() == "sunspots.bunon", "the one that is asked about is shown"


def test_many_tabs_scroll_and_long_names_are_cut_in_the_middle(window: MainWindow) -> None:
    for _ in range(9):
        window.open_example("wine")
    bar = window.tabs.bar
    assert bar.width() < window.width()
    assert bar.tabRect(bar.currentIndex()).right() <= bar.width(), "the one in front is in sight"
    letters = bar.fontMetrics().horizontalAdvance("wine.bunon")
    assert all(bar.tabRect(at).width() > letters for at in range(bar.count()))
    workspace = front(window)
    workspace.title = "a" * 60 + "z.bunon"
    window.mark_tab(workspace)
    assert names(window)[-1].endswith("z.bunon")
    assert "…" in names(window)[-1]
    assert len(names(window)[-1]) < 45
    assert workspace.title in bar.tabToolTip(bar.currentIndex())


def test_the_tabs_menu_opens_by_the_right_button_only_on_a_tab(three: MainWindow) -> None:
    three.tabs.bar.customContextMenuRequested.emit(QPoint(5000, 3))
    assert three.tabs.menu is None


def test_a_chain_opened_in_a_second_tab_fills_the_view(three: MainWindow, qtbot: QtBot) -> None:
    canvas = three.canvas
    qtbot.waitUntil(lambda: canvas.mirror.stacked() and not canvas.mirror.gliding())
    shown = canvas.zoom()
    canvas.fit_all()
    assert canvas.zoom() == pytest.approx(shown)


def test_a_file_under_the_name_with_its_ending_is_replaced_only_where_one_agrees(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.open_example("wine")
    other = tmp_path / "mine.bunon"
    other.write_text("another drawing")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    asked: list[str] = []

    def refuse(_parent: object, _title: str, text: str, *_: str) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr(ask, "yes", refuse)
    assert not window.save_as()
    assert asked == ["mine.bunon"]
    assert other.read_text() == "another drawing"
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    assert window.save_as()
    assert files.load(other).node_named("dense")
