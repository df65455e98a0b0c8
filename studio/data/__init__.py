"""The data of a drawing: what it holds, how it is shared out, and how to take other data."""

from studio.data.panel import DataPanel

__all__ = ["DataPanel"]
