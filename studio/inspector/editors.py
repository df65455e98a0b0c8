"""One control for each kind of parameter. A control tells of values that are fine, and of what is wrong."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.params import Param
from studio.inspector.values import read, stepped, write
from studio.kit import Switch
from studio.kit.undo_keys import is_for_the_drawing
from studio.theme import icon, set_role
from studio.words import text as words_of

MIXED = object()
"""Stands for the value where the selected layers differ."""


class Editor(QWidget):
    """Base of the controls. ``edited`` carries a checked value, ``failed`` a reason (empty: it is fine)."""

    edited = Signal(object)
    failed = Signal(str)
    wide = False
    """Whether it stands below its name and takes the whole width."""

    def __init__(self, param: Param, owner: str) -> None:
        super().__init__()
        self.param, self.owner = param, owner
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def show_value(self, value: Any) -> None:
        """Show a value without telling of it."""
        raise NotImplementedError

    def describe(self, name: str, description: str) -> None:
        """Name the control for screen readers."""
        for each in (self, *self.findChildren(QWidget)):
            if isinstance(each, (QLineEdit, QComboBox, Switch)):
                each.setAccessibleName(name)
                each.setAccessibleDescription(description)
        self.setToolTip(description)


class Line(QLineEdit):
    """A line edit that can be stepped with the up and down keys; Escape gives back what it showed."""

    stepped = Signal(bool)
    reverted = Signal()

    def event(self, event: QEvent) -> bool:
        if is_for_the_drawing(event, self):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(event.key() == Qt.Key.Key_Up)
            return
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.reverted.emit()
            return
        super().keyPressEvent(event)


class TextEditor(Editor):
    """A line of text for numbers, sums, tuples and words, read when Enter is pressed or focus leaves."""

    def __init__(self, param: Param, owner: str) -> None:
        super().__init__(param, owner)
        self._shown: Any = None
        self._bad = False
        self._row = QHBoxLayout()
        self._row.setSpacing(2)
        self.line = Line()
        set_role(self.line, "mono")
        if param.optional or param.default is None:
            self.line.setPlaceholderText(self.tr("none"))
        self.line.editingFinished.connect(self._take)
        self.line.textEdited.connect(self._recheck)
        self.line.reverted.connect(self._revert)
        self._row.addWidget(self.line, 1)
        self._column.addLayout(self._row)

    def show_value(self, value: Any) -> None:
        self._shown = value
        self.line.setText("" if value is MIXED else write(self.param, value))
        self.line.setCursorPosition(0)
        if value is MIXED:
            self.line.setPlaceholderText(self.tr("several values"))
        self._tell("")

    def _revert(self) -> None:
        self.show_value(self._shown)
        self.line.selectAll()

    def _take(self) -> None:
        if not self.line.isModified():
            return
        if self._shown is MIXED and not self.line.text():
            return
        try:
            value = read(self.param, self.line.text(), self.owner)
        except ValueError as error:
            self._tell(words_of(error))
            return
        self.line.setModified(False)
        self._tell("")
        self.edited.emit(value)

    def _recheck(self, text: str) -> None:
        """Take a reproach back as soon as the text is fine, but do not reproach somebody who still types."""
        if not self._bad:
            return
        try:
            read(self.param, text, self.owner)
        except ValueError as error:
            self._tell(words_of(error))
        else:
            self._tell("")

    def _tell(self, reason: str) -> None:
        self._bad = bool(reason)
        set_role(self.line, "error" if reason else "", "state")
        self.failed.emit(reason)


class IntEditor(TextEditor):
    """A whole number with buttons that take a step: by one, or to the next power of two."""

    def __init__(self, param: Param, owner: str) -> None:
        super().__init__(param, owner)
        power = param.kind.step == "power"
        down = self.tr("Half of it: the next smaller power of two") if power else self.tr("One less")
        up = self.tr("Twice as much: the next power of two") if power else self.tr("One more")
        self.buttons = [self._button("minus", down, False), self._button("plus", up, True)]
        self.line.stepped.connect(self.step)

    def _button(self, name: str, words: str, up: bool) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name, "faint"))
        button.setIconSize(QSize(12, 12))
        set_role(button, "small")
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self.step(up))
        self._row.addWidget(button)
        return button

    def step(self, up: bool) -> None:
        """Go one step up or down from what the field says."""
        try:
            value = read(self.param, self.line.text(), self.owner)
        except ValueError as error:
            if self.line.text():
                self._tell(words_of(error))
                return
            value = None
        start = round(self.param.kind.minimum or 0)
        new = start if value is None else stepped(self.param, int(value), up)
        if new != self._shown:
            self.show_value(new)
            self.edited.emit(new)


class BoolEditor(Editor):
    """A switch."""

    def __init__(self, param: Param, owner: str) -> None:
        super().__init__(param, owner)
        self.switch = Switch()
        self.switch.clicked.connect(lambda: self.edited.emit(self.switch.isChecked()))
        self._column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_value(self, value: Any) -> None:
        self.switch.setChecked(value is True)
        self.switch.setToolTip(self.tr("The selected layers differ") if value is MIXED else "")


class Combo(QComboBox):
    """A list to choose from; the wheel scrolls past it, and it shrinks with its column."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(18)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = option.currentText or self.placeholderText()
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width() - 2
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, max(room, 20)
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def show_data(self, data: Any, words: str | None = None) -> None:
        """Show the entry that has ``data``; one that is not in the list is added to it."""
        index = self.findData(data)
        if index < 0 and data is not None and data is not MIXED:
            self.addItem(words or str(data), data)
            index = self.count() - 1
        self.setCurrentIndex(index)
        self.setToolTip(self.currentText())


class ChoiceEditor(Editor):
    """A list of words."""

    def __init__(self, param: Param, owner: str) -> None:
        super().__init__(param, owner)
        self.combo = Combo()
        set_role(self.combo, "mono")
        if param.optional:
            self.combo.addItem(self.tr("none"), None)
        for choice in param.kind.choices:
            self.combo.addItem(choice, choice)
        self.combo.activated.connect(lambda: self.edited.emit(self.combo.currentData()))
        self._column.addWidget(self.combo)

    def show_value(self, value: Any) -> None:
        self.combo.show_data(value)
        self.combo.setPlaceholderText(self.tr("several values") if value is MIXED else "")
