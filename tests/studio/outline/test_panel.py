"""The outline: order, shapes, sums, and the way to a node."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio import commands
from studio.outline import OutlinePanel
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


def cells(panel: OutlinePanel) -> list[list[str]]:
    model = panel.table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


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
    panel.mark([])
    assert not panel.table.selectionModel().hasSelection()
