"""Number fields, with room before the first digit and without the traps of Qt's own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QWidget

from studio.kit.undo_keys import is_for_the_drawing
from studio.theme import set_role


class IntegerField(QSpinBox):
    """A whole number, in the digits of code in every language; without focus the wheel scrolls past it."""

    def __init__(self, minimum: int = 0, maximum: int = 2**31 - 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _prepare(self)
        self.setRange(minimum, maximum)

    def event(self, event: QEvent) -> bool:
        if is_for_the_drawing(event, self.lineEdit()):
            event.ignore()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DecimalField(QDoubleSpinBox):
    """A number with a fraction, shown without trailing zeros; otherwise as ``IntegerField``."""

    def __init__(
        self, minimum: float = 0.0, maximum: float = 1e9, decimals: int = 6, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        _prepare(self)
        self.setDecimals(decimals)
        self.setRange(minimum, maximum)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        text = f"{value:.{self.decimals()}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def event(self, event: QEvent) -> bool:
        if is_for_the_drawing(event, self.lineEdit()):
            event.ignore()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _prepare(box: QAbstractSpinBox) -> None:
    set_role(box, "mono")
    box.setLocale(QLocale.c())
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToNearestValue)
    box.lineEdit().setTextMargins(9, 0, 0, 0)  # a style sheet's padding does not reach the text of a spin box
    box.editingFinished.connect(lambda: box.lineEdit().setModified(False))
