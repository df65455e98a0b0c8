"""The question what to compare a drawing with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.document import Document
from studio.theme import icon, set_role


@dataclass(frozen=True)
class Source:
    """A drawing to compare with: what it is called, and how to read it; reading may raise ``FileError``."""

    title: str
    read: Callable[[], Document]
    icon: str = "file-code"


class CompareDialog(QDialog):
    """Lists what there is; ``source`` is the chosen one, ``None`` for another file."""

    def __init__(self, sources: list[Source], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Compare with"))
        self._sources = sources
        text = QLabel(self.tr("Show what was added, removed and changed since, or between two drawings."))
        text.setWordWrap(True)
        set_role(text, "muted")
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("What to compare with"))
        self.list.ensurePolished()  # rows are as high as the style says only from now on
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for one in sources:
            self.list.addItem(QListWidgetItem(icon(one.icon), one.title))
        self.list.addItem(QListWidgetItem(icon("folder-open"), self.tr("Another file…")))
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self.accept)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.addButton(self.tr("Compare"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setDefault(True)
        set_role(self.ok, "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(text)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
        self.resize(480, 380)

    def source(self) -> Source | None:
        """Return what is chosen; ``None`` where a file is to be asked for."""
        at = self.list.currentRow()
        return self._sources[at] if 0 <= at < len(self._sources) else None
