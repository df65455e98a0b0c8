"""The older home of what prepares data; today's is ``engine.utils``.  Keras: ``keras.preprocessing``."""

from __future__ import annotations

from engine.preprocessing import image, sequence
from engine.utils import (
    image_dataset_from_directory,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)

__all__ = [
    "image", "image_dataset_from_directory", "sequence", "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]  # fmt: skip
