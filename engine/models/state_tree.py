"""All numbers of a model as nested dicts by path, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import EngineError, ParamError

_FORMATS = ("backend_tensor", "numpy_array")


def groups_of(model: Any) -> dict[str, list[Any]]:
    """Return the weights of a model by Keras' four words for them."""
    optimizer = getattr(model, "optimizer", None)
    return {
        "trainable_variables": list(model.trainable_variables),
        "non_trainable_variables": list(model.non_trainable_variables),
        "optimizer_variables": list(optimizer.variables) if optimizer is not None else [],
        "metrics_variables": list(model.metrics_variables),
    }


def tree_of(variables: Iterable[Any], value_format: str) -> dict[str, Any]:
    """Return the numbers of variables, nested by the parts of their paths.

    Raises ``ParamError`` for a format that is not known and ``EngineError`` for a path that stands twice.
    """
    if value_format not in _FORMATS:
        raise ParamError(
            f"Invalid `value_format` argument. Expected one of {_FORMATS}. Received: {value_format!r}",
            code="param",
            param="value_format",
            got=value_format,
        )
    tree: dict[str, Any] = {}
    seen: set[str] = set()
    for variable in variables:
        if variable.path in seen:
            raise EngineError(
                f"The following variable path is found twice in the model: '{variable.path}'. Give the "
                "layers names of their own.",
                code="duplicate_name",
                name=variable.path,
            )
        seen.add(variable.path)
        *parents, last = variable.path.split("/")
        place = tree
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = variable.numpy() if value_format == "numpy_array" else variable.value
    return tree


def assign_tree(variables: Iterable[Any], tree: Mapping[str, Any]) -> None:
    """Set variables from a tree of ``tree_of``; what the tree does not name stays."""
    values = _by_path(tree, "")
    for variable in variables:
        if variable.path in values:
            variable.assign(values[variable.path])


def _by_path(tree: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tree.items():
        path = f"{prefix}{name}"
        found |= _by_path(value, f"{path}/") if isinstance(value, Mapping) else {path: value}
    return found
