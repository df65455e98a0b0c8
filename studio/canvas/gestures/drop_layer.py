"""A layer dragged from the palette onto the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt

from studio.canvas.gestures.gesture import Gesture
from studio.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate

MIME = "application/x-bunon-layer"


def layer_of(data: QMimeData) -> str:
    """Return the type of the dragged layer; empty where something else is dragged."""
    return bytes(data.data(MIME).data()).decode("utf-8", "replace") if data.hasFormat(MIME) else ""


class DropLayer(Gesture):
    """Over a wire it goes in; in the Sequential view it joins the end; elsewhere it lies where it fell."""

    def __init__(self, view: CanvasView, at: QPoint, type_name: str) -> None:
        super().__init__(view, at)
        self.type = type_name
        self._over: WireItem | None = None

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        self._invite(self.view.wire_for_drop(at))
        if self._over is not None:
            self.view.say(translate("CanvasView", "Insert {type} here").format(type=self.type), at)
        elif self.view.mirror.sequential:
            self.view.say(translate("CanvasView", "Add {type} at the end").format(type=self.type), at)
        else:
            self.view.hint.hide()

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        over = self._over
        self.cancel()
        self.view.add_type(self.type, at, over.wire if over is not None else None)

    def cancel(self) -> None:
        self._invite(None)
        self.view.hint.hide()

    def _invite(self, wire: WireItem | None) -> None:
        if self._over is not None and self._over is not wire and self._over.scene() is not None:
            self._over.set_inviting(False)
        self._over = wire
        if wire is not None:
            wire.set_inviting(True)
