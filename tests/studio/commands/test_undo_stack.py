"""A drawing that ends among cyclic garbage takes its steps with it once."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

from studio import commands as do
from studio.document import Refusal
from studio.session import Session

GARBAGE = """
import gc
from studio.commands.command import EditCommand
from studio.document import Document
from studio.undo_stack import UndoStack

class Holder:
    pass

gc.disable()
for _ in range(30):
    draft = Document().draft()
    draft.put("places", ("main", "n1"), (0.0, 0.0))
    edit = draft.edit("move")
    steps = [EditCommand(Document(), edit) for _ in range(20)]  # older than what holds them: freed first
    holder = Holder()
    holder.stack, holder.itself = UndoStack(), holder
    for step in steps:
        step.holder = holder
        holder.stack.push(step)
    del step, steps, holder
    gc.collect()
print("whole")
"""


def test_steps_that_the_collector_meets_before_their_stack_are_freed_once() -> None:
    """In a process of its own: it dies where a step is freed twice."""
    done = subprocess.run(
        [sys.executable, "-c", GARBAGE], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr


def test_a_session_and_its_steps_go_when_nobody_holds_them() -> None:
    session = Session()
    node = do.add_input(session, (0, 0), {"shape": [4]})
    do.move(session, {node: (40.0, 40.0)})
    held = weakref.ref(session), weakref.ref(session.stack.command(1))
    kept: list[object] = []
    try:
        do.rename(session, node, "two words")
    except Refusal as refusal:
        kept += [refusal, kept]  # its frames hold the session, and only the collector frees it
    del session, kept
    gc.collect()
    assert [each() for each in held] == [None, None]
