"""A layer around a layer, that does the same at every step of a sequence."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.layer import Layer, call_parameters
from engine.layers.wrapper import Wrapper
from engine.params import LayerRef
from engine.spec import Shape, TensorSpec, shape_text


class TimeDistributed(Wrapper):
    """Does the same to every step of a sequence: one layer, shared by all steps.

    Input (batch, steps, ...), output (batch, steps, ...) with what the layer makes of each step.
    Keras: ``keras.layers.TimeDistributed``.

    Args:
        layer: The layer that is applied to each step.
    """

    category: ClassVar[str] = "recurrent"
    in_palette: ClassVar[bool] = True
    supports_masking = True

    def __init__(self, layer: LayerRef, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)

    def _step_shape(self, input_shape: Any) -> Shape:
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        if len(shape) < 3:
            raise ShapeError(
                f"Layer '{self.name}' expected an input with at least 3 axes (batch, steps, what the steps "
                f"hold). Received: {len(shape)} axes, shape {shape_text(shape)}.",
                code="min_rank",
                layer=self.name,
                expected=3,
                got=len(shape),
                shape=shape,
            )
        if shape[1] == 0:
            raise ShapeError(
                f"Layer '{self.name}' expected at least one step on axis 1. Received: shape "
                f"{shape_text(shape)}.",
                code="too_small",
                layer=self.name,
                axis=1,
                expected=1,
                got=0,
                shape=shape,
            )
        return (shape[0], *shape[2:])

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for one step; raises ``ShapeError``."""
        super().build(self._step_shape(input_shape))

    def _steps_are_apart(self, training: bool) -> bool:
        """Return whether a step could tell that others stand beside it in one big batch."""
        inside = [layer for layer in self.layer.modules() if isinstance(layer, Layer)]
        keeps = any(not weight.wants_gradient for weight in self.layer.weights)
        ours = all(type(layer).__module__.startswith("engine.") for layer in inside)
        marks = ("stateful", "function")
        draws = training and any(hasattr(layer, "seed_generator") for layer in inside)
        return keeps or not ours or draws or any(getattr(layer, m, False) for layer in inside for m in marks)

    def call(self, inputs: Tensor, training: bool | None = None, mask: Any = None) -> Tensor:
        """Return what the layer makes of each step; raises ``ShapeError`` for a mask of another length."""
        if mask is not None:
            self._check_mask(tuple(inputs.shape), tuple(mask.shape))
        taken = call_parameters(type(self.layer))
        options = {"training": training} if "training" in taken else {}
        masked = mask is not None and "mask" in taken
        if not masked and not self._steps_are_apart(bool(training)):
            y = self.layer.run_inside(inputs.reshape(-1, *inputs.shape[2:]), **options)
            return self._in_own_type(y.reshape(*inputs.shape[:2], *y.shape[1:]))
        steps = []
        for step in range(inputs.shape[1]):
            here = {"mask": mask[:, step]} if masked else {}
            steps.append(self.layer.run_inside(inputs[:, step], **options, **here))
        return self._in_own_type(torch.stack(steps, 1))

    def _in_own_type(self, made: Tensor) -> Tensor:
        kind = getattr(torch, self.compute_dtype)
        return made if made.dtype is kind or not made.is_floating_point() else made.to(kind)

    def _check_mask(self, shape: Shape, mask: Shape) -> None:
        if len(mask) < 2 or mask[:2] != shape[:2]:
            raise ShapeError(
                f"The `mask` passed to the `TimeDistributed` layer has a shape {mask} that does not fit the "
                f"input of '{self.name}'. Expected: {shape[:2]} (batch, steps) as its first axes. "
                f"Received: an input of shape {shape_text(shape)}.",
                code="mask",
                layer=self.name,
                expected=shape[:2],
                got=mask,
            )

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the layer's output shape with the steps put in."""
        inner = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (inner[0], input_shape[1], *inner[1:])

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the multiply-adds of the layer, for every step."""
        step = self._step_shape(input_shape)
        return int(
            (input_shape[1] or 0) * self.layer.compute_macs(step, self.layer.compute_output_shape(step))
        )
