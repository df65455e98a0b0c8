"""The version of Keras whose names, meanings and files stand here.  Imports nothing."""

from __future__ import annotations

KERAS_VERSION = "3.15.1"


def version() -> str:
    """Return the version of Keras whose names and meanings stand here; ``engine.__version__`` is the same."""
    return KERAS_VERSION
