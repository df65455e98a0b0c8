"""The program of a document: read the data, build, compile, fit, evaluate, predict."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from studio.data_source import plan as planning
from studio.data_source.errors import DataError
from studio.data_source.fields import RESERVED, DataSettings
from studio.document.blocks import adapts
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.shapes import analyse
from studio.document.state import State
from studio.document.values import thaw
from studio.translate.arguments import thing
from studio.translate.block_functions import write_functions
from studio.translate.errors import TranslateError
from studio.translate.graph import GraphWriter
from studio.translate.lines import Lines, Names
from studio.translate.objects import metrics_of
from studio.translate.own import homes, point_home
from studio.translate.settings import TrainingSettings, training_settings
from studio.translate.syntax import assign, call, first_rows, index, literal, mapping, mark, name, template

SHOWN = 12
"""How many rows of the test part are predicted for the eye."""

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Program:
    """A document as statements, part by part.

    ``data`` can be executed by plan alone; ``seed``, ``parts``, ``model`` and ``compile`` are executed by the
    app, ``fit`` is the training call itself, and ``after`` only prints.  ``why`` says what is missing where
    ``complete`` is False; then the parts after it are empty.
    """

    settings: TrainingSettings
    data_settings: DataSettings
    calls: tuple[planning.Call, ...]
    rows: dict[str, str]
    blocks: Lines
    """The functions of the blocks."""
    seed: ast.stmt
    parts: Lines
    model: Lines
    compile: Lines
    fit: ast.Assign | None
    after: Lines
    variable: str
    folder: str
    """The script's variable for the folder that it lies in."""
    inputs: dict[str, str]
    """Name of each Input and the field that it reads."""
    targets: dict[str, str]
    """Name of each Output and its target field."""
    own: dict[str, str]
    """The script's own variables by what they are for: model, x_train, history and so on."""
    imports: tuple[str, ...]
    """The modules of what packages of the user's add and the drawing uses."""
    complete: bool
    why: str = ""
    lack: tuple[str, str] = ("", "")
    """What is missing as a code, and the name of the node that lacks it."""


def program(
    state: State, catalog: Catalog | None, analysis: Analysis | None = None, style: str = ""
) -> Program:
    """Return the program of the main graph, as far as the drawing allows one.

    Raises ``TranslateError`` for settings and names that cannot be written at all.
    """
    return _Writer(state, catalog, analysis or analyse(state, catalog), style).write()


class _Writer:
    def __init__(self, state: State, catalog: Catalog | None, analysis: Analysis, style: str) -> None:
        self.state, self.catalog, self.analysis = state, catalog, analysis
        self.settings = training_settings(state)
        self.style = style or self.settings.style
        try:
            self.data = DataSettings.from_json(thaw(state.setting("data")))
            self.calls = planning.plan(self.data)
        except DataError as error:
            raise TranslateError(str(error), code="data") from error
        fields = {each.name for each in self.data.fields}
        made = {target for one in self.calls for target in one.targets}
        self.homes = homes(catalog)
        packages = {home.module.partition(".")[0] for home in self.homes.values()}
        self.names = Names(set(RESERVED) | set(dir(builtins)) | fields | made | packages)
        self.why = ""
        self.lack = ("", "")

    def write(self) -> Program:
        rows = dict(zip(PARTS, self.calls[-1].targets, strict=True)) if self.calls else {}
        reserved = (
            "FOLDER",
            "model",
            "history",
            "score",
            "predictions",
            *(f"{a}_{p}" for a in "xy" for p in PARTS),
        )
        self.own = {wish: self.names.free(wish) for wish in reserved}
        blocks, functions, whole = write_functions(self.state, self.catalog, self.analysis, self.names)
        train = rows.get("train", "")
        graph = GraphWriter(
            self.state, self.catalog, self.analysis, self.names, functions, self.own["model"], train
        )
        if not rows and any(self._adapting(n) for n in self.analysis.order):
            self._lacks("no_data", "", "no data is chosen yet")
            model = Lines("Model", [f"# The model: {self.why}"])
            graph.complete = False
        else:
            model = graph.write(self.style == "sequential")
        self.inputs, self.targets = self._fields(graph)
        if not self.why and not (graph.complete and whole):
            self._lacks("drawing", "", "the drawing is not complete yet")
        complete = not self.why
        compiling = self._compile(graph) if complete else Lines("Training")
        used = (*blocks.statements, *model.statements, *compiling.statements)
        imports = point_home(used, self.homes)
        seed = ast.Expr(call("keras.utils.set_random_seed", literal(self.settings.seed)))
        return Program(
            self.settings, self.data, self.calls, rows, blocks, seed,
            self._parts(rows) if complete else Lines("Parts"),
            model,
            compiling,
            self._fit() if complete else None,
            self._after(graph) if complete else Lines("Test"),
            self.own["model"], self.own["FOLDER"], self.inputs, self.targets, self.own, imports, complete,
            self.why, self.lack,
        )  # fmt: skip

    def _lacks(self, code: str, node: str, why: str) -> None:
        """Note what is missing, unless something was before it."""
        if not self.why:
            self.why, self.lack = why, (code, node)

    def _adapting(self, node: str) -> bool:
        return adapts(self.state.layer_of(node))

    def _fields(self, graph: GraphWriter) -> tuple[dict[str, str], dict[str, str]]:
        known = {each.name for each in self.data.fields}
        found: list[dict[str, str]] = []
        for nodes, key in ((graph.inputs, "field"), (graph.outputs, "target")):
            fields = {}
            for node in nodes:
                row = self.state.node(node)
                field = row.options.get(key)
                if field not in known:
                    self._lacks(key, row.name, f"{row.name} has no {key} in the data yet")
                elif key == "target" and not row.options.get("loss"):
                    self._lacks("loss", row.name, f"{row.name} has no loss yet")
                else:
                    fields[row.name] = str(field)
            found.append(fields)
        return found[0], found[1]

    def _parts(self, rows: dict[str, str]) -> Lines:
        lines = Lines("Data: rows for training, for validation and for the test at the end")
        for letter, fields in (("x", self.inputs), ("y", self.targets)):
            for part in self._used():
                arrays = {key: index(name(field), name(rows[part])) for key, field in fields.items()}
                value = next(iter(arrays.values())) if len(arrays) == 1 else mapping(arrays)
                lines.add(assign(self.own[f"{letter}_{part}"], value))
        return lines

    def _used(self) -> list[str]:
        split = self.data.split
        shares = {"train": 1.0, "validation": split.validation, "test": split.test}
        return [part for part, share in shares.items() if share > 0]

    def _compile(self, graph: GraphWriter) -> Lines:
        lines = Lines("Training")
        losses: dict[str, ast.expr] = {}
        metrics: dict[str, ast.expr] = {}
        weights: dict[str, ast.expr] = {}
        for node in graph.outputs:
            row = self.state.node(node)
            losses[row.name] = mark(thing(thaw(row.options["loss"]), "losses", node), node, "loss")
            listed = [thing(thaw(each), "metrics", node) for each in metrics_of(row, node)]
            if listed:
                metrics[row.name] = mark(ast.List(listed, ast.Load()), node, "metrics")
            weight = row.options.get("weight")
            weights[row.name] = mark(literal(1.0 if weight is None else weight), node, "weight")
        one = len(losses) == 1
        plain = all(self.state.node(node).options.get("weight", 1) in (None, 1) for node in graph.outputs)
        made = call(
            f"{self.own['model']}.compile", optimizer=thing(thaw(self.settings.optimizer), "optimizers")
        )
        for key, values in (("loss", losses), ("loss_weights", weights), ("metrics", metrics)):
            if values and not (key == "loss_weights" and (one or plain)):
                value = next(iter(values.values())) if one else mapping(values)
                made.keywords.append(ast.keyword(key, value))
        lines.add(ast.Expr(made))
        return lines

    def _fit(self) -> ast.Assign:
        own = self.own
        made = call(
            f"{own['model']}.fit", name(own["x_train"]), name(own["y_train"]),
            epochs=literal(self.settings.epochs), batch_size=literal(self.settings.batch_size),
        )  # fmt: skip
        if "validation" in self._used():
            both = ast.Tuple([name(own["x_validation"]), name(own["y_validation"])], ast.Load())
            made.keywords.append(ast.keyword("validation_data", both))
        made.keywords.append(ast.keyword("verbose", literal(2)))
        return assign(own["history"], made)

    def _after(self, graph: GraphWriter) -> Lines:
        lines = Lines("Test")
        if "test" not in self._used():
            return lines
        own, model = self.own, self.own["model"]
        size = literal(self.settings.batch_size)
        scored = call(
            f"{model}.evaluate", name(own["x_test"]), name(own["y_test"]),
            batch_size=size, verbose=literal(0), return_dict=literal(True),
        )  # fmt: skip
        lines.add(assign(own["score"], scored))
        loop = template("for key, value in score.items():\n    print(f'Test {key}: {value:.4f}')")
        for tree in ast.walk(loop[0]):
            if isinstance(tree, ast.Name) and tree.id in ("score", "key", "value"):
                tree.id = own["score"] if tree.id == "score" else self.loop(tree.id)
        lines.add(*loop)
        shown: ast.expr = first_rows(name(own["x_test"]), SHOWN)
        if len(self.inputs) > 1:
            rows = first_rows(name(self.calls[-1].targets[2]), SHOWN)
            shown = mapping({key: index(name(field), rows) for key, field in self.inputs.items()})
        lines.add(assign(own["predictions"], call(f"{model}.predict", shown, verbose=literal(0))))
        for node in graph.outputs:
            row = self.state.node(node)
            lines.add(*self._print(row.name, len(graph.outputs) == 1))
        return lines

    def loop(self, wish: str) -> str:
        """Return a free variable for a loop, the same one each time."""
        key = f"loop {wish}"
        if key not in self.own:
            self.own[key] = self.names.free(wish)
        return self.own[key]

    def _print(self, output: str, lone: bool) -> list[ast.stmt]:
        field = self.data.field(self.targets[output])
        guess: ast.expr = name(self.own["predictions"])
        truth: ast.expr = name(self.own["y_test"])
        if not lone:
            guess, truth = index(guess, literal(output)), index(truth, literal(output))
        node = self.state.node_named(output)
        width = None
        if node is not None and self.analysis.nodes[node].inputs:
            width = next(iter(self.analysis.nodes[node].inputs.values()))[0].shape[-1]
        if field.kind == "category" and width not in (1, None):
            guess = call(ast.Attribute(guess, "argmax", ast.Load()), axis=literal(-1))
        else:
            guess = call(ast.Attribute(guess, "round", ast.Load()), literal(2))
        guess = call(ast.Attribute(guess, "tolist", ast.Load()))
        truth = call(ast.Attribute(first_rows(truth, SHOWN), "tolist", ast.Load()))
        return [
            ast.Expr(call("print", literal(f"{output} predicted:"), guess)),
            ast.Expr(call("print", literal(f"{output} in truth:"), truth)),
        ]
