"""What the command line does without a window and without Qt: check, train, export."""

from __future__ import annotations

import csv
import errno
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any, TextIO

from engine.config import resources_path
from engine.spec import shape_text
from studio import words
from studio.data_source.errors import DataError
from studio.document import DocumentError
from studio.document.findings import NodeInfo
from studio.document.problems import Problem
from studio.document.state import State
from studio.runs import BatchEnd, EpochEnd, Finished, Scored, Started
from studio.session import Session
from studio.translate.errors import TranslateError
from studio.translate.objects import check_objects
from studio.words.say import say, tr

FAILURES = (DocumentError, DataError, TranslateError, OSError)
"""What a command says in a sentence; anything else is a fault of ours and shows its traceback."""


def reason(error: BaseException) -> str:
    """Return what is wrong in one sentence."""
    if isinstance(error, OSError) and error.strerror:
        facts = {"path": str(error.filename2 or error.filename or ""), "got": error.strerror}
        return say(tr("{path} cannot be written or read: {got}. Choose another place."), facts)
    return words.text(error)


def version() -> str:
    """Return "bunon 0.1.0", or that it is run from its sources."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return f"bunon {installed('bunon')}"
    except PackageNotFoundError:
        return say(tr("bunon, run from its sources"), {})


def wrote(path: Path) -> str:
    """Return the sentence for a file or folder that was written."""
    return say(tr("wrote {file}"), {"file": path})


def example(key: str) -> Path:
    """Return the file of an example project."""
    return resources_path() / "examples" / f"{key}.bunon"


def open_session(path: Path) -> Session:
    """Return the session of a file with the layers loaded; raises ``FileError``."""
    session = Session.open(path)
    from engine.catalog import load_catalog

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        catalog = load_catalog()
    for each in caught:
        print(each.message, file=sys.stderr)
    session.set_catalog(catalog)
    return session


# -- check -----------------------------------------------------------------------------------------------


def check(path: Path) -> int:
    """Print a table of the layers and what is wrong; return 1 where there are errors."""
    session = open_session(path)
    analysis, document = session.analysis, session.document
    heads = [say(text, {}) for text in (tr("name"), tr("layer"), tr("output shape"), tr("parameters"))]
    rows = [(heads[0], heads[1], heads[2], heads[3])]
    for node in analysis.order:
        info = analysis.nodes.get(node, NodeInfo())
        rows.append((document.node(node).name, _kind(document, node), _shapes(info), _count(info)))
    _table(rows)
    total, trainable = _grouped(analysis.params), _grouped(analysis.trainable)
    sums = {"total": total, "trainable": trainable}
    print(say(tr("Parameters: {total}, of which {trainable} trainable"), sums))
    errors = [each for each in analysis.problems if each.severity == "error"]
    for problem in analysis.problems:
        print(_problem(document, problem), file=sys.stderr if problem in errors else sys.stdout)
    if not errors:
        check_objects(document)
    if not errors and document.setting("data").get("source"):
        data = session.load_data()
        text = tr("Rows: {train} for training, {validation} for validation, {test} for the test")
        counts = {part: len(getattr(data, part)) for part in ("train", "validation", "test")}
        print(say(text, counts))
    return 1 if errors else 0


def _kind(state: State, node: str) -> str:
    entry = state.layer_of(node)
    kinds = {"input": tr("Input"), "output": tr("Output"), "block": tr("Block")}
    return entry.type if entry is not None else say(kinds.get(state.node(node).kind, "?"), {})


def _shapes(info: NodeInfo) -> str:
    shown = info.outputs or tuple(spec for specs in info.inputs.values() for spec in specs)
    return ", ".join(shape_text(spec.shape) for spec in shown) or "?"


def _count(info: NodeInfo) -> str:
    return _grouped(info.params) if info.weights else ""


def _grouped(number: int) -> str:
    return f"{number:,}"


def _problem(state: State, problem: Problem) -> str:
    kind = say(tr("error") if problem.severity == "error" else tr("warning"), {})
    row = state.find_node(problem.node) if problem.node else None
    where = f"{kind}: {row.name} ({problem.node}): " if row is not None else f"{kind}: "
    return where + words.text(problem)


def _table(rows: list[tuple[str, str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=False)]
        print("  ".join([*cells, row[3].rjust(widths[3])]).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


# -- export ----------------------------------------------------------------------------------------------


def export_script(path: Path, to: str, out: Path) -> int:
    """Write the script and its data files and print their paths."""
    from studio.translate.script import export

    session = open_session(path)
    _refuse_problems(session)
    out.parent.mkdir(parents=True, exist_ok=True)
    framework: Any = to
    written = export(session.document, session.catalog, framework, out, session.base_folder, title=path.stem)
    for each in written:
        print(wrote(each))
    return 0


def _refuse_problems(session: Session) -> None:
    for problem in session.analysis.problems:
        if problem.severity == "error":
            text = _problem(session.document, problem)
            raise TranslateError(text, code="problem_said", node=problem.node)
    check_objects(session.document)


# -- train -----------------------------------------------------------------------------------------------


def train(path: Path, out: Path, epochs: int | None = None, device: str = "") -> int:
    """Train with a line of progress and write history, weights and score to ``out``; return the exit code."""
    session = open_session(path)
    _refuse_problems(session)
    out.mkdir(parents=True, exist_ok=True)
    if not os.access(out, os.W_OK):  # better known before the training than after it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(out))
    run = session.train(epochs, device, keep=False)
    line = Progress(sys.stdout)
    finished: Finished | None = None
    try:
        while finished is None:
            time.sleep(0.03)
            for event in run.drain():
                line.take(event)
                finished = event if isinstance(event, Finished) else finished
    except KeyboardInterrupt:
        run.stop()
        run.wait()
        finished = next(event for event in run.drain() if isinstance(event, Finished))
    line.end()
    run.wait()
    if run.history:
        write_results(out, run.history, run.score)
        run.save_weights(out / "weights.safetensors")
        print(wrote(out))
    if finished.status == "failed":
        row = session.document.find_node(finished.node) if finished.node else None
        where = f"{row.name}: " if row is not None and row.name not in finished.error else ""
        print(say(tr("The run failed."), {}), where + finished.error, file=sys.stderr)
        return 1
    return 0 if finished.status == "completed" else 130


def write_results(out: Path, history: dict[str, list[float]], score: dict[str, float]) -> None:
    """Write ``history.json`` and ``history.csv`` (a row per epoch)."""
    data = {"history": history, "score": score}
    (out / "history.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    names = list(history)
    with (out / "history.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *names])
        for epoch in range(max(map(len, history.values()), default=0)):
            writer.writerow([epoch + 1, *(history[name][epoch] for name in names)])


class Progress:
    """One line that is written over on a terminal; elsewhere a line for each epoch."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.live = stream, stream.isatty()
        self.epochs = self.batches = 1

    def take(self, event: object) -> None:
        """Show what an event says."""
        if isinstance(event, Started):
            self.epochs, self.batches = event.epochs, event.batches
        elif isinstance(event, BatchEnd) and self.live:
            done = (event.epoch + (event.batch + 1) / self.batches) / self.epochs
            bar = "█" * round(24 * done) + "·" * (24 - round(24 * done))
            loss = event.logs.get("loss", 0.0)
            text = tr("{bar} epoch {epoch}/{epochs}  loss {loss}  {rate} samples/s")
            facts = {"epoch": event.epoch + 1, "epochs": self.epochs, "loss": f"{loss:.4f}"}
            shown = say(text, {"bar": bar, "rate": f"{event.rate:.0f}", **facts})
            print(f"\r\x1b[K{shown}", end="", file=self.stream, flush=True)
        elif isinstance(event, EpochEnd) and not self.live:
            numbers = "  ".join(f"{key} {value:.4f}" for key, value in event.logs.items())
            text = tr("epoch {epoch}/{epochs}")
            place = {"epoch": event.epoch + 1, "epochs": self.epochs}
            shown = say(text, place) + "  " + numbers
            print(shown, file=self.stream, flush=True)
        elif isinstance(event, Scored):
            self.end()
            numbers = "  ".join(f"{key} {value:.4f}" for key, value in event.logs.items())
            print(say(tr("test:"), {}), numbers, file=self.stream, flush=True)

    def end(self) -> None:
        """Leave the line that is written over."""
        if self.live:
            print("\r\x1b[K", end="", file=self.stream, flush=True)
