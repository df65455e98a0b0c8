"""Files: written beside their place first and then moved there, so that a crash leaves the old one whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import EngineError


@contextmanager
def replacing(filepath: Any) -> Iterator[Path]:
    """Yield the path of a file to write in the same folder; it takes the place of ``filepath`` at the end.

    Where the block raises, the new file goes away and the old one stays.  Raises ``EngineError`` where the
    folder is missing.
    """
    path = Path(filepath)
    folder = path.parent
    if not folder.is_dir():
        raise EngineError(
            f"The folder '{folder}' for '{path.name}' does not exist. Make it first.", code="folder"
        )
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=folder)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def allowed(filepath: Any, overwrite: bool) -> None:
    """Raise ``EngineError`` where a file is there already and must not be replaced."""
    if not overwrite and Path(filepath).exists():
        raise EngineError(
            f"The file {filepath} exists already. Pass overwrite=True to replace it.", code="exists"
        )
