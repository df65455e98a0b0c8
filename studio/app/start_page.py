"""What one sees first: begin, open, go on, or look at an example."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.config import resources_path
from studio.app.pictures import PICTURES, dataset
from studio.theme import current, icon, set_role, switch, ui_font
from studio.theme.fonts import SIZES


def examples_path() -> Path:
    """Return the folder of the example projects."""
    return resources_path() / "examples"


class ExampleCard(QAbstractButton):
    """A picture made of the example's own data, its name, and a line on what it is about."""

    def __init__(self, key: str, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._text = text
        self._picture: QPixmap | None = None
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumSize(220, 206)
        self.setMaximumHeight(206)

    def draw(self) -> None:
        """Draw the picture anew, in the theme in force; reads the data."""
        size, scale = QSize(max(1, self.width() - 2), 132), self.devicePixelRatioF()
        picture = QPixmap(size * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(QColor(current().canvas))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        PICTURES[self.key](painter, size, current(), dataset(self.key))
        painter.end()
        self._picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 206)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 9, 9)
        painter.fillPath(shape, QColor(theme.hover if self.underMouse() else theme.node))
        painter.setClipPath(shape)
        painter.fillRect(QRectF(0, 0, self.width(), 133), QColor(theme.canvas))
        if self._picture is not None:
            painter.drawPixmap(1, 1, self._picture)
        painter.setClipping(False)
        painter.setPen(QColor(theme.accent if self.hasFocus() or self.underMouse() else theme.node_border))
        painter.drawPath(shape)
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(SIZES["body"], bold=True))
        painter.drawText(QRectF(14, 141, self.width() - 28, 20), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setPen(QColor(theme.muted))
        painter.setFont(ui_font(SIZES["small"]))
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(14, 162, self.width() - 28, 40), flags, self._text)
        painter.end()


class StartPage(QScrollArea):
    """Signals what the user wants: ``example`` carries its key, ``opened`` a path."""

    new_wanted = Signal()
    open_wanted = Signal()
    opened = Signal(object)
    example = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        body = QWidget()
        set_role(body, "panel")
        title = QLabel(self.tr("Bunon"))
        title.setFont(ui_font(30, bold=True))
        set_role(title, "hero")
        subtitle = QLabel(self.tr("Draw a neural network, train it, watch it learn, take the script away."))
        set_role(subtitle, "muted")
        self.new = QPushButton(icon("file-plus", "accent_text"), self.tr("New drawing"))
        set_role(self.new, "primary")
        self.new.clicked.connect(lambda: self.new_wanted.emit())
        self.open = QPushButton(icon("folder-open"), self.tr("Open…"))
        self.open.clicked.connect(lambda: self.open_wanted.emit())
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.new)
        buttons.addWidget(self.open)
        buttons.addStretch(1)
        self.cards = [
            ExampleCard(
                "digits",
                self.tr("Handwritten digits"),
                self.tr("A convolutional network reads 8 × 8 pictures."),
            ),
            ExampleCard(
                "wine", self.tr("Wine"), self.tr("Which grower? 13 measurements of 178 wines from a table.")
            ),
            ExampleCard(
                "sunspots", self.tr("Sunspots"), self.tr("An LSTM foretells the next year of a series.")
            ),
            ExampleCard(
                "auto_mpg",
                self.tr("Cars and their fuel"),
                self.tr("Two inputs and two outputs in one model."),
            ),
        ]
        grid = QGridLayout()
        grid.setSpacing(18)
        for at, card in enumerate(self.cards):
            card.clicked.connect(lambda _on=False, key=card.key: self.example.emit(key))
            grid.addWidget(card, at // 2, at % 2)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(_heading(self.tr("Examples")))
        left.addLayout(grid)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(_heading(self.tr("Recent files")))
        right.addLayout(self._recent)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(48)
        columns.addLayout(left, 5)
        columns.addLayout(right, 3)
        inner = QWidget()
        inner.setMaximumWidth(1040)
        column = QVBoxLayout(inner)
        column.setContentsMargins(40, 44, 40, 32)
        column.setSpacing(6)
        column.addWidget(title)
        column.addWidget(subtitle)
        column.addSpacing(18)
        column.addLayout(buttons)
        column.addSpacing(30)
        column.addLayout(columns, 1)
        middle = QHBoxLayout(body)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 100)
        middle.addStretch(1)
        self.setWidget(body)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(30)
        self._timer.timeout.connect(self._draw)
        switch().changed.connect(self._redraw)

    def set_recent(self, paths: Iterable[Path]) -> None:
        """List the files opened last."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for path in paths:
            button = QPushButton(path.name)
            set_role(button, "link")
            button.setToolTip(str(path))
            button.clicked.connect(lambda _on=False, one=path: self.opened.emit(one))
            self._recent.addWidget(button)
            where = QLabel(str(path.parent))
            where.setTextFormat(Qt.TextFormat.PlainText)
            set_role(where, "faint")
            self._recent.addWidget(where)
        if not self._recent.count():
            none = QLabel(self.tr("Drawings that you save will be listed here."))
            none.setWordWrap(True)
            set_role(none, "muted")
            self._recent.addWidget(none)

    def showEvent(self, event: object) -> None:
        self._timer.start()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]  # Qt passes a QResizeEvent
        self._timer.start()

    def _redraw(self) -> None:
        self._timer.start()

    def _draw(self) -> None:
        for card in self.cards:
            if self.isVisible():
                card.draw()


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    set_role(label, "heading")
    return label
