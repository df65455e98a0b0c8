"""The library of blocks by itself: what is in it, and everything that can be done with it, by keys too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio import words
from studio.document import files
from studio.document.blocks import ends_of, graphs_inside
from studio.document.library import BlockLibrary, KeptBlock
from studio.document.rows import Graph
from studio.kit import Callout, EmptyState
from studio.theme import icon, set_role

NAME = Qt.ItemDataRole.UserRole


class LibraryDialog(QDialog):
    """Lists the kept blocks; ``wanted`` says what to do (use, rename, export, delete, import) with which."""

    wanted = Signal(str, str)

    def __init__(self, library: BlockLibrary, can_use: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Library of blocks"))
        self._library, self._can_use = library, can_use
        text = QLabel(self.tr("Blocks that you keep here can be used in every drawing."))
        text.setWordWrap(True)
        set_role(text, "muted")
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Kept blocks"))
        self.list.ensurePolished()
        self.list.currentRowChanged.connect(self._follow)
        self.list.itemActivated.connect(lambda _: self._ask("use"))
        self.list.installEventFilter(self)
        empty = EmptyState(
            "library",
            self.tr("No blocks yet"),
            self.tr("Select a block in a drawing and choose Layer ▸ Keep the block in the library."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.list)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.facts, "muted")
        self.damaged = Callout("warning", "")
        self.buttons: dict[str, QPushButton] = {}
        self._tips: dict[str, str] = {}
        row, foot = QHBoxLayout(), QHBoxLayout()
        for key, title, tip, where in (
            ("use", self.tr("Use it"), self.tr("Put the block into the drawing (Enter)"), row),
            ("rename", self.tr("Rename…"), self.tr("Give the block another name (F2)"), row),
            ("export", self.tr("Export…"), self.tr("Write the block as a file elsewhere"), row),
            ("delete", self.tr("Delete…"), self.tr("Remove the block from the library (Del)"), row),
            ("import", self.tr("Take in a file…"), self.tr("Take a block from a file"), foot),
        ):
            button = self.buttons[key] = QPushButton(title)
            self._tips[key] = tip
            button.setAutoDefault(False)
            button.clicked.connect(lambda _on=False, one=key: self._ask(one))
            where.addWidget(button)
        set_role(self.buttons["use"], "primary")
        row.addStretch(1)
        foot.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        for part in (text, self._stack, self.facts):
            column.addWidget(part, 1 if part is self._stack else 0)
        column.addLayout(row)
        column.addWidget(self.damaged)
        column.addLayout(foot)
        self.resize(520, 460)
        library.changed.connect(self.refresh)
        self.destroyed.connect(lambda: library.changed.disconnect(self.refresh, missing_ok=True))
        self.refresh()
        self.list.setFocus()

    def current(self) -> str:
        """Return the name of the chosen block, empty where none is."""
        item = self.list.currentItem()
        return str(item.data(NAME)) if item is not None else ""

    def refresh(self) -> None:
        """List what is in the library now; the chosen block stays chosen."""
        chosen, row = self.current(), max(0, self.list.currentRow())
        kept = self._library.blocks()
        self.list.clear()
        for each in kept:
            item = QListWidgetItem(icon("group"), each.name)
            item.setData(NAME, each.name)
            self.list.addItem(item)
        names = [each.name for each in kept]
        at = names.index(chosen) if chosen in names else min(row, len(names) - 1)
        self.list.setCurrentRow(at)
        self._stack.setCurrentIndex(1 if kept else 0)
        wrong = self._library.damaged
        one, many = (
            self.tr("A file of the library cannot be read"),
            self.tr("{count} files of the library cannot be read"),
        )
        title = one if len(wrong) == 1 else many.format(count=len(wrong))
        self.damaged.set_message(title, "\n".join(f"{name}: {words.text(wrong[name])}" for name in wrong))
        self.damaged.setVisible(bool(wrong))
        self._follow()

    def _follow(self, *_: object) -> None:
        kept = self._library.find(self.current()) if self.current() else None
        for key, button in self.buttons.items():
            why = ""
            if key != "import" and kept is None:
                why = self.tr("Choose a block first.")
            elif key == "use" and not self._can_use:
                why = self.tr("Open or begin a drawing first.")
            button.setEnabled(not why)
            button.setToolTip(why or self._tips[key])
        self.facts.setText(self._told(kept) if kept is not None else "")

    def _told(self, kept: KeptBlock) -> str:
        document = files.loads(kept.text)
        named = [
            ", ".join(document.node(node, kept.name).name for node in ends)
            for ends in ends_of(document, kept.name)
        ]
        one, many = self.tr("1 layer"), self.tr("{count} layers")
        parts = [
            one if kept.layers == 1 else many.format(count=kept.layers),
            self.tr("in: {names}").format(names=named[0] or "–"),
            self.tr("out: {names}").format(names=named[1] or "–"),
        ]
        row = document.row("graphs", kept.name)
        if isinstance(row, Graph) and row.params:
            parts.append(self.tr("to choose: {names}").format(names=", ".join(row.params)))
        within = sorted(graphs_inside(document, kept.name) - {kept.name})
        if within:
            parts.append(self.tr("with the blocks {names}").format(names=", ".join(within)))
        return "  ·  ".join(parts)

    def _ask(self, what: str) -> None:
        if self.buttons[what].isEnabled():
            self.wanted.emit(what, self.current())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            keys = {Qt.Key.Key_F2: "rename", Qt.Key.Key_Delete: "delete"}
            what = keys.get(Qt.Key(event.key()))
            if what is not None:
                self._ask(what)
                return True
        return super().eventFilter(watched, event)
