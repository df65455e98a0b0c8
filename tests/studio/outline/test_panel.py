"""The outline: order, shapes, sums, and the way to a node."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from studio import commands
from studio.outline import OutlinePanel
from studio.outline.rows import PARAMETERS, SHAPE, SOURCES, TYPE
from studio.session import Session
from tests.studio.drawings import digits, opened


@pytest.fixture
def session() -> Session:
    return opened()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> OutlinePanel:
    made = OutlinePanel(session)
    qtbot.addWidget(made)
    made.resize(400, 500)
    made.show()
    return made


def cells(panel: OutlinePanel, columns: int = 4) -> list[list[str]]:
    model = panel.table.model()
    return [[model.index(row, column).data() for column in range(columns)] for row in range(model.rowCount())]


def test_nodes_stand_in_the_order_of_the_data(panel: OutlinePanel, session: Session) -> None:
    assert panel._empty.isVisible()
    digits(session)
    assert cells(panel) == [
        ["image", "Input", "8×8×1", ""],
        ["conv2d", "Conv2D", "6×6×32", "320"],
        ["flatten", "Flatten", "1152", "0"],
        ["dense", "Dense", "10", "11,530"],
        ["output", "Output", "10", ""],
    ]
    assert panel.total.value() == "11,850"


def test_it_follows_edits(panel: OutlinePanel, session: Session) -> None:
    ids = digits(session)
    commands.set_params(session, ids["conv2d"], {"filters": 4})
    assert cells(panel)[1][3] == "40"
    commands.delete(session, [ids["flatten"]], heal=True)
    assert [row[0] for row in cells(panel)] == ["image", "conv2d", "dense", "output"]
    session.stack.undo()
    assert len(cells(panel)) == 5


def test_a_click_and_enter_select_the_node(qtbot: QtBot, panel: OutlinePanel, session: Session) -> None:
    ids = digits(session)
    box = panel.table.visualRect(panel.table.model().index(1, 0))
    with qtbot.waitSignal(panel.node_selected) as caught:
        qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert caught.args == [ids["conv2d"]]
    panel.mark([ids["dense"]])
    assert panel.table.selectionModel().selectedRows()[0].row() == 3
    panel.mark([ids["dense"], ids["image"]])
    assert sorted(each.row() for each in panel.table.selectionModel().selectedRows()) == [0, 3]
    panel.mark([])
    assert not panel.table.selectionModel().hasSelection()


def click_head(qtbot: QtBot, panel: OutlinePanel, column: int) -> None:
    head = panel.table.header()
    place = QPoint(head.sectionViewportPosition(column) + 12, head.height() // 2)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_on_a_title_sorts_and_the_third_brings_the_order_back(
    qtbot: QtBot, panel: OutlinePanel, session: Session
) -> None:
    panel.resize(600, 500)
    ids = digits(session)
    order = ["image", "conv2d", "flatten", "dense", "output"]
    assert [row[4] for row in cells(panel, 5)] == ["", "image", "conv2d", "flatten", "dense"]
    panel.mark([ids["dense"]])
    seen = []
    for _ in range(3):
        click_head(qtbot, panel, PARAMETERS)
        seen.append([row[0] for row in cells(panel)])
        chosen = panel.table.selectionModel().selectedRows()
        assert [each.data() for each in chosen] == ["dense"], "the selection goes with its row"
    assert seen[0] == ["image", "output", "flatten", "conv2d", "dense"]
    assert seen[1] == ["dense", "conv2d", "flatten", "output", "image"]
    assert seen[2] == order
    click_head(qtbot, panel, SHAPE)
    assert [row[0] for row in cells(panel)] == ["dense", "output", "image", "conv2d", "flatten"]
    commands.set_params(session, ids["dense"], {"units": 2000})
    assert [row[0] for row in cells(panel)][-2:] == ["dense", "output"], "it stays sorted"


def test_the_menu_key_sorts_and_turns_the_order_round(panel: OutlinePanel, session: Session) -> None:
    def menu() -> dict[str, QAction]:
        panel.table.customContextMenuRequested.emit(QPoint(4, 4))
        assert panel.menu is not None
        rows = {each.text(): each for each in panel.menu.actions()}
        inner = rows["Sort by"].menu()
        assert isinstance(inner, QMenu)
        rows.update({each.text(): each for each in inner.actions()})
        panel.menu.close()
        return rows

    before = [row.cells[0] for row in panel.rows.rows()]
    assert not menu()["Turn the order round"].isEnabled()
    menu()["Params"].trigger()
    counts = [row.count for row in panel.rows.rows()]
    assert counts == sorted(counts, reverse=True)
    rows = menu()
    assert rows["Params"].isChecked()
    rows["Turn the order round"].trigger()
    assert [row.count for row in panel.rows.rows()] == sorted(counts)
    menu()["Order of the data"].trigger()
    assert [row.cells[0] for row in panel.rows.rows()] == before


def test_a_narrow_outline_leaves_columns_out(panel: OutlinePanel, session: Session) -> None:
    digits(session)
    for width, hidden in ((230, [TYPE, SOURCES]), (400, [SOURCES]), (700, [])):
        panel.resize(width, 500)
        assert [at for at in range(5) if panel.table.isColumnHidden(at)] == hidden


def test_blocks_unfold_to_what_is_inside(qtbot: QtBot, panel: OutlinePanel, session: Session) -> None:
    ids = digits(session)
    commands.group(session, [ids["flatten"], ids["dense"]])
    total = panel.total.value()
    assert [row[0] for row in cells(panel)] == ["image", "conv2d", "block", "output"]
    assert cells(panel)[2] == ["block", "block", "10", "11,530"]
    block = panel.rows.index(2, 0)
    assert not panel.table.isExpanded(block)
    panel.table.setFocus()
    panel.table.setCurrentIndex(block)
    qtbot.keyClick(panel.table, Qt.Key.Key_Right)
    assert panel.table.isExpanded(block)
    names = [panel.rows.index(row, 0, block).data() for row in range(panel.rows.rowCount(block))]
    assert names[1:3] == ["flatten", "dense"]
    dense = panel.rows.index(2, 0, block)
    with qtbot.waitSignal(panel.node_selected) as caught:
        place = panel.table.visualRect(dense).center()
        qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    (place,) = caught.args
    assert place == f"block/{session.document.node_named('dense', 'block')}"
    commands.set_params(session, place.partition("/")[2], {"units": 7}, graph="block")
    assert panel.table.isExpanded(block), "an edit folds nothing"
    assert panel.rows.index(2, 2, block).data() == "7"
    assert panel.total.value() != total
    session.enter("block")
    panel.table.collapseAll()
    panel.mark([place.partition("/")[2]])
    assert panel.table.isExpanded(panel.rows.index(2, 0)), "what is marked can be seen"
    for _ in range(session.stack.count()):
        session.stack.undo()
    assert [row[0] for row in cells(panel)] == ["image", "conv2d", "flatten", "dense", "output"]


def test_the_table_is_copied_as_text(qtbot: QtBot, panel: OutlinePanel, session: Session) -> None:
    ids = digits(session)
    commands.group(session, [ids["flatten"], ids["dense"]])
    QGuiApplication.clipboard().setText("")
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("  ")[0] == "Name"
    assert lines[0].endswith("Connected to")
    assert lines[3].split() == ["conv2d", "Conv2D", "6×6×32", "320", "image"]
    inside = next(line for line in lines if "dense" in line)
    assert inside.split() == ["dense", "Dense", "10", "11,530", "flatten"]
    assert inside.startswith("  "), "the inside of a block is moved in"
    assert lines[-3:] == ["Total parameters: 11,850", "Trainable: 11,850", "Not trainable: 0"]
    QGuiApplication.clipboard().setText("")
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == lines


def test_what_is_hidden_catches_up_when_it_is_shown(panel: OutlinePanel, session: Session) -> None:
    panel.hide()
    digits(session)
    assert panel.rows.rows() == []
    assert "conv2d" in panel.text()
    panel.show()
    assert len(cells(panel)) == 5


def test_frames_and_notes_stand_below_the_nodes_and_lead_to_themselves(
    qtbot: QtBot, panel: OutlinePanel, session: Session
) -> None:
    ids = digits(session)
    x, y = session.document.place(ids["conv2d"])
    frame = commands.add_mark(session, "frame", (x - 20.0, y - 50.0, 200.0, 200.0), "Sees the picture")
    note = commands.add_mark(session, "note", (x, y + 400.0, 100.0, 60.0), "")
    assert cells(panel, 5)[5:] == [
        ["Sees the picture", "Frame", "", "", "conv2d"],
        ["Note", "Note", "", "", ""],
    ]
    commands.move(session, {ids["conv2d"]: (x, y + 900.0)})
    assert cells(panel, 5)[5][4] == "", "a frame tells what it stands around now"
    session.stack.undo()
    assert cells(panel, 5)[5][4] == "conv2d"
    assert "Sees the picture" not in panel.text()
    chosen: list[str] = []
    panel.mark_selected.connect(chosen.append)
    for row in (5, 6):
        place = panel.table.visualRect(panel.table.model().index(row, 0)).center()
        qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [frame, note]
    commands.write_mark(session, frame, "Looks")
    assert cells(panel)[5][0] == "Looks"
    session.stack.undo()
    session.stack.undo()
    assert [row[0] for row in cells(panel)[5:]] == ["Sees the picture"]
