"""What works but is probably a slip: layers that add nothing, numbers that are too large to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studio.document.data import DataField
from studio.document.problems import Problem, Repair
from studio.document.state import State
from studio.document.values import Frozen

_WEIGHTED = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D"})
_LEARNING = _WEIGHTED | {"LSTM", "GRU", "SimpleRNN", "SeparableConv2D", "DepthwiseConv2D"}
_PASSING = frozenset({"Dropout", "Flatten", "Reshape", "Permute", "Identity"})
_POOLING = frozenset({"MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"})

# The largest pixel of the bundled pictures.  Of a user's files nobody knows it before they are read.
_TOPS = {"digits": 16, "fashion_mnist": 255}


class _Warnings:
    def __init__(self, state: State, graph: str) -> None:
        self.state, self.graph = state, graph
        self.found: list[Problem] = []

    def say(self, code: str, node: str, repair: Repair, **fields: object) -> None:
        words = Frozen(name=self.state.node(node, self.graph).name, **fields)
        self.found.append(Problem(code, "warning", self.graph, node, "", words, (repair,)))

    def linear_pair(self, node: str) -> None:
        state, graph = self.state, self.graph
        layer, wires = state.layer_of(node, graph), state.incoming(node, graph=graph)
        if layer is None or layer.type not in _WEIGHTED:
            return
        while len(wires) == 1:
            source = wires[0].source
            first = state.layer_of(source, graph)
            if first is not None and first.type in _PASSING:
                wires = state.incoming(source, graph=graph)
                continue
            plain = first is not None and first.params.get("activation") in (None, "linear")
            if first is not None and first.type in _WEIGHTED and plain:
                mend = Repair("set_activation", Frozen(layer=source, activation="relu"))
                self.say("linear_pair", node, mend, other=state.node(source, graph).name)
            return

    def unscaled(self, node: str, fields: Mapping[str, DataField]) -> None:
        state, graph = self.state, self.graph
        field = fields.get(str(state.node(node, graph).options.get("field")))
        source = state.setting("data").get("source")
        if field is None or field.kind != "image" or not isinstance(source, Mapping):
            return
        top = _TOPS.get(str(source.get("name"))) if source.get("kind") == "bundled" else None
        if top is None:
            return
        seen, todo = {node}, [node]
        while todo:
            for wire in state.outgoing(todo.pop(), graph=graph):
                layer = state.layer_of(wire.target, graph)
                if layer is None or wire.target in seen:
                    continue
                if layer.type in _LEARNING:
                    mend = Repair("insert_after", Frozen(type="Rescaling", params={"scale": 1 / top}))
                    self.say("unscaled", node, mend, top=top)
                    return
                if layer.type in _PASSING | _POOLING:
                    seen.add(wire.target)
                    todo.append(wire.target)


def check_habits(
    state: State, graph: str, order: Iterable[str], fields: Mapping[str, DataField]
) -> list[Problem]:
    """Return warnings on the nodes of ``order``, which holds none that lies on a cycle.

    ``linear_pair``: two layers of weights with no activation in between.  ``unscaled``: a bundled picture
    whose pixels go into a layer that learns as they are.
    """
    warnings = _Warnings(state, graph)
    for node in order:
        kind = state.node(node, graph).kind
        if kind == "layer":
            warnings.linear_pair(node)
        elif kind == "input":
            warnings.unscaled(node, fields)
    return warnings.found
