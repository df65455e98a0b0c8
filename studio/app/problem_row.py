"""One line of the tab "Problems": what is wrong, where, and the buttons that mend it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from studio import words
from studio.document.problems import Problem, Repair
from studio.document.rows import MAIN
from studio.kit import IconLabel
from studio.kit.flow_layout import FlowLayout
from studio.theme import set_role

NAME_WIDTH = 128


class ProblemRow(QWidget):
    """Icon, name of the node, sentence and buttons; a click beside the buttons falls through to the list.

    ``mend`` is called with the repair whose button is pressed.
    """

    def __init__(self, problem: Problem, mend: Callable[[Problem, Repair], None]) -> None:
        super().__init__()
        error = problem.severity == "error"
        picture = (
            IconLabel("circle-alert", "danger", 16) if error else IconLabel("triangle-alert", "warning", 16)
        )
        name = QLabel(place_words(problem))
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setFixedWidth(NAME_WIDTH)
        name.setText(name.fontMetrics().elidedText(name.text(), Qt.TextElideMode.ElideMiddle, NAME_WIDTH - 6))
        set_role(name, "mono")
        said = QLabel(words.text(problem))
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setWordWrap(True)
        for each in (picture, name, said):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setToolTip(f"{place_words(problem)}: {words.text(problem)}")
        line = QHBoxLayout(self)
        line.setContentsMargins(6, 5, 6, 5)
        line.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        line.addWidget(picture, 0, top)
        line.addWidget(name, 0, top)
        line.addWidget(said, 3, top)
        self._said, self._flow = said, FlowLayout(spacing=6)
        self.buttons: list[QPushButton] = []
        if problem.repairs:
            place = QWidget()
            place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            place.setLayout(self._flow)
            for chosen in problem.repairs:
                self._flow.addWidget(self._button(problem, chosen, mend))
            line.addWidget(place, 2)

    def _button(
        self, problem: Problem, chosen: Repair, mend: Callable[[Problem, Repair], None]
    ) -> QPushButton:
        button = QPushButton(words.repair_text(chosen))
        button.setAutoDefault(False)
        button.setAccessibleDescription(words.text(problem))
        button.clicked.connect(lambda: mend(problem, chosen))
        self.buttons.append(button)
        return button

    def height_at(self, width: int) -> QSize:
        """Return the size that the row needs in a list of this width."""
        room = max(60, width - NAME_WIDTH - 16 - 12 - 3 * 8)  # beside the icon, the name and the margins
        parts = (3, 2) if self.buttons else (1, 0)
        words_high = self._said.heightForWidth(room * parts[0] // sum(parts))
        buttons_high = self._flow.heightForWidth(room * parts[1] // sum(parts)) if self.buttons else 0
        return QSize(width, max(24, words_high, buttons_high) + 12)


def place_words(problem: Problem) -> str:
    """Return where a problem is: the node's name, after its block's, or the part of the window."""
    name = str(problem.fields.get("name", ""))
    if not problem.node:
        settings = problem.code.startswith("rate_")
        return words.translate("Problems", "Training") if settings else words.translate("Problems", "Model")
    return name if problem.graph == MAIN else f"{problem.graph} / {name}"
