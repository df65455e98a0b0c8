"""The Python script of a document, with the places where each node and parameter stand in it."""

from __future__ import annotations

import ast
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from studio.data_source import plan as planning
from studio.data_source.bundled import files_of
from studio.data_source.reading import source_paths
from studio.data_source.table_checks import check_file
from studio.document.catalog import Catalog
from studio.document.findings import Analysis
from studio.document.state import State
from studio.document.whole import write_whole
from studio.translate import layout
from studio.translate.errors import TranslateError
from studio.translate.lines import Lines
from studio.translate.program import Program, program
from studio.translate.syntax import assign, call, literal, mark_of, name

Framework: TypeAlias = Literal["engine", "keras"]


class Span(NamedTuple):
    """A piece of the script: lines from 1, columns from 0, the end column not included."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Script:
    """The text; ``nodes`` has the spans of each node id, ``params`` those of (node id, parameter).

    ``complete`` is False where the drawing or the data lack something, which ``why`` names; the text then
    ends before the training.
    """

    text: str
    nodes: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    params: dict[tuple[str, str], Span] = field(default_factory=dict)
    complete: bool = True
    why: str = ""
    lack: tuple[str, str] = ("", "")

    def first_line(self) -> int:
        """Return the line on which the model begins, from 1; 0 while there is none."""
        return min((each.line for places in self.nodes.values() for each in places), default=0)

    def node_at(self, line: int) -> str:
        """Return the id of the node that a line is written for, or an empty string."""
        for node, places in self.nodes.items():
            if any(each.line <= line <= each.end_line for each in places):
                return node
        return ""


def script(
    state: State,
    catalog: Catalog | None,
    analysis: Analysis | None = None,
    *,
    to: Framework = "engine",
    style: str = "",
    title: str = "",
) -> Script:
    """Return the script of the main graph; raises ``TranslateError`` for what cannot be written.

    ``style`` is "functional", "sequential" (where the graph is one chain) or "" for the document's own.
    """
    made = program(state, catalog, analysis, style)
    page = _Page()
    page.text(f'"""{_clean(title) or "A neural network"}, drawn with Bunon."""')
    page.blank()
    page.text(_imports(made.calls, to, made.imports))
    for function in planning.function_names(made.calls):
        page.blank(2)
        page.text(_function(function))
    for item in made.blocks.items:
        page.blank(2)
        if isinstance(item, str):
            page.text(item)
        else:
            page.statement(item)
    page.blank(2 if made.calls or made.blocks.items else 1)
    page.part(Lines("The same seed gives the same weights and the same order of rows", [made.seed]))
    page.part(_data(made))
    for part in (made.parts, made.model, made.compile):
        page.part(part)
    if made.fit is not None:
        page.statement(made.fit)
    page.part(made.after)
    if made.why:
        page.blank()
        page.text(f"# Training is not written yet: {made.why}.")
    return page.script(made)


def export(
    state: State,
    catalog: Catalog | None,
    to: Framework,
    path: Path,
    base_folder: Path = Path(),
    *,
    style: str = "",
    title: str = "",
) -> tuple[Path, ...]:
    """Write the script to ``path`` and its data files beside it; return all paths written.

    ``base_folder`` is where the document's own data files lie.  A file that is there already with other
    content raises ``TranslateError`` (code ``"file_in_the_way"``), as does a drawing that is not complete
    (``"incomplete"``).  Raises ``DataError`` where a data file is missing, before anything is written.
    """
    made = script(state, catalog, to=to, style=style, title=title or path.stem)
    if not made.complete:
        raise TranslateError(
            f"The script cannot be exported yet: {made.why}.",
            code="incomplete",
            why=made.why,
            fault=made.lack[0],
            name=made.lack[1],
        )
    source = program(state, catalog).data_settings.source
    if path.is_dir():
        raise TranslateError(
            f"{path} is a folder. Give the path of the script, such as {path / 'model.py'}.",
            code="is_folder", path=str(path),
        )  # fmt: skip
    written = []
    for old in source_paths(source, base_folder):
        check_file(old)
    for old in source_paths(source, base_folder):
        new = path.parent / old.name
        if new.exists() and new.resolve() != old.resolve() and new.read_bytes() != old.read_bytes():
            raise TranslateError(
                f"{new} is there already and is another file. Choose an empty folder.",
                code="file_in_the_way",
                path=str(new),
            )
        if not new.exists():
            shutil.copyfile(old, new)
            written.append(new)
    write_whole(path, made.text)
    return (path, *written)


def _clean(title: str) -> str:
    """Return a title that can neither end a docstring nor hide anything in one."""
    kept = "".join(letter for letter in title if letter.isprintable() and letter not in '"\\')
    return kept.strip()[:60]


def _imports(calls: tuple[planning.Call, ...], to: Framework, own: tuple[str, ...] = ()) -> str:
    """Return the import lines; only these differ between the frameworks.  ``own`` are modules of the
    user's.
    """
    lines = [f"import {module}" for module in sorted({"os", *planning.imports(calls)})]
    if to == "keras":
        lines += ["", 'os.environ["KERAS_BACKEND"] = "torch"  # Keras reads it when it is imported', ""]
        lines += ["import keras", "import numpy as np"]
    else:
        lines += ["", "import engine as keras", "import numpy as np"]
    if own:
        note = ["# Written for Bunon's engine: real Keras does not run it."] if to == "keras" else []
        lines += ["", *note, *(f"import {module}" for module in own)]
    return "\n".join(lines)


@cache
def _function(function: str) -> str:
    return planning.function_source(function).rstrip()


def _data(made: Program) -> Lines:
    lines = Lines("Data")
    if not made.calls:
        return lines
    here = call("os.path.dirname", call("os.path.abspath", name("__file__", dunder=True)))
    lines.add(assign(made.folder, here))
    for step in made.calls:
        result = call(step.function, *(_argument(each, made) for each in step.arguments))
        for key, value in step.keywords:
            result.keywords.append(ast.keyword(key, _argument(value, made)))
        lines.add(assign(step.targets[0] if len(step.targets) == 1 else step.targets, result))
    return lines


def _argument(value: planning.Argument, made: Program) -> ast.expr:
    match value:
        case planning.Var(variable):
            return name(variable)
        case planning.Count(variable):
            return call("len", name(variable))
        case planning.DataFile(file):
            assert files_of(made.data_settings.source)  # a plan with files has a source with files
            return call("os.path.join", name(made.folder), literal(Path(file).name))
    return literal(value)


_Marked: TypeAlias = list[tuple[tuple[str, str], tuple[int, int, int, int]]]


def _printed(tree: ast.stmt) -> tuple[str, _Marked]:
    """Return a statement's text, and what was marked in it with where it stands, outermost first.

    It is kept with the tree: a statement that stands in the next script too is not printed again.
    """
    kept: tuple[str, _Marked] | None = getattr(tree, "bunon_printed", None)
    if kept is None:
        text = layout.lay_out(tree)
        marked: _Marked = []
        if any(mark_of(piece) for piece in ast.walk(tree)):
            for piece, place in reversed(list(layout.spans(tree, text))):
                mark = mark_of(piece)
                if mark is not None:
                    marked.append((mark, place))
        kept = text, marked
        tree.bunon_printed = kept  # type: ignore[attr-defined]  # syntax trees take attributes of one's own
    return kept


class _Page:
    """Collects printed lines and the spans of what was marked."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.nodes: dict[str, list[Span]] = {}
        self.params: dict[tuple[str, str], Span] = {}

    def text(self, text: str) -> None:
        self.lines += text.split("\n")

    def blank(self, count: int = 1) -> None:
        self.lines += [""] * count

    def part(self, part: Lines) -> None:
        if not part.items:
            return
        if self.lines[-1]:
            self.blank()
        self.text(f"# {part.title}")
        for item in part.items:
            if isinstance(item, str):
                self.text(item)
            else:
                self.statement(item)

    def statement(self, tree: ast.stmt) -> None:
        text, marked = _printed(tree)
        offset, whole = len(self.lines), set[str]()
        for (node, param), (line, column, end_line, end_column) in marked:
            span = Span(line + offset, column, end_line + offset, end_column)
            if param:
                self.params.setdefault((node, param), span)
            elif node not in whole:
                whole.add(node)
                self.nodes.setdefault(node, []).append(span)
            if param in ("loss", "metrics", "weight"):
                self.nodes.setdefault(node, []).append(span)
        self.text(text)

    def script(self, made: Program) -> Script:
        nodes = {node: tuple(sorted(set(places))) for node, places in self.nodes.items()}
        return Script("\n".join(self.lines) + "\n", nodes, self.params, made.complete, made.why, made.lack)
