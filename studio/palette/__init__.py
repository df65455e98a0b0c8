"""The layers that can be put into a drawing, by category, to search and to drag."""

from studio.palette.panel import MIME, PalettePanel

__all__ = ["MIME", "PalettePanel"]
