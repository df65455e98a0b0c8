"""The one big button: it trains, and while it does it shows how far it has come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from studio.theme import current, set_role


class TrainButton(QPushButton):
    """A primary button that fills from the left with ``share`` (0 to 1) while something runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "primary")
        self._share: float | None = None
        self.set_idle()

    def set_idle(self) -> None:
        """Offer training."""
        self._share = None
        self.setText(self.tr("Train"))
        self.update()

    def set_progress(self, epoch: int, epochs: int, share: float, paused: bool = False) -> None:
        """Say which epoch is being trained, and fill up to ``share`` of the whole run."""
        self._share = min(1.0, max(0.0, share))
        text = (
            self.tr("Paused in epoch {epoch} of {epochs}")
            if paused
            else self.tr("Training epoch {epoch} of {epochs}")
        )
        self.setText(text.format(epoch=epoch, epochs=epochs))
        self.update()

    def share(self) -> float | None:
        """Return how much is done, or ``None`` while nothing runs."""
        return self._share

    def sizeHint(self) -> QSize:
        return QSize(200, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(150, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._share is None:
            return
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 7, 7)
        painter.fillPath(shape, QColor(theme.accent_fill))
        painter.setClipPath(shape)
        painter.fillRect(
            QRectF(0, 0, self.width() * self._share, self.height()), QColor(theme.accent_pressed)
        )
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.setPen(QColor(theme.accent_text))
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        rect = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
