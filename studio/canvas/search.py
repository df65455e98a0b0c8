"""Searching layers by a few letters, and which of them fit a wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.document.catalog import Catalog, LayerSpec
from studio.words import shape_words

translate = QCoreApplication.translate
INPUT, OUTPUT = "Input", "Output"

_STARTS: Mapping[str, Any] = {
    "units": 32, "filters": 32, "kernel_size": 3, "rate": 0.2, "input_dim": 1000, "output_dim": 32,
    "activation": "relu", "scale": 1.0, "n": 1, "axes": -1,
    "pool_size": 2, "dims": [2, 1],
}  # fmt: skip
_INNER = {"Bidirectional": "LSTM", "TimeDistributed": "Dense", "RNN": "LSTMCell"}
"""What a layer that wraps another begins with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the search: type, category, one line about it, and the shape it would give."""

    type: str
    category: str
    summary: str
    note: str = ""


def starting_params(spec: LayerSpec | None, inputs: Iterable[TensorSpec] = ()) -> dict[str, Any]:
    """Return values for the parameters without default, so that a new layer works at once where it can."""
    found: dict[str, Any] = {}
    for param in spec.params if spec is not None else ():
        if not param.required:
            continue
        if param.name in _STARTS:
            found[param.name] = _STARTS[param.name]
        elif param.name == "target_shape":
            first = next(iter(inputs), None)
            found[param.name] = [-1, first.shape[-1]] if first is not None and first.rank > 2 else [-1]
        elif param.name in ("layer", "cell") and spec is not None and spec.name in _INNER:
            found[param.name] = {"class_name": _INNER[spec.name], "config": {"units": 32}}
        elif param.kind.name == "int":
            found[param.name] = max(1, int(param.kind.minimum or 1))
        elif param.kind.name == "choice" and param.kind.choices:
            found[param.name] = param.kind.choices[0]
    return found


def entries(catalog: Catalog | None) -> list[Entry]:
    """Return everything that can be added, Input and Output first."""
    ends = [
        Entry(
            INPUT, "input", translate("Canvas", "Where data goes in: a field of the data set, or a shape.")
        ),
        Entry(
            OUTPUT, "output", translate("Canvas", "What the model predicts, with its target and its loss.")
        ),
    ]
    return ends + [Entry(spec.name, spec.category, spec.summary) for spec in catalog or ()]


def fitting(catalog: Catalog | None, source: TensorSpec | None, forward: bool) -> list[Entry]:
    """Return what a wire could end at (``forward``) or begin with, what surely fits first.

    ``source`` is what flows in the wire, where that is known; layers that refuse it are left out.
    """
    found: list[tuple[int, Entry]] = []
    for entry in entries(catalog):
        if entry.type in (INPUT, OUTPUT):
            if forward == (entry.type == OUTPUT):
                found.append((1, entry))
            continue
        spec = catalog.get(entry.type) if catalog is not None else None
        if spec is None or not spec.inputs:
            continue
        rank, note = _fit(spec, source) if forward else (1, "")
        if rank < 2:
            found.append((rank, Entry(entry.type, entry.category, entry.summary, note)))
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _fit(spec: LayerSpec, source: TensorSpec | None) -> tuple[int, str]:
    needed = [port for port in spec.inputs if not port.optional]
    if source is None or len(needed) != 1:
        return 1, ""
    port = needed[0]
    try:
        params = starting_params(spec, [source])
        spec.check(params)
        outputs = spec.infer(params, {port.name: (source,) if port.variadic else source}).outputs
    except EngineError as error:
        # A merge of one wire says that it wants two: it fits once the second is there.
        return (1 if error.code == "param" or port.variadic else 2), ""
    return 0, shape_words(outputs[0].shape) if outputs else ""


def score(entry: Entry, query: str) -> float | None:
    """Return how well an entry answers, smaller is better; ``None`` where it does not.

    The letters must stand in the name in this order, or the text in the line about it.
    """
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
