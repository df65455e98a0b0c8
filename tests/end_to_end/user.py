"""A person in front of the window: each act is a click, a drag or a key, as Qt would send it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.app.new_dialog import NewDialog
from studio.app.window import MainWindow
from studio.app.workspace import Tabs, Workspace
from studio.canvas.gestures.drop_layer import MIME
from studio.inspector.editors import IntEditor, TextEditor
from studio.session import Session
from tests.studio.canvas.conftest import Hands

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def event_loop() -> None:
    """Do what waits, as the event loop would: take widgets away, too, that are to go."""
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class User(Hands):
    """Works in the open drawing; before that, on the start page."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def workspace(self) -> Workspace:
        assert self.window.workspace is not None
        return self.window.workspace

    @property
    def session(self) -> Session:
        return self.workspace.session

    @property
    def view(self) -> Any:  # type: ignore[override]  # the drawing that is open now
        return self.workspace.canvas

    # -- buttons, keys and fields ------------------------------------------------------------------------

    def tap(self, button: QAbstractButton) -> None:
        """Click the middle of a button that can be seen and used."""
        assert button.isVisible(), button.text()
        assert button.isEnabled(), f"{button.text()}: {button.toolTip()}"
        QTest.mouseClick(button, LEFT, NONE, button.rect().center())

    def press_segment(self, choice: QWidget, words: str) -> None:
        """Click one of the words of a choice of a few."""
        self.tap(next(one for one in choice.findChildren(QPushButton) if one.text() == words))

    def key(self, keys: str) -> None:
        """Press a shortcut, written as menus write it."""
        pressed = QKeySequence(keys)[0]  # type: ignore[index]  # missing in PySide's stub
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, pressed.key(), pressed.keyboardModifiers())

    def type(self, field: QLineEdit | QAbstractSpinBox, text: str) -> None:
        """Replace what a field says."""
        assert field.isVisible()
        line = field if isinstance(field, QLineEdit) else field.lineEdit()
        QTest.mouseClick(line, LEFT)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def choose(self, combo: QComboBox, text: str) -> None:
        """Choose of a list by the arrow keys."""
        assert combo.isVisible()
        combo.setFocus()
        by = combo.findText(text) - combo.currentIndex()
        assert combo.findText(text) >= 0, text
        for _ in range(abs(by)):
            QTest.keyClick(combo, Qt.Key.Key_Down if by > 0 else Qt.Key.Key_Up)
        assert combo.currentText() == text

    def tab(self, tabs: Tabs, key: str) -> None:
        """Click the tab of a pane."""
        for at in range(tabs.bar.count()):
            QTest.mouseClick(tabs.bar, LEFT, NONE, tabs.bar.tabRect(at).center())
            if tabs.current() == key:
                return
        raise AssertionError(key)

    # -- beginning ---------------------------------------------------------------------------------------

    def begin(self, data: str) -> None:
        """Choose "New drawing" on the start page and one of the bundled sets in its dialog."""
        failed: list[BaseException] = []

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, NewDialog)
            try:
                rows = [dialog.list.item(row) for row in range(dialog.list.count())]
                row = next(row for row in rows if row.text().startswith(data))
                dialog.list.scrollToItem(row)
                place = dialog.list.visualItemRect(row).center()
                QTest.mouseClick(dialog.list.viewport(), LEFT, NONE, place)
                begin = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Begin")
                self.tap(begin)
            except BaseException as error:
                failed.append(error)
                dialog.reject()

        QTimer.singleShot(0, answer)
        self.tap(self.window.start_page.new)
        assert not failed, failed
        self.come_back()

    def come_back(self) -> None:
        """Work in the window again after a dialog."""
        self.window.activateWindow()

        def focused() -> bool:
            self.view.setFocus()
            return bool(self.view.hasFocus())

        self.qtbot.waitUntil(focused)

    # -- drawing -----------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        document = self.session.document
        return [document.node(node).name for node in document.node_ids()]

    def links(self) -> set[tuple[str, str]]:
        document = self.session.document
        return {(document.node(w.source).name, document.node(w.target).name) for w in document.wires()}

    def node(self, name: str) -> str:
        node: str | None = self.session.document.node_named(name)
        assert node is not None, name
        return node

    def problems(self, name: str) -> list[str]:
        """Return the codes of what is wrong at a node."""
        return [one.code for one in self.session.analysis.problems_of(self.node(name))]

    def drop(self, type_name: str, at: QPoint) -> None:
        """Let a layer that was dragged from the palette fall onto the canvas."""
        data = QMimeData()
        data.setData(MIME, type_name.encode())
        args = (Qt.DropAction.CopyAction, data, LEFT, NONE)
        for event in (QDragEnterEvent(at, *args), QDragMoveEvent(at, *args), QDropEvent(QPointF(at), *args)):
            QApplication.sendEvent(self.view.viewport(), event)
            assert event.isAccepted()
        self.settle()

    def search(self, letters: str, down: int = 0) -> None:
        """Type into the open search, go so many rows down, and take what is marked."""
        popup = self.view.popup
        assert popup is not None
        QTest.keyClicks(popup.field, letters)
        for _ in range(down):
            QTest.keyClick(popup.field, Qt.Key.Key_Down)
        QTest.keyClick(popup.field, Qt.Key.Key_Return)
        assert self.view.popup is None
        self.settle()

    def wire(self, source: str, target: str) -> None:
        """Drag from the first output of a node to the first input of another."""
        self.drag(self.socket(source, False), self.socket(target, True))

    def click_node(self, name: str) -> None:
        """Click a node, which shows it in the inspector."""
        self.click(self.card(name))
        self.settle()

    def tidy(self) -> None:
        """Lay everything out and bring it into sight, by the keys L and Home."""
        self.view.setFocus()
        for key in (Qt.Key.Key_L, Qt.Key.Key_Home):
            QTest.keyClick(self.view, key)
            self.settle()

    def settle(self) -> None:
        """Let what moves come to rest."""
        event_loop()
        self.view.mirror.finish_glide()
        event_loop()

    def param(self, name: str) -> IntEditor | TextEditor | Any:
        """Return the editor of a parameter of the selected layer."""
        form = self.workspace.inspector.form
        assert form is not None
        row = form.rows[name]
        self.workspace.inspector.ensureWidgetVisible(row)
        return row.editor

    def press_callout(self, text: str = "") -> None:
        """Press the first button of the inspector's first callout, or the one whose words begin so."""
        callout = self.workspace.inspector.problems.callouts[0]
        buttons: list[QPushButton] = callout.findChildren(QPushButton)
        self.tap(next(one for one in buttons if one.text().startswith(text)))
        self.settle()

    def reads(self, widget: QWidget) -> str:
        """Return what a screen reader says of a callout."""
        return f"{widget.accessibleName()} {widget.accessibleDescription()}"
