"""Mending everything at once, as one step."""

from __future__ import annotations

from studio.commands.command import Editing, push
from studio.document.certain import sure_repair
from studio.document.data import Ranges
from studio.document.errors import Refusal
from studio.document.repairs import repair
from studio.document.shapes import Cache, analyse
from studio.document.values import EMPTY

_MOST = 200


def repair_all(session: Editing, ranges: Ranges = EMPTY) -> int:
    """Make all repairs that need no choice, those too that an earlier one brings up; return how many.

    ``ranges`` are those of the data, as ``analyse`` takes them.
    """
    draft = session.document.draft()
    cache: Cache = {}
    tried: set[tuple[str, str, str]] = set()
    made = 0
    while made < _MOST:
        for problem in analyse(draft, session.catalog, cache=cache, ranges=ranges).problems:
            key, chosen = (problem.code, problem.graph, problem.node), sure_repair(problem)
            if chosen is None or key in tried:
                continue
            tried.add(key)
            try:
                edit = repair(draft, problem, chosen)
            except Refusal:  # an earlier repair took away what this one needs
                continue
            for put in edit.puts:
                draft.put(put.table, put.key, put.after)
            made += 1
            break
        else:
            break
    push(session, draft.edit("repair_all", {"count": made}))
    return made
