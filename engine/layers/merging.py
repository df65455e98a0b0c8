"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.layer import Layer
from engine.params import Integer
from engine.spec import Shape, TensorSpec


class _Merge(Layer):
    """Base of layers that combine inputs of equal shape, number by number; sizes of 1 stretch."""

    category = "merge"
    variadic = True
    supports_masking = True
    fewest = 2

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse fewer inputs than the layer needs."""
        if len(specs) < self.fewest:
            raise ShapeError(
                f"Layer '{self.name}' combines at least {self.fewest} inputs. Received: {len(specs)}.",
                code="input_count",
                layer=self.name,
                expected=self.fewest,
                got=len(specs),
            )

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the inputs combined."""
        most = max(tensor.dim() for tensor in inputs)
        if any(tensor.dim() != most for tensor in inputs):
            inputs = [_stretched(tensor, most) for tensor in inputs]
        return self.merge(inputs)

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Combine tensors of equal rank."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return the common shape; raises ``ShapeError`` (``"merge_shapes"``) where there is none."""
        shapes = [tuple(shape) for shape in input_shape]
        self.check_input(*(TensorSpec(shape) for shape in shapes))
        most = max(len(shape) for shape in shapes)
        full = [(shape[0], *(1,) * (most - len(shape)), *shape[1:]) if shape else shape for shape in shapes]
        result: list[int | None] = []
        for axis, sizes in enumerate(zip(*full, strict=True)):
            known = {size for size in sizes if size not in (None, 1)}
            if len(known) > 1:
                raise _misfit(self, shapes, axis)
            unknown = any(size is None for size in sizes)
            result.append(known.pop() if known else None if unknown else 1)
        return tuple(result)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return where all inputs that have a mask are valid."""
        masks = [mask for mask in previous_mask or [] if mask is not None]
        return reduce(torch.logical_and, masks) if masks else None


def _stretched(tensor: Tensor, rank: int) -> Tensor:
    """Put axes of size 1 behind the batch axis, until there are ``rank``."""
    return tensor.reshape(tensor.shape[0], *(1,) * (rank - tensor.dim()), *tensor.shape[1:])


def _misfit(layer: Layer, shapes: Sequence[Shape], axis: int) -> ShapeError:
    listed = ", ".join(str(shape) for shape in shapes)
    return ShapeError(
        f"Layer '{layer.name}' cannot combine inputs that differ on axis {axis}. Received: shapes {listed}.",
        code="merge_shapes",
        layer=layer.name,
        axis=axis,
        shapes=tuple(shapes),
    )


class Add(_Merge):
    """Adds its inputs, number by number."""

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the sum."""
        return reduce(torch.add, inputs)


class Subtract(_Merge):
    """Takes the second input away from the first, number by number."""

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse any number of inputs but two."""
        if len(specs) != 2:
            raise ShapeError(
                f"Layer '{self.name}' takes exactly 2 inputs. Received: {len(specs)}.",
                code="input_count",
                layer=self.name,
                expected=2,
                got=len(specs),
            )

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the difference."""
        return inputs[0] - inputs[1]


class Multiply(_Merge):
    """Multiplies its inputs, number by number."""

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the product."""
        return reduce(torch.mul, inputs)


class Average(_Merge):
    """Takes the mean of its inputs, number by number."""

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the mean."""
        return reduce(torch.add, inputs) / len(inputs)


class Maximum(_Merge):
    """Takes the largest of its inputs, number by number."""

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the largest."""
        return reduce(torch.maximum, inputs)


class Minimum(_Merge):
    """Takes the smallest of its inputs, number by number."""

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the smallest."""
        return reduce(torch.minimum, inputs)


class Concatenate(_Merge):
    """Joins its inputs end to end along one axis.

    Args:
        axis: Axis along which the inputs are joined; -1 is the last.
    """

    fewest = 1

    def __init__(self, axis: Integer = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the inputs joined."""
        return torch.cat(list(inputs), dim=self.axis)

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return the shape with the sizes of the joined axis added up."""
        shapes = [tuple(shape) for shape in input_shape]
        self.check_input(*(TensorSpec(shape) for shape in shapes))
        rank = len(shapes[0])
        if any(len(shape) != rank for shape in shapes):
            listed = ", ".join(str(shape) for shape in shapes)
            raise ShapeError(
                f"Layer '{self.name}' joins inputs with the same number of axes. Received: shapes {listed}.",
                code="merge_ranks",
                layer=self.name,
                shapes=tuple(shapes),
            )
        if not -rank <= self.axis < rank:
            raise ShapeError(
                f"Layer '{self.name}' joins along axis {self.axis}, which the inputs do not have. Received: "
                f"shape {shapes[0]}.",
                code="no_axis",
                layer=self.name,
                axis=self.axis,
                shape=shapes[0],
            )
        result: list[int | None] = []
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            whole = [size for size in sizes if size is not None]
            if axis == self.axis % rank:
                result.append(sum(whole) if len(whole) == len(sizes) else None)
            elif len(set(whole)) > 1:
                raise _misfit(self, shapes, axis)
            else:
                result.append(whole[0] if whole else None)
        return tuple(result)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the masks joined as the inputs are, where every input is a batch of sequences."""
        masks = list(previous_mask or [])
        if all(mask is None for mask in masks):
            return None
        full = [
            torch.ones(tensor.shape[:2], dtype=torch.bool, device=tensor.device) if mask is None else mask
            for tensor, mask in zip(inputs, masks, strict=True)
        ]
        axis = self.axis % inputs[0].dim()
        return torch.cat(full, dim=axis) if axis < 2 else reduce(torch.logical_and, full)


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the sum of the inputs; see ``Add``."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the first input minus the second; see ``Subtract``."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the product of the inputs; see ``Multiply``."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the mean of the inputs; see ``Average``."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the largest of the inputs; see ``Maximum``."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the smallest of the inputs; see ``Minimum``."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Return the inputs joined along ``axis``; see ``Concatenate``."""
    return Concatenate(axis=axis, **kwargs)(inputs)
