"""Which theme is in force: kept on the application, so that every room finds it without being handed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication

from studio.theme.tokens import LIGHT, THEMES, Theme

_THEME = "bunonTheme"
_painted_in: list[Theme] = []


def current() -> Theme:
    """Return the theme in force; the light one before any was applied."""
    if _painted_in:
        return _painted_in[-1]
    app = QCoreApplication.instance()
    name = app.property(_THEME) if app is not None else None
    return THEMES.get(name, LIGHT) if isinstance(name, str) else LIGHT


@contextmanager
def painting_in(theme: Theme) -> Iterator[None]:
    """Paint in another theme inside the ``with`` block, such as for paper; the window keeps its own."""
    _painted_in.append(theme)
    try:
        yield
    finally:
        _painted_in.pop()


def remember(app: QCoreApplication, theme: Theme) -> None:
    """Make ``theme`` the one that ``current`` returns; for ``studio.theme.apply`` alone."""
    app.setProperty(_THEME, theme.name)
