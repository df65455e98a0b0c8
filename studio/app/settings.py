"""What Bunon remembers between starts: sizes, theme, recent files.  One ini file in the user's own folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 10


def config_path() -> Path:
    """Return the ini file; ``BUNON_CONFIG_DIR`` moves it, which tests and portable installations use."""
    folder = os.environ.get("BUNON_CONFIG_DIR") or platformdirs.user_config_dir("bunon", appauthor=False)
    return Path(folder) / "bunon.ini"


def data_path() -> Path:
    """Return the folder for what Bunon keeps by itself, such as the autosaved drawing."""
    folder = os.environ.get("BUNON_DATA_DIR") or platformdirs.user_data_dir("bunon", appauthor=False)
    return Path(folder)


def parsed(text: str) -> Any:
    """Return what a JSON text holds; ``None`` for one that cannot be read, or is far too deep."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class Settings:
    """Reads and writes the ini file; whatever it cannot understand there counts as never set."""

    def __init__(self, path: Path | None = None) -> None:
        self._store = QSettings(str(path or config_path()), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a text."""
        self._store.setValue(key, value)

    def state(self, key: str) -> QByteArray | None:
        """Return the state of a window or splitter, or ``None`` where none was kept."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_state(self, key: str, value: QByteArray) -> None:
        """Remember the state of a window or splitter."""
        self._store.setValue(key, value)

    def recent(self) -> list[Path]:
        """Return the files opened last, newest first, without those that are gone."""
        value = self._store.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        paths = [Path(name) for name in names if isinstance(name, str) and name]
        return [path for path in paths if path.is_file()]

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.resolve()
        kept = [path, *(one for one in self.recent() if one != path)][:MOST_RECENT]
        self._store.setValue("recent", [str(one) for one in kept])

    def sync(self) -> None:
        """Write what was set to the disk."""
        self._store.sync()
