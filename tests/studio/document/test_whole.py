"""Files are written in one piece, wherever they are and whatever they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.document.whole import write_whole


def test_an_old_file_gives_way_and_keeps_who_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "আমার ছবি 1.txt"
    write_whole(path, "one")
    path.chmod(0o640)
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == [path.name], "nothing is left beside it"


def test_what_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.txt"
    write_whole(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["kept.txt"]


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is a folder"):
        write_whole(tmp_path, "text")
