"""Where a graph begins."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from engine import config as settings
from engine.dtypes import standardize_dtype
from engine.errors import ParamError
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor, Node


class InputLayer(Layer):
    """Stands for the data that enters a model.

    Keras: ``keras.layers.InputLayer``.

    Args:
        shape: Sizes of one sample, the batch axis left out; None where a size varies.
        batch_size: Number of samples in a batch, where it is fixed.
        batch_shape: The whole shape with the batch axis, instead of shape and batch_size.
        input_tensor: A symbolic tensor that stands for the data, instead of a new one.
        optional: Whether the model may be called with None in its place.
    """

    in_palette = False

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if "input_shape" in kwargs:
            warnings.warn("Argument `input_shape` is deprecated. Use `shape` instead.", stacklevel=2)
            shape = kwargs.pop("input_shape")
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        for word, value in (("sparse", sparse), ("ragged", ragged)):
            if value and input_tensor is not None:
                raise _unlike(word, value, False)
            if value:
                raise _refusal(
                    f"`{word}=True` is not supported: there are no {word} tensors here", word, value
                )
        if input_tensor is not None:
            dtype, batch_shape = _as_tensor(input_tensor, shape, batch_size, batch_shape, dtype)
            shape = batch_size = None
        super().__init__(name=name, dtype=dtype or settings.floatx(), **kwargs)
        if shape is not None and batch_shape is not None:
            raise _refusal("You cannot pass both `shape` and `batch_shape` at the same time", "shape", shape)
        if batch_size is not None and batch_shape is not None:
            raise _refusal(
                "You cannot pass both `batch_size` and `batch_shape` at the same time",
                "batch_size",
                batch_size,
            )
        if shape is None and batch_shape is None:
            raise ParamError(
                "Input needs the shape of one sample. You must pass a `shape` argument. For example: "
                "Input((28, 28, 1)).",
                code="missing_param",
                owner="InputLayer",
                param="shape",
            )
        if batch_shape is None:
            batch_shape = (batch_size, *((shape,) if hasattr(shape, "__index__") else tuple(shape)))
        for size in batch_shape:
            if size is not None and (not hasattr(size, "__index__") or int(size) < 0):
                raise _refusal("A shape is made of whole numbers and None", "shape", shape or batch_shape)
        self.batch_shape = tuple(None if size is None else int(size) for size in batch_shape)
        self.shape = self.batch_shape[1:]
        self.batch_size = self.batch_shape[0] if self.batch_shape else None
        self.optional = bool(optional)
        self.sparse = self.ragged = False
        self.built = True
        node = Node(self, (), {})
        tensor = input_tensor
        if tensor is None:
            tensor = KerasTensor(self.batch_shape, self.dtype, name=self.name)
        tensor.node, tensor.index = node, 0
        node.output_struct = tensor

    def call(self) -> Any:
        """Return nothing: an Input stands for the data and is not called."""
        return None

    def get_config(self) -> dict[str, Any]:
        """Return batch shape, dtype and name, and whether it is optional."""
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }


def _refusal(message: str, word: str, value: Any) -> ParamError:
    return ParamError(
        f"{message}. Received: {word}={value!r}", code="param", owner="InputLayer", param=word, got=value
    )


def _unlike(word: str, value: Any, own: Any) -> ParamError:
    return _refusal(
        f"With `input_tensor`, you cannot provide an incompatible `{word}`: the tensor's is {own!r}",
        word,
        value,
    )


def _as_tensor(
    tensor: Any, shape: Any, batch_size: Any, batch_shape: Any, dtype: Any
) -> tuple[str, tuple[int | None, ...]]:
    """Return dtype and batch shape of the tensor that stands for the data; refuse what is said otherwise."""
    if not isinstance(tensor, KerasTensor):
        raise _refusal("Argument `input_tensor` must be a KerasTensor", "input_tensor", tensor)
    own = tensor.shape
    if shape is not None and tuple(shape) != own[1:]:
        raise _unlike("shape", shape, own[1:])
    if batch_size is not None and batch_size != own[0]:
        raise _unlike("batch_size", batch_size, own[0])
    if batch_shape is not None and tuple(batch_shape) != own:
        raise _unlike("batch_shape", batch_shape, own)
    if dtype is not None and standardize_dtype(dtype) != tensor.dtype:
        raise _unlike("dtype", dtype, tensor.dtype)
    return tensor.dtype, own


def Input(
    shape: Sequence[int | None] | int | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """Return a symbolic tensor for the data that enters a model.

    ``shape`` is that of one sample, the batch axis left out; ``tensor`` is a symbolic tensor to stand for the
    data; a model may be called with ``None`` in the place of an ``optional`` one.  Sparse and ragged inputs
    raise ``ParamError``: there are none.  Keras: ``keras.Input``.
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name or None,
    )
    made: KerasTensor = layer.output
    return made
