"""The model as a list, from its inputs to its outputs."""

from studio.outline.panel import OutlinePanel

__all__ = ["OutlinePanel"]
