"""What a graph model is called on, brought into the order of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from engine.errors import ShapeError
from engine.layers.symbolic import KerasTensor
from engine.structure import flatten, ordered, same_nesting
from engine.training.checks import nesting_mismatch, not_optional
from engine.training.texts import Texts, as_texts


def in_order(model: Any, inputs: Any, run: bool = True) -> list[Any]:
    """Return one tensor (or ``None`` for an optional Input) for each input of ``model``.

    ``inputs`` has the nesting of the model's own, or is a list, or a dict by the names of the Inputs.  What
    has another nesting but as many tensors is taken with a warning, as in Keras.  Raises ``ShapeError`` for
    what does not fit.
    """
    wanted = model._inputs_struct
    given = _by_name(wanted, inputs)
    if isinstance(given, Mapping) and isinstance(wanted, Mapping):
        _need(model, wanted, given)
        if set(given) != set(wanted):
            nesting_mismatch(wanted, given, refuse=False, warn=run)
        flat = [leaf for key in ordered(wanted) for leaf in _leaves(wanted[key], given[key])]
    else:
        if (
            isinstance(wanted, (list, tuple))
            and len(wanted) == 1
            and not isinstance(given, (list, tuple, dict))
        ):
            given = [given]
        sequence = isinstance(given, (list, tuple)) and len(given) == 1
        lone = isinstance(wanted, KerasTensor) and sequence and not isinstance(given[0], (list, tuple, dict))
        if not lone and not same_nesting(wanted, given):
            _check_count(model, wanted, given)
            strict = isinstance(wanted, Mapping) and list(wanted) != sorted(wanted)
            nesting_mismatch(wanted, given, refuse=strict or isinstance(given, Mapping), warn=run)
        flat = flatten(given)
    for tensor, value in zip(model.inputs, flat, strict=True):
        if value is None and not getattr(tensor.node.layer, "optional", False):
            raise not_optional(tensor.name)
    return [_tensor(value) for value in flat] if run else flat


def _leaves(own: Any, value: Any) -> list[Any]:
    """Return the leaves of a part of the inputs; a dict inside in the order of the model's own."""
    if isinstance(own, Mapping) and isinstance(value, Mapping):
        return [leaf for key in ordered(own) for leaf in _leaves(own[key], value[key])]
    return flatten(value)


def _by_name(wanted: Any, inputs: Any) -> Any:
    """Return a dict by the names of the Inputs in their order, where the model's own are no dict."""
    if not isinstance(inputs, Mapping) or isinstance(wanted, Mapping):
        return inputs
    own = [wanted] if isinstance(wanted, KerasTensor) else wanted
    if not all(isinstance(tensor, KerasTensor) for tensor in own):
        return inputs
    names = [tensor.node.layer.name for tensor in own]
    missing = [name for name in names if name not in inputs]
    if missing:
        raise ShapeError(
            f"The model takes inputs named {', '.join(names)}. Missing: {', '.join(missing)}.",
            code="missing_input",
            missing=tuple(missing),
        )
    return [inputs[name] for name in names]


def _need(model: Any, wanted: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    missing = [name for name in wanted if name not in given]
    if missing:
        raise ShapeError(
            f"Model '{model.name}' takes inputs named {', '.join(wanted)}. Missing: {', '.join(missing)}.",
            code="missing_input",
            missing=tuple(missing),
        )


def _check_count(model: Any, wanted: Any, given: Any) -> None:
    count = len(flatten(given))
    if isinstance(wanted, Mapping) and not isinstance(given, (list, tuple, dict)) and len(model.inputs) > 1:
        raise ShapeError(
            f"Model '{model.name}' expects {len(model.inputs)} named input(s) with keys {list(wanted)}. "
            "Received: one tensor. Pass a dict.",
            code="input_count",
            expected=len(model.inputs),
            got=1,
        )
    if count != len(model.inputs):
        raise ShapeError(
            f"Model '{model.name}' expects {len(model.inputs)} input(s). Received: {count} tensors.",
            code="input_count",
            expected=len(model.inputs),
            got=count,
        )


def _tensor(value: Any) -> Any:
    if value is None or isinstance(value, (torch.Tensor, Texts)):
        return value
    found = as_texts(value)
    return torch.as_tensor(value) if found is None else found
