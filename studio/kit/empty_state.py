"""What a room shows while there is nothing in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from studio.kit.icon_label import IconLabel
from studio.theme import set_role


class EmptyState(QWidget):
    """An icon, what is not here yet, one sentence on how it gets here, and perhaps the button that does it.

    ``acted`` is emitted when the button is pressed.
    """

    acted = Signal()

    def __init__(
        self, icon: str, title: str, hint: str, action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._picture = IconLabel(icon, "faint", 32)
        self._title = QLabel(title)
        self._hint = QLabel(hint)
        self._button = QPushButton(action)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        set_role(self._hint, "muted")
        self._button.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(8)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._button.setVisible(bool(action))  # only now: without a parent it would open a window
        self.set_message(title, hint)

    def set_message(self, title: str, hint: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._hint.setText(hint)
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._picture.set_icon(name, "faint")

    def button(self) -> QPushButton:
        """Return the button, hidden where the constructor was given no words for it."""
        return self._button

    def _act(self) -> None:
        self.acted.emit()
