"""The look of the window: colours, style sheet, fonts and icons.

``current()`` is the theme in force and ``switch()`` changes it; ``studio.theme.apply`` is how one is put on.
Names that need Qt are loaded when first asked for, so that ``studio.theme.tokens`` can be read without Qt.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from studio.theme.tokens import DARK, LIGHT, THEMES, Theme

if TYPE_CHECKING:
    from studio.theme.apply import ThemeSwitch, set_role, switch, system_theme
    from studio.theme.fonts import mono_font, ui_font
    from studio.theme.icons import icon, pixmap
    from studio.theme.state import current, painting_in

__all__ = [
    "DARK",
    "LIGHT",
    "THEMES",
    "Theme",
    "ThemeSwitch",
    "current",
    "icon",
    "mono_font",
    "painting_in",
    "pixmap",
    "set_role",
    "switch",
    "system_theme",
    "ui_font",
]

_HOMES = {
    "studio.theme.apply": ("ThemeSwitch", "set_role", "switch", "system_theme"),
    "studio.theme.fonts": ("mono_font", "ui_font"),
    "studio.theme.icons": ("icon", "pixmap"),
    "studio.theme.state": ("current", "painting_in"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
