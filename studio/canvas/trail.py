"""Where one is while inside a block: the way from the model to it, each step of which leads back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QToolButton, QWidget

from studio.document.rows import MAIN
from studio.kit.keymap import keymap
from studio.theme import set_role


class Trail(QWidget):
    """Breadcrumbs at the top of the canvas; hidden in the drawing itself."""

    def __init__(self, enter: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Where you are"))
        self._enter = enter
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 3, 10, 3)
        self._row.setSpacing(2)
        self.hide()

    def show_trail(self, trail: list[str]) -> None:
        """Show the way; the last step is where one is."""
        focus = QApplication.focusWidget()
        drawing = self.parentWidget()
        if drawing is not None and focus is not None and self.isAncestorOf(focus):
            drawing.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()  # what comes into a row that is seen takes no room before the next round of events
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for graph in trail[:-1]:
            step = QToolButton()
            step.setText(self.tr("Model") if graph == MAIN else graph)
            keys = keymap().words("leave_block") if graph == trail[-2] else ""
            tip = self.tr("Back to {name} ({keys})") if keys else self.tr("Back to {name}")
            step.setToolTip(tip.format(name=step.text(), keys=keys))
            step.setAutoRaise(True)
            step.clicked.connect(partial(self._enter, graph))
            self._row.addWidget(step)
            self._row.addWidget(QLabel("›"))
        here = QLabel(trail[-1])
        here.setTextFormat(Qt.TextFormat.PlainText)
        set_role(here, "heading")
        self._row.addWidget(here)
        self.adjustSize()
        self.setVisible(len(trail) > 1)
