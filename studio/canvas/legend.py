"""The legend of the heat map, in a corner of the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.canvas.heat import HeatMap, heated, measured_words, note_of
from studio.document.times import Times
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
    """Says what the colours of the cards mean; hidden while there is no map.

    ``measure_wanted`` is emitted where the user asks for times.
    """

    measure_wanted = Signal()

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
        self.measure = QPushButton(self.tr("Measure"))
        self.measure.clicked.connect(lambda: self.measure_wanted.emit())
        self._none, self._scale = QLabel("0"), _Scale()
        set_role(self._none, "muted")
        head, ends = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.button)
        ends.addWidget(self._none, 1)
        ends.addWidget(self.most)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 10)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(self._scale)
        column.addLayout(ends)
        column.addWidget(self.whole)
        column.addWidget(self.measure)
        self.hide()

    def allow(self, on: bool, why: str) -> None:
        """Let times be measured, or say why they cannot be."""
        self.measure.setEnabled(on)
        self.measure.setToolTip(why)

    def show_map(
        self, kind: str, found: HeatMap | None, times: Times | None = None, measuring: bool = False
    ) -> None:
        """Explain a map; ``None`` hides the legend."""
        if found is None:
            self.hide()
            return
        self.title.setText(found.title)
        timed = kind == "time"
        self.note.setText(measured_words(times, found.unknown) if timed else note_of(kind))
        self.measure.setVisible(timed)
        for part in (self._none, self._scale, self.most, self.whole):
            part.setVisible(not timed or times is not None)
        words = self.tr("Measure") if times is None else self.tr("Measure again")
        self.measure.setText(self.tr("Measuring…") if measuring else words)
        self.most.setText(self.tr("most: {value}").format(value=found.most))
        self.whole.setText(self.tr("In all: {value}").format(value=found.whole))
        self.setAccessibleName(self.tr("Heat map: {title}").format(title=found.title))
        self.adjustSize()
        self.show()
