"""Symbolic tensors and calls, where layers look for them; see ``engine.symbolic``."""

from __future__ import annotations

from engine.symbolic import KerasTensor, Node

__all__ = ["KerasTensor", "Node"]
