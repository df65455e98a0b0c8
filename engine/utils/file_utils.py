"""Files by their address, kept in a cache and unpacked.  Nothing is fetched from a network.

Keras: ``keras.utils.get_file``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from engine.errors import EngineError, ParamError
from engine.saving.files import replacing
from engine.utils.io_utils import print_msg


def get_file(
    fname: Any = None,
    origin: Any = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """Return where ``origin``, a path or ``file://`` address, lies in the cache, copied there if need be.

    What lies in the cache already is taken, if ``file_hash`` (md5 or sha256) fits.  With ``extract`` an
    archive (tar, zip) is unpacked and the folder returned.  The cache is ``cache_dir`` (``$KERAS_HOME`` or
    ``~/.keras``), ``cache_subdir`` in it.  For ``http(s)://`` this engine does not reach out: it says where
    to put the file.  Raises ``ParamError`` and ``EngineError``.  Keras: ``keras.utils.get_file``.
    """
    if origin is None:
        raise ParamError(
            'Please specify the "origin" argument (path or URL of the file). Received: origin=None',
            code="param",
            param="origin",
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    address = os.fspath(origin)
    given = None if fname is None else os.fspath(fname)
    name = given or os.path.basename(urlsplit(address).path)
    if not name:
        raise ParamError(
            f"Can't parse the file name from the origin provided: '{address}'. Please specify the `fname` "
            "argument.",
            code="param",
            param="fname",
        )
    if os.sep in name:
        raise ParamError(
            "Paths are no longer accepted as the `fname` argument. To specify the file's parent directory, "
            f"use the `cache_dir` argument. Received: fname={name}",
            code="param",
            param="fname",
            got=name,
        )
    folder = _cache(cache_dir) / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    unpacking = extract or untar
    target, unpacked = folder / name, folder / name
    if unpacking and given and "." in name:
        unpacked = folder / f"{name[: name.find('.')]}_extracted"
    elif unpacking:
        target = folder / f"{name}_archive"
    kept = target.exists() and not force_download
    if kept and file_hash is not None and not _fits(target, file_hash, hash_algorithm):
        print_msg(f"The file {target} has another hash than {file_hash}: it is taken anew.")
        kept = False
    if not kept:
        _copy(address, target)
        if file_hash is not None and not _fits(target, file_hash, hash_algorithm):
            target.unlink()
            raise EngineError(
                f"Incomplete or corrupted file detected. The {hash_algorithm} file hash does not match the "
                f"provided value of {file_hash}.",
                code="hash",
            )
    if not unpacking:
        return str(target)
    if not _unpack(target, unpacked, "tar" if untar else archive_format):
        warnings.warn(f"Could not extract archive: {target} is of no known format.", stacklevel=2)
    return str(unpacked)


def _cache(given: Any) -> Path:
    if given is not None:
        return Path(given).expanduser()
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / ".keras"
    return home if os.access(home, os.W_OK) else Path(tempfile.gettempdir()) / ".keras"


def _copy(address: str, target: Path) -> None:
    parts = urlsplit(address)
    if parts.scheme in ("http", "https", "ftp"):
        raise EngineError(
            f"{address} lies in the network, and nothing is fetched from there. Download it yourself and put "
            f"it at {target}, or pass its path as `origin`.",
            code="network",
        )
    source = Path(url2pathname(parts.path)) if parts.scheme == "file" else Path(address).expanduser()
    if not source.is_file():
        raise EngineError(f"There is no file at '{address}'.", code="no_file")
    with replacing(target) as part:
        shutil.copyfile(source, part)


def _fits(path: Path, wanted: str, algorithm: str) -> bool:
    if algorithm not in ("auto", "md5", "sha256"):
        raise ParamError(
            f"hash_algorithm is 'auto', 'md5' or 'sha256'. Received: {algorithm!r}",
            code="param",
            got=algorithm,
        )
    kind = algorithm if algorithm != "auto" else ("sha256" if len(wanted) == 64 else "md5")
    with path.open("rb") as file:
        return (
            hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest() == wanted
        )


def _unpack(archive: Path, folder: Path, formats: Any) -> bool:
    """Unpack into a new folder and return whether the archive was of one of ``formats``."""
    names: Sequence[str] = ("tar", "zip") if formats == "auto" else formats or ()
    for kind in (names,) if isinstance(names, str) else names:
        if kind not in ("tar", "zip"):
            raise ParamError(
                f"archive_format is 'auto', 'tar', 'zip' or None. Received: {formats!r}",
                code="param",
                param="archive_format",
                got=formats,
            )
        try:
            if kind == "tar" and tarfile.is_tarfile(archive):
                with tarfile.open(archive) as tar:
                    tar.extractall(folder, filter="data")  # refuses what would lie or lead elsewhere
                return True
            if kind == "zip" and zipfile.is_zipfile(archive):
                with zipfile.ZipFile(archive) as members:
                    members.extractall(folder)  # takes ".." and leading slashes out of the names itself
                return True
        except (tarfile.TarError, zipfile.BadZipFile, RuntimeError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise EngineError(f"The archive {archive} cannot be unpacked: {error}", code="archive") from error
    return False
