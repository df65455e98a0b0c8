"""The name of a parameter, and the dot that marks a change and takes it back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy

from studio.theme import current, ui_font
from studio.theme.fonts import SIZES


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
        self.setAccessibleName(self.tr("Not changed"))

    def set_marked(self, marked: bool, tip: str, *, can_reset: bool) -> None:
        """Show the dot or not, and say what it does."""
        self._marked = marked
        self.setEnabled(marked and can_reset)
        able = marked and can_reset
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if able else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if able else Qt.CursorShape.ArrowCursor)
        self.setToolTip(tip if marked else "")
        self.setAccessibleName(tip if marked else self.tr("Not changed"))
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
