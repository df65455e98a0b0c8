"""The tab "Problems": what is wrong or will hardly learn, each with the way to its node and its repairs."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio import commands, words
from studio.app.problem_row import ProblemRow, place_words
from studio.document.certain import sure_repair
from studio.document.errors import Refusal
from studio.document.problems import Problem, Repair
from studio.document.rows import address
from studio.kit import EmptyState
from studio.session import Session
from studio.theme import icon, set_role

FIRST = 12
"""Rows that are made at once: those that can be seen; the others follow when there is time."""
MOST = 100
"""Rows to make; who has more problems than this mends some first."""
SETTINGS = "@training"
"""What ``chosen`` carries for a problem of the training settings."""


class ProblemsPanel(QWidget):
    """Lists problems, errors first.  ``chosen`` carries the address of the node that one stands on."""

    chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._problems: list[Problem] = []
        self._made = 0  # rows that there are already
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._build)
        self.list = _List()
        self.list.setAccessibleName(self.tr("Problems"))
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.list.resized.connect(self._fit)
        self.count = QLabel()
        set_role(self.count, "muted")
        self.all = QPushButton(icon("wrench", "text"), self.tr("Repair all that is sure"))
        self.all.setAutoDefault(False)
        self.all.setToolTip(self.tr("Makes every repair that leaves no choice, as one step to undo"))
        self.all.clicked.connect(self.repair_all)
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 6, 4)
        head.addWidget(self.count, 1)
        head.addWidget(self.all)
        full = QWidget()
        rows = QVBoxLayout(full)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addWidget(self.list, 1)
        good = EmptyState(
            "check", self.tr("No problems"), self.tr("Shapes, wires and losses fit: it can be trained.")
        )
        blank = EmptyState(
            "layers",
            self.tr("Nothing is drawn yet"),
            self.tr("Drag a layer from the list at the left onto the canvas, or press Shift+A there."),
        )
        self._stack = QStackedWidget()
        for page in (good, full, blank):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 8)
        column.addWidget(self._stack)

    def show_problems(self, problems: Iterable[Problem], *, blank: bool = False) -> None:
        """List these problems; ``blank``: nothing is drawn yet, so there is nothing to say either."""
        ranked = [] if blank else sorted(problems, key=lambda one: one.severity != "error")
        self._stack.setCurrentIndex(2 if blank else 1 if ranked else 0)
        if ranked == self._problems:
            return
        self._problems = ranked
        self._list()
        if self.isVisible():
            self._build(FIRST)
            self._later.start()

    def problems(self) -> list[Problem]:
        """Return what is listed, in its order."""
        return list(self._problems)

    def sure(self) -> int:
        """Return how many of the problems can be repaired without a choice."""
        return sum(sure_repair(problem) is not None for problem in self._problems)

    def repair_all(self) -> None:
        """Make all repairs that leave no choice, in one step."""
        commands.repair_all(self._session, self._session.ranges)

    def go_on(self) -> None:
        """Go to the next problem, after the last one to the first, and to its node."""
        self._build()
        if self._problems:
            self.list.setCurrentRow((self.list.currentRow() + 1) % min(len(self._problems), MOST))
            self._choose(self.list.currentItem())

    def row(self, number: int) -> ProblemRow:
        """Return the widget of a row."""
        self._build()
        made = self.list.itemWidget(self.list.item(number))
        assert isinstance(made, ProblemRow)
        return made

    def _list(self) -> None:
        """Make the items; their rows wait until they are to be seen."""
        self._made = 0
        at = self.list.currentRow()
        self.list.clear()
        for problem in self._problems[:MOST]:
            item = QListWidgetItem()
            place = address(problem.node, problem.graph) if problem.node else ""
            item.setData(Qt.ItemDataRole.UserRole, SETTINGS if problem.code.startswith("rate_") else place)
            kind = self.tr("Error") if problem.severity == "error" else self.tr("Warning")
            said = f"{kind}: {place_words(problem)}: {words.text(problem)}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            self.list.addItem(item)
        left = len(self._problems) - MOST
        if left > 0:
            self.list.addItem(self.tr("… and {count} more").format(count=left))
        self.list.setCurrentRow(min(at, self.list.count() - 1))

    def _build(self, most: int = MOST) -> None:
        """Make the rows that are not there yet, up to so many."""
        width = self.list.viewport().width()
        for number in range(self._made, min(most, len(self._problems))):
            row = ProblemRow(self._problems[number], self._mend)
            self.list.item(number).setSizeHint(row.height_at(width))
            self.list.setItemWidget(self.list.item(number), row)
            self._made = number + 1
        self._tell()

    def _tell(self) -> None:
        errors = sum(problem.severity == "error" for problem in self._problems)
        warnings = len(self._problems) - errors
        parts = [
            template.format(count=count)
            for count, template in (
                (errors, self.tr("Errors: {count}. They keep it from training.")),
                (warnings, self.tr("Warnings: {count}. It runs, but may learn badly.")),
            )
            if count
        ]
        self.count.setText("   ".join(parts))
        self.all.setVisible(self.sure() > 0)

    def _fit(self) -> None:
        """Make each row as high as its words need."""
        width = self.list.viewport().width()
        for number in range(self.list.count()):
            item = self.list.item(number)
            row = self.list.itemWidget(item)
            if isinstance(row, ProblemRow):
                item.setSizeHint(row.height_at(width))

    def showEvent(self, event: QShowEvent) -> None:
        """Build the rows when they are to be seen."""
        super().showEvent(event)
        self._build()

    def _mend(self, problem: Problem, chosen: Repair) -> None:
        try:
            commands.apply_repair(self._session, problem, chosen)
        except Refusal as refusal:
            self.count.setText(words.text(refusal))

    def _choose(self, item: QListWidgetItem) -> None:
        node = item.data(Qt.ItemDataRole.UserRole)
        if node:
            self.chosen.emit(node)


class _List(QListWidget):
    """Tells of a new width."""

    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setStyleSheet("QListWidget::item { padding: 0; margin: 0; }")  # the rows have margins

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()
