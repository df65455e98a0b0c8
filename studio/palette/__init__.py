"""The layers that can be put into a drawing, by category, to search and to drag."""

from studio.palette.panel import PalettePanel
from studio.palette.tree import MIME

__all__ = ["MIME", "PalettePanel"]
