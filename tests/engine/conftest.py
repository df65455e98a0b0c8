"""Real Keras on torch, against which the engine's numbers are held."""

from __future__ import annotations

import os
import warnings
from typing import Any

import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")


@pytest.fixture(scope="session")
def keras() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the import alone: warnings of Keras' own dependencies are not ours
        import keras
    return keras
