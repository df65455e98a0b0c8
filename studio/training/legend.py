"""The mark of a line, beside the word that names it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import current
from studio.theme.icons import resolve


class Dot(QWidget):
    """A small filled circle or diamond; ``colour`` is the name of a colour of the theme."""

    def __init__(self, colour: str, parent: QWidget | None = None, *, diamond: bool = False) -> None:
        super().__init__(parent)
        self._diamond = diamond
        resolve(colour)
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(9, 9)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(current(), self._colour)))
        if self._diamond:
            middle, wide, tall = QRectF(self.rect()).center(), self.width() / 2, self.height() / 2
            sides = ((0.0, -tall), (wide, 0.0), (0.0, tall), (-wide, 0.0))
            painter.drawPolygon(QPolygonF([middle + QPointF(x, y) for x, y in sides]))
        else:
            painter.drawEllipse(self.rect())
        painter.end()
