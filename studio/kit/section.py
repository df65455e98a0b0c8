"""A heading that folds what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from studio.theme import current
from studio.theme.fonts import SIZES, ui_font
from studio.theme.icons import icon


class Section(QWidget):
    """A heading with a chevron, and a body that it shows or hides; ``toggled`` carries whether it is open.

    Put what belongs below the heading into ``body()``, a vertical layout. Space and Enter fold it, the
    right key opens it, the left key closes it.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, expanded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = _Header(title)
        self._content = QWidget()
        self._body = QVBoxLayout(self._content)
        self._body.setContentsMargins(0, 2, 0, 6)
        self._body.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._content)
        self._header.toggled.connect(self._fold)
        self._header.setChecked(expanded)
        self._content.setVisible(expanded)

    def body(self) -> QVBoxLayout:
        """Return the layout below the heading."""
        return self._body

    def title(self) -> str:
        """Return the heading."""
        return self._header.text()

    def set_title(self, title: str) -> None:
        """Set the heading."""
        self._header.setText(title)
        self._header.describe()

    def set_note(self, note: str) -> None:
        """Set faint words beside the chevron, such as how many there are."""
        self._header.note = note
        self._header.update()

    def is_expanded(self) -> bool:
        """Return whether the body is shown."""
        return self._header.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        """Show or hide the body."""
        self._header.setChecked(expanded)

    def _fold(self, expanded: bool) -> None:
        self._content.setVisible(expanded)
        self.toggled.emit(expanded)


class _Header(QAbstractButton):
    """The heading itself: a toggle that paints like a label."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.note = ""
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.describe)
        self.describe()

    def describe(self) -> None:
        """Tell screen readers what stands here and whether it is open."""
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(self.tr("expanded") if self.isChecked() else self.tr("collapsed"))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 40, max(26, metrics.height() + 6))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self.setChecked(key == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = self.isEnabled() and self.underMouse()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        start, end = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        if mirrored:
            start, end = end, start
        middle = Qt.AlignmentFlag.AlignVCenter
        name = "chevron-down" if self.isChecked() else ("chevron-left" if mirrored else "chevron-right")
        x = 2 if mirrored else self.width() - 16
        chevron = QRect(x, (self.height() - 14) // 2, 14, 14)
        icon(name, "text" if over else "faint").paint(painter, chevron)
        words = self.rect().adjusted(2, 0, -22, 0) if not mirrored else self.rect().adjusted(22, 0, -2, 0)
        if self.note:
            painter.setFont(ui_font(SIZES["small"]))
            painter.setPen(QColor(theme.faint))
            painter.drawText(words, end | middle, self.note)
            taken = painter.fontMetrics().horizontalAdvance(self.note) + 8
            words = words.adjusted(taken if mirrored else 0, 0, 0 if mirrored else -taken, 0)
        painter.setFont(ui_font(SIZES["label"], bold=True))
        painter.setPen(
            QColor(theme.disabled if not self.isEnabled() else theme.text if over else theme.muted)
        )
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, start | middle, text)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 2, -1, -3).toRectF().translated(0.5, 0.5), 5, 5)
