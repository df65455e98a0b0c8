"""What the layers for categories share: reading texts and numbers of any kind, and encoding their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from engine import config as settings
from engine.errors import ParamError, ShapeError
from engine.layers.layer import Layer, call_parameters
from engine.layers.symbolic import KerasTensor
from engine.spec import Shape
from engine.structure import flatten

Values = np.ndarray[Any, np.dtype[Any]]


class _OnValues(Layer):
    """A layer that reads what tensors cannot hold: texts in arrays, lists or by themselves."""

    category: ClassVar[str] = "preprocessing"
    _convert_input_args = False
    _allow_non_tensor_positional_args = True

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Extend the graph for symbolic tensors; run as it is on all else."""
        if any(isinstance(leaf, (KerasTensor, Tensor)) for leaf in flatten((inputs, args, kwargs))):
            return super().__call__(inputs, *args, **kwargs)
        self.built = True
        if "training" not in call_parameters(type(self)):
            kwargs.pop("training", None)  # told to every layer, of use to few
        return self.call(inputs, *args, **kwargs)


def values_of(given: Any) -> Values:
    """Return arrays, tensors, lists, texts and numbers as a numpy array; texts in one of objects."""
    if isinstance(given, Tensor):
        return given.detach().cpu().numpy()
    array = np.asarray(given)
    if array.dtype.kind in "SUO":
        texts = [item.decode() if isinstance(item, bytes) else item for item in array.ravel().tolist()]
        array = np.asarray(texts, dtype=object).reshape(array.shape)
    return array


def is_text(values: Values) -> bool:
    """Return whether an array from ``values_of`` holds texts."""
    return values.dtype == object


def as_texts(values: Values) -> Values:
    """Return each value as TensorFlow writes it: floats cut to whole numbers first."""
    if is_text(values):
        return values
    whole = values.astype(np.int64) if values.dtype.kind in "fb" else values
    return np.asarray([str(item) for item in whole.ravel().tolist()], dtype=object).reshape(values.shape)


def to_tensor(values: Any, like: Any = None) -> Tensor:
    """Return a tensor where ``like`` lies, or on the device that is set."""
    from engine.training.device import resolve

    device = like.device if isinstance(like, Tensor) else resolve(settings.device())
    return torch.as_tensor(values, device=device)


def batches_of(data: Any, steps: int | None = None) -> Iterator[Any]:
    """Return the batches of a loader, a generator or a list of arrays, without targets; ``steps`` at most."""
    for number, batch in enumerate(data):
        if steps is not None and number >= steps:
            return
        yield batch[0] if isinstance(batch, (tuple, list)) and _is_array(batch[0]) else batch


def adapt_to_words(layer: Any, data: Any, steps: int | None) -> None:
    """Let a layer of words forget what it knew and learn those of ``data``, an array or batches."""
    layer.reset_state()
    if isinstance(data, (list, tuple, str)) or _is_array(data):
        values = values_of(data)
        layer.update_state(values[:, None] if values.ndim == 1 else values)
    else:
        for batch in batches_of(data, steps):
            layer.update_state(batch)
    layer.finalize_state()


def is_batched(data: Any) -> bool:
    """Return whether ``data`` is a row of batches, no array by itself."""
    return isinstance(data, Iterable) and not _is_array(data) and not isinstance(data, (str, bytes))


def _is_array(value: Any) -> bool:
    return isinstance(value, (Tensor, np.ndarray)) or hasattr(value, "__array__")


def check_mode(owner: str, mode: Any, choices: tuple[str, ...], sparse: bool) -> str:
    """Return ``output_mode``; raises ``ParamError`` for a wrong one, and for sparse outputs."""
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(mode, mode)
    if mode not in choices:
        raise ParamError(
            f"{owner}: Invalid value for argument `output_mode`. Expected one of {choices}. "
            f"Unknown arg for output_mode: {mode}. Received: output_mode={mode!r}",
            code="param",
            owner=owner,
            param="output_mode",
            expected=" or ".join(choices),
            got=mode,
        )
    if sparse:
        raise ParamError(
            f"{owner}: `sparse` may only be true if `output_mode` is `'one_hot'`, `'multi_hot'` or "
            "`'count'`, and `sparse=True` cannot be used with torch, which has no such outputs. Received: "
            f"sparse=True and output_mode={mode!r}",
            code="param",
            owner=owner,
            param="sparse",
            got=sparse,
        )
    return str(mode)


def encoded(
    places: Tensor, mode: str, depth: int, dtype: torch.dtype, weights: Tensor | None = None
) -> Tensor:
    """Return places (whole numbers) as the mode says; those outside of 0 to ``depth - 1`` count as none.

    "one_hot" gives each its own row of zeros and a one, "multi_hot" and "count" gather those of a sample
    (axis 1, or the only one).  ``weights`` are what each counts.
    """
    if mode == "int":
        return places.to(dtype)
    places = places.long()
    places = places.unsqueeze(-1) if places.dim() == 0 else places
    if mode == "one_hot":
        if places.dim() > 1 and places.shape[-1] == 1:
            places = places.squeeze(-1)
        return (places.unsqueeze(-1) == torch.arange(depth, device=places.device)).to(dtype)
    if places.dim() > 1:
        places = places.movedim(1, -1)
        weights = weights.movedim(1, -1) if weights is not None else None
    inside = torch.where((places >= 0) & (places < depth), places, depth)
    kind = dtype if weights is None else weights.dtype
    made = torch.zeros((*places.shape[:-1], depth + 1), dtype=kind, device=places.device)
    if mode == "multi_hot":
        return made.scatter_(-1, inside, 1)[..., :depth]
    amounts = torch.ones_like(inside, dtype=kind) if weights is None else weights
    return made.scatter_add_(-1, inside, amounts)[..., :depth]


def encoded_shape(shape: Shape, mode: str, depth: int | None) -> Shape:
    """Return the shape of what ``encoded`` makes."""
    shape = tuple(shape)
    if mode == "int":
        return shape
    if not shape:
        return (depth,)
    if mode == "one_hot":
        return (*shape[:-1], depth) if len(shape) > 1 and shape[-1] == 1 else (*shape, depth)
    return (shape[0], *shape[2:], depth) if len(shape) > 1 else (depth,)


def check_encodable(layer: Layer, shape: Shape, mode: str) -> None:
    """Raise ``ShapeError`` where a batch of bare numbers would be taken for one sample."""
    if mode in ("multi_hot", "count", "tf_idf") and len(shape) == 1 and shape[0] is None:
        raise ShapeError(
            f"Layer '{layer.name}' gathers the places of a sample on axis 1. Received: shape {shape}.",
            code="min_rank",
            layer=layer.name,
            expected=2,
            got=1,
            shape=shape,
        )
