"""The script that the drawing writes."""

from studio.code.panel import CodePanel

__all__ = ["CodePanel"]
