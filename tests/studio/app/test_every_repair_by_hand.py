"""Each slip that the live check knows, in the real window: it leads to its node, and its button mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio import commands as do
from studio.app.window import MainWindow
from studio.document import Wire, files
from tests.end_to_end.user import User
from tests.studio.document.test_habits import DENSE, LOGITS
from tests.studio.document.test_real_catalog import Session, classifier, drawn

CONV = ("Conv2D", {"filters": 4, "kernel_size": 3, "activation": "relu"})


def merged(kind: str, *shapes: tuple[int, ...]) -> Session:
    """Return two Inputs of these shapes and a layer that joins them on the way to an Output."""
    session = drawn((4,), [DENSE, classifier()])
    ends = [do.add_input(session, (0.0, 300.0 * at), {"shape": list(s)}) for at, s in enumerate(shapes, 1)]
    merge = do.add_layer(session, kind, (300.0, 450.0), connect_from=(ends[0], "output"))
    do.connect(session, Wire(ends[1], "output", merge, "inputs", -1))
    flat = do.add_layer(session, "Flatten", (600.0, 450.0), connect_from=(merge, "output"))
    last = do.add_layer(session, *_at(classifier(), (900.0, 450.0)), connect_from=(flat, "output"))
    options = {"target": "digit", "loss": "sparse_categorical_crossentropy"}
    do.add_output(session, (1200.0, 450.0), options, connect_from=(last, "output"))
    return session


def _at(layer: tuple[str, dict[str, Any]], at: tuple[float, float]) -> tuple[Any, ...]:
    return layer[0], at, layer[1]


def aside() -> Session:
    session = drawn((4,), [DENSE, classifier()])
    first = session.document.node_named("dense")
    do.add_layer(session, "Dropout", (200, 300), {"rate": 0.1}, connect_from=(first or "", "output"))
    return session


DIGITS = {"kind": "bundled", "name": "digits"}
CASES: list[tuple[Any, str, str, str]] = [
    (lambda: drawn((8, 8, 1), [CONV, ("LSTM", {"units": 8}), classifier()]),
     "shape", "lstm", "Reshape to 36 × 4"),
    (lambda: drawn((8, 8, 1), [CONV, ("LSTM", {"units": 8}), classifier()]),
     "shape", "lstm", "Read row by row: 6 × 24"),
    (lambda: drawn((64,), [CONV, ("Flatten", {}), classifier()]), "shape", "conv2d", "Reshape to 8 × 8 × 1"),
    (lambda: drawn((8, 8, 1), [CONV, classifier()]), "too_many_axes", "output", "Insert Flatten"),
    (lambda: drawn((8, 8, 1), [CONV, classifier()]),
     "too_many_axes", "output", "Insert GlobalAveragePooling2D"),
    (lambda: merged("Concatenate", (8, 8, 4), (4, 8, 4)), "shape", "concatenate", "Set axis to 1"),
    (lambda: merged("Add", (8, 8, 4), (8, 8, 6)), "shape", "add", "Insert Conv2D with 6 filters"),
    (lambda: drawn((4,), [DENSE, classifier(7)]), "width", "output", "Set units to 10"),
    (lambda: drawn((4,), [DENSE, classifier()], loss="binary_crossentropy"),
     "loss_needs_two", "output", "Use sparse_categorical_crossentropy"),
    (lambda: drawn((4,), [DENSE, classifier(10, None)]),
     "needs_activation", "output", "Set activation to softmax"),
    (lambda: drawn((4,), [DENSE, classifier(10, None)]),
     "needs_activation", "output", "Set from_logits to True"),
    (lambda: drawn((4,), [DENSE, classifier()], loss=LOGITS),
     "logits_twice", "output", "Set from_logits to False"),
    (lambda: drawn((4,), [DENSE, classifier(10, "sigmoid")]),
     "sigmoid_classes", "output", "Set activation to softmax"),
    (lambda: drawn((4,), [("Dense", {"units": 8}), classifier()]),
     "linear_pair", "dense_1", "Set activation to relu"),
    (lambda: drawn((4,), [DENSE, classifier(), ("BatchNormalization", {})]),
     "norm_last", "batch_normalization", "Remove it"),
    (lambda: drawn((8, 8, 1), [("Flatten", {}), classifier()], source=DIGITS),
     "unscaled", "image", "Insert Rescaling 1/16"),
    (aside, "dead_branch", "dropout", "Remove it"),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "code", "name", "button"), CASES, ids=[f"{c[1]}-{c[3]}" for c in CASES])
def test_it_appears_leads_to_its_node_and_is_mended(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, draw: Any, code: str, name: str, button: str
) -> None:
    files.save(draw().document, tmp_path / "slip.bunon")
    window.open_path(tmp_path / "slip.bunon")
    user = User(window, qtbot)
    user.session.set_catalog(window.loader.catalog)
    user.tab(user.workspace.bottom, "problems")
    panel = user.workspace.problems
    at = [each.code for each in panel.problems()].index(code)
    place = panel.list.visualItemRect(panel.list.item(at)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert user.workspace.selected() == [user.node(name)]
    assert user.item(name).look.severity in ("error", "warning")
    callout = user.view.overlays.lesson.callout
    assert callout is not None
    buttons = {each.text(): each for each in callout.findChildren(QPushButton)}
    assert button in buttons, list(buttons)
    user.tap(buttons[button])
    assert code not in [each.code for each in panel.problems()]
    assert user.session.analysis.ok
    assert user.view.mirror_errors() == []
    user.key("Ctrl+Z")
    assert code in [each.code for each in panel.problems()]
