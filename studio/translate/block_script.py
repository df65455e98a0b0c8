"""One block as a Python file of its own: its function, those that it needs, and a small example."""

from __future__ import annotations

import ast
import builtins

from studio.document.blocks import ends_of
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.rows import Graph
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
    *,
    nested: bool = False,
) -> str:
    """Return a file with the function of a block, which can be run and shows the block's layers.

    ``nested`` adds a function that makes a model of the block, which is called like a layer.  Raises
    ``TranslateError`` as ``block_functions`` does, and (``"block_unwired"``) for a nested model of a block
    whose shapes are not known.
    """
    text, function = block_functions(state, catalog, analysis, graph)
    parts = [
        f'"""The block {graph}, drawn with Bunon."""',
        KERAS if to == "keras" else ENGINE,
        "\n" + text,
    ]
    if nested:
        factory, example = _nested(state, analysis, graph, text, function)
        parts.append("\n" + factory)
    else:
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


def _nested(
    state: State, analysis: Analysis, graph: str, text: str, function: str
) -> tuple[str, list[ast.stmt]]:
    """Return the function that makes a model of a block, and an example that calls such a model."""
    inside = _example(state, analysis, graph, function)
    if not inside:
        raise TranslateError(
            f"The shapes of the block {graph} are not known: connect it in the drawing first.",
            code="block_unwired",
            name=graph,
        )
    *steps, build, summary = inside
    assert isinstance(build, ast.Assign)
    written = next(
        each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef) and each.name == function
    )
    row = state.row("graphs", graph)
    chosen = list(row.params) if isinstance(row, Graph) else []
    done = steps[-1]
    assert isinstance(done, ast.Assign)
    assert isinstance(done.value, ast.Call)
    done.value.keywords = [ast.keyword(each, name(each)) for each in ("name", *chosen)]
    assert isinstance(build.value, ast.Call)
    build.value.keywords.append(ast.keyword("name", name("name")))
    names = Names({"keras", "model", function, *dir(builtins)})
    called = names.free(f"{function}_model")
    arguments = [ast.arg("name"), *(ast.arg(each) for each in chosen)]
    defaults: list[ast.expr] = [literal(graph), *written.args.defaults]
    signature = ast.arguments([], arguments, None, [], [], None, defaults)
    words = f"The block {graph} as a model of its own, which is called like a layer."
    body: list[ast.stmt] = [ast.Expr(literal(words)), *steps, ast.Return(build.value)]
    made = ast.FunctionDef(called, signature, body, [], None, lineno=0)
    inputs = [each for each in steps[:-1] if isinstance(each, ast.Assign)]
    variables = [each.targets[0].id for each in inputs if isinstance(each.targets[0], ast.Name)]
    given: ast.expr = name(variables[0])
    if len(variables) > 1:
        given = ast.List([name(each) for each in variables], ast.Load())
    use = ast.Call(call(called), [given], [])
    whole: list[ast.stmt] = [
        *inputs,
        assign("model", call("keras.Model", given, use)),
        summary,
    ]
    return layout.lay_out(made), whole
