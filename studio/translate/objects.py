"""Looks whether the settings of a training name things that exist, before anything is built or written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.document.rows import MAIN, Node, address
from studio.document.state import State
from studio.document.values import thaw
from studio.translate.errors import TranslateError
from studio.translate.settings import training_settings

_BY_TARGET = ("accuracy", "acc", "crossentropy", "ce")
"""Metrics whose meaning the model finds out from the target."""


def metrics_of(row: Node, node: str) -> tuple[Any, ...]:
    """Return the metrics of an Output; raises ``TranslateError`` where the file has no list there."""
    chosen = row.options.get("metrics") or ()
    if not isinstance(chosen, tuple):
        raise TranslateError(
            f"{row.name}: the metrics should be a list of names or objects, not {chosen!r}.",
            code="object", node=node, got=repr(chosen), fault="list", name=row.name,
        )  # fmt: skip
    return chosen


def check_objects(state: State) -> None:
    """Raise ``TranslateError`` for what cannot be made: a training setting, loss, metric or optimizer.

    So do layers that share a name.  ``node`` is the Output or layer that is meant, "" for the optimizer.
    The objects are made, once, and dropped.
    """
    settings = training_settings(state)
    from engine import losses, metrics, optimizers

    for graph in state.graph_names():
        _check_names(state, graph)
    for node in state.node_ids(MAIN):
        row = state.node(node, MAIN)
        if row.kind != "output":
            continue
        if row.options.get("loss"):
            _make(losses.get, row.options["loss"], "loss", node, row.name)
        for each in metrics_of(row, node):
            if each not in _BY_TARGET:
                _make(metrics.get, each, "metric", node, row.name)
        weight = row.options.get("weight")
        if weight is not None and (isinstance(weight, bool) or not isinstance(weight, (int, float))):
            raise TranslateError(
                f"{row.name}: the weight of the loss should be a number, not {weight!r}.",
                code="object", node=node, got=repr(weight), fault="weight", name=row.name,
            )  # fmt: skip
    _make(optimizers.get, settings.optimizer, "optimizer")


def _check_names(state: State, graph: str) -> None:
    """Raise ``TranslateError`` where two layers of a graph share a name."""
    seen: dict[str, str] = {}
    for node in state.node_ids(graph):
        row, entry = state.node(node, graph), state.layer_of(node, graph)
        if entry is not None and seen.setdefault(entry.name, row.ref) != row.ref:
            raise TranslateError(
                f"{row.name}: another layer is called {entry.name!r} too. Give each a name of its own.",
                code="name_taken", node=address(node, graph), got=entry.name, name=row.name,
            )  # fmt: skip


def _make(get: Callable[[Any], Any], value: Any, kind: str, node: str = "", owner: str = "") -> None:
    plain = thaw(value)
    name = plain.get("class_name") if isinstance(plain, dict) else plain
    try:
        if not isinstance(name, str):
            raise TypeError(f"Expected a name, or an object with class_name and config, not {plain!r}.")
        if isinstance(plain, dict):
            plain = {"config": {}, **plain}
            if not isinstance(plain["config"], dict):
                raise TypeError(f"The config should be an object {{ }}, not {plain['config']!r}.")
        get(plain)
    except Exception as error:  # whatever a constructor makes of values that a file may hold
        what = f"{owner}: the {kind}" if owner else f"The {kind}"
        raise TranslateError(
            f"{what} {name!r} cannot be made. {error}",
            code="object", node=node, got=repr(plain), fault=kind, name=owner, thing=str(name),
        ) from error  # fmt: skip
