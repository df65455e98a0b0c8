"""Reading the members of a stranger's archive: no more than it honestly holds."""

from __future__ import annotations

import zipfile
import zlib

from engine.errors import EngineError

_LARGE = 1 << 28
_EXPANSION = 100
"""A member beyond 256 MiB may be at most this many times larger than what is stored of it."""


def checked(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a member; raises ``EngineError`` where it is missing, damaged or a decompression bomb."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise EngineError(
            f"The archive has no '{name}': it is no Keras model. It holds {archive.namelist()[:5]}.",
            code="archive",
        ) from None
    if info.file_size > _LARGE and info.file_size > _EXPANSION * info.compress_size:
        raise EngineError(
            f"'{name}' in the archive claims {info.file_size} bytes but {info.compress_size} of them are "
            "stored: it looks like a decompression bomb and is not read.",
            code="archive",
        )
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise EngineError(f"'{name}' in the archive is damaged: {error}", code="archive") from None
