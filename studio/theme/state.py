"""Which theme is in force: kept on the application, so that every room finds it without being handed it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.theme.tokens import LIGHT, THEMES, Theme

_THEME = "bunonTheme"


def current() -> Theme:
    """Return the theme in force; the light one before any was applied."""
    app = QCoreApplication.instance()
    name = app.property(_THEME) if app is not None else None
    return THEMES.get(name, LIGHT) if isinstance(name, str) else LIGHT


def remember(app: QCoreApplication, theme: Theme) -> None:
    """Make ``theme`` the one that ``current`` returns; for ``studio.theme.apply`` alone."""
    app.setProperty(_THEME, theme.name)
