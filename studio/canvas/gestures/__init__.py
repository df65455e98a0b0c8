"""What hands do on the canvas: one class per gesture, each ending in one verb of ``studio.commands``."""

from studio.canvas.gestures.drag_copy import DragCopy
from studio.canvas.gestures.drag_wire import DragWire
from studio.canvas.gestures.drop_layer import DropLayer
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.gestures.knife import Knife
from studio.canvas.gestures.move_items import MoveItems
from studio.canvas.gestures.pan import Pan
from studio.canvas.gestures.reorder import Reorder
from studio.canvas.gestures.resize_mark import ResizeMark
from studio.canvas.gestures.rubber_band import RubberBand

__all__ = [
    "DragCopy", "DragWire", "DropLayer", "Gesture", "Knife", "MoveItems", "Pan", "Reorder",
    "ResizeMark", "RubberBand",
]  # fmt: skip
