"""A switch: a check box that looks like what it does."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPoint, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QWidget

from studio.theme import current
from studio.theme.tokens import mix

_TRACK = QSize(32, 18)
_RING = 3  # room around the track for the focus ring
_GAP = 8


class Switch(QCheckBox):
    """Turns one thing on or off at once; ``toggled`` tells. Space toggles, a click anywhere on it does too.

    It is a check box to screen readers. Give it an accessible name where it has no text of its own.
    """

    def __init__(self, text: str = "", checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._place = 1.0 if checked else 0.0
        self.setChecked(checked)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(120)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(self._move_knob)
        self.toggled.connect(self._start)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self.text()) + _GAP if self.text() else 0
        height = max(_TRACK.height() + 2 * _RING, metrics.height() if words else 0)
        return QSize(_TRACK.width() + 2 * _RING + words, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _start(self, checked: bool) -> None:
        self._slide.stop()
        end = 1.0 if checked else 0.0
        # Zero duration is how a desktop says that it wants no motion.
        still = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) == 0
        if still or not self.isVisible():
            self._move_knob(end)
            return
        self._slide.setStartValue(self._place)
        self._slide.setEndValue(end)
        self._slide.start()

    def _move_knob(self, place: float) -> None:
        self._place = float(place)
        self.update()

    def _colours(self) -> tuple[str, str]:
        """Return the colours of track and knob."""
        theme = current()
        if not self.isEnabled():
            return (mix(theme.surface, theme.accent_fill, 0.4) if self.isChecked() else theme.pressed), (
                theme.surface if self.isChecked() else theme.disabled
            )
        off = theme.border_strong
        return mix(off, theme.accent_fill, self._place), theme.accent_text

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - _TRACK.width() - _RING if mirrored else _RING
        track = QRectF(left, (self.height() - _TRACK.height()) / 2, _TRACK.width(), _TRACK.height())
        ground, knob = self._colours()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        side = track.height() - 4
        place = 1.0 - self._place if mirrored else self._place
        start = track.left() + 2 + place * (track.width() - side - 4)
        painter.setBrush(QColor(knob))
        painter.drawEllipse(QRectF(start, track.top() + 2, side, side))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            ring = track.adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
        if self.text():
            painter.setPen(QColor(theme.text if self.isEnabled() else theme.disabled))
            words = self.rect()
            if mirrored:
                words.setRight(int(track.left()) - _GAP)
            else:
                words.setLeft(int(track.right()) + _GAP)
            side_flag = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
            painter.drawText(
                words, side_flag | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text()
            )
