"""The palette's section of the user's own blocks: those of the drawing, and those of the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio import words
from studio.document.library import BlockLibrary, shown_once
from studio.document.rows import MAIN
from studio.kit import Callout

if TYPE_CHECKING:
    from studio.session import Session

HERE, KEPT = "block:", "kept:"
"""What the key of a block begins with, as the canvas understands it."""


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A block as the palette lists it."""

    name: str
    key: str
    tip: str


class OwnBlocks(QObject):
    """What there is of the user's own; ``told`` says which files of the library cannot be read."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._library: BlockLibrary | None = None
        self.told = Callout("warning", "")
        self.told.set_closable(True)
        self.told.hide()
        self._damaged: tuple[str, ...] = ()

    def set_library(self, library: BlockLibrary) -> None:
        """Look into this library too."""
        self._library = library

    def has_library(self) -> bool:
        """Return whether there is a library."""
        return self._library is not None

    def rows(self) -> list[OwnRow]:
        """Return the blocks, those of the drawing first."""
        document = self._session.document
        found = [
            OwnRow(name, HERE + name, self.tr("A block of this drawing"))
            for name in document.graph_names()
            if name != MAIN
        ]
        if self._library is not None:
            kept = self._library.blocks()
            self._tell(self._library)
            one, many = self.tr("From your library: 1 layer"), self.tr("From your library: {count} layers")
            found += [
                OwnRow(
                    each.name, KEPT + each.name, one if each.layers == 1 else many.format(count=each.layers)
                )
                for each in shown_once(kept, document)
            ]
        return found

    def offers(self, key: str) -> list[tuple[str, str, str]]:
        """Return what can be done with a row: for whom it is, its picture and its words."""
        found = []
        if key.startswith(HERE):
            found.append(("keep", "library", self.tr("Keep in the library")))
        if key.startswith(KEPT):
            found += [
                ("rename", "pencil", self.tr("Rename…")),
                ("export", "file-code", self.tr("Export as a file…")),
                ("delete", "trash-2", self.tr("Delete from the library…")),
            ]
        return [*found, ("import", "folder-open", self.tr("Take a block into the library…"))]

    def _tell(self, library: BlockLibrary) -> None:
        """Say which files are left out, once for each set of them."""
        names = tuple(sorted(library.damaged))
        if names == self._damaged:
            return
        self._damaged = names
        one, many = (
            self.tr("A file of the library cannot be read"),
            self.tr("{count} files of the library cannot be read"),
        )
        title = one if len(names) == 1 else many.format(count=len(names))
        texts = {name: words.text(library.damaged[name]) for name in names}
        said = [text if name in text else f"{name}: {text}" for name, text in texts.items()]
        self.told.set_message(title, "\n".join(said))
        self.told.setVisible(bool(names))
