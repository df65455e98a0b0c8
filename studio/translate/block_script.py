"""One block as a Python file of its own: its function, those that it needs, and a small example."""

from __future__ import annotations

import ast
import builtins

from studio.document.blocks import ends_of
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.state import State
from studio.translate import layout
from studio.translate.block_functions import write_functions
from studio.translate.errors import TranslateError
from studio.translate.lines import Names
from studio.translate.script import Framework
from studio.translate.syntax import assign, call, literal, mapping, name

KERAS = """import os

os.environ["KERAS_BACKEND"] = "torch"  # Keras reads it when it is imported

import keras"""
ENGINE = "import engine as keras"


def block_functions(state: State, catalog: Catalog | None, analysis: Analysis, graph: str) -> tuple[str, str]:
    """Return the functions of a block and of those inside it as Python, and the name of its own function.

    ``analysis`` is that of the main graph.  Raises ``TranslateError`` (``"block_incomplete"``) for a block
    that lacks something.
    """
    names = Names({"keras", "model", *dir(builtins)})
    lines, functions, _ = write_functions(state, catalog, analysis, names, graph)
    if graph not in functions:
        raise TranslateError(
            f"The block {graph} is not complete yet: something inside it is wrong or not connected.",
            code="block_incomplete",
            name=graph,
        )
    made = [item for item in lines.items if not isinstance(item, str)]
    return "\n\n\n".join(layout.lay_out(item) for item in made), functions[graph]


def block_script(
    state: State,
    catalog: Catalog | None,
    analysis: Analysis,
    graph: str,
    to: Framework = "keras",
) -> str:
    """Return a file with the function of a block, which can be run and shows the block's layers."""
    text, function = block_functions(state, catalog, analysis, graph)
    parts = [
        f'"""The block {graph}, drawn with Bunon."""',
        KERAS if to == "keras" else ENGINE,
        "\n" + text,
    ]
    example = _example(state, analysis, graph, function)
    if example:
        body = "\n".join(layout.lay_out(each) for each in example)
        indented = "\n".join(f"    {line}" if line else line for line in body.split("\n"))
        parts.append(f'\nif __name__ == "__main__":\n{indented}')
    else:
        parts.append("\n# Connect the block in a drawing: then an example with the right shapes stands here.")
    return "\n\n".join(parts) + "\n"


def _example(state: State, analysis: Analysis, graph: str, function: str) -> list[ast.stmt]:
    """Return statements that make a model of the block alone; none while the shapes are not known."""
    found = analysis.inside.get(graph)
    inputs, outputs = ends_of(state, graph)
    if found is None or not inputs:
        return []
    names = Names({"keras", "model", function, *dir(builtins)})
    steps: list[ast.stmt] = []
    variables: list[str] = []
    for node in inputs:
        info = found.nodes.get(node)
        if info is None or not info.outputs:
            return []
        spec, row = info.outputs[0], state.node(node, graph)
        made = call("keras.Input", shape=literal(tuple(spec.shape[1:])))
        if spec.dtype != "float32":
            made.keywords.append(ast.keyword("dtype", literal(spec.dtype)))
        made.keywords.append(ast.keyword("name", literal(row.name)))
        variables.append(names.free(row.name, f"{row.name}_input"))
        steps.append(assign(variables[-1], made))
    back = [names.free(state.node(node, graph).name, f"{graph}_output") for node in outputs]
    done = call(function, *(name(each) for each in variables), name=literal(graph))
    steps.append(assign(back[0] if len(back) == 1 else tuple(back), done))
    begins = name(variables[0]) if len(variables) == 1 else ast.List([name(v) for v in variables], ast.Load())
    ends: ast.expr = name(back[0])
    if len(back) > 1:
        ends = mapping({state.node(n, graph).name: name(b) for n, b in zip(outputs, back, strict=True)})
    steps.append(assign("model", call("keras.Model", begins, ends)))
    steps.append(ast.Expr(call("model.summary")))
    return steps
