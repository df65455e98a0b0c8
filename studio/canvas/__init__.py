"""The canvas: the drawing of a model as cards and wires, and everything that hands do with it."""

from studio.canvas.session import CanvasSession
from studio.canvas.view import CanvasView

__all__ = ["CanvasSession", "CanvasView"]
