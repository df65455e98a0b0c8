"""Files that layers keep beside their weights, such as vocabularies: a folder in the archive."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from engine.errors import EngineError
from engine.saving.limits import checked

FOLDER = "assets"


class AssetFolder:
    """A folder of files by path, made for writing or unpacked from an archive."""

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = tempfile.mkdtemp(prefix="bunon-") if folder is None else None
        self.folder = Path(self._temporary or folder or "")

    @classmethod
    def unpacked(cls, archive: zipfile.ZipFile) -> AssetFolder | None:
        """Return what lies under ``assets/`` in an archive, in a folder for the time; ``None``: nothing."""
        members = [
            info
            for info in archive.infolist()
            if info.filename.startswith(f"{FOLDER}/") and not info.is_dir()
        ]
        if not members:
            return None
        made = cls()
        try:
            for info in members:
                target = made._inside(str(PurePosixPath(info.filename).relative_to(FOLDER)))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(checked(archive, info.filename))
        except BaseException:
            made.close()
            raise
        return made

    def pack(self, archive: zipfile.ZipFile) -> None:
        """Put all files into an archive."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{FOLDER}/{path.relative_to(self.folder).as_posix()}")

    def _inside(self, path: str) -> Path:
        target = (self.folder / path.replace("\\", "/")).resolve()
        if not target.is_relative_to(self.folder.resolve()):
            raise EngineError(f"The path '{path}' leads out of the folder of assets.", code="archive")
        return target

    def make(self, path: str) -> str:
        """Return the folder for what lies at ``path`` in the model, made if it is not there."""
        target = self._inside(path)
        target.mkdir(parents=True, exist_ok=True)
        return str(target)

    def get(self, path: str) -> str | None:
        """Return the folder at ``path``, or ``None``."""
        target = self._inside(path)
        return str(target) if target.is_dir() else None

    def has_path(self, path: str) -> bool:
        """Return whether anything lies at ``path``."""
        return self.get(path) is not None

    def close(self) -> None:
        """Remove the folder if it was made for the time."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
