"""One choice of two or three, all of them in sight."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from studio.theme.fonts import SIZES, ui_font


class Segmented(QFrame):
    """A row of buttons of which exactly one is chosen, such as "Sequential | Graph".

    ``choices`` are pairs of a key and the words on the button; the first is chosen. ``value_changed`` carries
    the key whenever the choice changes, by hand or by ``set_value``. Left and right move the choice.
    """

    value_changed = Signal(str)

    def __init__(
        self, choices: Iterable[tuple[str, str]], name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._buttons: dict[str, _Segment] = {}
        self._tips: dict[str, str] = {}
        self._value = ""
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for key, words in choices:
            button = _Segment(words)
            button.setCheckable(True)
            button.setAutoDefault(False)
            group.addButton(button)
            row.addWidget(button)
            button.toggled.connect(self._take)
            self._buttons[key] = button
        if not self._buttons:
            raise ValueError("Segmented needs at least one choice.")
        self._value = next(iter(self._buttons))
        self._buttons[self._value].setChecked(True)

    def value(self) -> str:
        """Return the key of the chosen segment."""
        return self._value

    def set_value(self, key: str) -> None:
        """Choose a segment, also one that is disabled; raises ``KeyError`` for an unknown key."""
        self._buttons[key].setChecked(True)

    def set_tool_tip(self, key: str, text: str) -> None:
        """Say what a segment means, while it can be chosen."""
        self._tips[key] = text
        if self._buttons[key].isEnabled():
            self._describe(key, text)

    def set_segment_enabled(self, key: str, enabled: bool, why: str = "") -> None:
        """Let a segment be chosen or not; ``why`` is its tool tip while it cannot be."""
        self._buttons[key].setEnabled(enabled)
        self._describe(key, self._tips.get(key, "") if enabled else why)

    def segment(self, key: str) -> QPushButton:
        """Return the button of a segment, for a shortcut or an icon; ``KeyError`` for an unknown key."""
        return self._buttons[key]

    def _describe(self, key: str, text: str) -> None:
        self._buttons[key].setToolTip(text)
        self._buttons[key].setAccessibleDescription(text)

    def _take(self, checked: bool) -> None:
        if not checked:
            return
        key = next(key for key, button in self._buttons.items() if button.isChecked())
        if key != self._value:
            self._value = key
            self.value_changed.emit(key)


class _Segment(QPushButton):
    """A segment, always wide enough for its words in bold, so that choosing it moves nothing."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        bold = QFontMetrics(ui_font(SIZES["body"], bold=True)).horizontalAdvance(self.text())
        icon = self.iconSize().width() + 6 if not self.icon().isNull() else 0
        return QSize(max(hint.width(), bold + icon + 40), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
