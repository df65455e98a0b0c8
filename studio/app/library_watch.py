"""Sees what other windows do with the library of blocks."""

from __future__ import annotations

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

from studio.document.library import BlockLibrary

SETTLE_MS = 200


class LibraryWatch(QObject):
    """Tells the library when its folder changed: another window kept a block there, or a file was put in."""

    def __init__(self, library: BlockLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)  # a file that is being written changes several times
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(library.changed.emit)
        self._watcher.directoryChanged.connect(lambda _: self._timer.start())

    def start(self) -> None:
        """Watch from now on; where the folder cannot be made there is nothing to watch."""
        try:
            self._library.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        self._watcher.addPath(str(self._library.folder))

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
