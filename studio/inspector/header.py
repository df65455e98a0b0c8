"""The head of the inspector: what kind of node it is, its name to edit, and what it does."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from studio.inspector.editors import Line
from studio.inspector.parts import column, label
from studio.theme import set_role

LEAST_NAME = 130
"""Pixels that the field of the name has beside the title."""


class Header(QWidget):
    """Title at the left, name at the right, a reproach for a bad name and the summary below.

    ``renamed`` carries the name as typed; who listens says with ``reproach`` why it cannot be.
    """

    renamed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.title = label("", "title")
        self.name = Line()
        self.name.setAccessibleName(self.tr("Name of this node"))
        self.name.setToolTip(self.tr("The name of this node, and of its variable in the script"))
        set_role(self.name, "mono")
        self.reason = label("", "danger")
        self.reason.hide()
        self.summary: QLabel = label("", "muted")
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(10)
        self._line.addWidget(self.title, 1)
        self._line.addWidget(self.name, 1)
        whole = column(self, 4)
        whole.addLayout(self._line)
        whole.addWidget(self.reason)
        whole.addWidget(self.summary)
        self._shown = ""
        self.name.editingFinished.connect(self._take)
        self.name.reverted.connect(lambda: self.show_name(self._shown))

    def show_text(self, title: str, summary: str) -> None:
        """Show what kind of node this is and what it does."""
        self.title.setText(title)
        self.title.setToolTip(title)
        self.summary.setText(summary)
        self.summary.setVisible(bool(summary))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the name below a title that would leave it too little room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wide = self.title.fontMetrics().horizontalAdvance(self.title.text())
        below = self.width() - wide < LEAST_NAME
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.TopToBottom if below else ways.LeftToRight)
        self._line.setSpacing(4 if below else 10)

    def show_name(self, name: str | None) -> None:
        """Show the node's name, or no name field for ``None``."""
        self._shown = name or ""
        self.name.setVisible(name is not None)
        self.name.setText(self._shown)
        self.reproach("")

    def reproach(self, reason: str) -> None:
        """Say why a name cannot be; an empty reason takes it back."""
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        set_role(self.name, "error" if reason else "", "state")

    def _take(self) -> None:
        if self.name.isModified() and self.name.text() != self._shown:
            self.renamed.emit(self.name.text().strip())
        elif self.name.text() == self._shown:
            self.reproach("")
