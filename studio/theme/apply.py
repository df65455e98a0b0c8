"""Puts a theme on the application, and changes it while the window is open.

Widgets pick their look by dynamic properties that ``studio.theme.stylesheet`` lists; set them with
``set_role``. A widget that paints itself reads ``current()`` in its ``paintEvent``: applying a theme sends
every widget a style change, which repaints it. What is no widget (a graphics scene, a plot) listens to
``switch().changed``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from studio.theme import fonts
from studio.theme.icons import coloured
from studio.theme.state import current, remember
from studio.theme.stylesheet import CONTROLS, stylesheet
from studio.theme.tokens import DARK, LIGHT, THEMES, Theme

MODES = ("system", "light", "dark")
_SWITCH = "bunonThemeSwitch"


def system_theme() -> Theme:
    """Return the theme that the desktop asks for; light where it does not say."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def apply(app: QApplication, theme: Theme) -> None:
    """Give the whole application the look of ``theme``: fonts, Fusion style, palette, style sheet."""
    fonts.load_fonts(app)
    remember(app, theme)
    sheet = stylesheet(theme, fonts.UI_FAMILY, fonts.fixed_family(), _control_icons(theme))
    with _nothing_goes():
        if not app.styleSheet() and app.style().objectName().lower() != "fusion":  # set once, below the sheet
            app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(fonts.ui_font())
        app.setPalette(palette(theme))
        app.setStyleSheet(sheet)


@contextmanager
def _nothing_goes() -> Iterator[None]:
    """Let no cycle of Python's be collected: Qt walks along a list of all widgets and tells each in turn.

    A widget that went while another was told is a hole in that list, into which Qt falls.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def palette(theme: Theme) -> QPalette:
    """Return the theme as a QPalette, for what the style sheet does not reach."""
    roles = {
        QPalette.ColorRole.Window: theme.surface,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.field,
        QPalette.ColorRole.AlternateBase: theme.hover,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.faint,
        QPalette.ColorRole.Button: theme.field,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.danger,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent_fill,
        QPalette.ColorRole.HighlightedText: theme.accent_text,
        QPalette.ColorRole.Accent: theme.accent_fill,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.LinkVisited: theme.accent,
        QPalette.ColorRole.Light: theme.raised,
        QPalette.ColorRole.Midlight: theme.hover,
        QPalette.ColorRole.Mid: theme.border,
        QPalette.ColorRole.Dark: theme.border_strong,
        QPalette.ColorRole.Shadow: theme.shadow,
    }
    result = QPalette()
    for role, colour in roles.items():
        result.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.disabled))
    result.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(theme.border))
    return result


def set_role(widget: QWidget, role: str, name: str = "role") -> None:
    """Set a property that the style sheet looks at (``role``, ``state``, ``kind``) and restyle the widget."""
    if widget.property(name) == role:
        return
    widget.setProperty(name, role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def switch() -> ThemeSwitch:
    """Return the application's one theme switch, made when first asked for."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("A theme needs a running QApplication. Make one first.")
    found = app.findChild(ThemeSwitch, _SWITCH, Qt.FindChildOption.FindDirectChildrenOnly)
    return found if found is not None else ThemeSwitch(app)


class ThemeSwitch(QObject):
    """Holds the choice of theme, ``"system"``, ``"light"`` or ``"dark"``, and keeps the application to it.

    ``changed`` carries the new ``Theme`` after it was applied. Get the one there is from ``switch()``.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName(_SWITCH)
        self._app = app
        self._mode = "system"
        self._applied: Theme | None = None
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def mode(self) -> str:
        """What was chosen: ``"system"``, ``"light"`` or ``"dark"``."""
        return self._mode

    @property
    def theme(self) -> Theme:
        """The theme that the choice comes to now."""
        return system_theme() if self._mode == "system" else THEMES[self._mode]

    def set_mode(self, mode: str) -> None:
        """Choose a mode and apply it; raises ``ValueError`` for one that does not exist."""
        if mode not in MODES:
            raise ValueError(f"A theme mode is one of {', '.join(MODES)}. Received: {mode!r}")
        self._mode = mode
        self._apply()

    def _follow_system(self) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        theme = self.theme
        if theme is self._applied and current() is theme:
            return
        self._applied = theme
        apply(self._app, theme)
        self.changed.emit(theme)


@cache
def _folder() -> QTemporaryDir:
    """Return a folder for this process: a style sheet can name a picture only by its file."""
    folder = QTemporaryDir()
    if not folder.isValid():
        raise OSError(f"Bunon needs a little room for temporary files. {folder.errorString()}")
    return folder


def _control_icons(theme: Theme) -> dict[str, str]:
    """Write the small pictures inside controls in the theme's colours; return their paths by name."""
    paths = {}
    for key, (name, token) in CONTROLS.items():
        path = Path(_folder().path()) / f"{theme.name}-{key}.svg"
        if not path.exists():
            path.write_text(coloured(name, getattr(theme, token)), encoding="utf-8")
        paths[key] = path.as_posix()
    return paths
