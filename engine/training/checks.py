"""Checks before the first step, so that mistakes are named in plain words and not deep in the arithmetic."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from engine.errors import EngineError, ShapeError
from engine.structure import map_structure


def check_inputs(model: Any, inputs: list[Any]) -> None:
    """Raise ``ShapeError`` where data does not fit the model's inputs; columns of width 1 are added."""
    wanted = getattr(model, "inputs", ())
    if not wanted:
        return
    called = model.input_names
    if len(wanted) != len(inputs):
        names = ", ".join(f"'{name}'" for name in called)
        raise ShapeError(
            f"The model has {len(wanted)} inputs ({names}). Received: {len(inputs)} arrays in x.",
            code="input_count",
            expected=len(wanted),
            got=len(inputs),
        )
    for index, (name, item, tensor) in enumerate(zip(called, wanted, inputs, strict=True)):
        if tensor is None:
            if not getattr(item.node.layer, "optional", False):
                raise not_optional(name)
            continue
        shape = tuple(item.shape)
        if len(shape) == tensor.ndim + 1 and shape[-1] == 1:
            inputs[index] = tensor = tensor.unsqueeze(-1)
        elif len(shape) == tensor.ndim - 1 and tensor.shape[-1] == 1:
            inputs[index] = tensor = tensor.squeeze(-1)
        got = tuple(tensor.shape)
        loose = getattr(model, "_by_data", False)  # built by data of one size, it may take others
        fits = len(got) == len(shape) and all(
            loose or size is None or size == have for size, have in zip(shape[1:], got[1:], strict=True)
        )
        if not fits:
            hint = ""
            if len(got) == len(shape) - 1 and got == tuple(size for size in shape[1:]):
                hint = " One sample alone? Put it in a batch: x[None]."
            elif len(got) == len(shape) - 1 and shape[-1] is not None and got[1:] == shape[1:-1]:
                hint = f" A channel axis is missing: reshape x to (-1, {', '.join(map(str, shape[1:]))})."
            raise ShapeError(
                f"Input '{name}' expected data of shape {shape}, rows first. Received: {got}.{hint}",
                code="input_shape",
                input=name,
                expected=shape,
                got=got,
            )


def not_optional(name: str) -> ShapeError:
    """Return the error for an Input that needs data and got ``None``."""
    return ShapeError(
        f"The input '{name}' is not optional, but None was passed. Give it data.",
        code="missing_input",
        missing=(name,),
    )


def check_nesting(model: Any, x: Any) -> None:
    """Warn of (or refuse) a list of arrays for a model whose inputs are a dict, as a call on them does."""
    wanted = getattr(model, "_inputs_struct", None)
    if not isinstance(wanted, Mapping) or not isinstance(x, (list, tuple)) or len(x) != len(model.inputs):
        return
    if all(hasattr(item, "shape") for item in x):
        nesting_mismatch(wanted, x, refuse=list(wanted) != sorted(wanted), warn=True)


def nesting_mismatch(wanted: Any, given: Any, refuse: bool, warn: bool) -> None:
    """Say that ``given`` is not nested as the model's inputs: raise ``ShapeError``, warn, or let it pass."""
    expected = map_structure(lambda tensor: tensor.name, wanted)
    received = map_structure(lambda leaf: f"Tensor(shape={tuple(getattr(leaf, 'shape', ()))})", given)
    text = (
        "The structure of `inputs` doesn't match the expected structure. "
        f"Expected: {expected}. Received: inputs={received}"
    )
    if refuse:
        raise ShapeError(text, code="structure")
    if warn:
        warnings.warn(text, stacklevel=5)


def check_targets(targets: Sequence[Any], y_true: Sequence[Tensor], y_pred: Sequence[Tensor]) -> None:
    """Raise where whole targets (all rows) do not fit loss and last layer; reads the label range once.

    ``targets`` are the compiled outputs, ``y_pred`` a prediction for some rows of them.
    """
    wanted = [target for target in targets if target.loss is not None]
    if wanted and len(y_true) not in (len(targets), len(wanted)):
        names = ", ".join(f"'{target.name}'" for target in targets)
        raise ShapeError(
            f"The model has {len(targets)} outputs ({names}), each with its targets. "
            f"Received: {len(y_true)} arrays in y.",
            code="target_count",
            expected=len(targets),
            got=len(y_true),
        )
    for target, predicted in zip(targets, y_pred, strict=False):
        if target.loss is not None and target.place < len(y_true):
            _check_target(target, y_true[target.place], predicted)


def _kind(loss: Any) -> str:
    function = getattr(loss, "fn", None)
    return str(getattr(function, "__name__", type(loss).__name__))


def _check_target(target: Any, true: Tensor, predicted: Tensor) -> None:
    kind, units = _kind(target.loss), predicted.shape[-1]
    got, made = tuple(true.shape[1:]), tuple(predicted.shape[1:])
    where = f"Output '{target.name}'"
    if kind == "sparse_categorical_crossentropy":
        if got not in (made[:-1], (*made[:-1], 1)):
            hint = ""
            if got == made:
                hint = " The targets look one-hot: use the loss 'categorical_crossentropy'."
            raise ShapeError(
                f"{where}: sparse_categorical_crossentropy wants one label per prediction of shape {made}. "
                f"Received: targets of shape {got} per row.{hint}",
                code="target_shape",
                output=target.name,
                expected=made[:-1],
                got=got,
            )
        low, high = (int(value) for value in true.aminmax())
        if high >= units or low < 0:
            raise EngineError(
                f"{where}: labels run {low}..{high} but the last layer has {units} units. "
                f"{units} units take the labels 0..{units - 1}: "
                + (f"give the last layer {high + 1} units." if low >= 0 else "number the classes from 0."),
                code="label_range",
                output=target.name,
                low=low,
                high=high,
                units=units,
            )
    elif kind == "categorical_crossentropy" and got != made:
        hint = ""
        if got in ((), (1,)):
            hint = " The targets look like class numbers: use the loss 'sparse_categorical_crossentropy'."
        raise ShapeError(
            f"{where}: categorical_crossentropy wants one-hot targets of shape {made} per row. "
            f"Received: {got}.{hint}",
            code="target_shape",
            output=target.name,
            expected=made,
            got=got,
        )
    elif kind in _ALIKE and got != made and got != (*made, 1) and (*got, 1) != made:
        words = (
            f"{where} has shape {made} per row, and {kind} compares it with targets of the same shape. "
            f"Received: targets of shape {got} per row."
        )
        if kind == "binary_crossentropy" or not _broadcast(got, made):
            raise ShapeError(words, code="target_shape", output=target.name, expected=made, got=got)
        warnings.warn(
            f"{words} They are repeated until they fit (broadcast): give the last layer as many units as the "
            "targets have columns if that is not meant.",
            stacklevel=4,
        )


def _broadcast(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    """Return whether rows of these shapes can be repeated to the same shape, whatever their number."""
    if len(one) != len(two):
        return False
    return all(left == right or 1 in (left, right) for left, right in zip(one, two, strict=True))


_ALIKE = (
    *("mean_squared_error", "mean_absolute_error", "huber", "binary_crossentropy", "log_cosh"),
    *("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "poisson"),
)
