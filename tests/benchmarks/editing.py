"""How long a drawing takes to answer an edit: ``python -m tests.benchmarks.editing``.

A chain of 500 layers; each edit changes a parameter at its head, and all shapes, counts and problems are
found again.  "units" changes the width that goes into the next layer; "rate" changes no shape at all.
"""

from __future__ import annotations

import time
from statistics import median

from engine.catalog import load_catalog
from studio import commands as do
from studio.document import Document, Frozen, LayerEntry, Node, Wire
from studio.document.shapes import Analyst
from studio.undo_stack import UndoStack

LAYERS = 500
EDITS = 30


class Session:
    """A document with its stack and the real catalog, and a chain of Dense and Dropout in it."""

    def __init__(self) -> None:
        self.document = Document()
        self.stack = UndoStack()
        self.catalog = load_catalog()
        draft = self.document.draft()
        draft.put("nodes", ("main", "n1"), Node("input", "features", options=Frozen(shape=[16])))
        for number in range(2, LAYERS + 2):
            kind, params = ("Dropout", {"rate": 0.1}) if number % 2 else ("Dense", {"units": 16})
            draft.put("layers", f"e{number}", LayerEntry(kind, f"layer_{number}", Frozen(params)))
            draft.put("nodes", ("main", f"n{number}"), Node("layer", f"layer_{number}", f"e{number}"))
            draft.put("wires", ("main", Wire(f"n{number - 1}", "output", f"n{number}", "inputs")), Frozen())
        self.document.apply(draft.edit("draw"))


def main() -> None:
    """Print the times in milliseconds."""
    session = Session()
    analyst = Analyst(session.document, session.catalog)
    begin = time.perf_counter()
    analyst.analysis()
    print(f"{LAYERS} layers, first analysis: {(time.perf_counter() - begin) * 1e3:.1f} ms")
    for node, name, values in (
        ("n2", "units", [17 + each for each in range(EDITS)]),
        ("n3", "rate", [0.2 + each / 100 for each in range(EDITS)]),
    ):
        edits, answers, work = [], [], []
        for value in values:
            begin = time.perf_counter()
            do.set_params(session, node, {name: value})
            edited, worked = time.perf_counter(), time.process_time()
            analyst.analysis()
            answers.append((time.perf_counter() - edited) * 1e3)
            work.append((time.process_time() - worked) * 1e3)
            edits.append((edited - begin) * 1e3)
        print(
            f"{name} at the head: edit {median(edits):.1f} ms, analysis {median(answers):.1f} ms "
            f"(of the processor {median(work):.1f} ms, slowest {max(answers):.1f} ms)"
        )


if __name__ == "__main__":
    main()
