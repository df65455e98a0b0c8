"""One parameter of the form: a dot that marks a change and takes it back, name, control and reproach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.params import Param
from studio.document.catalog import Catalog
from studio.inspector.caption import Caption, Dot
from studio.inspector.editors import MIXED
from studio.inspector.making import make_editor
from studio.inspector.values import same, write
from studio.theme import set_role

LABEL_WIDTH, LABEL_SHARE = 112, 0.4
"""The most room for a name, and its part of a narrow row."""


class ParamRow(QWidget):
    """A parameter with its control. ``edited`` carries a value, ``reset`` asks for the default."""

    edited = Signal(str, object)
    reset = Signal(str)

    def __init__(self, param: Param, owner: str, catalog: Catalog | None, doc: str = "") -> None:
        super().__init__()
        self.param = param
        self.dot = Dot()
        self.label = Caption(param.name)
        self.label.explanation = self._doc = doc
        self._open: QAction | None = None
        self.editor = make_editor(param, owner, catalog)
        self.editor.describe(param.name, doc)
        self.reason = QLabel()
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setWordWrap(True)
        set_role(self.reason, "danger")
        self.reason.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2)
        grid.setVerticalSpacing(2)
        self.label.setFixedWidth(LABEL_WIDTH)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.dot, 0, 0, top)
        grid.addWidget(self.label, 0, 1, top)
        if self.editor.wide:
            grid.addWidget(self.editor, 1, 1, 1, 2)
        else:
            grid.addWidget(self.editor, 0, 2)
        grid.addWidget(self.reason, 2, 1, 1, 2)
        grid.setColumnStretch(2, 1)
        self.editor.setMinimumHeight(30)
        self.editor.edited.connect(self._edit)
        self.editor.failed.connect(self._fail)
        self.dot.clicked.connect(lambda: self.reset.emit(param.name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.label.setFixedWidth(min(LABEL_WIDTH, round(LABEL_SHARE * self.width())))

    def offer_to_block(self, offer: Callable[[], None]) -> None:
        """Put into the right-click menu of the name what lets the uses of a block choose this parameter."""
        self._open = QAction(self.tr("Let the uses of this block choose it"), self.label)
        self._open.setCheckable(True)
        self._open.triggered.connect(lambda _: offer())
        self.label.addAction(self._open)
        self.label.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.label.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_open(self, name: str) -> None:
        """Say under which name the uses of the block choose this parameter; an empty one: they do not."""
        self.label.setText(f"{self.param.name} ↗" if name else self.param.name)
        if self._open is not None:
            self._open.setChecked(bool(name))
        told = self.tr("Each use of the block chooses it, as {name}.").format(name=name) if name else ""
        self.label.explanation = "\n".join(part for part in (self._doc, told) if part)
        self.label.update()

    def is_changed(self) -> bool:
        """Return whether the value differs from the default."""
        return self.dot.is_marked()

    def show_values(self, values: list[Any]) -> None:
        """Show what the selected layers have: their common value, or that they differ.

        A value that is missing is given as the parameter's default.
        """
        first = values[0]
        alike = all(same(self.param, first, other) for other in values[1:])
        default = None if self.param.required else self.param.default
        changed = not alike or self.param.required or not same(self.param, first, default)
        tip = self.tr("Changed. Press to go back to {default}").format(
            default=write(self.param, default) or self.tr("none")
        )
        if self.param.required:
            tip = self.tr("This layer needs a value here")
        self.dot.set_marked(changed, tip, can_reset=not self.param.required)
        self.label.set_bold(changed)
        self.editor.show_value(first if alike else MIXED)

    def _edit(self, value: object) -> None:
        self.edited.emit(self.param.name, value)

    def _fail(self, reason: str) -> None:
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
