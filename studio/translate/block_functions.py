"""Every block as a function of the script: what enters it are its arguments, what leaves it is returned."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from studio.document.blocks import graphs_inside
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.rows import MAIN, OUTPUT_PORT, Graph, LayerEntry, Node
from studio.document.state import State
from studio.document.tracing import order_of
from studio.document.values import thaw
from studio.translate.arguments import argument
from studio.translate.calls import CallWriter
from studio.translate.lines import Lines, Names
from studio.translate.syntax import identifier, literal, name


def write_functions(
    state: State, catalog: Catalog | None, analysis: Analysis, names: Names, of: str = MAIN
) -> tuple[Lines, dict[str, str], bool]:
    """Return the functions of the blocks that a graph uses, inner ones first, and their names by graph.

    Where ``of`` is a block, its own function comes last.  The third value says whether all could be written.
    """
    lines = Lines("Blocks")
    functions: dict[str, str] = {}
    complete = True
    used = (graphs_inside(state, of) | {of}) - {MAIN}
    for graph in sorted(used, key=lambda each: (len(graphs_inside(state, each)), each)):
        if graph in graphs_inside(state, graph):
            complete = False
            continue
        found = analysis.inside.get(graph) or Analysis(graph, order_of(state, graph)[0], {}, ())
        writer = _FunctionWriter(state, catalog, found, functions, graph)
        made = writer.write(names)
        if made is None:
            complete = False
            lines.add(f"# The block {graph} is not complete yet")
            continue
        functions[graph] = made.name
        lines.add(made)
    return lines, functions, complete


class _FunctionWriter(CallWriter):
    """Writes the function of one block; its layers are called after the use that they are made for."""

    def __init__(
        self,
        state: State,
        catalog: Catalog | None,
        analysis: Analysis,
        functions: dict[str, str],
        graph: str,
    ) -> None:
        row = state.row("graphs", graph)
        self.exposed = dict(row.params) if isinstance(row, Graph) else {}
        taken = {"keras", "name", *dir(builtins), *functions.values(), *self.exposed}
        super().__init__(state, catalog, analysis, Names(taken), functions, graph)

    def write(self, outer: Names) -> ast.FunctionDef | None:
        """Return the function, or ``None`` where the block is not complete."""
        arguments = []
        for node in self.inputs:
            variable = self.names.free(self.row(node).name)
            self.tensors[node, OUTPUT_PORT] = variable
            arguments.append(variable)
        for node in self.analysis.order:
            kind = self.row(node).kind
            if kind in ("input", "output") or self.skip(node):
                continue
            if kind == "block":
                self.write_block(node)
            else:
                self.write_layer(node)
        ends = [node for node in self.outputs if self.state.incoming(node, graph=self.graph)]
        if len(ends) < len(self.outputs) or not ends or not self.complete:
            return None
        back: list[ast.expr] = [name(self.tensors[self.source(node)]) for node in ends]
        defaults = {key: self._default(key) for key in self.exposed}
        body: list[ast.stmt] = [
            ast.Expr(literal(f"The block {self.graph}; name is what its layers are called after.")),
            *self.lines.statements,
            ast.Return(back[0] if len(back) == 1 else ast.Tuple(back, ast.Load())),
        ]
        signature = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(identifier(each)) for each in (*arguments, "name", *defaults)],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=list(defaults.values()),
        )
        labels = {self.state.node(node).name for node in self.state.node_ids()}
        called = outer.free(f"make_{self.graph}" if self.graph in labels else self.graph)
        return ast.FunctionDef(called, signature, body, [], None, lineno=0)

    def _default(self, key: str) -> ast.expr:
        entry, param = self.exposed[key][0]
        layer: LayerEntry = self.state.layer(entry)
        spec = self.catalog.get(layer.type) if self.catalog is not None else None
        known = next((each for each in (spec.params if spec else ()) if each.name == param), None)
        value: Any = layer.params.get(param, known.default if known is not None else None)
        return argument(thaw(value), known, self.graph)

    def layer_name(self, entry: LayerEntry) -> ast.expr:
        return self._after(entry.name)

    def block_name(self, row: Node, number: str = "") -> ast.expr:
        return self._after(row.name, number)

    def chosen(self, node: str) -> dict[str, str]:
        ref = self.row(node).ref
        return {param: key for key, pairs in self.exposed.items() for entry, param in pairs if entry == ref}

    def _after(self, inner: str, number: str = "") -> ast.expr:
        parts: list[ast.expr] = [ast.FormattedValue(name("name"), -1, None), ast.Constant(f"-{inner}")]
        if number:
            parts[1] = ast.Constant(f"-{inner}-")
            parts.append(ast.FormattedValue(name(number), -1, None))
        return ast.JoinedStr(parts)
