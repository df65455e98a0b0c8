"""The calls of one graph as statements: one variable per node, one layer object per layer entry."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeAlias

from studio.document.blocks import adapts, ends_of, repeats_of
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.ports import inputs_of, outputs_of
from studio.document.rows import BYPASS, MAIN, LayerEntry, Node, address
from studio.document.state import State
from studio.document.values import thaw
from studio.translate.arguments import layer_call
from studio.translate.lines import Lines, Names
from studio.translate.syntax import assign, call, identifier, literal, mark, name

_IMPOSSIBLE = {
    "unknown_layer": "a layer that is not known here",
    "unwired": "an input is not wired yet",
    "block_inside": "something is wrong inside the block",
    "block_itself": "the block contains itself",
    "block_repeat": "the block cannot repeat",
    "block_no_output": "the block has no Output",
    "adapts_inside": "it learns from the data, which only the main drawing has",
    "cycle": "",
    "after_cycle": "",
    "output_gone": "",
    "port_gone": "",
}


Given: TypeAlias = tuple[tuple[str, bool, tuple[str, ...]], ...]
"""For each input of a node: its name, whether it takes many, and the variables that arrive there."""
MOST_STATEMENTS = 10_000
_STATEMENTS: dict[tuple[object, ...], tuple[ast.stmt, Catalog | None]] = {}
"""Statements of layers by all that stands in them: after an edit, most of a script is as it was.

The catalog is kept with them, so that no other one can come to have its ``id``.
"""


class CallWriter:
    """Writes the calls of one graph.

    After writing, ``complete`` says whether every node could be written; a node that could not stands as a
    comment.  ``tensors`` has the variable of every (node, port), ``functions`` the names of the blocks'
    functions by graph.
    """

    def __init__(
        self,
        state: State,
        catalog: Catalog | None,
        analysis: Analysis,
        names: Names,
        functions: Mapping[str, str],
        graph: str = MAIN,
    ) -> None:
        self.state, self.catalog, self.analysis, self.names = state, catalog, analysis, names
        self.graph, self.functions = graph, functions
        self.complete = True
        self.lines = Lines("Model")
        self.tensors: dict[tuple[str, str], str] = {}
        self.layers: dict[str, str] = {}  # entry -> the variable of a layer that is used more than once
        self.inputs = [n for n in analysis.order if self.row(n).kind == "input"]
        self.outputs = [n for n in analysis.order if self.row(n).kind == "output"]

    # -- what differs between the drawing and a block -----------------------------------------------

    def layer_name(self, entry: LayerEntry) -> ast.expr:
        """Return the name that a layer gets."""
        return literal(entry.name)

    def block_name(self, row: Node, number: str = "") -> ast.expr:
        """Return the name that a block hands to its layers; ``number`` is the variable that counts."""
        if not number:
            return literal(row.name)
        counted = ast.FormattedValue(name(number), -1, None)
        return ast.JoinedStr([ast.Constant(f"{row.name}-"), counted])

    def chosen(self, node: str) -> dict[str, str]:
        """Return the parameters of a layer that stand open, and the variables that hold them."""
        return {}

    def adapt(self, node: str, variable: str) -> None:
        """Write what lets a layer see the training data."""

    # -- calls ---------------------------------------------------------------------------------------

    def skip(self, node: str) -> bool:
        """Return whether a node cannot be written, after leaving a comment that says why."""
        reason = self._problem(node) or self._missing(node)
        if reason:
            self.complete = False
            self.lines.add(f"# {self.row(node).name}: {reason}")
        return bool(reason)

    def write_layer(self, node: str) -> None:
        """Write one layer's call."""
        row, entry = self.row(node), self.entry(node)
        assert entry is not None  # `skip` has looked
        if row.options.get(BYPASS):
            left = outputs_of(self.state, self.catalog, node, self.graph)[0].name
            self.tensors[node, left] = self.tensors[self.source(node)]
            self.lines.add(f"# {row.name} is passed over")
            return
        given = self._given(node)
        function: ast.expr
        if row.ref in self.layers:
            function = name(self.layers[row.ref])
        elif self.state.is_shared(node, self.graph) or adapts(entry):
            wish = entry.name if entry.name != row.name else f"{entry.name}_layer"
            variable = self.layers[row.ref] = self.names.free(wish)
            self.lines.add(mark(assign(variable, self.layer(node, entry)), self.at(node)))
            if adapts(entry):
                self.adapt(node, variable)
            function = name(variable)
        elif self.graph == MAIN:
            self.lines.add(self._kept(node, row, entry, given))
            return
        else:
            function = self.layer(node, entry)
        self.lines.add(self._assigned(node, row, function, given, self._targets(node)))

    def _kept(self, node: str, row: Node, entry: LayerEntry, given: Given) -> ast.stmt:
        """Return the statement of a layer, the one that was written last time where nothing in it changed."""
        targets = self._targets(node)
        written = (node, row.name, row.options, entry, id(self.catalog), given, str(targets))
        found = _STATEMENTS.get(written)
        if found is None:
            if len(_STATEMENTS) >= MOST_STATEMENTS:
                _STATEMENTS.clear()
            made = self._assigned(node, row, self.layer(node, entry), given, targets)
            found = _STATEMENTS[written] = made, self.catalog
        return found[0]

    def _given(self, node: str) -> Given:
        """Return the variables that arrive at each input of a node."""
        return tuple(
            (
                port.name,
                port.variadic,
                tuple(
                    self.tensors[wire.source, wire.source_port]
                    for wire in self.state.incoming(node, port.name, self.graph)
                ),
            )
            for port in inputs_of(self.state, self.catalog, node, self.graph)
        )

    def _assigned(
        self, node: str, row: Node, function: ast.expr, given: Given, targets: str | list[str]
    ) -> ast.stmt:
        made = call(function)
        for number, (port, variadic, variables) in enumerate(given):
            if not variables:
                continue
            values: list[ast.expr] = [name(each) for each in variables]
            value = ast.List(values, ast.Load()) if variadic else values[0]
            if number == len(made.args):
                made.args.append(value)
            else:
                made.keywords.append(ast.keyword(port, value))
        for key, option in row.options.items():
            keyword = ast.keyword(identifier(key, node), literal(thaw(option)))
            made.keywords.append(mark(keyword, self.at(node), key))
        return mark(assign(targets, mark(made, self.at(node))), self.at(node))

    def write_block(self, node: str) -> None:
        """Write one use of a block: a call of its function, or a loop of them."""
        row = self.row(node)
        inputs, _ = ends_of(self.state, row.ref)
        given = [
            self.tensors[wire.source, wire.source_port]
            for end in inputs
            for wire in self.state.incoming(node, self.state.node(end, row.ref).name, self.graph)
        ]
        times = repeats_of(row)
        targets = self._targets(node)
        variables = [targets] if isinstance(targets, str) else targets
        if times == 1:
            made = self._use(node, row, given, self.block_name(row))
            self.lines.add(mark(assign(targets, made), self.at(node)))
            return
        values: list[ast.expr] = [name(each) for each in given]
        first = values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
        number = self.names.free("number")
        self.lines.add(mark(assign(targets, first), self.at(node)))
        made = self._use(node, row, variables, self.block_name(row, number))
        loop = ast.For(
            ast.Name(number, ast.Store()),
            call("range", literal(1), literal(times + 1)),
            [mark(assign(targets, made), self.at(node))],
            [],
            None,
            lineno=0,
        )
        self.lines.add(mark(loop, self.at(node), "repeat"))

    def _use(self, node: str, row: Node, given: list[str], called: ast.expr) -> ast.Call:
        made = call(self.functions[row.ref], *(name(each) for each in given))
        made.keywords.append(ast.keyword("name", called))
        for key, value in Mapping.items(row.options.get("params") or {}):
            keyword = ast.keyword(identifier(key, node), literal(thaw(value), tuples=True))
            made.keywords.append(mark(keyword, self.at(node), key))
        return mark(made, self.at(node))

    def _targets(self, node: str) -> str | list[str]:
        ports = [port.name for port in outputs_of(self.state, self.catalog, node, self.graph)]
        label = self.row(node).name
        if len(ports) == 1:
            variable = self.names.free(label)
            self.tensors[node, ports[0]] = variable
            return variable
        targets = [self.names.free(f"{label}_{port}") for port in ports]
        self.tensors |= {(node, port): each for port, each in zip(ports, targets, strict=True)}
        return targets

    def layer(self, node: str, entry: LayerEntry) -> ast.Call:
        """Return the layer itself: its class with what differs from the defaults."""
        spec = self.catalog.get(entry.type) if self.catalog is not None else None
        known = spec.params if spec else None
        called = self.layer_name(entry)
        return layer_call(entry.type, called, entry.params, known, self.at(node), self.chosen(node))

    # -- reading -------------------------------------------------------------------------------------

    def at(self, node: str) -> str:
        """Return the address of a node, for the source map."""
        return address(node, self.graph)

    def row(self, node: str) -> Node:
        """Return a node of this graph."""
        return self.state.node(node, self.graph)

    def entry(self, node: str) -> LayerEntry | None:
        """Return the layer entry that a node of this graph calls."""
        return self.state.layer_of(node, self.graph)

    def source(self, node: str) -> tuple[str, str]:
        """Return where the first wire into a node comes from."""
        wire = self.state.incoming(node, graph=self.graph)[0]
        return wire.source, wire.source_port

    def _missing(self, node: str) -> str:
        wires = self.state.incoming(node, graph=self.graph)
        if any((wire.source, wire.source_port) not in self.tensors for wire in wires):
            return "what leads here cannot be computed yet"
        row = self.row(node)
        if row.kind == "layer" and self.catalog is None:
            return "the layers are not loaded yet"
        if row.kind == "block":
            return "" if row.ref in self.functions else "the block cannot be written yet"
        return "" if wires or row.kind == "input" else "it has no input yet"

    def _problem(self, node: str) -> str:
        codes = {problem.code for problem in self.analysis.problems_of(node)} & set(_IMPOSSIBLE)
        return (_IMPOSSIBLE[min(codes)] or "its wires cannot be followed") if codes else ""
