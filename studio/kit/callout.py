"""A message that stands where it belongs: what is so, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.kit.flow_layout import FlowLayout
from studio.kit.icon_label import IconLabel
from studio.theme import current, icon, set_role

PADDING = 13
"""At the left and right of a button's words."""
_LOOKS = {
    "info": ("info", "accent"),
    "good": ("check", "good"),
    "warning": ("triangle-alert", "warning"),
    "error": ("circle-alert", "danger"),
}


class ActionButton(QPushButton):
    """A button that ends its words with an ellipsis where there is no room; its tool tip says them whole."""

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def shown(self) -> str:
        """Return the words as far as there is room for them."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        edges = max(2 * PADDING, self.width() - inside.width())
        room = self.width() - edges
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip(self.text() if self.sizeHint().width() > self.width() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.sizeHint().width() <= self.width():
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.shown()
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


class Callout(QFrame):
    """A title, a text and buttons on a coloured ground with a bar at its edge.

    ``kind`` is ``"info"``, ``"good"``, ``"warning"`` or ``"error"``; any other raises ``ValueError``. Title
    and text are shown as plain text, whatever they contain. ``closed`` is emitted when the user dismisses it.
    """

    closed = Signal()

    def __init__(self, kind: str, title: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if kind not in _LOOKS:
            raise ValueError(f"A callout is one of {', '.join(_LOOKS)}. Received: {kind!r}")
        self._kind = kind
        self._picture = IconLabel(*_LOOKS[kind], 16)
        self._title = _label("callout-title")
        self._text = _label("muted")
        self._close = QToolButton()
        self._close.setIcon(icon("x", "faint"))
        self._close.setIconSize(QSize(14, 14))
        set_role(self._close, "small")
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self._dismiss)
        self._close.hide()
        self._row = QWidget()
        self._row.hide()
        self._actions = FlowLayout(self._row)
        self._actions.setContentsMargins(0, 6, 0, 0)

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addWidget(self._row)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 10, 10, 10)
        line.setSpacing(9)
        line.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        line.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        set_role(self, kind, "kind")
        self.set_message(title, text)

    def kind(self) -> str:
        """Return what kind of message it is."""
        return self._kind

    def set_kind(self, kind: str) -> None:
        """Make it another kind of message; raises ``ValueError`` for one that does not exist."""
        if kind not in _LOOKS:
            raise ValueError(f"A callout is one of {', '.join(_LOOKS)}. Received: {kind!r}")
        self._kind = kind
        self._picture.set_icon(*_LOOKS[kind])
        set_role(self, kind, "kind")

    def set_message(self, title: str, text: str = "") -> None:
        """Say something else; the buttons stay."""
        self._title.setText(breakable(title))
        self._text.setText(breakable(text))
        self._text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def add_action(
        self,
        words: str,
        act: Callable[[], object] | None = None,
        *,
        primary: bool = False,
        link: bool = False,
    ) -> QPushButton:
        """Add a button that calls ``act`` and return it; ``link`` makes it look like words in the text."""
        button = ActionButton(words)
        button.setAutoDefault(False)
        if primary or link:
            set_role(button, "primary" if primary else "link")
        if act is not None:
            button.clicked.connect(lambda: act())
        self._actions.addWidget(button)
        self._row.show()
        return button

    def clear_actions(self) -> None:
        """Take all buttons away."""
        while (item := self._actions.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._row.hide()

    def set_closable(self, closable: bool) -> None:
        """Offer a button that dismisses the message, or take it away."""
        self._close.setVisible(closable)

    def _dismiss(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 8, 8)
        painter.setClipPath(shape)
        x = self.width() - 3 if mirrored else 0
        painter.fillRect(QRectF(x, 0, 3, self.height()), QColor(getattr(current(), _LOOKS[self._kind][1])))


def breakable(text: str) -> str:
    """Return a text whose long names may go on in another line, behind an underscore."""
    return text.replace("_", "_\u200b")


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    set_role(label, role)
    return label
