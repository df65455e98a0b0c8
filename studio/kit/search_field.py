"""A line edit to search with."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.theme import current, icon
from studio.theme.fonts import SIZES, ui_font


class SearchField(QLineEdit):
    """A line edit with a magnifier, a button that clears, and room for a faint hint such as a shortcut.

    Escape empties it; where it is empty already, Escape goes on to whoever else wants it.
    """

    def __init__(self, placeholder: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder or self.tr("Search"))
        self._hint = hint
        # Made here, not by addAction(icon, place): of an action that Qt made PySide may forget that it lives.
        picture = QAction(icon("search", "faint"), self.tr("Search"), self)
        picture.triggered.connect(self.setFocus)
        self.addAction(picture, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(icon("x", "faint"), self.tr("Clear the search"), self)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip(self.tr("Clear the search (Esc)"))
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear)
        self.textChanged.connect(self._show_clear)

    def hint(self) -> str:
        """Return the faint words at the right end."""
        return self._hint

    def set_hint(self, hint: str) -> None:
        """Set the faint words at the right end, seen while the field is empty."""
        self._hint = hint
        self.update()

    def _show_clear(self, text: str) -> None:
        self._clear.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._hint or self.text():
            return
        theme = current()
        painter = QPainter(self)
        painter.setFont(ui_font(SIZES["small"]))
        metrics = painter.fontMetrics()
        taken = self.fontMetrics().horizontalAdvance(self.placeholderText()) + 40
        if taken + metrics.horizontalAdvance(self._hint) + 12 > self.width():
            return
        painter.setPen(QColor(theme.faint if self.isEnabled() else theme.disabled))
        edge = self.rect().adjusted(10, 0, -10, 0)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignLeft if mirrored else Qt.AlignmentFlag.AlignRight
        painter.drawText(edge, side | Qt.AlignmentFlag.AlignVCenter, self._hint)
