"""Going back to a state that was kept, or that a file or a run holds: one step, which undo takes back."""

from __future__ import annotations

from studio.commands.command import Editing, push
from studio.document import Document
from studio.document.snapshots import put_state


def go_back(session: Editing, other: Document, name: str) -> bool:
    """Make the drawing what another document holds; returns False where it is the same already."""
    draft = session.document.draft()
    put_state(draft, other)
    return push(session, draft.edit("go_back", {"name": name}))
