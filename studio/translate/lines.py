"""The lines of a program, before they are printed or executed."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


@dataclass
class Lines:
    """A part of a program: statements, and texts that only the script has (comments, functions' sources)."""

    title: str
    items: list[ast.stmt | str] = field(default_factory=list)

    def add(self, *items: ast.stmt | str) -> None:
        """Append statements and texts."""
        self.items += items

    @property
    def statements(self) -> list[ast.stmt]:
        """What can be executed, in order."""
        return [item for item in self.items if isinstance(item, ast.stmt)]


class Names:
    """Gives every thing of a script a variable of its own."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = set(taken)

    def free(self, wish: str, second: str = "") -> str:
        """Return ``wish``, or ``second``, or that with as many ``_`` as it takes to be free, and take it."""
        if wish in self.taken and second:
            wish = second
        while wish in self.taken:
            wish += "_"
        self.taken.add(wish)
        return wish
