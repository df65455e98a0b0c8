"""The main graph as a model: Sequential where it is a chain and that is wanted, else functional."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from studio.document import linear
from studio.document.blocks import adapts
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.ports import outputs_of
from studio.document.rows import BYPASS, OUTPUT_PORT
from studio.document.state import State
from studio.translate.calls import CallWriter
from studio.translate.errors import TranslateError
from studio.translate.lines import Lines, Names
from studio.translate.syntax import assign, call, dotted, index, literal, mapping, mark, name


class GraphWriter(CallWriter):
    """Writes the model; ``model`` is the variable that holds it, ``train`` that of the training rows."""

    def __init__(
        self,
        state: State,
        catalog: Catalog | None,
        analysis: Analysis,
        names: Names,
        functions: Mapping[str, str],
        model: str,
        train: str,
    ) -> None:
        super().__init__(state, catalog, analysis, names, functions)
        self.model, self.train = model, train

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
        plain = all(not self._problem(node) and self.entry(node) is not None for node in chain[1:-1])
        known = self.analysis.nodes[chain[0]].outputs != ()
        late = any(adapts(self.entry(node)) for node in chain[2:-1])
        single = all(len(outputs_of(self.state, self.catalog, node)) == 1 for node in chain[1:-1])
        return (
            plain
            and known
            and single
            and not late
            and not any(self.state.node(n).options.without(BYPASS) for n in chain[1:-1])
        )

    def _write_sequential(self) -> None:
        chain = linear.chain(self.state)
        items: list[ast.expr] = [self._input(chain[0])]
        for node in chain[1:-1]:
            if self.row(node).options.get(BYPASS):
                continue
            entry = self.entry(node)
            assert entry is not None  # `_can_be_sequential` has looked
            made = self.layer(node, entry)
            if adapts(entry):
                variable = self.names.free(entry.name)
                self.lines.add(mark(assign(variable, made), node))
                self.adapt(node, variable)
                items.append(mark(name(variable), node))
            else:
                items.append(made)
        stack = ast.List(items, ast.Load())
        self.lines.add(assign(self.model, call("keras.Sequential", stack)))

    def _write_functional(self) -> None:
        for node in self.analysis.order:
            row = self.row(node)
            if row.kind == "output":
                self._write_output(node)
            elif row.kind == "input" and not self.analysis.nodes[node].outputs:
                self.complete = False
                self.lines.add(f"# {row.name}: its data is not chosen yet")
            elif self.skip(node):
                continue
            elif row.kind == "input":
                variable = self.names.free(row.name, f"{row.name}_input")
                self.tensors[node, OUTPUT_PORT] = variable
                self.lines.add(mark(assign(variable, self._input(node)), node))
            elif row.kind == "block":
                self.write_block(node)
            else:
                self.write_layer(node)
        if not self.inputs or not self.outputs:
            self.complete = False
        if self.complete:
            ends = {n: self.tensors[self.source(n)] for n in self.outputs}
            begins = {n: self.tensors[n, OUTPUT_PORT] for n in self.inputs}
            made = call("keras.Model", inputs=self._dict(begins), outputs=self._dict(ends))
            self.lines.add(assign(self.model, made))

    def _write_output(self, node: str) -> None:
        if not self.state.incoming(node) or self.source(node) not in self.tensors:
            self.complete = False
            self.lines.add(f"# {self.state.node(node).name}: nothing that could be computed arrives here")

    def _input(self, node: str) -> ast.Call:
        spec = self.analysis.nodes[node].outputs[0]
        made = call("keras.Input", shape=literal(tuple(spec.shape[1:])))
        if spec.dtype != "float32":
            made.keywords.append(ast.keyword("dtype", literal(spec.dtype)))
        made.keywords.append(mark(ast.keyword("name", literal(self.state.node(node).name)), node, "name"))
        return mark(made, node)

    def adapt(self, node: str, variable: str) -> None:
        """Write the statement that shows the training rows, and nothing else, to a layer that adapts."""
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
        self.lines.add(mark(ast.Expr(mark(call(f"{variable}.adapt", data), node)), node))

    def _rows(self, node: str) -> ast.expr:
        field = self.state.node(node).options.get("field")
        if not isinstance(field, str):
            raise TranslateError(
                f"{self._name(node)} reads no field of the data, so the layers after it cannot adapt to it.",
                code="input_no_field", node=node, name=self._name(node),
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
        return self.row(node).name
