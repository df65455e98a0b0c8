"""The legend of the heat map, at the upper right of the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.canvas.heat import HeatMap, heated, note_of
from studio.theme import current, icon, set_role


class _Scale(QWidget):
    """From no heat to the most."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(10)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QLinearGradient(0, 0, self.width(), 0)
        for step in range(5):
            ground.setColorAt(step / 4, QColor(heated(theme, step / 4)))
        painter.setBrush(ground)
        painter.setPen(QColor(theme.border_strong))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


class Legend(QFrame):
    """Says what the colours of the cards mean; hidden while there is no map."""

    def __init__(self, close: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setFixedWidth(232)
        self.title, self.note, self.most, self.whole = QLabel(), QLabel(), QLabel(), QLabel()
        set_role(self.title, "heading")
        for label in (self.note, self.most, self.whole):
            set_role(label, "muted")
        self.note.setWordWrap(True)
        self.button = QToolButton()
        set_role(self.button, "small")
        self.button.setIcon(icon("x"))
        self.button.setAccessibleName(self.tr("Leave the heat map"))
        self.button.setToolTip(self.button.accessibleName())
        self.button.clicked.connect(close)
        none = QLabel("0")
        set_role(none, "muted")
        head, ends = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.button)
        ends.addWidget(none, 1)
        ends.addWidget(self.most)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 10)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(_Scale())
        column.addLayout(ends)
        column.addWidget(self.whole)
        self.hide()

    def show_map(self, kind: str, found: HeatMap | None) -> None:
        """Explain a map; ``None`` hides the legend."""
        if found is None:
            self.hide()
            return
        self.title.setText(found.title)
        self.note.setText(note_of(kind))
        self.most.setText(self.tr("most: {value}").format(value=found.most))
        self.whole.setText(self.tr("In all: {value}").format(value=found.whole))
        self.setAccessibleName(self.tr("Heat map: {title}").format(title=found.title))
        self.adjustSize()
        self.show()
