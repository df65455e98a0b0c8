"""Classes as rows of zeros and ones, and vectors of length one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from engine.errors import ParamError


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Return class numbers as rows with a 1 at the class and 0 elsewhere; a last axis of size 1 goes away.

    ``num_classes`` is the length of a row, without it the largest class and one.  Tensors stay tensors.
    Raises ``ParamError`` for a class that has no place in the row.  Keras: ``keras.utils.to_categorical``.
    """
    if isinstance(x, torch.Tensor):
        return torch.as_tensor(to_categorical(x.detach().cpu().numpy(), num_classes), device=x.device)
    classes = np.asarray(x, dtype="int64")
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    count = num_classes or (int(classes.max()) + 1 if classes.size else 0)
    if classes.size and not -count <= int(classes.min()) <= int(classes.max()) < count:
        raise ParamError(
            f"to_categorical: with num_classes={count}, classes run from 0 to {count - 1}. Received: classes "
            f"from {classes.min()} to {classes.max()}",
            code="param",
        )
    rows: np.ndarray[Any, Any] = np.eye(count, dtype="float32")[classes]
    return rows


def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    """Return ``x`` divided by its norm of ``order`` along ``axis``; where the norm is 0, as it is.

    Keras: ``keras.utils.normalize``.
    """
    if not isinstance(order, int) or isinstance(order, bool) or order < 1:
        raise ParamError(f"normalize: order is a whole number of at least 1. Received: order={order}")
    if isinstance(x, torch.Tensor):
        norms = torch.linalg.vector_norm(x, order, axis, keepdim=True)
        return x / torch.where(norms == 0, torch.ones_like(norms), norms)
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return x / np.expand_dims(norm, axis)
