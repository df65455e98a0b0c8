"""Numbers brought to another scale, such as the pixels of pictures from 0 to 255 to 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config
from engine.errors import ParamError, ShapeError
from engine.layers.layer import Layer
from engine.params import Array
from engine.spec import Shape


def _numbers(param: str, value: Any) -> Any:
    """Return a number or nested lists of numbers, from whatever numpy can read; raises ``ParamError``."""
    try:
        array = np.asarray(value, dtype="float64")
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if not np.isfinite(array).all():
        expected = "a number or a list of numbers"
        raise ParamError(
            f"Rescaling: {param} is {expected}. Received: {param}={value!r}",
            code="param",
            owner="Rescaling",
            param=param,
            expected=expected,
            got=value,
        )
    return float(array) if array.ndim == 0 else array.tolist()


class Rescaling(Layer):
    """Multiplies its input by one number and adds another, such as 1/255 and 0 for pictures.

    Lists hold a number for each channel.  Keras: ``keras.layers.Rescaling``.

    Args:
        scale: Number to multiply by.
        offset: Number to add afterwards.
    """

    category = "preprocessing"
    supports_masking = True

    def __init__(self, scale: Array, offset: Array = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = _numbers("scale", scale)
        self.offset = _numbers("offset", offset)

    def call(self, inputs: Tensor) -> Tensor:
        """Return inputs * scale + offset in the layer's dtype."""
        inputs = inputs.to(getattr(torch, self.compute_dtype))
        scaled: Tensor = inputs * self._like(self._scale(), inputs) + self._like(self.offset, inputs)
        return scaled

    def _scale(self) -> Any:
        """Return the scale; a list lies along the channels, wherever pictures keep them by default."""
        rank = np.ndim(self.scale)
        if not rank or config.image_data_format() == "channels_last":
            return self.scale
        return np.reshape(self.scale, (*np.shape(self.scale), *[1] * (3 - rank)))

    @staticmethod
    def _like(value: Any, inputs: Tensor) -> Any:
        return value if isinstance(value, float) else torch.as_tensor(value).to(inputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape, stretched by lists of numbers."""
        shape = tuple(input_shape)
        for value in (self._scale(), self.offset):
            sizes = np.shape(value)
            known = tuple(1 if size is None else size for size in shape)
            try:
                full = np.broadcast_shapes(known, sizes)
            except ValueError:
                raise ShapeError(
                    f"Layer '{self.name}' has {sizes} numbers, which do not fit the input. Received: shape "
                    f"{shape}.",
                    code="merge_shapes",
                    layer=self.name,
                    shapes=(shape, sizes),
                ) from None
            pad = (1,) * (len(full) - len(shape))
            shape = tuple(
                None if size is None and want == 1 else want
                for size, want in zip((*pad, *shape), full, strict=True)
            )
        return shape
