"""What stands last, before an Output: layers that spoil the answer, activations that cannot give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.document.losses import REGRESSION, loss_of
from studio.document.problems import Repair
from studio.document.rows import INPUT_PORT
from studio.document.tracing import SHAPING, SILENCING, ending, layer_at, set_by_name
from studio.document.values import Frozen

if TYPE_CHECKING:
    from studio.document.habits import Warnings

_REACH: dict[str, tuple[float | None, float | None]] = {
    "relu": (0, None), "softplus": (0, None), "exponential": (0, None), "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1), "softmax": (0, 1), "relu6": (0, 6), "tanh": (-1, 1), "softsign": (-1, 1),
}  # fmt: skip
"""The smallest and the largest value that an activation can give."""


def check_end(warnings: Warnings, node: str) -> None:
    """Look at what leads to an Output."""
    _spoilers(warnings, node)
    _reach(warnings, node)


def _spoilers(warnings: Warnings, node: str) -> None:
    """Say where dropout or batch normalization works on the answer itself."""
    state, graph = warnings.state, warnings.graph
    wires, seen = state.incoming(node, INPUT_PORT, graph), {node}
    while len(wires) == 1 and wires[0].source not in seen:
        source = wires[0].source
        seen.add(source)
        layer = layer_at(state, graph, source)
        if layer is None or len(state.outgoing(source, graph=graph)) > 1:
            return
        onward = state.incoming(source, graph=graph)
        fed_by_layer = bool(onward) and state.node(onward[0].source, graph).kind != "input"
        remove = Repair("remove", Frozen(nodes=(source,)))
        if layer.type in SILENCING and fed_by_layer:
            warnings.say("dropout_last", source, remove, type=layer.type)
        elif layer.type == "BatchNormalization" and fed_by_layer:
            warnings.say("norm_last", source, remove, type=layer.type)
            return
        elif layer.type not in SHAPING:
            return
        wires = onward


def _reach(warnings: Warnings, node: str) -> None:
    """Say where the data have targets that the last activation can never give."""
    state, graph = warnings.state, warnings.graph
    row, wires = state.node(node, graph), state.incoming(node, INPUT_PORT, graph)
    target = str(row.options.get("target"))
    known, field = warnings.ranges.get(target), warnings.fields.get(target)
    if known is None or field is None or field.kind == "category" or not wires:
        return
    if loss_of(row.options)[0] not in REGRESSION:
        return
    end = ending(state, graph, wires[0])
    made = warnings.nodes[end.node].outputs
    if end.layer is None or end.activation is None or end.activation not in _REACH:
        return
    if end.activation == "softmax" and made and made[0].shape[-1] == 1:
        return  # that it is always 1 is said already
    least, most = _REACH[end.activation]
    low, high = known
    repairs: tuple[Repair, ...] = ()
    if set_by_name(end.layer):
        repairs = (Repair("set_activation", Frozen(layer=end.node, activation="linear")),)
    if least is not None and low < least:
        warnings.say("below_reach", end.node, *repairs, activation=end.activation, least=least,
                     target=target, got=_short(low))  # fmt: skip
    elif most is not None and high > most:
        warnings.say("above_reach", end.node, *repairs, activation=end.activation, most=most,
                     target=target, got=_short(high))  # fmt: skip


def _short(number: float) -> str:
    return f"{number:.4g}"
