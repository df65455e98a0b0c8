"""What is known of a tensor before it exists: shape and dtype, and what a layer demands of them.

Imports no torch: the catalog and the drawing reason with these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.errors import ShapeError

Shape: TypeAlias = tuple[int | None, ...]


def shape_text(shape: Shape) -> str:
    """Return a shape as Keras prints it: ``(None, 8, 8, 1)``."""
    return str(tuple(shape))


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape (batch axis first, ``None`` where unknown) and dtype of a tensor that may not exist yet."""

    shape: Shape
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        """Number of axes, the batch axis among them."""
        return len(self.shape)


@dataclass(frozen=True)
class InputSpec:
    """What a layer demands of one input; Keras: ``keras.InputSpec``.

    ``ndim`` is the exact rank, ``min_ndim``/``max_ndim`` bound it, ``axes`` fixes sizes of single axes.
    """

    dtype: str | None = None
    shape: Shape | None = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: Mapping[int, int] = field(default_factory=dict)
    allow_last_axis_squeeze: bool = False
    name: str | None = None
    optional: bool = False

    def get_config(self) -> dict[str, Any]:
        """Return what is demanded, as plain values."""
        return {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim if self.shape is None else len(self.shape),
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": dict(self.axes),
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> InputSpec:
        """Return the demand that ``get_config`` described."""
        return cls(**config)

    def check(self, spec: TensorSpec, layer: str) -> None:
        """Raise ``ShapeError`` (code ``"rank"`` or ``"axis"``) where ``spec`` is not what is demanded."""
        wanted = len(self.shape) if self.shape is not None else self.ndim
        rank = spec.rank
        text = shape_text(spec.shape)
        if wanted is not None and rank != wanted:
            squeezable = self.allow_last_axis_squeeze and rank == wanted + 1 and spec.shape[-1] == 1
            if not squeezable:
                raise ShapeError(
                    f"Layer '{layer}' expected an input with {wanted} axes (the batch axis among them): the "
                    f"input is incompatible with the layer, expected ndim={wanted}, found ndim={rank}. "
                    f"Received: {rank} axes, shape {text}.",
                    code="rank",
                    layer=layer,
                    expected=wanted,
                    got=rank,
                    shape=spec.shape,
                )
        if self.min_ndim is not None and rank < self.min_ndim:
            raise ShapeError(
                f"Layer '{layer}' expected an input with at least {self.min_ndim} axes (the batch axis "
                f"among them): the input is incompatible with the layer, expected min_ndim={self.min_ndim}, "
                f"found ndim={rank}. Received: {rank} axes, shape {text}.",
                code="min_rank",
                layer=layer,
                expected=self.min_ndim,
                got=rank,
                shape=spec.shape,
            )
        if self.max_ndim is not None and rank > self.max_ndim:
            raise ShapeError(
                f"Layer '{layer}' expected an input with at most {self.max_ndim} axes (the batch axis "
                f"among them): the input is incompatible with the layer, expected max_ndim={self.max_ndim}, "
                f"found ndim={rank}. Received: {rank} axes, shape {text}.",
                code="max_rank",
                layer=layer,
                expected=self.max_ndim,
                got=rank,
                shape=spec.shape,
            )
        sizes: dict[int, int] = dict(self.axes)
        if self.shape is not None:
            sizes |= {axis: size for axis, size in enumerate(self.shape) if size is not None}
        for axis, size in sizes.items():
            got = spec.shape[axis]
            if got is not None and got != size:
                whole = f"expected axis {axis} of input shape to have value {size}"
                if self.shape is not None:
                    whole = f"expected shape={shape_text(self.shape)}, found shape={text}"
                raise ShapeError(
                    f"Layer '{layer}' expected size {size} on axis {axis}: the input is incompatible with "
                    f"the layer, {whole}. Received: size {got}, shape {text}.",
                    code="axis",
                    layer=layer,
                    axis=axis,
                    expected=size,
                    got=got,
                    shape=spec.shape,
                )
