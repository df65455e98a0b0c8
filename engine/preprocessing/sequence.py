"""Sequences of one length.  Keras: ``keras.preprocessing.sequence``."""

from __future__ import annotations

from engine.utils import pad_sequences

__all__ = ["pad_sequences"]
