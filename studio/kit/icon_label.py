"""An icon that is only looked at."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import icon


class IconLabel(QWidget):
    """Shows one icon in a colour of the theme, named as for ``studio.theme.icon``; follows the theme."""

    def __init__(
        self, name: str, color: str | None = None, size: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = icon(name, color)
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, color: str | None = None) -> None:
        """Show another icon; raises ``ValueError`` for a name that does not exist."""
        self._icon = icon(name, color)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        mode = self._icon.Mode.Normal if self.isEnabled() else self._icon.Mode.Disabled
        self._icon.paint(painter, self.rect(), mode=mode)
