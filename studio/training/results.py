"""The tab "Results": the score on rows that the model has never seen, and some of its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.kit import Callout, EmptyState, FlowLayout, StatRow
from studio.kit.pixels import image_of
from studio.plots.curve_plot import number, spoken
from studio.theme import current, mono_font, set_role, ui_font
from studio.theme.fonts import SIZES


@dataclass(frozen=True)
class Sample:
    """One row and the answer to it.

    ``picture`` is (height, width) or (height, width, 3) with values from 0 to 1, or ``None``, when ``row``
    says the row in words.  ``right`` is ``None`` where an answer is neither right nor wrong, as for numbers.
    """

    said: str
    truth: str
    right: bool | None = None
    picture: np.ndarray[Any, Any] | None = None
    row: str = ""


class SampleCard(QWidget):
    """A row with the model's answer below it, framed green or red."""

    def __init__(self, sample: Sample, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sample = sample
        self.setFixedSize(self.sizeHint())
        words = self.tr("Says {said}, is {truth}").format(said=sample.said, truth=sample.truth)
        self.setAccessibleName(words)
        self.setToolTip(f"{words}\n{sample.row}" if sample.row else words)

    def sizeHint(self) -> QSize:
        return QSize(72, 96) if self.sample.picture is not None else QSize(204, 74)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, sample = current(), self.sample
        edge = {True: theme.good, False: theme.danger, None: theme.border}[sample.right]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), 1.5))
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
        top = 8
        if sample.picture is not None:
            side = self.width() - 20
            painter.drawImage(QRectF(10, 9, side, side), image_of(sample.picture, theme.is_dark))
            top = 12 + side
        else:
            painter.setPen(QColor(theme.muted))
            painter.setFont(ui_font(SIZES["small"]))
            painter.drawText(
                QRectF(10, top, self.width() - 20, 18),
                Qt.AlignmentFlag.AlignVCenter,
                painter.fontMetrics().elidedText(sample.row, Qt.TextElideMode.ElideRight, self.width() - 20),
            )
            top += 20
        painter.setFont(mono_font(SIZES["body"], bold=True))
        painter.setPen(QColor(edge if sample.right is not None else theme.text))
        self._line(painter, top, sample.said)
        painter.setFont(ui_font(SIZES["small"]))
        painter.setPen(QColor(theme.muted))
        if sample.said != sample.truth:
            self._line(painter, top + 15, self.tr("is {truth}").format(truth=sample.truth))
        painter.end()

    def _line(self, painter: QPainter, top: float, text: str) -> None:
        space = self.width() - 16
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, space)
        side = (
            Qt.AlignmentFlag.AlignHCenter if self.sample.picture is not None else Qt.AlignmentFlag.AlignLeft
        )
        left = 8 if self.sample.picture is not None else 10
        painter.drawText(QRectF(left, top, space, 18), side | Qt.AlignmentFlag.AlignVCenter, shown)


class ResultsPanel(QWidget):
    """Shows scores and samples, or says how one gets there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(
            "chart-line",
            self.tr("No results yet"),
            self.tr("Train the model: its score on unseen rows and some of its answers will stand here."),
        )
        self.changed = Callout(
            "warning",
            self.tr("The drawing has changed since this run"),
            self.tr("These results belong to the drawing as it was. Train again to renew them."),
        )
        self.changed.hide()
        self._scores = QVBoxLayout()
        self._scores.setSpacing(6)
        self._cards = QWidget()
        self._flow = FlowLayout(self._cards, 8)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._cards)
        left = QVBoxLayout()
        heading = QLabel(self.tr("Test rows"))
        set_role(heading, "heading")
        left.addWidget(heading)
        left.addLayout(self._scores)
        self.key = QLabel(self.tr("In bold what the model says, below it the truth where that differs."))
        self.key.setWordWrap(True)
        set_role(self.key, "small")
        left.addSpacing(6)
        left.addWidget(self.key)
        left.addWidget(self.changed)
        left.addStretch(1)
        side = QWidget()
        side.setFixedWidth(190)
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(18, 8, 18, 10)
        row.setSpacing(24)
        row.addWidget(side)
        row.addWidget(area, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def clear(self) -> None:
        """Show that there is nothing yet."""
        self._stack.setCurrentIndex(0)
        self.changed.hide()

    def show_results(self, scores: Mapping[str, float], samples: Iterable[Sample]) -> None:
        """Show the scores by name and the samples in their order."""
        for layout in (self._scores, self._flow):
            while (item := layout.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
        for name, value in scores.items():
            text = f"{value:.1%}" if "accuracy" in name else number(value)
            self._scores.addWidget(StatRow(spoken(name), text))
        for sample in samples:
            self._flow.addWidget(SampleCard(sample))
        self.key.setVisible(bool(self.cards()))
        self._stack.setCurrentIndex(1)

    def cards(self) -> list[SampleCard]:
        """Return the cards that are shown."""
        return [card for card in self._cards.findChildren(SampleCard) if not card.isHidden()]

    def set_changed(self, changed: bool) -> None:
        """Say whether the drawing was changed since the run."""
        self.changed.setVisible(changed)
