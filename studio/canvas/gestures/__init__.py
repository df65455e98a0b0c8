"""What hands do on the canvas: one class per gesture, each ending in one verb of ``studio.commands``."""

from studio.canvas.gestures.drag_wire import DragWire
from studio.canvas.gestures.drop_layer import DropLayer
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.gestures.move_nodes import MoveNodes
from studio.canvas.gestures.pan import Pan
from studio.canvas.gestures.rubber_band import RubberBand

__all__ = ["DragWire", "DropLayer", "Gesture", "MoveNodes", "Pan", "RubberBand"]
