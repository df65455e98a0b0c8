"""Texts among the data: numpy arrays that answer the few words of a tensor that batches need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    _Array = np.ndarray[Any, np.dtype[Any]]
else:
    _Array = np.ndarray


class Texts(_Array):
    """An array of texts on its way to a layer that reads them; they stay in the computer's own memory."""

    device: Any = torch.device("cpu")  # numpy says "cpu"

    def to(self, *_: Any, **__: Any) -> Texts:
        """Return itself: there is no other place for texts."""
        return self

    def split(self, size: int) -> list[Texts]:
        """Return the rows in parts of ``size``."""
        return [self[begin : begin + size].view(Texts) for begin in range(0, len(self), size)]

    def index_select(self, dim: int, rows: torch.Tensor) -> Texts:
        """Return some rows."""
        found: Texts = self[rows.cpu().numpy()].view(Texts)
        return found

    def unsqueeze(self, dim: int) -> Texts:
        """Return itself with a lone axis more."""
        return np.expand_dims(self, dim).view(Texts)

    def dim(self) -> int:
        """Return the number of axes."""
        return self.ndim


def as_texts(value: Any) -> Texts | None:
    """Return an array (or lists) of texts as ``Texts``, and ``None`` for all else."""
    if isinstance(value, torch.Tensor) or (value is not None and not hasattr(value, "__array__")):
        first = value
        while isinstance(first, (list, tuple)) and first:
            first = first[0]
        if not isinstance(first, (str, bytes)):
            return None
    array = np.asarray(value)
    if array.dtype.kind == "O":
        first = array.flat[0] if array.size else None
        return array.view(Texts) if isinstance(first, (str, bytes)) else None
    return array.view(Texts) if array.dtype.kind in "US" else None


def takes_texts(model: Any) -> bool:
    """Return whether a layer of ``model`` reads what tensors cannot hold."""
    return any(not layer._convert_input_args for layer in model._flatten_layers())
