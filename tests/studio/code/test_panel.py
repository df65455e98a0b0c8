"""The code pane: up to date, and a way from node to lines and back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from studio import commands
from studio.code import CodePanel
from studio.code.panel import _rewrite
from studio.session import Session
from studio.theme import DARK, LIGHT, switch
from tests.studio.drawings import digits, opened


@pytest.fixture
def session() -> Session:
    return opened()


@pytest.fixture
def ids(session: Session) -> dict[str, str]:
    return digits(session)


@pytest.fixture
def panel(qtbot: QtBot, session: Session, ids: dict[str, str]) -> CodePanel:
    made = CodePanel(session)
    qtbot.addWidget(made)
    made.resize(420, 700)
    made.show()
    return made


def line_of(panel: CodePanel, words: str) -> int:
    return next(n for n, line in enumerate(panel.text().splitlines(), 1) if words in line)


def test_it_follows_the_drawing(
    qtbot: QtBot, panel: CodePanel, session: Session, ids: dict[str, str]
) -> None:
    assert "filters=32" in panel.view.toPlainText()
    commands.set_params(session, ids["conv2d"], {"filters": 48})
    qtbot.waitUntil(lambda: "filters=48" in panel.view.toPlainText(), timeout=1000)
    session.stack.undo()
    qtbot.waitUntil(lambda: "filters=32" in panel.view.toPlainText(), timeout=1000)


def test_the_library_can_be_chosen(panel: CodePanel) -> None:
    assert "import keras\n" in panel.text()
    panel.library.set_value("engine")
    assert "import engine as keras" in panel.text()


def test_marking_a_node_marks_its_lines_and_scrolls_there(panel: CodePanel, ids: dict[str, str]) -> None:
    panel.resize(420, 260)
    panel.mark([ids["conv2d"]])
    line = line_of(panel, "layers.Conv2D")
    assert any(first <= line <= last for first, last in panel.view.marked_lines())
    shown = panel.view.cursorRect(QTextCursor(panel.view.document().findBlockByNumber(line - 1)))
    assert panel.view.viewport().rect().intersects(shown)
    panel.mark([])
    assert panel.view.marked_lines() == []


def test_the_mark_stays_on_the_node_when_lines_move(
    qtbot: QtBot, panel: CodePanel, session: Session, ids: dict[str, str]
) -> None:
    panel.mark([ids["dense"]])
    commands.append(session, "Dropout", {"rate": 0.5}, after=ids["flatten"])
    qtbot.waitUntil(lambda: "Dropout" in panel.view.toPlainText(), timeout=1000)
    line = line_of(panel, "layers.Dense")
    assert any(first <= line <= last for first, last in panel.view.marked_lines())


def test_clicking_a_line_selects_its_node(qtbot: QtBot, panel: CodePanel, ids: dict[str, str]) -> None:
    panel.mark([ids["dense"]])
    block = panel.view.document().findBlockByNumber(line_of(panel, "layers.Dense") - 1)
    place = panel.view.cursorRect(QTextCursor(block)).center()
    with qtbot.waitSignal(panel.node_selected) as caught:
        qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [ids["dense"]]


def test_it_cannot_be_typed_into_but_copied_and_exported(qtbot: QtBot, panel: CodePanel) -> None:
    before = panel.view.toPlainText()
    qtbot.keyClicks(panel.view, "x = 1")
    assert panel.view.toPlainText() == before
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text() == panel.text()
    with qtbot.waitSignal(panel.export_requested) as caught:
        panel.export_button.click()
    assert caught.args == ["keras"]


def test_nothing_is_written_unseen(panel: CodePanel, session: Session, ids: dict[str, str]) -> None:
    panel.hide()
    before = panel.text()
    commands.set_params(session, ids["conv2d"], {"filters": 48})
    assert panel.text() == before
    panel.show()
    assert "filters=48" in panel.text()


def test_keywords_and_texts_have_the_colours_of_the_theme(panel: CodePanel) -> None:
    block = panel.view.document().findBlockByNumber(line_of(panel, "import keras") - 1)
    for theme in (LIGHT, DARK):
        switch().set_mode(theme.name)
        formats = block.layout().formats()
        assert formats[0].format.foreground().color().name() == theme.code["keyword"]
    switch().set_mode("light")


def test_the_text_is_right_however_the_script_changes(qtbot: QtBot) -> None:
    view = QPlainTextEdit()
    qtbot.addWidget(view)
    texts = [
        "",
        "a = 1\nb = 2\n",
        "a = 1\nb = 22\n",
        "a = 1\n",
        "a = 1\na = 1\n",
        "# ä\n",
        "a",
        "aa",
        "a",
        "",
    ]
    for text in texts:
        _rewrite(view, text)
        assert view.toPlainText() == text
