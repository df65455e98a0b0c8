"""The page of a layer: its words, its picture, what it is for; found by search, by F1 and by links."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from engine.catalog import load_catalog
from studio.inspector import HelpPanel
from studio.inspector.doc_text import sections_of
from studio.inspector.layer_page import PICTURE, example, kind_words
from studio.inspector.sample import sample_of
from studio.inspector.shape_picture import shape_image
from studio.theme import switch
from studio.words.uses import CATEGORIES, use_of
from tests.studio.drawings import opened


@pytest.fixture
def page(qtbot: QtBot) -> HelpPanel:
    made = HelpPanel(opened())
    qtbot.addWidget(made)
    made.resize(290, 800)
    made.show()
    return made


def picture(page: HelpPanel) -> QImage:
    found = page.browser.document().resource(QTextDocument.ResourceType.ImageResource, PICTURE)
    assert isinstance(found, QImage)
    return found


def test_a_page_says_what_how_and_what_for(page: HelpPanel) -> None:
    page.show_type("Conv2D")
    words = page.toPlainText()
    for part in (
        "Slides small weight windows", "8 × 8 × 3 becomes 6 × 6 × 5", "activation(Σ window", "filters",
        "whole number ≥ 1 · required", "2 whole numbers, or one for all", "valid or same · valid",
        "y = keras.layers.Conv2D(filters=5, kernel_size=(3, 3))(x)", "Pictures, sound",
    ):  # fmt: skip
        assert part in words, part
    assert "Raises" not in words
    assert "Keras:" not in words


def test_the_picture_is_of_the_layer_and_of_the_theme(page: HelpPanel) -> None:
    before, pictures = switch().mode, []
    for mode in ("light", "dark"):
        switch().set_mode(mode)
        for kind in ("Conv2D", "Flatten"):
            page.show_type(kind)
            pictures.append(picture(page).copy())
    switch().set_mode(before)
    assert all(one != other for at, one in enumerate(pictures) for other in pictures[:at])


def test_every_layer_has_a_sample_an_example_a_use_and_a_picture_that_fits(page: HelpPanel) -> None:
    catalog = load_catalog()
    for spec in catalog:
        sample = sample_of(catalog, spec)
        assert sample is not None, spec.name
        spec.check(sample.params)
        code = example(catalog, spec, sample)
        assert spec.name in ast.dump(ast.parse(code))
        assert use_of(spec.name, spec.category), spec.category
        given = [one for specs in sample.inputs.values() for one in specs]
        image = shape_image(given, sample.outputs, "#3366cc", 1.0)
        assert 40 < image.width() <= 210, spec.name
        assert all(kind_words(param.kind, param.optional) for param in spec.params)
    assert {spec.category for spec in catalog} <= set(CATEGORIES)


def test_the_search_finds_by_name_and_by_words(page: HelpPanel, qtbot: QtBot) -> None:
    page.show_type("Dense")
    qtbot.keyClicks(page.search, "norm")
    assert page.browser.toPlainText().startswith("Normalization")
    assert "BatchNormalization" in page.browser.toPlainText()
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.shown_type() == "Normalization"
    assert page.search.text() == ""
    qtbot.keyClicks(page.search, "long memory")
    assert page.browser.toPlainText().startswith("LSTM")
    page.browser.anchorClicked.emit("layer:LSTM")
    assert page.shown_type() == "LSTM"
    qtbot.keyClicks(page.search, "qqqq")
    assert "No layer is called so" in page.browser.toPlainText()
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.shown_type() == "LSTM"


def test_a_page_is_written_only_when_it_is_seen(page: HelpPanel) -> None:
    page.show_type("Dense")
    page.hide()
    page.show_type("LSTM")
    assert page.browser.toPlainText().startswith("Dense")
    page.show()
    assert page.browser.toPlainText().startswith("LSTM")


def test_a_layer_of_ones_own_says_its_formula_and_its_use() -> None:
    doc = "Squares.\n\nMore.\n\nFormula:\n    y = x²\n\nUsed for:\n    Nothing much.\n\nNotes:\n    None."
    rest, own = sections_of(doc, ("Formula", "Used for"))
    assert own == {"Formula": "y = x²", "Used for": "Nothing much."}
    assert rest.split() == ["Squares.", "More.", "Notes:", "None."]
