"""Searching layers by a few letters, and which of them fit a wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine.spec import TensorSpec
from studio.document.catalog import Catalog
from studio.document.suiting import suits
from studio.words import shape_words

translate = QCoreApplication.translate
INPUT, OUTPUT = "Input", "Output"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the search: type, category, one line about it, and the shape it would give.

    ``fit`` is 0 for what surely goes with the data, 1 where that is not known and 2 for what refuses them.
    ``key`` is what is chosen with it, where that is not the type.
    """

    type: str
    category: str
    summary: str
    note: str = ""
    fit: int = 1
    key: str = ""


def entries(catalog: Catalog | None, source: TensorSpec | None = None) -> list[Entry]:
    """Return everything that can be added, Input and Output first.

    ``source`` is what the new layer would be given, where that is known.
    """
    found = [
        Entry(
            INPUT, "input", translate("Canvas", "Where data goes in: a field of the data set, or a shape.")
        ),
        Entry(
            OUTPUT, "output", translate("Canvas", "What the model predicts, with its target and its loss.")
        ),
    ]
    for spec in catalog or ():
        fit, given = suits(spec, source)
        note = shape_words(given.shape) if given is not None else ""
        found.append(Entry(spec.name, spec.category, spec.summary, note, fit))
    return found


USUAL: dict[int, tuple[str, ...]] = {
    2: ("Dense", "Dropout", OUTPUT, "BatchNormalization", "Activation", "Concatenate"),
    3: (
        "LSTM", "GRU", "Conv1D", "Bidirectional", "MultiHeadAttention", "LayerNormalization", "Dropout",
        "GlobalAveragePooling1D", "Flatten", "Dense",
    ),
    4: (
        "Conv2D", "MaxPooling2D", "BatchNormalization", "Flatten", "GlobalAveragePooling2D", "Dropout",
        "Activation", "Add", "Concatenate",
    ),
    5: ("Conv3D", "MaxPooling3D", "BatchNormalization", "Flatten", "GlobalAveragePooling3D", "Dropout"),
}  # fmt: skip
"""What mostly follows data of so many axes, the batch counted."""


def usual_after(source: TensorSpec | None) -> tuple[str, ...]:
    """Return what mostly follows such data, the most usual first."""
    if source is None:
        return ()
    if source.dtype.startswith(("int", "uint")) and source.rank == 2:
        return ("Embedding", *USUAL[2])
    return USUAL.get(source.rank, ())


def fitting(catalog: Catalog | None, source: TensorSpec | None, forward: bool) -> list[Entry]:
    """Return what a wire could end at (``forward``) or begin with, what surely fits first.

    ``source`` is what flows in the wire, where that is known; layers that refuse it are left out.
    """
    found = []
    for entry in entries(catalog, source if forward else None):
        if entry.type in (INPUT, OUTPUT):
            if forward == (entry.type == OUTPUT):
                found.append(entry)
            continue
        spec = catalog.get(entry.type) if catalog is not None else None
        if spec is not None and spec.inputs and entry.fit < 2:
            found.append(entry)
    usual = usual_after(source) if forward else ()
    place = {name: at for at, name in enumerate(usual)}
    return sorted(found, key=lambda entry: (entry.fit, place.get(entry.type, len(place))))


_MISFIT = {0: 0.0, 1: 0.3, 2: 0.6}
"""What it costs a layer not to go with the data: less than a better name does."""


def score(entry: Entry, query: str) -> float | None:
    """Return how well an entry answers, smaller is better; ``None`` where it does not.

    The letters must stand in the name in this order, or the text in the line about it.  Of names that answer
    alike, those of layers that take the data at hand come first.
    """
    named = _name_score(entry, query)
    return named if named is None or not query.strip() else named + _MISFIT[entry.fit]


def _name_score(entry: Entry, query: str) -> float | None:
    wanted = query.casefold().replace(" ", "")
    if not wanted:
        return 0.0
    name = entry.type.casefold()
    if name == wanted:
        return -3.0
    if name.startswith(wanted):
        return -2.0 + len(name) / 100
    at = name.find(wanted)
    if at >= 0:
        return -1.0 + at / 100
    capitals = "".join(letter for letter in entry.type if letter.isupper() or letter.isdigit()).casefold()
    if capitals.startswith(wanted):
        return -0.5
    place, spread = -1, 0
    for letter in wanted:
        found = name.find(letter, place + 1)
        if found < 0:
            break
        spread += found - place - 1
        place = found
    else:
        return 1.0 + spread / 10
    return 5.0 if query.casefold().strip() in entry.summary.casefold() else None


def ranked(found: Iterable[Entry], query: str) -> list[Entry]:
    """Return the entries that answer, best first; equal ones keep their order."""
    scored = [(score(entry, query), entry) for entry in found]
    return [e for _, e in sorted(((s, e) for s, e in scored if s is not None), key=lambda pair: pair[0])]
