"""One number with its name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from studio.theme import set_role


class StatRow(QWidget):
    """A label at the left and its value at the right, in digits of one width so that they do not dance."""

    def __init__(self, label: str, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel(label)
        self._value = QLabel()
        for one, role in ((self._label, "muted"), (self._value, "value")):
            one.setTextFormat(Qt.TextFormat.PlainText)
            set_role(one, role)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self._label.setWordWrap(True)  # in a narrow pane
        row.addWidget(self._label, 1)
        row.addWidget(self._value)
        self.set_value(value)

    def value(self) -> str:
        """Return the value as shown."""
        return self._value.text()

    def set_value(self, value: str) -> None:
        """Show another value."""
        if value == self._value.text() and self.accessibleName():
            return
        self._value.setText(value)
        self.setAccessibleName(
            self.tr("{label}: {value}").format(label=self._label.text(), value=value)
            if value
            else self._label.text()
        )

    def set_tool_tip(self, text: str) -> None:
        """Explain the number to who points at it."""
        self.setToolTip(text)
        self.setAccessibleDescription(text)
