"""One parameter of the form: a dot that marks a change and takes it back, name, control and reproach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QSizePolicy, QWidget

from engine.params import Param
from studio.document.catalog import Catalog
from studio.inspector.editors import MIXED
from studio.inspector.making import make_editor
from studio.inspector.values import same, write
from studio.theme import current, set_role, ui_font
from studio.theme.fonts import SIZES

LABEL_WIDTH = 112


class Caption(QLabel):
    """A label that takes two lines, then an ellipsis, where the room ends; its tool tip says it whole."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(30)
        self.explanation = ""
        self.bold = False

    def sizeHint(self) -> QSize:
        return QSize(70, 30)

    def minimumSizeHint(self) -> QSize:
        return QSize(30, 30)

    def set_bold(self, bold: bool) -> None:
        """Make the words stand out."""
        self.bold = bold
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(ui_font(SIZES["label"], bold=self.bold))
        painter.setPen(QColor(current().text))
        middle = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if painter.fontMetrics().horizontalAdvance(self.text()) <= self.width():
            painter.drawText(self.rect(), middle, self.text())
        else:
            painter.setFont(ui_font(SIZES["small"], bold=self.bold))
            first, second = broken(self.text(), painter.fontMetrics(), self.width())
            half = self.rect().adjusted(0, 1, 0, -self.height() // 2 - 1 if second else 0)
            painter.drawText(half, middle, first)
            if second:
                painter.drawText(half.translated(0, half.height()), middle, second)
        tip = f"{self.text()}\n{self.explanation}" if self.explanation else self.text()
        if tip != self.toolTip():
            self.setToolTip(tip)


def broken(text: str, metrics: QFontMetrics, room: int) -> tuple[str, str]:
    """Return a long name in two lines, broken behind an underscore or a space where one fits."""
    places = [at + 1 for at, letter in enumerate(text) if letter in "_ "]
    fits = [at for at in places if metrics.horizontalAdvance(text[:at]) <= room]
    if metrics.horizontalAdvance(text) <= room or not fits:
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room), ""
    at = fits[-1]
    return text[:at], metrics.elidedText(text[at:], Qt.TextElideMode.ElideRight, room)


class Dot(QAbstractButton):
    """A dot beside a changed value; pressing it brings the default back. Without one it only marks."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(14, 30)
        self._marked = False

    def set_marked(self, marked: bool, tip: str, *, can_reset: bool) -> None:
        """Show the dot or not, and say what it does."""
        self._marked = marked
        self.setEnabled(marked and can_reset)
        able = marked and can_reset
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if able else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if able else Qt.CursorShape.ArrowCursor)
        self.setToolTip(tip if marked else "")
        self.setAccessibleName(tip if marked else "")
        self.update()

    def is_marked(self) -> bool:
        """Return whether the dot is to be seen."""
        return self._marked

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(current().accent)
        middle = QRectF(self.rect()).center()
        if self._marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            radius = 4.0 if self.underMouse() and self.isEnabled() else 3.0
            painter.drawEllipse(middle, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1.5))
            painter.drawEllipse(middle, 5.5, 5.5)


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
