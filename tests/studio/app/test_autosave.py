"""Unsaved work survives a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.autosave import Autosave, left_behind
from studio.app.settings import data_path
from studio.app.start_page import examples_path
from studio.app.window import MainWindow
from studio.document import files


def leave_copy(folder: Path, original: Path | None) -> Path:
    """Write a copy as a process of number 999999999 would have left it."""
    saver = Autosave(folder)
    saver.watch(files.load(examples_path() / "wine.bunon"), original)
    assert saver.write()
    left = folder / "autosave-999999999.bunon"
    saver.copy.with_suffix(".json").rename(left.with_suffix(".json"))
    saver.copy.rename(left)
    return left


def test_a_copy_of_a_dead_process_is_found_and_an_own_one_is_not(tmp_path: Path, qtbot: QtBot) -> None:
    left = leave_copy(tmp_path, tmp_path / "wine.bunon")
    saver = Autosave(tmp_path)
    saver.watch(files.load(examples_path() / "wine.bunon"), None)
    assert saver.write()
    found = left_behind(tmp_path)
    assert [one.copy for one in found] == [left]
    assert found[0].original == tmp_path / "wine.bunon"
    saver.clear()
    assert not saver.copy.exists()


def test_odd_files_among_the_copies_disturb_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    left = leave_copy(tmp_path, tmp_path / "wine.bunon")
    left.with_suffix(".json").write_text("[" * 100_000, encoding="utf-8")
    for name in ("autosave-²-1.bunon", f"autosave-{'9' * 40}-1.bunon"):
        left.with_name(name).write_text("{", encoding="utf-8")
    left.with_name("autosave-999999998-1.bunon").symlink_to(tmp_path / "nowhere")
    found = {one.copy.name: one.original for one in left_behind(tmp_path)}
    assert found[left.name] is None
    assert "autosave-²-1.bunon" not in found


def test_an_edit_starts_the_clock_and_saving_stops_it(tmp_path: Path, qtbot: QtBot) -> None:
    saver = Autosave(tmp_path)
    saver.touch()
    assert not saver._timer.isActive()
    saver.watch(files.load(examples_path() / "wine.bunon"), None)
    saver.touch()
    assert saver._timer.isActive()
    saver.clear()
    assert not saver._timer.isActive()


def test_the_window_offers_lost_work(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    left = leave_copy(data_path() / "autosave", None)
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    window.bring_back()
    assert window.workspace is not None
    assert window.workspace.session.document.node_ids()
    assert window.bar.state.text() == "not saved"
    assert not left.exists()
