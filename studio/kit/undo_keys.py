"""Whose is Ctrl+Z in a field: the text's while something is being typed, else the drawing's."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit


def is_for_the_drawing(event: QEvent, line: QLineEdit) -> bool:
    """Return whether a line claims undo or redo though nothing that was typed in it waits to be taken.

    The owner of the line then ignores the event, so that the window's own shortcut acts.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent) or line.isModified():
        return False
    keys = QKeySequence.StandardKey
    return event.matches(keys.Undo) or event.matches(keys.Redo)
