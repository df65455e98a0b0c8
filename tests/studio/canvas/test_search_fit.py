"""The search proposes first what goes with the data at hand."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.catalog import load_catalog
from engine.spec import TensorSpec
from studio.canvas.popup import AddPopup
from studio.canvas.search import Entry, entries, fitting, ranked
from tests.studio.canvas.conftest import FakeSession


@pytest.mark.parametrize(
    ("shape", "query", "first"),
    [
        ((None, 28, 28, 1), "conv", "Conv2D"),
        ((None, 28, 28, 1), "maxp", "MaxPooling2D"),
        ((None, 50, 8), "conv", "Conv1D"),
        ((None, 28, 28, 1), "globalav", "GlobalAveragePooling2D"),
        ((None, 28, 28, 1), "conv1d", "Conv1D"),
        ((None, 28, 28, 1), "dense", "Dense"),
    ],
)
def test_names_that_answer_alike_are_ranked_by_the_data(shape: Any, query: str, first: str) -> None:
    found = ranked(entries(load_catalog(), TensorSpec(shape)), query)
    assert found[0].type == first


def test_a_layer_that_fits_says_the_shape_that_it_would_give() -> None:
    found = ranked(entries(load_catalog(), TensorSpec((None, 28, 28, 1))), "conv2d")
    assert found[0].note == "26 × 26 × 32"
    assert {entry.type for entry in fitting(load_catalog(), TensorSpec((None, 9)), True)} >= {"Dense"}


def test_the_search_on_the_canvas_looks_at_what_is_selected(open_view: Any, session: FakeSession) -> None:
    session.build(
        {"image": ("Input", 0, 0, {"shape": (8, 8, 1)}), "flat": ("Flatten", 240, 0)}, [("image", "flat")]
    )
    view = open_view(session)
    view.select([session.document.node_named("flat")])
    view.add_by_search()
    QTest.keyClicks(view.popup.field, "co")
    assert view.popup.found()[0].type == "Concatenate"
    view.close_popup()
    view.select([session.document.node_named("image")])
    view.add_by_search()
    QTest.keyClicks(view.popup.field, "co")
    assert view.popup.found()[0].type == "Conv2D"
    assert view.popup.found()[0].note == "6 × 6 × 32"
    view.close_popup()


@pytest.mark.parametrize(
    ("shape", "dtype", "first"),
    [
        ((None, 28, 28, 1), "float32", ["Conv2D", "MaxPooling2D"]),
        ((None, 50, 8), "float32", ["LSTM", "GRU"]),
        ((None, 9), "float32", ["Dense", "Dropout"]),
        ((None, 40), "int32", ["Embedding", "Dense"]),
    ],
)
def test_what_mostly_follows_stands_first(shape: Any, dtype: str, first: list[str]) -> None:
    found = fitting(load_catalog(), TensorSpec(shape, dtype), True)
    assert [entry.type for entry in found][:2] == first


def test_all_is_said_of_the_marked_row_and_whether_it_fits(qtbot: Any) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    long = "Reads a sequence step by step with a long memory, and learns what to keep in it."
    rows = [Entry("LSTM", "recurrent", long, fit=2), Entry("Dense", "core", "Connects all.", fit=0)]
    popup = AddPopup(rows, "Add a layer", room)
    assert popup.about.text() == f"Does not fit here as it is. {long}"
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    assert popup.about.text() == "Connects all."
    QTest.keyClicks(popup.field, "zzz")
    assert popup.about.isHidden()
