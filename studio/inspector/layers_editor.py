"""A list of layers: each with its own parameters, in an order that can be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.params import Kind, Param
from studio.document.values import thaw
from studio.inspector.editors import MIXED, Editor
from studio.inspector.parts import clear, label
from studio.theme import icon, set_role


class LayersEditor(Editor):
    """One control below the other, with buttons that move and remove it, and one that adds another.

    ``make`` makes the control of one layer, ``new`` the value that an added one begins with.
    """

    wide = True

    def __init__(
        self, param: Param, owner: str, make: Callable[[Param], Editor], new: Callable[[], dict[str, Any]]
    ) -> None:
        super().__init__(param, owner)
        self._make, self._new = make, new
        self._value: list[Any] = []
        self.editors: list[Editor] = []
        self.buttons: list[list[QToolButton]] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._column.addLayout(self._rows)
        self._mixed = label(self.tr("several values"), "muted")
        self._mixed.hide()
        self._column.addWidget(self._mixed)
        self.add = QPushButton(icon("plus", "text"), self.tr("Add"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(lambda: self.edited.emit([*self._value, self._new()]))
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        self._mixed.setVisible(value is MIXED)
        self._value = [] if value is MIXED or value is None else list(thaw(value))
        if len(self._value) != len(self.editors):
            clear(self._rows)
            self.editors, self.buttons = [], []
            for at in range(len(self._value)):
                self._rows.addWidget(self._row(at))
        for at, (editor, one) in enumerate(zip(self.editors, self._value, strict=True)):
            editor.show_value(one)
            for button, able in zip(
                self.buttons[at], (at > 0, at < len(self._value) - 1, len(self._value) > 1), strict=True
            ):
                button.setEnabled(able)

    def _row(self, at: int) -> QWidget:
        one = Param(f"{self.param.name}[{at}]", Kind("layer", family="layers"))
        editor = self._make(one)
        editor.describe(one.name, self.param.doc)
        editor.edited.connect(lambda value: self._put(at, value))
        editor.failed.connect(self.failed)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(editor, 1)
        made = []
        for name, words, act in (
            ("chevron-up", self.tr("Earlier"), lambda: self._swap(at, at - 1)),
            ("chevron-down", self.tr("Later"), lambda: self._swap(at, at + 1)),
            ("x", self.tr("Remove this layer"), lambda: self._drop(at)),
        ):
            button = QToolButton()
            button.setIcon(icon(name, "faint"))
            button.setIconSize(QSize(12, 12))
            button.setToolTip(words)
            button.setAccessibleName(words)
            set_role(button, "small")
            button.clicked.connect(act)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            made.append(button)
        self.editors.append(editor)
        self.buttons.append(made)
        return row

    def _put(self, at: int, value: Any) -> None:
        self.edited.emit([*self._value[:at], thaw(value), *self._value[at + 1 :]])

    def _swap(self, one: int, other: int) -> None:
        new = list(self._value)
        new[one], new[other] = new[other], new[one]
        self.edited.emit(new)

    def _drop(self, at: int) -> None:
        self.edited.emit([*self._value[:at], *self._value[at + 1 :]])
