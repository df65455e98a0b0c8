"""The steps of one drawing, which Qt keeps."""

from __future__ import annotations

from PySide6.QtGui import QUndoStack
from shiboken6 import isValid


class UndoStack(QUndoStack):
    """Qt's undo stack, which may end among cyclic garbage.

    The collector frees what it finds in any order, and PySide lets it free a command that Qt still lists: the
    stack would then delete it again.  ``__del__`` comes before anything is freed, so the stack goes empty.
    """

    def __del__(self) -> None:
        """Let Qt delete the steps while all of them are there."""
        if isValid(self):
            self.clear()
