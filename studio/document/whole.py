"""Files that are written in one piece, beside their place first."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress


def write_whole(path: str | os.PathLike[str], raw: bytes | str) -> None:
    """Write bytes, or a text in UTF-8: whatever happens, ``path`` holds the old file or the new one, whole.

    Raises ``OSError``, also for what is there and is no ordinary file.
    """
    target = os.path.realpath(os.fspath(path))
    mode = 0o666 & ~_umask()
    if os.path.exists(target):
        facts = os.stat(target)
        if not stat.S_ISREG(facts.st_mode):  # a device would be replaced by the file
            raise OSError(0, what_else(facts))
        mode = stat.S_IMODE(facts.st_mode)
    handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw.encode() if isinstance(raw, str) else raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, mode)
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise


def what_else(facts: os.stat_result) -> str:
    """Return what a path is that is no ordinary file."""
    return "it is a folder" if stat.S_ISDIR(facts.st_mode) else "it is no ordinary file"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
