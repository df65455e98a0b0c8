"""Masking: tell the layers behind which steps of a sequence are empty."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.layer import Layer
from engine.params import Real
from engine.spec import InputSpec, Shape, TensorSpec


class Masking(Layer):
    """Marks the steps of a sequence that hold nothing but a certain value, so that layers behind skip them.

    For sequences that were filled up to one length.  Input (batch, steps, ..., features), output the same
    with the marked steps set to 0 and a mask without the last axis.  Keras: ``keras.layers.Masking``.

    Args:
        mask_value: The value that fills empty steps.
    """

    rare: ClassVar[bool] = True
    supports_masking = True
    input_spec = InputSpec(min_ndim=2)

    def __init__(self, mask_value: Real = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self._build_at_init()

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return True for each step that holds something."""
        return (torch.as_tensor(inputs) != self.mask_value).any(-1)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the input with 0 in the empty steps."""
        return torch.where((inputs != self.mask_value).any(-1, keepdim=True), inputs, 0)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        return shape
