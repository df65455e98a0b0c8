"""Where a graph begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import config as settings
from engine.errors import ParamError
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor, Node


class InputLayer(Layer):
    """Stands for the data that enters a model.

    Args:
        shape: Sizes of one sample, the batch axis left out; None where a size varies.
        batch_size: Number of samples in a batch, where it is fixed.
        batch_shape: The whole shape with the batch axis, instead of shape and batch_size.
    """

    in_palette = False

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        batch_shape: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for word in ("sparse", "ragged", "optional", "input_tensor"):
            kwargs.pop(word, None)
        super().__init__(name=name, dtype=dtype, **kwargs)
        if shape is None and batch_shape is None:
            raise ParamError(
                "Input needs the shape of one sample, such as Input((28, 28, 1)).",
                code="missing_param",
                owner="InputLayer",
                param="shape",
            )
        if batch_shape is None:
            sizes = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *sizes)
        for size in batch_shape:
            if size is not None and (not hasattr(size, "__index__") or int(size) < 0):
                raise ParamError(
                    f"A shape is made of whole numbers and None. Received: shape={shape!r}",
                    code="param",
                    owner="InputLayer",
                    param="shape",
                )
        self.batch_shape = tuple(batch_shape)
        self.shape = self.batch_shape[1:]
        self.batch_size = self.batch_shape[0] if self.batch_shape else None
        self.built = True
        node = Node(self, (), {})
        tensor = KerasTensor(self.batch_shape, self.dtype, self.name)
        tensor.node, tensor.index = node, 0
        node.output_struct = tensor

    def call(self) -> Any:
        """Input layers are never called: they stand for the data."""
        raise NotImplementedError("An Input stands for the data and is not called.")

    def get_config(self) -> dict[str, Any]:
        """Return batch shape, dtype and name."""
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
        }


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

    ``shape`` is that of one sample, the batch axis left out; ``tensor`` is a symbolic tensor to be used as it
    is.  Sparse, ragged and optional inputs raise ``ParamError``: there are none.  Keras: ``keras.Input``.
    """
    for word, value in (("sparse", sparse), ("ragged", ragged), ("optional", optional)):
        if value:
            raise ParamError(
                f"Input: there are no {word} inputs here. Received: {word}={value!r}",
                code="param",
                owner="Input",
                param=word,
                got=value,
            )
    if isinstance(tensor, KerasTensor):
        return tensor
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype or settings.floatx(),
        name=name or None,
        batch_shape=batch_shape,
    )
    made: KerasTensor = layer.output
    return made
