"""The tabs of the last time come back, and so does a tab that was closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.loader import CatalogLoader
from studio.app.settings import data_path
from studio.app.start_page import examples_path
from studio.app.window import MainWindow
from studio.document import files
from tests.end_to_end.user import User
from tests.studio.app.test_autosave import leave_copy

Start = Callable[[], MainWindow]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    """Open windows one after the other, as starts of the program; the layers are never loaded."""
    windows: list[MainWindow] = []

    def begin() -> MainWindow:
        one = MainWindow(loader=CatalogLoader())
        windows.append(one)
        one.resize(1000, 640)
        one.show()
        qtbot.waitExposed(one)
        one.bring_back()
        return one

    yield begin
    for one in windows:
        for workspace in one.workspaces():
            workspace.session.stack.setClean()
        assert one.close()
        one.deleteLater()


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "first.bunon", tmp_path / "second.bunon"]
    for path, key in zip(paths, ("wine", "digits"), strict=True):
        files.save(files.load(examples_path() / f"{key}.bunon"), path)
    return paths


def names(window: MainWindow) -> list[str]:
    return [window.name_of(each) for each in window.workspaces()]


def test_files_and_examples_come_back_in_their_order_with_the_one_in_front(
    start: Start, two: list[Path]
) -> None:
    one = start()
    for path in two:
        one.open_path(path)
    one.open_example("sunspots")
    one.previous_drawing()
    one.move_drawing_left()
    assert one.close()
    again = start()
    assert names(again) == ["second.bunon", "first.bunon", "sunspots.bunon"]
    assert again.file_name() == "second.bunon"
    assert again.workspaces()[2].session.path is None, "saving an example asks for a name"


def test_they_stay_away_where_that_is_chosen(start: Start, two: list[Path]) -> None:
    one = start()
    one.open_path(two[0])
    assert one.actions_by_id["reopen_tabs"].isChecked()
    one.actions_by_id["reopen_tabs"].trigger()
    assert one.close()
    again = start()
    assert not again.workspaces()
    assert not again.actions_by_id["reopen_tabs"].isChecked()


def test_a_file_that_is_gone_is_told_and_the_others_open(
    start: Start, two: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start()
    for path in two:
        one.open_path(path)
    assert one.close()
    two[1].unlink()
    told: list[str] = []
    monkeypatch.setattr(ask, "tell", lambda _window, *texts: told.extend(texts))
    again = start()
    assert names(again) == ["first.bunon"]
    assert "A drawing of the last time" in told[0]
    assert str(two[1]) in told[1]


def test_lost_work_takes_the_place_of_its_file(
    start: Start, two: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start()
    for path in two:
        one.open_path(path)
    assert one.close()
    leave_copy(data_path() / "autosave", two[0])
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    again = start()
    assert names(again) == ["first.bunon", "second.bunon"], "one tab for each file"
    states = [each.session.stack.isClean() for each in again.workspaces()]
    assert states == [False, True], "what was recovered is not saved yet"


def test_a_second_window_neither_takes_nor_changes_the_tabs_of_the_first(
    start: Start, two: list[Path]
) -> None:
    first = start()
    first.open_path(two[0])
    second = start()
    assert not second.workspaces()
    second.open_path(two[1])
    assert second.close()
    assert first.close()
    assert names(start()) == ["first.bunon"]


def test_a_damaged_list_counts_as_none(start: Start) -> None:
    one = start()
    one.stop_remembering()
    for text in (
        "{", "[]", '{"tabs": 3}', '{"tabs": [{"file": 3}, 7], "front": 9}', "[" * 100_000,
        '{"tabs": [], "front": Infinity}', '{"tabs": [{"example": ["digits"]}, {"file": "a\\u0000b"}]}',
    ):  # fmt: skip
        one.settings.set_text("tabs/open", text)
        again = start()
        assert not again.workspaces(), text
        again.stop_remembering()


def test_what_can_be_used_of_a_damaged_list_is_used(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "আমার জাল 1.bunon"
    files.save(files.load(examples_path() / "wine.bunon"), path)
    row = {"file": str(path), "example": "nobody"}
    one = start()
    one.stop_remembering()
    one.settings.set_text("tabs/open", json.dumps({"tabs": [{"example": {}}, row, row], "front": 1}))
    assert names(start()) == [path.name], "once, though it is named twice"


def test_a_copy_that_cannot_be_opened_stays_and_its_file_opens(
    start: Start, two: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start()
    one.open_path(two[0])
    assert one.close()
    left = leave_copy(data_path() / "autosave", two[0])
    left.write_text("{", encoding="utf-8")
    told: list[str] = []
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    monkeypatch.setattr(ask, "tell", lambda _window, *texts: told.extend(texts))
    again = start()
    assert told[0] == "The copy cannot be opened"
    assert left.exists(), "it may be read by hand, or by a newer Bunon"
    assert names(again) == ["first.bunon"]


def test_recovered_work_is_kept_anew_at_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    left = leave_copy(data_path() / "autosave", None)
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    window = start()
    assert not left.exists()
    assert window.workspaces()[0].autosave.copy.exists(), "another crash loses nothing"


def test_a_closed_tab_opens_again(start: Start, two: list[Path], qtbot: QtBot) -> None:
    window = start()
    user = User(window, qtbot)
    assert not window.actions_by_id["reopen_closed"].isEnabled()
    for path in two:
        window.open_path(path)
    user.come_back()
    user.key("Ctrl+W")
    user.key("Ctrl+W")
    assert not window.workspaces()
    user.key("Ctrl+Shift+T")
    assert names(window) == ["first.bunon"]
    user.key("Ctrl+Shift+T")
    assert names(window) == ["first.bunon", "second.bunon"]
    assert not window.actions_by_id["reopen_closed"].isEnabled()


def test_recent_files_stand_in_the_menu(start: Start, two: list[Path]) -> None:
    window = start()
    recent = next(menu for menu in window.findChildren(QMenu) if menu.title() == "Open recent")
    recent.aboutToShow.emit()
    assert [each.isEnabled() for each in recent.actions()] == [False], "a sentence where there are none"
    for path in two:
        window.open_path(path)
    window.close_all_but(window.workspaces()[1])
    recent.aboutToShow.emit()
    assert [each.text() for each in recent.actions()] == ["second.bunon", "first.bunon"]
    recent.actions()[1].trigger()
    assert window.file_name() == "first.bunon"


def test_files_that_the_start_names_open_beside_the_last_tabs_and_stay_in_front(
    start: Start, two: list[Path], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    import studio.app

    one = start()
    one.open_example("sunspots")
    one.open_path(two[0])
    assert one.close()
    made: list[MainWindow] = []

    class Quick(CatalogLoader):
        def start(self) -> None:
            pass  # the layers are not what this is about

    def window() -> MainWindow:
        made.append(MainWindow(loader=Quick()))
        return made[0]

    class App:
        def exec(self) -> int:
            qtbot.waitUntil(lambda: len(made[0].workspaces()) == 3)  # once the window has been seen
            return 0

    monkeypatch.setattr(studio.app, "create_window", window)
    monkeypatch.setattr(studio.app, "make_application", App)
    assert studio.app.main([str(path) for path in reversed(two)]) == 0
    assert sorted(names(made[0])) == ["first.bunon", "second.bunon", "sunspots.bunon"]
    assert made[0].file_name() == "first.bunon"
    assert made[0].close()
    made[0].deleteLater()
