"""An edit on Qt's undo stack."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import Protocol

from PySide6.QtGui import QUndoCommand, QUndoStack

from studio.document import Document, Edit
from studio.document.catalog import Catalog
from studio.words import edit_text


class Editing(Protocol):
    """What the verbs need of a session: the document, its undo stack and, once loaded, the catalog."""

    @property
    def document(self) -> Document: ...
    @property
    def stack(self) -> QUndoStack: ...
    @property
    def catalog(self) -> Catalog | None: ...


BURST = 1.0
"""Seconds after which a key that does the same again begins a step of its own."""


class EditCommand(QUndoCommand):
    """One edit and its way back.  A single command with plain data: child commands crash under PySide6.

    Edits of one ``burst`` that follow each other at once are one step.
    """

    def __init__(self, document: Document, edit: Edit, burst: Hashable = None) -> None:
        super().__init__(edit_text(edit.code, edit.fields))
        self._document = document
        self.edit, self.burst, self.at = edit, burst, time.monotonic()

    def id(self) -> int:
        """Return what Qt compares before it asks whether two steps are one; -1 never is."""
        return -1 if self.burst is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take the next step in, where it belongs to the same burst; Qt drops a step that came to nothing."""
        if not isinstance(other, EditCommand) or self.burst != other.burst or other.at - self.at > BURST:
            return False
        self.edit, self.at = self.edit.then(other.edit), other.at
        self.setObsolete(not self.edit)
        return True

    def redo(self) -> None:
        """Make the edit."""
        self._document.apply(self.edit)

    def undo(self) -> None:
        """Take the edit back."""
        self._document.apply(self.edit.undo())


def state_at(stack: QUndoStack, document: Document, index: int) -> Document:
    """Return a copy of a document as it was, or will be, at an index of its stack."""
    copy = document.copy()
    steps = [stack.command(at) for at in range(stack.count())]
    for at in range(stack.index() - 1, index - 1, -1):
        step = steps[at]
        if isinstance(step, EditCommand):
            copy.apply(step.edit.undo())
    for at in range(stack.index(), index):
        step = steps[at]
        if isinstance(step, EditCommand):
            copy.apply(step.edit)
    return copy


def push(session: Editing, edit: Edit, burst: Hashable = None) -> bool:
    """Make an edit as one step of undo; return False for one that changes nothing.

    ``burst`` says what a key that is pressed again and again does: all of it at one go is one step.
    The edit is checked first: an exception inside ``redo`` would leave a broken command on the stack.
    """
    if not edit:
        return False
    session.document.check(edit)
    session.stack.push(EditCommand(session.document, edit, burst))
    return True
