"""Losses and metrics by the names that a document writes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.params import params_of
from studio.document import thaw
from studio.document.data import DataField
from studio.inspector.families import canonical, family, names_of

_SUITED_LOSSES = {
    "category": ("sparse_categorical_crossentropy", "binary_crossentropy"),
    "": ("mean_squared_error", "mean_absolute_error", "huber", "binary_crossentropy"),
}
_SUITED_METRICS = {
    "category": ("accuracy", "sparse_top_k_categorical_accuracy"),
    "": ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error"),
}
_NO_METRICS = frozenset(("mean", "sum", "metric", "mean_metric_wrapper"))  # they take no predictions


@cache
def _classes() -> dict[str, str]:
    """Return the class of each loss by its plain name."""
    names = names_of("losses")
    classes = {name.lower(): name for name in names if not name.islower()}
    return {
        name: classes[flat] for name in names if name.islower() and (flat := name.replace("_", "")) in classes
    }


def loss_names(target: DataField | None) -> tuple[str, ...]:
    """Return the plain names of all losses, those first that suit the target, the user's own last."""
    first = _SUITED_LOSSES["category" if target is not None and target.kind == "category" else ""]
    own = family("losses").registered()
    names = [name for name in names_of("losses") if name.islower() or name in own]
    return tuple([name for name in first if name in names] + [name for name in names if name not in first])


def plain_loss(loss: Any) -> str:
    """Return the plain name of a loss however it is written; empty for none."""
    if isinstance(loss, Mapping):
        name = str(loss.get("class_name", ""))
        return next((plain for plain, class_name in _classes().items() if class_name == name), name)
    return canonical("losses", str(loss)) if loss else ""


def reads_logits(loss: Any) -> bool:
    """Return whether a loss applies softmax or sigmoid itself."""
    config = loss.get("config") if isinstance(loss, Mapping) else None
    return isinstance(config, Mapping) and config.get("from_logits") is True


def can_read_logits(name: str) -> bool:
    """Return whether the loss of a plain name has a setting for logits."""
    class_name = _classes().get(name)
    if class_name is None:
        return False
    return any(param.name == "from_logits" for param in params_of(family("losses").find(class_name)))


def with_logits(loss: Any, logits: bool) -> Any:
    """Return a loss that reads logits or does not; as a plain name where it has no settings left."""
    name = plain_loss(loss)
    config = dict(thaw(loss.get("config") or {})) if isinstance(loss, Mapping) else {}
    config.pop("from_logits", None)
    if logits:
        config["from_logits"] = True
    return {"class_name": _classes()[name], "config": config} if config else name


def metric_names(target: DataField | None) -> tuple[str, ...]:
    """Return the names of the metrics that a name alone makes, those first that suit the target."""
    names = [name for name in names_of("metrics") if name not in _NO_METRICS and _needs_nothing(name)]
    first = _SUITED_METRICS["category" if target is not None and target.kind == "category" else ""]
    suited = [name for name in first if name in names or name == "accuracy"]
    return tuple(dict.fromkeys([*suited, "accuracy", *names]))


def _needs_nothing(name: str) -> bool:
    """Return whether a metric can be made from its name alone."""
    thing = family("metrics").find(name)
    if not inspect.isclass(thing):
        return True
    each = inspect.signature(thing).parameters.values()
    return all(one.default is not one.empty or one.kind is one.VAR_KEYWORD for one in each)
