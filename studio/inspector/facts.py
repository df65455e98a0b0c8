"""What follows from a node's settings: problems with their repairs, shapes, counts, and its line of code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio import commands, words
from studio.document import MAIN
from studio.document.errors import Refusal
from studio.document.problems import Problem, Repair
from studio.document.rows import address
from studio.inspector.code_line import CodeLine
from studio.inspector.parts import clear, column, count, hairline, label, shapes
from studio.kit import Callout, StatRow
from studio.translate.errors import TranslateError
from studio.translate.script import Script, script

if TYPE_CHECKING:
    from studio.session import Session


MOST = 12
"""Problems to show at once; the tab "Problems" lists more of them."""


class Problems(QWidget):
    """A callout for each problem, with a button for each way to mend it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: list[Problem] = []
        self._column = column(self, 6)
        self.callouts: list[Callout] = []
        self.hide()

    def show_problems(self, problems: list[Problem]) -> None:
        """Show these problems; the callouts stay as they are where nothing changed."""
        if problems == self._shown:
            return
        self._shown = list(problems)
        clear(self._column)
        self.callouts = []
        for problem in problems[:MOST]:
            callout = Callout(problem.severity, *words.lesson(problem))
            for number, chosen in enumerate(problem.repairs):
                callout.add_action(
                    words.repair_text(chosen), self._mender(problem, chosen), primary=number == 0
                )
            self._column.addWidget(callout)
            self.callouts.append(callout)
        if len(problems) > MOST:
            rest = self.tr("And {count} more, in the tab Problems.").format(count=count(len(problems) - MOST))
            self._column.addWidget(label(rest, "muted"))
        self.setVisible(bool(problems))

    def _mender(self, problem: Problem, chosen: Repair) -> Callable[[], None]:
        def mend() -> None:
            try:
                commands.apply_repair(self._session, problem, chosen)
            except Refusal as refusal:
                for callout in self.callouts:
                    callout.set_message(words.text(refusal))

        return mend


class Facts(QWidget):
    """Shape line, parameters, multiply-adds and the code of one node."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        whole = column(self, 6)
        self.shape = label("", "mono")
        self.parameters = StatRow(self.tr("Parameters"))
        self.macs = StatRow(self.tr("Multiply-adds for one example"))
        self.code = CodeLine()
        self.code.setAccessibleName(self.tr("Code of this layer"))
        self._shape_title = label(self.tr("Shape"), "heading")
        self._code_title = label(self.tr("Code"), "heading")
        whole.addWidget(hairline())
        whole.addWidget(self._shape_title)
        whole.addWidget(self.shape)
        whole.addWidget(self.parameters)
        whole.addWidget(self.macs)
        whole.addSpacing(4)
        whole.addWidget(self._code_title)
        whole.addWidget(self.code)

    def show_node(self, node: str, graph: str = MAIN) -> None:
        """Show what is known of a node."""
        info = self._session.analysis_of(graph).nodes.get(node)
        ins = [spec for specs in info.inputs.values() for spec in specs] if info is not None else []
        given = shapes(tuple(ins))
        made = shapes(info.outputs) if info is not None else ""
        known = self.tr("{before} → {after}").format(before=given or "?", after=made or "?")
        if not made and not given:
            known = self.tr("not known yet")
        elif self._session.document.node(node, graph).kind == "input":
            known = made
        elif self._session.document.node(node, graph).kind == "output":
            known = given
        self.shape.setText(known)
        is_layer = self._session.document.node(node, graph).kind in ("layer", "block")
        for row, value in (
            (self.parameters, info.params if info else 0),
            (self.macs, info.macs if info else 0),
        ):
            row.setVisible(is_layer)
            row.set_value(count(value) if made else "–")
        text = self._code_of(address(node, graph))
        self.code.show_code(text)
        self._code_title.setVisible(bool(text))
        self.code.setVisible(bool(text))

    def _code_of(self, node: str) -> str:
        try:
            made = script(self._session.document, self._session.catalog, self._session.analysis, to="keras")
        except TranslateError:
            return ""
        return snippet(made, node)


def snippet(made: Script, node: str) -> str:
    """Return the statements that a script has for a node, or an empty text.

    A shared layer has one that makes it and one that calls it, a repeated block a loop.
    """
    places = made.nodes.get(node)
    if not places:
        return ""
    loop = made.params.get((node, "repeat"))
    places = places if loop is None else (*places, loop)
    wanted = sorted({number for place in places for number in range(place.line, place.end_line + 1)})
    whole = made.text.splitlines()
    lines = [whole[number - 1] for number in wanted]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    text = "\n".join(line[margin:] for line in lines)
    return text.removesuffix(",")  # a layer within the list of a Sequential model
