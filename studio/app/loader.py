"""Loads the layers beside the window: torch takes a second, in which one can already look and draw."""

from __future__ import annotations

import gc
import threading
from typing import Any

from PySide6.QtCore import QObject, Signal


def keep_out_of_collections() -> None:
    """Let the garbage collector pass over what was loaded to stay.

    With torch and all layers there are a million objects, and looking through them takes 0.2 s: a jerk in
    whatever the hand is doing.
    """
    gc.collect()
    gc.freeze()


class CatalogLoader(QObject):
    """A thread that loads the catalog; ``loaded`` and ``failed`` arrive on the thread of this object."""

    loaded = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.catalog: Any = None
        self._thread: threading.Thread | None = None
        self.loaded.connect(self._keep)

    def start(self) -> None:
        """Begin, where that has not happened yet."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="bunon-catalog")
            self._thread.start()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the thread's end; what it found is still delivered through the event loop."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _keep(self, catalog: object) -> None:
        self.catalog = catalog
        keep_out_of_collections()

    def _run(self) -> None:
        try:
            from engine.catalog import load_catalog

            catalog = load_catalog()
        except Exception as error:
            self.failed.emit(f"{type(error).__name__}: {error}")
        else:
            self.loaded.emit(catalog)
