"""An edit on Qt's undo stack."""

from __future__ import annotations

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


class EditCommand(QUndoCommand):
    """One edit and its way back.  A single command with plain data: child commands crash under PySide6."""

    def __init__(self, document: Document, edit: Edit) -> None:
        super().__init__(edit_text(edit.code, edit.fields))
        self._document = document
        self.edit = edit

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


def push(session: Editing, edit: Edit) -> bool:
    """Make an edit as one step of undo; return False for one that changes nothing.

    The edit is checked first: an exception inside ``redo`` would leave a broken command on the stack.
    """
    if not edit:
        return False
    session.document.check(edit)
    session.stack.push(EditCommand(session.document, edit))
    return True
