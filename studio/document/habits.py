"""What works but is probably a slip: layers that add nothing, or that undo what others learn."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Literal

from studio.document.data import DataField, Ranges
from studio.document.endings import check_end
from studio.document.findings import NodeInfo
from studio.document.problems import Problem, Repair
from studio.document.rows import MAIN, LayerEntry
from studio.document.scales import check_scale
from studio.document.state import State
from studio.document.tracing import AVERAGING, SHAPING, SILENCING, WEIGHTED, activation_of, layer_at
from studio.document.values import Frozen

_BYTES = 16
"""Bytes that training keeps for each weight: itself, its gradient and two numbers of the optimizer."""
_WIDTH = {"Dense": "units"}  # of the others it is ``filters``


class Warnings:
    """Collects what is to be said of one graph.

    ``ranges`` are the smallest and largest numbers of the fields, as far as the data have been read.
    """

    def __init__(
        self,
        state: State,
        graph: str,
        nodes: Mapping[str, NodeInfo],
        fields: Mapping[str, DataField],
        ranges: Ranges,
    ) -> None:
        self.state, self.graph, self.nodes, self.fields, self.ranges = state, graph, nodes, fields, ranges
        self.found: list[Problem] = []

    def say(
        self,
        code: str,
        node: str,
        *repairs: Repair,
        severity: Literal["error", "warning"] = "warning",
        **fields: object,
    ) -> None:
        """Note a problem of a node."""
        row = self.state.find_node(node, self.graph)
        words = Frozen(name=row.name if row is not None else "", **fields)
        self.found.append(Problem(code, severity, self.graph, node, "", words, repairs))

    def name(self, node: str) -> str:
        """Return a node's name."""
        return self.state.node(node, self.graph).name


def check_node(warnings: Warnings, node: str) -> None:
    """Look at a node that lies on no cycle, nor after one."""
    state, graph = warnings.state, warnings.graph
    kind = state.node(node, graph).kind
    if kind == "layer":
        layer = layer_at(state, graph, node)
        if layer is not None:
            _heavy(warnings, node)
            _linear_pair(warnings, node, layer)
            _lone_softmax(warnings, node, layer)
    elif kind == "input" and graph == MAIN:
        check_scale(warnings, node)
    elif kind == "output" and graph == MAIN:
        check_end(warnings, node)


@cache
def memory() -> int:
    """Return how many bytes of memory this computer has; 64 GB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not on Windows
        return 64 * 10**9


def _heavy(warnings: Warnings, node: str) -> None:
    """Say where the weights of a layer alone are more than this computer can hold while it trains."""
    count = warnings.nodes[node].params
    if count * _BYTES > memory():
        need, have = -(-count * _BYTES // 10**9), memory() // 10**9
        warnings.say("heavy", node, count=f"{count:,}", need=f"{need:,}", have=f"{have:,}")


def _width(layer: LayerEntry) -> int:
    value = layer.params.get(_WIDTH.get(layer.type, "filters"))
    return value if isinstance(value, int) else 0


def _linear_pair(warnings: Warnings, node: str, layer: LayerEntry) -> None:
    """Say where two weighted sums follow each other: together they are one.

    A narrow first one is left alone: a bottleneck (the code of an autoencoder) is narrow on purpose.  So is
    batch normalization between convolutions, where mobile networks leave the activation out.
    """
    state, graph = warnings.state, warnings.graph
    if layer.type not in WEIGHTED:
        return
    between = SHAPING | SILENCING | AVERAGING
    if layer.type == "Dense":
        between |= {"BatchNormalization"}
    wires = state.incoming(node, graph=graph)
    seen = {node}
    while len(wires) == 1 and wires[0].source not in seen:
        source = wires[0].source
        seen.add(source)
        row, first = state.node(source, graph), layer_at(state, graph, source)
        passed = row.kind == "layer" and first is None
        if passed or (first is not None and first.type in between):
            wires = state.incoming(source, graph=graph)
            continue
        if first is None or first.type not in WEIGHTED or activation_of(first) != "":
            return
        arrives = next(iter(warnings.nodes[source].inputs.values()), ())
        given = arrives[0].shape[-1] if arrives and arrives[0].shape else None
        if given is not None and 0 < _width(first) < min(given, _width(layer)):
            return
        mend = Repair("set_activation", Frozen(layer=source, activation="relu"))
        warnings.say("linear_pair", node, mend, other=row.name)
        return


def _lone_softmax(warnings: Warnings, node: str, layer: LayerEntry) -> None:
    """Say where softmax is taken over a single value, which makes it 1 whatever was learned."""
    if activation_of(layer) != "softmax" or layer.params.get("axis", -1) != -1:
        return
    made = warnings.nodes[node].outputs
    if not made or made[0].rank < 2 or made[0].shape[-1] != 1:
        return
    repairs: tuple[Repair, ...] = ()
    if layer.type != "Softmax":
        wanted = "linear" if _predicts_numbers(warnings, node) else "sigmoid"
        repairs = (Repair("set_activation", Frozen(layer=node, activation=wanted)),)
    warnings.say("lone_softmax", node, *repairs)


def _predicts_numbers(warnings: Warnings, node: str) -> bool:
    state = warnings.state
    for wire in state.outgoing(node, graph=warnings.graph):
        options = state.node(wire.target, warnings.graph).options
        field = warnings.fields.get(str(options.get("target")))
        if field is not None and field.kind != "category":
            return True
    return False
