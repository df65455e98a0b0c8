"""Shapes, weights and problems of a drawing, while it is drawn; nothing is built and no torch is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from math import prod
from typing import Any, Literal, TypeAlias, cast

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.document.blocks import adapts, chosen, ends_of, repeats_of
from studio.document.call_outputs import more_outputs, more_specs
from studio.document.catalog import Catalog, Inference
from studio.document.data import Ranges, field_spec, fields_of, unread_field
from studio.document.findings import Analysis, NodeInfo, Weights
from studio.document.ports import inputs_of, outputs_of
from studio.document.problems import Problem, Repair
from studio.document.rows import BYPASS, MAIN, LayerEntry, Node, Wire, id_order
from studio.document.state import State
from studio.document.tracing import branches_of
from studio.document.values import EMPTY, Frozen, thaw

Cache: TypeAlias = dict[Any, "Inference | EngineError | None"]


def order_of(state: State, graph: str = MAIN) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the nodes in topological order, smaller ids first, and those that lie on or after a cycle."""
    ids = state.node_ids(graph)
    waiting = {node: len({wire.source for wire in state.incoming(node, graph=graph)}) for node in ids}
    ready = [id_order(node) for node, count in waiting.items() if not count]
    heapify(ready)
    order = []
    while ready:
        node = heappop(ready)[1]
        order.append(node)
        for target in {wire.target for wire in state.outgoing(node, graph=graph)}:
            waiting[target] -= 1
            if not waiting[target]:
                heappush(ready, id_order(target))
    done = set(order)
    return tuple(order), tuple(node for node in ids if node not in done)


def analyse(
    state: State,
    catalog: Catalog | None,
    graph: str = MAIN,
    cache: Cache | None = None,
    ranges: Ranges = EMPTY,
) -> Analysis:
    """Return shapes, weights and problems of a graph.

    ``cache`` (keep one dict per catalog) makes a second analysis infer only what changed.  Without a catalog
    nothing is known of layers, and nothing is said of them.  What arrives in a block is what its first use in
    the drawing gets; of a block that nothing uses only the order is known.  ``ranges`` are the smallest and
    largest number of each field, once the data have been read: some warnings wait for them.
    """
    kept = {} if cache is None else cache
    if graph != MAIN:
        found = _Analyser(state, catalog, MAIN, kept, ranges=ranges).run().inside.get(graph)
        if found is not None:
            return found
    return _Analyser(state, catalog, graph, kept, ranges=ranges).run()


class _Analyser:
    def __init__(
        self,
        state: State,
        catalog: Catalog | None,
        graph: str,
        cache: Cache,
        given: Mapping[str, TensorSpec] | None = None,
        sets: Mapping[str, Mapping[str, Any]] = EMPTY,
        within: tuple[str, ...] = (),
        ranges: Ranges = EMPTY,
    ) -> None:
        self.state, self.catalog, self.graph, self.cache = state, catalog, graph, cache
        self.given = {} if given is None else given  # what arrives at a block's Inputs, by name
        self.sets = sets  # parameters that this use of the block chooses, by layer entry
        self.within = (*within, graph)
        self.ranges = ranges
        self.inside: dict[str, Analysis] = {}
        self.nodes: dict[str, NodeInfo] = {}
        self.problems: list[Problem] = []
        self.weights: dict[str, Weights] = {}  # of each layer entry that could be inferred
        self.fields = fields_of(state)

    def say(
        self, code: str, node: str = "", port: str = "", repairs: Iterable[Repair] = (), /, **fields: Any
    ) -> None:
        severity: Literal["error", "warning"] = "warning" if code in _WARNINGS else "error"
        named = self.state.find_node(node, self.graph)
        fields = {"name": named.name, **fields} if named else fields
        self.problems.append(Problem(code, severity, self.graph, node, port, _plain(fields), tuple(repairs)))

    def run(self) -> Analysis:
        order, cyclic = order_of(self.state, self.graph)
        for node in order:
            self.nodes[node] = self.visit(node)
        for node in cyclic:
            self.nodes[node] = NodeInfo()
            self.say("cycle" if self.on_cycle(node, set(cyclic)) else "after_cycle", node)
        self.whole()
        from studio.document.habits import check_habits  # these two repair with what this module defines
        from studio.document.losses import check_output

        for node in order if self.graph == MAIN else ():
            if self.state.node(node, self.graph).kind == "output" and self.nodes[node].inputs:
                self.problems += check_output(self.state, self.graph, node, self.nodes, self.fields)
        if self.catalog is not None:
            self.problems += check_habits(self.state, self.graph, order, self.nodes, self.fields, self.ranges)
        flat = [weight for weights in self.weights.values() for weight in weights]
        sizes = [(prod(size or 0 for size in shape), trainable) for _, shape, trainable in flat]
        return Analysis(
            self.graph,
            order + cyclic,
            self.nodes,
            tuple(self.problems),
            params=sum(size for size, _ in sizes),
            trainable=sum(size for size, trainable in sizes if trainable),
            macs=sum(info.macs for info in self.nodes.values()),
            weights=tuple(flat),
            inside=self.inside,
        )

    def on_cycle(self, node: str, cyclic: set[str]) -> bool:
        seen: set[str] = set()
        todo = [node]
        while todo:
            for wire in self.state.outgoing(todo.pop(), graph=self.graph):
                if wire.target == node:
                    return True
                if wire.target in cyclic and wire.target not in seen:
                    seen.add(wire.target)
                    todo.append(wire.target)
        return False

    def whole(self) -> None:
        """Say what the graph as a whole lacks."""
        state, graph = self.state, self.graph
        kinds = {node: state.node(node, graph).kind for node in state.node_ids(graph)}
        ends = [node for node, kind in kinds.items() if kind == "output"]
        if "input" not in kinds.values() and graph == MAIN:
            self.say("no_input")
        if not ends:
            self.say("no_output" if graph == MAIN else "block_no_output")
            return
        alive, todo = set(ends), list(ends)
        while todo:
            new = {wire.source for wire in state.incoming(todo.pop(), graph=graph)} - alive
            alive |= new
            todo += new
        dead = [node for node in kinds if node not in alive]
        branches = branches_of(state, graph, set(dead))
        for node in dead:
            gone = Repair("remove_branch", Frozen(nodes=branches[node], count=len(branches[node])))
            self.say("dead_branch", node, "", (gone,))

    def visit(self, node: str) -> NodeInfo:
        row = self.state.node(node, self.graph)
        if row.kind == "input":
            return self.visit_input(node, row)
        ports = inputs_of(self.state, self.catalog, node, self.graph)
        layer = self.state.layer_of(node, self.graph)
        unknown = row.kind == "layer" and (
            layer is None or (self.catalog and not self.catalog.get(layer.type))
        )
        if unknown:
            self.say("unknown_layer", node, type=layer.type if layer else "")
        inputs: dict[str, tuple[TensorSpec, ...]] = {}
        complete = True
        for port in ports:
            wires = self.state.incoming(node, port.name, self.graph)
            if not port.known and self.catalog is not None and not unknown:
                loose = Repair("remove_wires", Frozen(side="in"))
                self.say("port_gone", node, port.name, (loose,))
            if port.known and not wires and not port.optional:
                self.say("unwired", node, port.name)
                complete = False
            specs = [self.spec_at(wire) for wire in wires]
            if all(spec is not None for spec in specs) and specs:
                inputs[port.name] = tuple(cast("list[TensorSpec]", specs))
            elif specs:
                complete = False
        if row.kind == "output":
            return NodeInfo(inputs)
        if row.kind == "block":
            return self.visit_block(node, row, inputs)
        if unknown or layer is None or self.catalog is None:
            return NodeInfo(inputs)
        return self.visit_layer(node, row, layer, inputs, complete)

    def spec_at(self, wire: Wire) -> TensorSpec | None:
        info = self.nodes.get(wire.source)
        found = info.output(wire.source_port) if info else None
        if info and info.outputs and found is None and self.catalog is not None:
            loose = Repair("remove_wires", Frozen(side="out"))
            self.say("output_gone", wire.source, wire.source_port, (loose,))
        return found

    def visit_block(self, node: str, row: Node, inputs: dict[str, tuple[TensorSpec, ...]]) -> NodeInfo:
        if row.ref in self.within:
            self.say("block_itself", node)
            return NodeInfo(inputs)
        ins, outs = ends_of(self.state, row.ref)
        in_names = [self.state.node(each, row.ref).name for each in ins]
        out_names = tuple(self.state.node(each, row.ref).name for each in outs)
        turns = repeats_of(row)
        if turns > 1 and len(ins) != len(outs):
            self.say("block_repeat", node, inputs=len(ins), outputs=len(outs))
            turns = 1
        given = {name: specs[0] for name, specs in inputs.items() if name in in_names}
        weights: Weights = ()
        macs = 0
        for turn in range(turns):
            inner = _Analyser(
                self.state, self.catalog, row.ref, self.cache, given, chosen(self.state, row), self.within
            )
            found = inner.run()
            for graph, one in {row.ref: found, **found.inside}.items():
                if graph not in self.inside:
                    self.inside[graph] = one
            if any(problem.severity == "error" for problem in found.problems):
                self.problems += [each for each in found.problems if each not in self.problems]
                self.say("block_inside", node)
                return NodeInfo(inputs)
            self.problems += [each for each in found.problems if each not in self.problems]
            weights += tuple((f"{turn}/{path}", shape, train) for path, shape, train in found.weights)
            macs += found.macs
            made = [next(iter(found.nodes[each].inputs.values()), (None,))[0] for each in outs]
            if any(spec is None for spec in made):
                return NodeInfo(inputs)
            given = dict(zip(in_names, cast("list[TensorSpec]", made), strict=False))
        self.weights[f"{node}:{row.ref}"] = weights
        return NodeInfo(inputs, tuple(cast("list[TensorSpec]", made)), out_names, weights, macs)

    def visit_input(self, node: str, row: Node) -> NodeInfo:
        if self.graph != MAIN:
            arrived = self.given.get(row.name)
            return NodeInfo(outputs=(arrived,), output_ports=("output",)) if arrived else NodeInfo()
        name = row.options.get("field")
        if name:
            found = self.fields.get(str(name))
            if found is None:
                offered = self.offered_field()
                self.say("missing_field", node, "", offered, field=str(name), known=sorted(self.fields))
                return NodeInfo()
            return NodeInfo(outputs=(field_spec(found),), output_ports=("output",))
        shape = row.options.get("shape")
        if not isinstance(shape, tuple) or not all(
            size is None or (isinstance(size, int) and not isinstance(size, bool) and size > 0)
            for size in shape
        ):
            self.say(
                "input_empty" if shape is None else "input_shape",
                node,
                "",
                self.offered_field(),
                got=thaw(shape),
            )
            return NodeInfo()
        spec = TensorSpec((None, *shape), str(row.options.get("dtype", "float32")))
        return NodeInfo(outputs=(spec,), output_ports=("output",))

    def offered_field(self) -> tuple[Repair, ...]:
        """Return what lets an Input read the one field that is left."""
        field = unread_field(self.state)
        return (Repair("set_field", Frozen(field=field)),) if field else ()

    def visit_layer(
        self,
        node: str,
        row: Node,
        layer: LayerEntry,
        inputs: dict[str, tuple[TensorSpec, ...]],
        complete: bool,
    ) -> NodeInfo:
        assert self.catalog is not None
        spec = self.catalog.get(layer.type)
        assert spec is not None
        params = layer.params.with_(self.sets[row.ref]) if row.ref in self.sets else layer.params
        asked = ("check", layer.type, params)
        if asked not in self.cache:
            self.cache[asked] = _error_of(lambda: spec.check(thaw(params)))
        wrong = self.cache[asked]
        if isinstance(wrong, EngineError):
            self.say("param", node, **{**_error_fields(wrong), "type": layer.type})
            return NodeInfo(inputs)
        if self.graph != MAIN and adapts(layer):
            self.say("adapts_inside", node)
        if not complete or not inputs:
            return NodeInfo(inputs)
        if row.options.get(BYPASS):
            made = outputs_of(self.state, self.catalog, node, self.graph)[:1]
            return NodeInfo(inputs, next(iter(inputs.values()))[:1], tuple(each.name for each in made))
        key = (layer.type, params, tuple(inputs.items()))
        found = self.cache.get(key)
        if found is None:
            variadic = {port.name for port in spec.inputs if port.variadic}
            given = {name: specs if name in variadic else specs[0] for name, specs in inputs.items()}
            found = _answer(lambda: spec.infer(thaw(params), given))
            self.cache[key] = found
        if isinstance(found, EngineError):
            from studio.document.suggestions import shape_repairs

            port = next(iter(inputs))
            repairs = shape_repairs(self.state, self.catalog, self.graph, node, found, inputs[port])
            code = "param" if "param" in found.fields else "shape"
            shapes = [spec.shape for specs in inputs.values() for spec in specs]
            known = {"shape": shapes[0], **_error_fields(found), "type": layer.type, "shapes": shapes}
            if params.get("data_format") == "channels_first":
                known["channels_first"] = True
            self.say(code, node, port, repairs, **known)
            return NodeInfo(inputs)
        first = self.weights.setdefault(row.ref, found.weights)
        if [shape for _, shape, _ in first] != [shape for _, shape, _ in found.weights]:
            users = [
                n for g, n in self.state.users(row.ref) if g == self.graph and n in self.nodes and n != node
            ]
            other = self.state.node(users[0], self.graph).name if users else ""
            self.say("shared_weights", node, other=other, layer=layer.name)
        ports = tuple(
            port.name for port in outputs_of(self.state, self.catalog, node, self.graph) if port.known
        )
        told = more_specs(more_outputs(spec, row.options), params, inputs)
        return NodeInfo(inputs, found.outputs + told, ports, found.weights, found.macs)


_WARNINGS = frozenset({"dead_branch", "after_cycle"})


def _answer(ask: Callable[[], Inference]) -> Inference | EngineError:
    try:
        return ask()
    except EngineError as error:
        return error
    except Exception as error:  # a layer of the user's own may fail in any way; the drawing must live on
        return EngineError(f"{type(error).__name__}: {error}", code="crash")


def _error_of(check: Callable[[], None]) -> EngineError | None:
    try:
        check()
    except EngineError as error:
        return error
    except Exception as error:  # as above
        return EngineError(f"{type(error).__name__}: {error}", code="crash")
    return None


def _error_fields(error: EngineError) -> dict[str, Any]:
    """Return an error's fields without its own idea of who it is; an unknown name is not the node's."""
    fields = {name: value for name, value in error.fields.items() if name not in ("layer", "owner")}
    if "name" in fields:
        fields["unknown"] = fields.pop("name")
    return {**fields, "error": error.code, "message": str(error)}


def _plain(fields: dict[str, Any]) -> Frozen:
    kept = {}
    for name, value in fields.items():
        try:
            kept[name] = Frozen({name: value})[name]
        except ValueError:  # a value that no file holds is said as Python writes it
            kept[name] = repr(value)
    return Frozen(kept)
