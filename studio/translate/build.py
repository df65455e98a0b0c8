"""A document becomes a model of the engine, by the very statements that the script prints."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from studio import words
from studio.data_source.reading import Dataset
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.shapes import analyse
from studio.document.state import State
from studio.translate.errors import TranslateError
from studio.translate.evaluate import Evaluator, StepError
from studio.translate.objects import check_objects
from studio.translate.program import Program, program


@dataclass(frozen=True, eq=False)
class Built:
    """A compiled model and the arguments of its training.

    ``fit`` holds the keyword arguments of ``model.fit`` as the script has them, ``x`` and ``y`` the training
    part first.  ``arrays`` has ``x_test`` and ``y_test`` (absent without a test part) and their fellows.
    ``outputs`` are the names of the Output nodes, in order.
    """

    model: Any
    program: Program
    x: Any
    y: Any
    fit: dict[str, Any]
    arrays: dict[str, Any]
    outputs: tuple[str, ...]


def build(
    state: State,
    catalog: Catalog,
    dataset: Dataset,
    *,
    framework: Any = None,
    analysis: Analysis | None = None,
) -> Built:
    """Return the compiled model of the main graph.

    ``framework`` is ``engine`` unless given (real Keras does as well).  The random numbers are seeded here,
    so that building and training afterwards draw what the script draws.  Raises ``TranslateError`` naming
    the node: for a drawing with problems (code ``"problem"``), one that is not complete
    (``"incomplete"``), or a step that failed (``"step"``, with the cause chained).
    """
    found = analysis or analyse(state, catalog)
    for problem in found.problems:
        if problem.severity == "error":
            raise TranslateError(
                words.text(problem),
                code="problem", node=problem.node, problem=problem,
            )  # fmt: skip
    made = program(state, catalog, found)
    if not made.complete or made.fit is None:
        fault, name = made.lack
        raise TranslateError(
            f"Training cannot start: {made.why}.", code="incomplete", why=made.why, fault=fault, name=name
        )
    check_objects(state)
    if framework is None:
        import engine

        framework = engine
    rows = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    variables: dict[str, Any] = {"keras": framework, "range": range, **dataset.arrays}
    variables |= {variable: rows[part] for part, variable in made.rows.items()}
    for module in made.imports:  # loaded already: the catalog has what they define
        variables[module.partition(".")[0]] = import_module(module.partition(".")[0])
    evaluator = Evaluator(variables)
    try:
        for statement in (
            *made.blocks.statements,
            made.seed,
            *made.parts.statements,
            *made.model.statements,
            *made.compile.statements,
        ):
            evaluator.execute(statement)
    except StepError as error:
        cause = error.__cause__ or error
        raise TranslateError(str(cause), code="step", node=error.node) from cause
    assert isinstance(made.fit.value, ast.Call)
    (x, y), fit = evaluator.arguments(made.fit.value)
    arrays = {f"{a}_{p}": variables.get(made.own[f"{a}_{p}"]) for a in "xy" for p in rows}
    return Built(variables[made.variable], made, x, y, fit, arrays, tuple(made.targets))
