"""What is found at one node of a graph, given what is known of those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias, cast

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.document.blocks import adapts, chosen, ends_of, repeats_of
from studio.document.call_outputs import more_outputs, more_specs
from studio.document.catalog import Catalog, Inference
from studio.document.data import DataField, field_spec, unread_field
from studio.document.findings import Analysis, NodeInfo, Weights
from studio.document.ports import inputs_of, outputs_of
from studio.document.problems import Problem, Repair
from studio.document.reading import Reading
from studio.document.rows import BYPASS, MAIN, LayerEntry, Node, Wire
from studio.document.state import State
from studio.document.suggestions import shape_repairs
from studio.document.values import EMPTY, Frozen, thaw

Cache: TypeAlias = dict[Any, "Inference | EngineError | None"]


class Visitor:
    """Visits the nodes of one graph, each after those that feed it.

    ``given`` is what arrives at a block's Inputs, by name, and ``sets`` the parameters that this use of the
    block chooses, by layer entry.  ``within`` are the graphs that it lies in, itself last.
    """

    def __init__(
        self,
        state: Reading,
        catalog: Catalog | None,
        graph: str,
        cache: Cache,
        given: Mapping[str, TensorSpec] = EMPTY,
        sets: Mapping[str, Mapping[str, Any]] = EMPTY,
        within: tuple[str, ...] = (),
    ) -> None:
        self.state, self.catalog, self.graph, self.cache = state, catalog, graph, cache
        self.given, self.sets = given, sets
        self.within = (*within, graph)
        self.nodes: dict[str, NodeInfo] = {}
        self.problems: list[Problem] = []  # of what is being visited
        self.owned: dict[str, Weights] = {}  # by the node that first calls the layer
        self.owners: dict[str, str] = {}  # of each layer entry: that node
        self.blocks: dict[str, dict[str, Analysis]] = {}  # of block nodes: what was found in them, by graph

    def fields(self) -> Mapping[str, DataField]:
        """Return the fields of the data."""
        raise NotImplementedError

    def found_inside(
        self, graph: str, given: Mapping[str, TensorSpec], sets: Mapping[str, Mapping[str, Any]]
    ) -> Analysis:
        """Return what is found in a block that gets ``given``."""
        raise NotImplementedError

    def say(
        self, code: str, node: str = "", port: str = "", repairs: Iterable[Repair] = (), /, **fields: Any
    ) -> None:
        """Note a problem."""
        severity: Literal["error", "warning"] = "warning" if code in _WARNINGS else "error"
        named = self.state.find_node(node, self.graph)
        fields = {"name": named.name, **fields} if named else fields
        self.problems.append(Problem(code, severity, self.graph, node, port, _plain(fields), tuple(repairs)))

    def visit(self, node: str) -> NodeInfo:
        """Return what is known of a node; its problems are in ``problems``."""
        row = self.state.node(node, self.graph)
        if row.kind == "input":
            return self._input(node, row)
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
            specs = [self._spec_at(wire) for wire in wires]
            if all(spec is not None for spec in specs) and specs:
                inputs[port.name] = tuple(cast("list[TensorSpec]", specs))
            elif specs:
                complete = False
        if row.kind == "output":
            return NodeInfo(inputs)
        if row.kind == "block":
            return self._block(node, row, inputs)
        if unknown or layer is None or self.catalog is None:
            return NodeInfo(inputs)
        return self._layer(node, row, layer, inputs, complete)

    def _spec_at(self, wire: Wire) -> TensorSpec | None:
        info = self.nodes.get(wire.source)
        found = info.output(wire.source_port) if info else None
        if info and info.outputs and found is None and self.catalog is not None:
            loose = Repair("remove_wires", Frozen(side="out"))
            self.say("output_gone", wire.source, wire.source_port, (loose,))
        return found

    def _block(self, node: str, row: Node, inputs: dict[str, tuple[TensorSpec, ...]]) -> NodeInfo:
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
        inside = self.blocks[node] = {}
        sets = chosen(self.state, row)
        for turn in range(turns):
            found = self.found_inside(row.ref, given, sets)
            for graph, one in {row.ref: found, **found.inside}.items():
                inside.setdefault(graph, one)
            self.problems += found.problems
            if not found.ok:
                self.say("block_inside", node)
                return NodeInfo(inputs)
            weights += tuple((f"{turn}/{path}", shape, train) for path, shape, train in found.weights)
            macs += found.macs
            made = [next(iter(found.nodes[each].inputs.values()), (None,))[0] for each in outs]
            if any(spec is None for spec in made):
                return NodeInfo(inputs)
            given = dict(zip(in_names, cast("list[TensorSpec]", made), strict=False))
        self.owned[node] = weights
        return NodeInfo(inputs, tuple(cast("list[TensorSpec]", made)), out_names, weights, macs)

    def _input(self, node: str, row: Node) -> NodeInfo:
        if self.graph != MAIN:
            arrived = self.given.get(row.name)
            return NodeInfo(outputs=(arrived,), output_ports=("output",)) if arrived else NodeInfo()
        name = row.options.get("field")
        if name:
            fields = self.fields()
            found = fields.get(str(name))
            if found is None:
                offered = self._offered_field()
                self.say("missing_field", node, "", offered, field=str(name), known=sorted(fields))
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
                self._offered_field(),
                got=thaw(shape),
            )
            return NodeInfo()
        spec = TensorSpec((None, *shape), str(row.options.get("dtype", "float32")))
        return NodeInfo(outputs=(spec,), output_ports=("output",))

    def _offered_field(self) -> tuple[Repair, ...]:
        """Return what lets an Input read the one field that is left."""
        field = unread_field(self.state)
        return (Repair("set_field", Frozen(field=field)),) if field else ()

    def _layer(
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
            port = next(iter(inputs))
            repairs = shape_repairs(self.state, self.catalog, self.graph, node, found, inputs[port])
            code = "param" if "param" in found.fields else "shape"
            shapes = [spec.shape for specs in inputs.values() for spec in specs]
            known = {"shape": shapes[0], **_error_fields(found), "type": layer.type, "shapes": shapes}
            if params.get("data_format") == "channels_first":
                known["channels_first"] = True
            self.say(code, node, port, repairs, **known)
            return NodeInfo(inputs)
        first = self.owners.setdefault(row.ref, node)
        self.owned.setdefault(first, found.weights)
        if [shape for _, shape, _ in self.owned[first]] != [shape for _, shape, _ in found.weights]:
            other = self.state.node(first, self.graph).name
            self.say("shared_weights", node, other=other, layer=layer.name)
        ports = tuple(
            port.name for port in outputs_of(self.state, self.catalog, node, self.graph) if port.known
        )
        told = more_specs(more_outputs(spec, row.options), params, inputs)
        return NodeInfo(inputs, found.outputs + told, ports, found.weights, found.macs)


def look_at(
    state: State, catalog: Catalog, node: str, graph: str, known: Analysis, cache: Cache | None = None
) -> tuple[NodeInfo, list[Problem]]:
    """Return what is known of one layer or Output, and its problems, by what is ``known`` of those before."""
    visitor = Visitor(Reading(state), catalog, graph, {} if cache is None else cache)
    visitor.nodes = {**known.nodes, node: NodeInfo()}
    return visitor.visit(node), visitor.problems


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
