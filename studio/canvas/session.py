"""What the canvas needs of a session: a document to show, a stack to push on, and what is known of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from psygnal import SignalInstance
from PySide6.QtGui import QUndoStack

from studio.document import Document
from studio.document.catalog import Catalog
from studio.document.findings import Analysis


class CanvasSession(Protocol):
    """One open document; ``preview`` gives a sample at a node's output (graph, node), without batch axis."""

    @property
    def document(self) -> Document: ...
    @property
    def stack(self) -> QUndoStack: ...
    @property
    def catalog(self) -> Catalog | None: ...
    @property
    def analysis(self) -> Analysis: ...
    @property
    def graph(self) -> str: ...
    @property
    def trail(self) -> list[str]: ...
    @property
    def here(self) -> Analysis: ...
    @property
    def entered(self) -> SignalInstance: ...
    def enter(self, graph: str) -> None: ...
    @property
    def analysed(self) -> SignalInstance: ...
    @property
    def preview(self) -> Callable[[str, str], np.ndarray[Any, Any] | None] | None: ...
