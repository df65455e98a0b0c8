"""Numbers that are too large or too small to learn with: what goes in, and the learning rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.document.problems import Repair
from studio.document.tracing import AVERAGING, POOLING, SHAPING, SILENCING, WEIGHTED, as_numbers, layer_at
from studio.document.values import Frozen

if TYPE_CHECKING:
    from studio.document.habits import Warnings

_LEARNING = WEIGHTED | {
    "LSTM", "GRU", "SimpleRNN", "SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D",
    "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose",
}  # fmt: skip
_PASSING = SHAPING | SILENCING | POOLING | AVERAGING

_TOPS = {"digits": 16.0, "fashion_mnist": 255.0}
"""The largest pixel of the bundled pictures, for as long as they have not been read."""
_TOPS_OF_PICTURES = (16.0, 255.0, 1023.0, 4095.0, 65535.0)
"""What pixels end at, by the bits that they have: a set whose brightest is 254 still has 255 for white."""
_LARGE = 100.0
"""Columns that reach this far from zero keep a network from learning; smaller ones slow it down."""

_USUAL = {
    "adam": 0.001, "adamw": 0.001, "nadam": 0.001, "adamax": 0.001, "rmsprop": 0.001, "lion": 0.0001,
    "sgd": 0.01, "adagrad": 0.01,
}  # fmt: skip
_MOST = {"sgd": 1.0, "adagrad": 1.0, "lion": 0.01}  # of the others, whose steps do not grow with the slope:
_MOST_OTHERS = 0.1
_LEAST = 1e-7


def check_scale(warnings: Warnings, node: str) -> None:
    """Say where the values of an Input go into a layer that learns as large as they are."""
    field = warnings.fields.get(str(warnings.state.node(node, warnings.graph).options.get("field")))
    if field is None or field.kind not in ("image", "numbers", "series"):
        return
    low, high = warnings.ranges.get(field.name, (0.0, 0.0))
    if field.kind == "image":
        top = _top(warnings, low, high)
        if top and _learns_at_once(warnings, node):
            mend = Repair("insert_after", Frozen(type="Rescaling", params={"scale": 1 / top}))
            warnings.say("unscaled", node, mend, top=f"{top:g}")
    elif max(abs(low), abs(high)) >= _LARGE and _learns_at_once(warnings, node):
        mend = Repair("insert_after", Frozen(type="Normalization", params={}))
        warnings.say("unscaled_numbers", node, mend, low=f"{low:.4g}", high=f"{high:.4g}")


def _top(warnings: Warnings, low: float, high: float) -> float:
    """Return what pixels have to be divided by; 0 where they are small, or nobody knows."""
    if high > 2:
        return next((top for top in _TOPS_OF_PICTURES if high <= top), high) if low >= 0 else 0.0
    source = warnings.state.setting("data").get("source")
    if high or low or not isinstance(source, Mapping) or source.get("kind") != "bundled":
        return 0.0
    return _TOPS.get(str(source.get("name")), 0.0)


def _learns_at_once(warnings: Warnings, node: str) -> bool:
    """Return whether a layer that learns comes before any that could bring numbers to scale."""
    state, graph = warnings.state, warnings.graph
    seen, todo = {node}, [node]
    while todo:
        for wire in state.outgoing(todo.pop(), graph=graph):
            row = state.find_node(wire.target, graph)
            if row is None or row.kind != "layer" or wire.target in seen:
                continue
            layer = layer_at(state, graph, wire.target)
            if layer is not None and layer.type in _LEARNING:
                return True
            if layer is None or layer.type in _PASSING:
                seen.add(wire.target)
                todo.append(wire.target)
    return False


def check_rate(warnings: Warnings) -> None:
    """Say where the learning rate is far out for the optimizer; only of numbers that somebody has set."""
    setting = warnings.state.setting("training").get("optimizer")
    if not isinstance(setting, Mapping):
        return
    name = str(setting.get("class_name"))
    rate, usual = as_numbers(setting.get("config")).get("learning_rate"), _USUAL.get(name.lower())
    if usual is None or isinstance(rate, bool) or not isinstance(rate, (int, float)):
        return
    mend = Repair("set_rate", Frozen(rate=usual))
    if rate > _MOST.get(name.lower(), _MOST_OTHERS):
        warnings.say("rate_high", "", mend, optimizer=name, rate=f"{rate:g}", usual=f"{usual:g}")
    elif 0 < rate < _LEAST:
        warnings.say("rate_low", "", mend, optimizer=name, rate=f"{rate:g}", usual=f"{usual:g}")
