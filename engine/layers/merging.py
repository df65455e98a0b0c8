"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.layer import Layer
from engine.spec import Shape, TensorSpec


class _Merge(Layer):
    """Base of layers that combine inputs number by number; sizes of 1 and missing axes stretch."""

    category = "merge"
    variadic = True
    supports_masking = True
    fewest = 1
    most: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse fewer or more inputs than the layer takes."""
        if len(specs) < self.fewest or (self.most is not None and len(specs) > self.most):
            count = "exactly" if self.fewest == self.most else "a list of at least"
            raise ShapeError(
                f"A `{type(self).__name__}` layer should be called on {count} {self.fewest} "
                f"input{'s' if self.fewest > 1 else ''}. Received: {len(specs)}, by layer '{self.name}'.",
                code="input_count",
                layer=self.name,
                expected=self.fewest,
                got=len(specs),
            )

    def build(self, input_shape: Any) -> None:
        """Check that the inputs go together; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the inputs combined."""
        return self.merge(_of_equal_rank(inputs))

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Combine tensors of equal rank."""
        raise NotImplementedError

    def _shapes(self, input_shape: Any) -> list[Shape]:
        """Return the shapes of the inputs as tuples; raises ``ShapeError`` where there is no list of them."""
        if not all(isinstance(shape, (tuple, list)) for shape in input_shape):
            raise ShapeError(
                f"A merge layer should be called on a list of inputs. Received: one input, of shape "
                f"{input_shape}, by layer '{self.name}'.",
                code="input_count",
                layer=self.name,
                expected=max(self.fewest, 2),
                got=1,
            )
        shapes = [tuple(shape) for shape in input_shape]
        self.check_input(*(TensorSpec(shape) for shape in shapes))
        return shapes

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return the common shape; raises ``ShapeError`` (``"merge_shapes"``) where there is none."""
        shapes = self._shapes(input_shape)
        rank = max(len(shape) for shape in shapes)
        full = [(*shape[:1], *(1,) * (rank - len(shape)), *shape[1:]) for shape in shapes]
        result: list[int | None] = []
        for axis, sizes in enumerate(zip(*full, strict=True)):
            known = {size for size in sizes if size is not None}
            wide = known if axis == 0 else known - {1}
            if len(wide) > 1:
                raise _misfit(self, shapes, axis)
            if axis == 0:
                result.append(known.pop() if known else None)
            else:
                result.append(None if None in sizes else wide.pop() if wide else 1)
        return tuple(result)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the layer's own type, or that of whole numbers if only such come."""
        kinds = [getattr(torch, name) for name in dtypes]
        if not kinds or any(kind.is_floating_point for kind in kinds):
            return super().compute_output_dtype(*dtypes)
        return str(reduce(torch.promote_types, kinds)).removeprefix("torch.")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return where one of the inputs is valid, if all have a mask."""
        masks = _masks_of(inputs, previous_mask)
        return None if not masks or any(mask is None for mask in masks) else reduce(torch.logical_or, masks)


def _of_equal_rank(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """Put axes of size 1 behind the batch axis of the tensors that have fewer axes than others."""
    rank = max(tensor.dim() for tensor in inputs)
    if all(tensor.dim() == rank for tensor in inputs):
        return inputs
    return [
        tensor.reshape(*tensor.shape[:1], *(1,) * (rank - tensor.dim()), *tensor.shape[1:])
        for tensor in inputs
    ]


def _masks_of(inputs: Any, masks: Any) -> list[Any]:
    """Return the masks as tensors; raises ``ParamError`` where they are not one for each input."""
    if masks is None:
        return []
    for name, given in (("mask", masks), ("inputs", inputs)):
        if not isinstance(given, (tuple, list)):
            raise ParamError(f"`{name}` should be a list. Received: {name}={given}", code="param", param=name)
    if len(masks) != len(inputs):
        raise ParamError(
            f"The lists `inputs` and `mask` should have the same length. Received: {len(inputs)} inputs and "
            f"{len(masks)} masks.",
            code="param",
            param="mask",
        )
    return [None if mask is None else torch.as_tensor(mask) for mask in masks]


def _misfit(layer: Layer, shapes: Sequence[Shape], axis: int) -> ShapeError:
    listed = ", ".join(str(shape) for shape in shapes)
    what = "different batch sizes" if axis == 0 else f"incompatible shapes: they differ on axis {axis}"
    return ShapeError(
        f"Layer '{layer.name}' cannot merge tensors with {what}. Received: shapes {listed}.",
        code="merge_shapes",
        layer=layer.name,
        axis=axis,
        shapes=tuple(shapes),
    )


class Add(_Merge):
    """Adds its inputs, number by number.

    Keras: ``keras.layers.Add``.
    """

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the sum."""
        return reduce(torch.add, inputs)


class Subtract(_Merge):
    """Takes the second input away from the first, number by number.

    Keras: ``keras.layers.Subtract``.
    """

    fewest = 2
    most = 2

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the difference."""
        return inputs[0] - inputs[1]


class Average(_Merge):
    """Takes the mean of its inputs, number by number.

    Keras: ``keras.layers.Average``.
    """

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the mean."""
        return reduce(torch.add, inputs) / len(inputs)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the layer's own type: a mean is no whole number."""
        return Layer.compute_output_dtype(self, *dtypes)


class _Masked(_Merge):
    """A merge in which what a mask leaves out does not count."""

    def call(self, inputs: Sequence[Tensor], mask: Any = None) -> Tensor:
        """Return the inputs combined; ``mask`` is a list with a mask, or ``None``, for each of them."""
        tensors = _of_equal_rank(inputs)
        if mask is None:
            return self.merge(tensors)
        masks = [
            one.to(torch.bool).unsqueeze(-1) if one is not None and one.dim() == tensor.dim() - 1 else None
            for tensor, one in zip(inputs, _masks_of(inputs, mask), strict=True)
        ]
        return self.merge_masked(tensors, masks)

    def merge_masked(self, inputs: Sequence[Tensor], masks: Sequence[Tensor | None]) -> Tensor:
        """Combine tensors of equal rank, with masks that stretch along the last axis."""
        raise NotImplementedError


class Multiply(_Masked):
    """Multiplies its inputs, number by number; what a mask leaves out counts as 1.

    Keras: ``keras.layers.Multiply``.
    """

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the product."""
        return reduce(torch.mul, inputs)

    def merge_masked(self, inputs: Sequence[Tensor], masks: Sequence[Tensor | None]) -> Tensor:
        """Return the product of what counts, and 0 where no input counts."""
        counted = [
            tensor if mask is None else torch.where(mask, tensor, 1)
            for tensor, mask in zip(inputs, masks, strict=True)
        ]
        given = [mask for mask in masks if mask is not None]
        product = self.merge(counted)
        return (
            torch.where(reduce(torch.logical_or, given), product, 0) if len(given) == len(masks) else product
        )


class _Extreme(_Masked):
    """The one of two numbers that ``choose`` picks; where only one of them counts, that one."""

    choose: Callable[[Tensor, Tensor], Tensor]

    def merge(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the picked numbers."""
        return reduce(type(self).choose, inputs)

    def merge_masked(self, inputs: Sequence[Tensor], masks: Sequence[Tensor | None]) -> Tensor:
        """Return the picked numbers of those that count."""
        output, so_far = inputs[0], masks[0]
        for tensor, mask in zip(inputs[1:], masks[1:], strict=True):
            other = tensor if mask is None else torch.where(mask, tensor, output)
            kept = output if so_far is None else torch.where(so_far, output, other)
            so_far = None if mask is None or so_far is None else torch.logical_or(so_far, mask)
            output = type(self).choose(kept, other)
        return output


class Maximum(_Extreme):
    """Takes the largest of its inputs, number by number.

    Keras: ``keras.layers.Maximum``.
    """

    rare: ClassVar[bool] = True
    choose = staticmethod(torch.maximum)


class Minimum(_Extreme):
    """Takes the smallest of its inputs, number by number.

    Keras: ``keras.layers.Minimum``.
    """

    rare: ClassVar[bool] = True
    choose = staticmethod(torch.minimum)


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
