"""Numbers as a picture, pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QImage


def image_of(values: np.ndarray[Any, Any], dark: bool = False) -> QImage:
    """Return a picture of values from 0 to 1, pixel by pixel; ink on paper, or light on dark.

    ``values`` has the shape (height, width), (height, width, 1) or, in colour, (height, width, 3).
    """
    grey = np.clip(np.nan_to_num(values), 0.0, 1.0)
    if grey.ndim == 3 and grey.shape[2] != 3:
        grey = grey[:, :, 0]
    if grey.ndim == 2:
        grey = np.repeat(grey[..., None] if dark else 1.0 - grey[..., None], 3, axis=2)
    pixels = np.ascontiguousarray((grey * 255).round().astype(np.uint8))
    height, width = pixels.shape[:2]
    picture = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return picture.copy()  # the copy owns its bytes; the array goes away
