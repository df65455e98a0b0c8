"""The graph as statements: one variable per node, one layer object per layer entry."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from studio.document import linear
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.ports import inputs_of, outputs_of
from studio.document.rows import MAIN, OUTPUT_PORT, LayerEntry
from studio.document.state import State
from studio.document.values import thaw
from studio.translate.arguments import layer_call
from studio.translate.errors import TranslateError
from studio.translate.lines import Lines, Names
from studio.translate.syntax import assign, call, dotted, identifier, index, literal, mapping, mark, name

ADAPTED = frozenset({"Normalization"})
"""Layers that learn from the training data before training, unless their statistics are given."""

_IMPOSSIBLE = frozenset({"unknown_layer", "cycle", "after_cycle", "unwired", "output_gone", "port_gone"})


class GraphWriter:
    """Writes the model of one graph.

    ``model`` is the variable that holds it, ``train`` that of the training rows.  After ``write``,
    ``complete`` says whether every node could be written; a node that could not stands as a comment.
    """

    def __init__(
        self, state: State, catalog: Catalog | None, analysis: Analysis, names: Names, model: str, train: str
    ) -> None:
        self.state, self.catalog, self.analysis, self.names = state, catalog, analysis, names
        self.model, self.train = model, train
        self.complete = True
        self.lines = Lines("Model")
        self.tensors: dict[tuple[str, str], str] = {}
        self.layers: dict[str, str] = {}  # entry -> the variable of a layer that is used more than once
        self.inputs = [n for n in analysis.order if state.node(n).kind == "input"]
        self.outputs = [n for n in analysis.order if state.node(n).kind == "output"]

    def write(self, sequential: bool) -> Lines:
        """Return the statements that make the model."""
        if sequential and self._can_be_sequential():
            self._write_sequential()
        else:
            self._write_functional()
        return self.lines

    def _can_be_sequential(self) -> bool:
        chain = linear.chain(self.state)
        kinds = [self.state.node(node).kind for node in chain]
        if len(kinds) < 3 or kinds[0] != "input" or kinds[-1] != "output" or set(kinds[1:-1]) != {"layer"}:
            return False
        plain = all(not self._problem(node) and self._entry(node) is not None for node in chain[1:-1])
        known = self.analysis.nodes[chain[0]].outputs != ()
        late = any(self._adapts(self._entry(node)) for node in chain[2:-1])
        single = all(len(outputs_of(self.state, self.catalog, node)) == 1 for node in chain[1:-1])
        return (
            plain
            and known
            and single
            and not late
            and not any(self.state.node(n).options for n in chain[1:-1])
        )

    def _write_sequential(self) -> None:
        chain = linear.chain(self.state)
        items: list[ast.expr] = [self._input(chain[0])]
        for node in chain[1:-1]:
            entry = self._entry(node)
            assert entry is not None  # `_can_be_sequential` has looked
            made = self._layer(node, entry)
            if self._adapts(entry):
                variable = self.names.free(entry.name)
                self.lines.add(mark(assign(variable, made), node))
                self.lines.add(self._adapt(node, variable))
                items.append(mark(name(variable), node))
            else:
                items.append(made)
        stack = ast.List(items, ast.Load())
        self.lines.add(assign(self.model, call("keras.Sequential", stack)))

    def _write_functional(self) -> None:
        for node in self.analysis.order:
            row = self.state.node(node)
            if row.kind == "output":
                self._write_output(node)
                continue
            reason = self._problem(node) or self._missing(node)
            if row.kind == "input" and not self.analysis.nodes[node].outputs:
                reason = "its data is not chosen yet"
            if reason:
                self.complete = False
                self.lines.add(f"# {row.name}: {reason}")
            elif row.kind == "input":
                variable = self.names.free(row.name, f"{row.name}_input")
                self.tensors[node, OUTPUT_PORT] = variable
                self.lines.add(mark(assign(variable, self._input(node)), node))
            else:
                self._write_call(node)
        if not self.inputs or not self.outputs:
            self.complete = False
        if self.complete:
            ends = {n: self.tensors[self._source(n)] for n in self.outputs}
            begins = {n: self.tensors[n, OUTPUT_PORT] for n in self.inputs}
            made = call("keras.Model", inputs=self._dict(begins), outputs=self._dict(ends))
            self.lines.add(assign(self.model, made))

    def _write_output(self, node: str) -> None:
        if not self.state.incoming(node) or self._source(node) not in self.tensors:
            self.complete = False
            self.lines.add(f"# {self.state.node(node).name}: nothing that could be computed arrives here")

    def _write_call(self, node: str) -> None:
        row, entry = self.state.node(node), self._entry(node)
        assert entry is not None  # `_problem` has looked
        function: ast.expr
        if row.ref in self.layers:
            function = name(self.layers[row.ref])
        elif self.state.is_shared(node) or self._adapts(entry):
            wish = entry.name if entry.name != row.name else f"{entry.name}_layer"
            variable = self.layers[row.ref] = self.names.free(wish)
            self.lines.add(mark(assign(variable, self._layer(node, entry)), node))
            if self._adapts(entry):
                self.lines.add(self._adapt(node, variable))
            function = name(variable)
        else:
            function = self._layer(node, entry)
        made = call(function)
        for number, port in enumerate(inputs_of(self.state, self.catalog, node)):
            given: list[ast.expr] = [
                name(self.tensors[wire.source, wire.source_port])
                for wire in self.state.incoming(node, port.name)
            ]
            if not given:
                continue
            value = ast.List(given, ast.Load()) if port.variadic else given[0]
            if number == len(made.args):
                made.args.append(value)
            else:
                made.keywords.append(ast.keyword(port.name, value))
        for key, option in row.options.items():
            made.keywords.append(mark(ast.keyword(identifier(key, node), literal(thaw(option))), node, key))
        ports = [port.name for port in outputs_of(self.state, self.catalog, node)]
        if len(ports) == 1:
            targets: str | list[str] = self.names.free(row.name)
            self.tensors[node, ports[0]] = str(targets)
        else:
            targets = [self.names.free(f"{row.name}_{port}") for port in ports]
            self.tensors |= {(node, port): each for port, each in zip(ports, targets, strict=True)}
        self.lines.add(mark(assign(targets, mark(made, node)), node))

    def _layer(self, node: str, entry: LayerEntry) -> ast.Call:
        spec = self.catalog.get(entry.type) if self.catalog is not None else None
        return layer_call(entry.type, entry.name, entry.params, spec.params if spec else None, node)

    def _input(self, node: str) -> ast.Call:
        spec = self.analysis.nodes[node].outputs[0]
        made = call("keras.Input", shape=literal(tuple(spec.shape[1:])))
        if spec.dtype != "float32":
            made.keywords.append(ast.keyword("dtype", literal(spec.dtype)))
        made.keywords.append(mark(ast.keyword("name", literal(self.state.node(node).name)), node, "name"))
        return mark(made, node)

    def _adapts(self, entry: LayerEntry | None) -> bool:
        return entry is not None and entry.type in ADAPTED and entry.params.get("mean") is None

    def _adapt(self, node: str, variable: str) -> ast.Expr:
        """Return the statement that shows the training rows, and nothing else, to a layer that adapts."""
        source = self.state.incoming(node)[0]
        rows = {each: self._rows(each) for each in self.inputs if self._leads(each, node)}
        if self.state.node(source.source).kind == "input":
            data: ast.expr = rows[source.source]
        else:
            begins = self._dict({each: self.tensors[each, OUTPUT_PORT] for each in rows})
            before = call("keras.Model", begins, name(self.tensors[source.source, source.source_port]))
            fed = (
                rows[next(iter(rows))]
                if len(rows) == 1
                else mapping({self._name(n): r for n, r in rows.items()})
            )
            data = call(ast.Attribute(before, "predict", ast.Load()), fed, verbose=literal(0))
        return mark(ast.Expr(mark(call(f"{variable}.adapt", data), node)), node)

    def _rows(self, node: str) -> ast.expr:
        field = self.state.node(node).options.get("field")
        if not isinstance(field, str):
            raise TranslateError(
                f"{self._name(node)} reads no field of the data, so the layers after it cannot adapt to it.",
                code="input_no_field", node=node,
            )  # fmt: skip
        return index(name(field), name(self.train))

    def _leads(self, start: str, end: str) -> bool:
        todo, seen = [start], {start}
        while todo:
            new = {wire.target for wire in self.state.outgoing(todo.pop())} - seen
            seen |= new
            todo += new
        return end in seen

    def _dict(self, tensors: Mapping[str, str]) -> ast.expr:
        """Return the one tensor, or a dictionary by the nodes' names."""
        if len(tensors) == 1:
            return dotted(next(iter(tensors.values())))
        return mapping({self._name(node): name(variable) for node, variable in tensors.items()})

    def _name(self, node: str) -> str:
        return self.state.node(node, MAIN).name

    def _entry(self, node: str) -> LayerEntry | None:
        return self.state.layer_of(node)

    def _source(self, node: str) -> tuple[str, str]:
        wire = self.state.incoming(node)[0]
        return wire.source, wire.source_port

    def _missing(self, node: str) -> str:
        wires = self.state.incoming(node)
        if any((wire.source, wire.source_port) not in self.tensors for wire in wires):
            return "what leads here cannot be computed yet"
        kind = self.state.node(node).kind
        if kind == "layer" and self.catalog is None:
            return "the layers are not loaded yet"
        return "" if wires or kind == "input" else "it has no input yet"

    def _problem(self, node: str) -> str:
        codes = {problem.code for problem in self.analysis.problems_of(node)} & _IMPOSSIBLE
        words = {"unknown_layer": "a layer that is not known here", "unwired": "an input is not wired yet"}
        return words.get(min(codes), "its wires cannot be followed") if codes else ""
