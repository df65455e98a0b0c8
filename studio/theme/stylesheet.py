"""The one style sheet (``resources/themes/bunon.qss``), filled in from a theme. No Qt: text in, text out.

What it styles by type: buttons, fields, tabs, menus, lists, tables, scroll bars and so on. What it styles by
a dynamic property (set with ``studio.theme.set_role``):

======================  ==================  ==============================================================
widget                  property            looks
======================  ==================  ==============================================================
QPushButton             role="primary"      filled with the accent: the one thing to do here
QPushButton             role="danger"       filled with red: destroys something
QPushButton             role="quiet"        no edge until the pointer is over it
QPushButton             role="link"         words in the accent colour
QToolButton             role="framed"       an edge of its own, for a button that stands alone in a bar
QToolButton             role="small"        next to nothing around its icon
QLabel                  role="title"        the name of what is shown
QLabel                  role="heading"      small and bold, over a group
QLabel                  role="muted"        an explanation; also "faint", "small", "link", "danger",
                                            "warning", "good"
QLabel                  role="mono"         code and shapes; "value" for a number at the right of its label
QFrame, QWidget         role="panel"        a side panel; "bar" and "foot" with a hairline below, above
QFrame, QWidget         role="card"         a rounded ground one step away from the panel
QFrame, QWidget         role="canvas"       the ground that nodes stand on
QFrame                  role="line"         a hairline, one pixel high; "vline" one pixel wide
QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit
                        role="mono"         code inside the field
the same                state="error"       red edge: what stands inside cannot be used
QTabBar                 role="documents"    tabs as boxes instead of underlined words
======================  ==================  ==============================================================

Qt caches the height of rows that it was asked for before the view was styled: call ``ensurePolished()`` on a
list or tree before selecting or expanding in it. Spin boxes are ``studio.kit``'s own, which pad their text.

Sizes are logical pixels; Qt scales them, and the pictures are SVG, so both are crisp at any scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from string import Template

from engine.config import resources_path
from studio.theme.tokens import Theme

CONTROLS = {
    "down": ("chevron-down", "faint"),
    "down_off": ("chevron-down", "disabled"),
    "up": ("chevron-up", "faint"),
    "right": ("chevron-right", "faint"),
    "left": ("chevron-left", "faint"),
    "open": ("chevron-down", "faint"),
    "plus": ("plus", "faint"),
    "plus_over": ("plus", "text"),
    "plus_off": ("plus", "disabled"),
    "minus": ("minus", "faint"),
    "minus_over": ("minus", "text"),
    "minus_off": ("minus", "disabled"),
    "check": ("check", "accent_text"),
    "check_off": ("check", "disabled"),
    "tick": ("check", "accent"),
    "close": ("x", "faint"),
    "close_over": ("x", "text"),
}
"""Pictures inside controls: name in the sheet, to icon and the colour of the theme that it is painted in."""


def stylesheet(theme: Theme, ui: str, mono: str, pictures: Mapping[str, str]) -> str:
    """Return the style sheet for ``theme``, with font families and the files of the pictures in ``CONTROLS``.

    Raises ``KeyError`` where a picture that the sheet names is missing.
    """
    text = (resources_path() / "themes" / "bunon.qss").read_text(encoding="utf-8")
    colours = {one.name: getattr(theme, one.name) for one in fields(theme)}
    return Template(text).substitute(
        {name: value for name, value in colours.items() if isinstance(value, str)},
        ui=ui,
        mono=mono,
        **{f"img_{name}": f'url("{path}")' for name, path in pictures.items()},
    )
