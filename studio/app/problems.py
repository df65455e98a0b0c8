"""The tab "Problems": all that keeps the drawing from training, each with the way to its node."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from studio import words
from studio.document.problems import Problem
from studio.document.rows import address
from studio.kit import EmptyState
from studio.theme import icon


class ProblemsPanel(QWidget):
    """Lists problems, errors first.  ``chosen`` carries the address of the node that one stands on."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        empty = EmptyState(
            "check", self.tr("No problems"), self.tr("Shapes, wires and losses fit: it can be trained.")
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 8)
        column.addWidget(self._stack)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """List these problems."""
        self.list.clear()
        for problem in sorted(problems, key=lambda one: one.severity != "error"):
            error = problem.severity == "error"
            picture = icon("circle-alert", "danger") if error else icon("triangle-alert", "warning")
            item = QListWidgetItem(picture, words.text(problem))
            place = address(problem.node, problem.graph) if problem.node else ""
            item.setData(Qt.ItemDataRole.UserRole, place)
            self.list.addItem(item)
        self._stack.setCurrentIndex(1 if self.list.count() else 0)

    def _choose(self, item: QListWidgetItem) -> None:
        node = item.data(Qt.ItemDataRole.UserRole)
        if node:
            self.chosen.emit(node)
