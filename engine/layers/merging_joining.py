"""Layers that join tensors end to end, or multiply them along an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import config as settings
from engine.errors import ParamError, ShapeError
from engine.layers.merging import _masks_of, _Merge
from engine.params import Axes, Flag, Integer
from engine.spec import Shape


class Concatenate(_Merge):
    """Joins its inputs end to end along one axis.

    Keras: ``keras.layers.Concatenate``.

    Args:
        axis: Axis along which the inputs are joined; -1 is the last.
    """

    def __init__(self, axis: Integer = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the inputs joined."""
        return torch.cat(list(inputs), dim=self.axis)

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return the shape with the sizes of the joined axis added up."""
        shapes = self._shapes(input_shape)
        rank = len(shapes[0])
        if any(len(shape) != rank for shape in shapes):
            raise self._mismatch(shapes, None)
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
                raise self._mismatch(shapes, axis)
            else:
                result.append(whole[0] if whole else None)
        return tuple(result)

    def _mismatch(self, shapes: Sequence[Shape], axis: int | None) -> ShapeError:
        listed = ", ".join(str(shape) for shape in shapes)
        words = (
            "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
            f"Received: shapes {listed}, by layer '{self.name}' for axis {self.axis}."
        )
        if axis is None:
            return ShapeError(words, code="merge_ranks", layer=self.name, shapes=tuple(shapes))
        return ShapeError(words, code="merge_shapes", layer=self.name, axis=axis, shapes=tuple(shapes))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the masks joined as the inputs are; along axes that they lack, one that counts will do."""
        masks = _masks_of(inputs, previous_mask)
        given = [mask for mask in masks if mask is not None]
        if not given:
            return None
        rank = max(mask.dim() for mask in given)
        full = [
            torch.ones(tensor.shape[:rank], dtype=torch.bool, device=given[0].device)
            if mask is None
            else mask
            for tensor, mask in zip(inputs, masks, strict=True)
        ]
        axis = self.axis % len(inputs[0].shape)
        joined = torch.cat(full, dim=axis) if axis < rank else reduce(torch.logical_or, full)
        return joined.any(-1) if rank == len(inputs[0].shape) else joined


class Dot(_Merge):
    """Multiplies two inputs along an axis of each and adds up: how far two vectors point the same way.

    Inputs (batch, ..., n, ...), output (batch, other axes of the first, other axes of the second); two
    vectors a sample give (batch, 1).  Keras: ``keras.layers.Dot``.

    Args:
        axes: The axis along which the products are added up; or two, one for each input.
        normalize: Whether vectors are made as long as 1 before, which gives the cosine of their angle.
    """

    rare: ClassVar[bool] = True
    fewest = 2
    most = 2

    def __init__(self, axes: Axes, normalize: Flag = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axes, int) and (len(axes) != 2 or None in axes):
            raise ParamError(
                f"Dot: axes is a whole number, or two of them, one for each input. Received: axes={axes!r}",
                code="param",
                owner="Dot",
                param="axes",
                got=axes,
            )
        self.axes = axes
        self.normalize = normalize

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the products added up along the axes."""
        one, two = inputs
        first, second = self._axes([tuple(one.shape), tuple(two.shape)])
        if self.normalize:
            one = F.normalize(one, dim=first, eps=settings.epsilon())
            two = F.normalize(two, dim=second, eps=settings.epsilon())
        one, two = one.movedim(first, -1), two.movedim(second, 1)
        rest = (*one.shape[1:-1], *two.shape[2:])
        rows = one.reshape(one.shape[0], math.prod(one.shape[1:-1]), one.shape[-1])
        columns = two.reshape(*two.shape[:2], math.prod(two.shape[2:]))
        return torch.matmul(rows, columns).reshape(one.shape[0], *(rest or (1,)))

    def _axes(self, shapes: Sequence[Shape]) -> tuple[int, int]:
        """Return the axes counted from the front; raises ``ShapeError`` where the inputs do not fit."""
        asked = [self.axes] * 2 if isinstance(self.axes, int) else list(self.axes)
        found = []
        for axis, shape in zip(asked, shapes, strict=True):
            if not -len(shape) <= axis < len(shape) or axis % len(shape) == 0:
                raise ShapeError(
                    f"Layer '{self.name}' adds up along axis {axis}, which must be one of the input's axes "
                    f"behind the batch axis. Received: shape {shape}.",
                    code="no_axis",
                    layer=self.name,
                    axis=axis,
                    shape=shape,
                )
            found.append(axis % len(shape))
        sizes = {shape[axis] for axis, shape in zip(found, shapes, strict=True)} - {None}
        batch = {shape[0] for shape in shapes} - {None}
        if len(sizes) > 1 or len(batch) > 1:
            listed = ", ".join(str(shape) for shape in shapes)
            raise ShapeError(
                f"Incompatible input shapes: layer '{self.name}' needs equal sizes on axis {found[0]} of the "
                f"first and axis {found[1]} of the second input, and equal batch sizes. "
                f"Received: shapes {listed}.",
                code="merge_shapes",
                layer=self.name,
                axis=found[0],
                shapes=tuple(shapes),
            )
        return found[0], found[1]

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return (batch, other axes of the first, other axes of the second); raises ``ShapeError``."""
        one, two = shapes = self._shapes(input_shape)
        first, second = self._axes(shapes)
        batch = one[0] if one[0] is not None else two[0]
        rest = (*one[1:first], *one[first + 1 :], *two[1:second], *two[second + 1 :])
        return (batch, *(rest or (1,)))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return ``None``: the axes that a mask speaks of may be gone."""
        return None

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the number of products for one sample; 0 where sizes are unknown."""
        shapes = self._shapes(input_shape)
        numbers = math.prod(size or 0 for size in tuple(output_shape)[1:])
        return int(numbers * (shapes[0][self._axes(shapes)[0]] or 0))


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Return the inputs joined along ``axis``; see ``Concatenate``."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, **kwargs: Any) -> Any:
    """Return the products of two inputs added up along ``axes``; see ``Dot``."""
    return Dot(axes=axes, **kwargs)(inputs)
