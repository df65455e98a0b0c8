"""The palette: search, keys, and what a drag carries."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.catalog import load_catalog
from studio import commands
from studio.data_source.bundled import bundled
from studio.palette import MIME, PalettePanel
from studio.palette.tree import PaletteTree
from studio.session import Session
from studio.theme import switch
from tests.studio.drawings import opened


@pytest.fixture
def panel(qtbot: QtBot) -> PalettePanel:
    made = PalettePanel(opened())
    qtbot.addWidget(made)
    made.resize(240, 700)
    made.show()
    return made


def shown(panel: PalettePanel) -> list[str]:
    rows = panel.findChild(PaletteTree)
    return [item.text(0) for item in rows._layers() if not item.isHidden()]


def test_input_and_output_come_first_and_the_search_says_how_many(panel: PalettePanel) -> None:
    assert shown(panel)[:2] == ["Input", "Output"]
    assert panel._search.placeholderText() == f"Search {len(load_catalog())} layers"


def test_it_waits_for_the_catalog(qtbot: QtBot) -> None:
    session = Session()
    panel = PalettePanel(session)
    qtbot.addWidget(panel)
    assert panel._stack.currentWidget().accessibleName() == "Loading layers…"
    session.set_catalog(load_catalog())
    assert "Dense" in shown(panel)


def test_the_search_finds_names_and_words_of_the_summary(panel: PalettePanel) -> None:
    panel._search.setText("dens")
    assert shown(panel)[0] == "Dense"
    panel._search.setText("picture")
    assert "Conv2D" in shown(panel)
    panel._search.setText("")
    assert set(shown(panel)) == {spec.name for spec in load_catalog() if not spec.rare} | {"Input", "Output"}


def test_a_misspelt_name_offers_the_near_one(qtbot: QtBot, panel: PalettePanel) -> None:
    panel._search.setText("Densse")
    assert panel._empty.isVisible()
    assert "Dense" in panel._empty.accessibleDescription()
    qtbot.mouseClick(panel._empty.button(), Qt.MouseButton.LeftButton)
    assert shown(panel) == ["Dense"] or shown(panel)[0] == "Dense"


def test_enter_in_the_search_adds_the_best_match(qtbot: QtBot, panel: PalettePanel) -> None:
    qtbot.keyClicks(panel._search, "conv2d")
    with qtbot.waitSignal(panel.add_requested) as caught:
        qtbot.keyClick(panel._search, Qt.Key.Key_Return)
    assert caught.args == ["Conv2D"]


def test_down_goes_into_the_list_and_enter_adds(qtbot: QtBot, panel: PalettePanel) -> None:
    panel._search.setText("dense")
    panel._search.setFocus()
    qtbot.keyClick(panel._search, Qt.Key.Key_Down)
    rows = panel.findChild(PaletteTree)
    with qtbot.waitSignal(panel.add_requested) as caught:
        qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert caught.args == ["Dense"]


def test_enter_on_a_heading_folds_it(qtbot: QtBot, panel: PalettePanel) -> None:
    rows = panel.findChild(PaletteTree)
    heading = rows.topLevelItem(1)
    rows.setCurrentItem(heading)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert not heading.isExpanded()
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert heading.isExpanded()


def test_a_drag_carries_the_type(panel: PalettePanel) -> None:
    rows = panel.findChild(PaletteTree)
    item = next(item for item in rows._layers() if item.text(0) == "Conv2D")
    data = rows.mimeData([item])
    assert data.formats() == [MIME]
    assert bytes(data.data(MIME).data()) == b"Conv2D"


def test_rows_have_their_category_colour_in_both_themes(panel: PalettePanel) -> None:
    rows = panel.findChild(PaletteTree)
    item = next(item for item in rows._layers() if item.text(0) == "Dense")
    box = rows.visualItemRect(item)
    for mode, wanted in (("light", "#3b82f6"), ("dark", "#3b82f6")):
        switch().set_mode(mode)
        image = rows.viewport().grab().toImage()
        assert image.pixelColor(box.left() + 1, box.center().y()).name() == wanted
    switch().set_mode("light")


def test_return_adds_what_goes_with_the_data(panel: PalettePanel, qtbot: QtBot) -> None:
    settings = next(each.settings for each in bundled() if each.key == "digits")
    commands.set_settings(panel._session, "data", settings.to_json())
    added: list[str] = []
    panel.add_requested.connect(added.append)
    qtbot.keyClicks(panel._search, "conv")
    qtbot.keyClick(panel._search, Qt.Key.Key_Return)
    assert added == ["Conv2D"]


def test_layers_that_few_need_wait_behind_more(qtbot: QtBot) -> None:
    session = Session()
    session.set_catalog(load_catalog())
    panel = PalettePanel(session)
    qtbot.addWidget(panel)
    panel.resize(230, 900)
    panel.show()
    rows = panel._rows
    pooling = next(
        heading
        for at in range(rows.topLevelItemCount())
        if (heading := rows.topLevelItem(at)) is not None and heading.text(0) == "Pooling"
    )
    items = {pooling.child(at).text(0): pooling.child(at) for at in range(pooling.childCount())}
    assert not items["MaxPooling2D"].isHidden()
    assert items["AdaptiveMaxPooling3D"].isHidden()
    more = pooling.child(pooling.childCount() - 1)
    hidden = sum(item.isHidden() for item in items.values())
    assert more.text(0) == f"{hidden} more"
    rows.setCurrentItem(more)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert not items["AdaptiveMaxPooling3D"].isHidden()
    assert more.text(0) == "Fewer"
    rows.itemClicked.emit(more, 0)
    assert items["AdaptiveMaxPooling3D"].isHidden()
    panel._search.setText("adaptive")
    assert not items["AdaptiveMaxPooling3D"].isHidden()
    assert more.isHidden()
