"""Keeps a copy of unsaved work, so that a crash loses at most half a minute."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from studio.app.settings import parsed
from studio.document import Document, files
from studio.document.errors import FileError
from studio.document.whole import write_whole

SECONDS = 30


@dataclass(frozen=True)
class Recovered:
    """A copy that an earlier start left behind; ``original`` is the file it belongs to, if it had one."""

    copy: Path
    original: Path | None


class Autosave(QObject):
    """Writes the document into ``folder`` half a minute after an edit; ``clear`` once it is safe elsewhere.

    The name holds the process id and a number, so that no two drawings ever write one file, and a copy whose
    process is gone is one that a crash left.
    """

    _numbers = count(1)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._number = next(self._numbers)
        self._document: Document | None = None
        self._original: Path | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SECONDS * 1000)
        self._timer.timeout.connect(self.write)

    @property
    def copy(self) -> Path:
        """The file that the copy is written to."""
        return self._folder / f"autosave-{os.getpid()}-{self._number}.bunon"

    def watch(self, document: Document, original: Path | None) -> None:
        """Keep this document from now on."""
        self.clear()
        self._document, self._original = document, original

    def touch(self) -> None:
        """Note that something was edited."""
        if self._document is not None and not self._timer.isActive():
            self._timer.start()

    def write(self) -> bool:
        """Write the copy now; a full disk must not disturb the work, so failure is only returned."""
        if self._document is None:
            return False
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            files.save(self._document, self.copy)
            note = {"original": str(self._original) if self._original else ""}
            write_whole(self.copy.with_suffix(".json"), json.dumps(note))
        except (OSError, FileError):
            return False
        return True

    def clear(self) -> None:
        """Forget the copy: the work is saved or given up."""
        self._timer.stop()
        forget(self.copy)


def forget(copy: Path) -> None:
    """Remove a copy and the note beside it."""
    for path in (copy, copy.with_suffix(".json")):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def left_behind(folder: Path) -> list[Recovered]:
    """Return the copies whose process is no longer there, newest first."""
    found = []
    for copy in sorted(folder.glob("autosave-*.bunon"), key=_written, reverse=True):
        number = copy.stem.removeprefix("autosave-").partition("-")[0]
        if number.isdecimal() and int(number) != os.getpid() and not _alive(int(number)):
            found.append(Recovered(copy, _original(copy)))
    return found


def _written(copy: Path) -> float:
    try:
        return copy.stat().st_mtime
    except OSError:  # it went in the meantime, with the window that wrote it
        return 0.0


def _original(copy: Path) -> Path | None:
    try:
        note = parsed(copy.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    name = note.get("original") if isinstance(note, dict) else None
    return Path(name) if isinstance(name, str) and name else None


def _alive(process: int) -> bool:
    if os.name == "nt":
        return False  # asking Windows with os.kill would end the process that is asked for
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):  # or there is no such number
        return False
    except OSError:
        return True
    return True
