"""The two typefaces of the window: one for words, Latin and Bengali alike, and one for code and numbers."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from engine.config import resources_path

UI_FAMILY = "Noto Sans Bengali"
SIZES = {"small": 11, "label": 12, "body": 13, "heading": 14, "title": 17}
_LOADED = "bunonFontsLoaded"
_FIXED = "bunonFixedFamily"
_PREFERRED = (
    "JetBrains Mono",
    "Cascadia Mono",
    "SF Mono",
    "Menlo",
    "Consolas",
    "DejaVu Sans Mono",
    "Noto Sans Mono",
    "Liberation Mono",
)


def load_fonts(app: QApplication) -> None:
    """Register the bundled fonts with Qt, once per application.

    Raises ``FileNotFoundError`` naming the file where the installation lacks one.
    """
    if app.property(_LOADED):
        return
    for file in ("NotoSansBengali_400Regular.ttf", "NotoSansBengali_700Bold.ttf"):
        path = resources_path() / "fonts" / file
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(
                f"The font {path} is missing or broken. Install Bunon again to bring it back."
            )
    app.setProperty(_LOADED, True)


def fixed_family() -> str:
    """Return the family for code: the system's own, or a known one where that is not fixed in width."""
    app = QApplication.instance()
    known = app.property(_FIXED) if app is not None else None
    if isinstance(known, str):
        return known
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    resolved = QFontInfo(system)
    family = resolved.family()
    if not QFontDatabase.isFixedPitch(family):
        here = set(QFontDatabase.families())
        family = next((one for one in _PREFERRED if one in here), family)
    if app is not None:
        app.setProperty(_FIXED, family)
    return family


def ui_font(size: int = SIZES["body"], bold: bool = False) -> QFont:
    """Return the font for words, ``size`` in logical pixels."""
    font = QFont(UI_FAMILY)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPixelSize(size)
    font.setBold(bold)
    return font


def mono_font(size: int = SIZES["label"], bold: bool = False) -> QFont:
    """Return the font for code, shapes and numbers, ``size`` in logical pixels; Bengali comes from ours."""
    font = QFont([fixed_family(), UI_FAMILY])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(size)
    font.setBold(bold)
    return font
