"""Who else uses the layer, or the block, of the shown node, and the way out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio import commands
from studio.commands.sharing_verbs import has_fellows
from studio.document.blocks import uses_of
from studio.document.rows import MAIN
from studio.inspector.parts import column, label
from studio.kit import IconLabel

if TYPE_CHECKING:
    from studio.session import Session


class Sharing(QWidget):
    """A line that names the fellows, and a button that ends the sharing; hidden where there are none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._node, self._graph = "", MAIN
        self.words = label("", "muted")
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._part)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(IconLabel("link", "accent", 14))
        line.addWidget(self.words, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.button)
        foot.addStretch(1)
        whole = column(self, 6)
        whole.addLayout(line)
        whole.addLayout(foot)

    def show_node(self, node: str, graph: str) -> None:
        """Show the fellows of a node, or nothing."""
        document = self._session.document
        shown = has_fellows(document, node, graph)
        self.setVisible(shown)
        if not shown:
            return
        self._node, self._graph = node, graph
        row = document.node(node, graph)
        block = row.kind == "block"
        users = uses_of(document, row.ref) if block else document.users(row.ref)
        fellows = [self._called(*user) for user in users if user != (graph, node)]
        if block:
            text = self.tr("{names} uses this block too, and follows its edits.")
            if len(fellows) > 1:
                text = self.tr("{names} use this block too, and follow its edits.")
            self.button.setText(self.tr("Make it a block of its own"))
        else:
            text = self.tr("Shares its weights and settings with {names}.")
            self.button.setText(self.tr("Make it a layer of its own"))
        self.words.setText(text.format(names=", ".join(fellows)))

    def _called(self, graph: str, node: str) -> str:
        name = self._session.document.node(node, graph).name
        if graph == self._graph:
            return name
        where = self.tr("the model") if graph == MAIN else graph
        return self.tr("{name} in {block}").format(name=name, block=where)

    def _part(self) -> None:
        commands.make_own(self._session, self._node, graph=self._graph)
