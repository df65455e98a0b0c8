"""Lucide's icons, drawn in the colours of the theme in force.

An icon keeps the name of its colour, not the colour: it is looked up each time the icon is painted. So a
button keeps its icon for life, and switching the theme needs no more than a repaint.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from engine.config import resources_path
from studio.theme.state import current


def icon_names() -> tuple[str, ...]:
    """Return the names that ``icon`` takes, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.svg")))


@cache
def icon(name: str, color: str | None = None, *, filled: bool = False) -> QIcon:
    """Return an icon that follows the theme, crisp at every scale, fainter where it is disabled.

    ``name`` is a file of ``resources/icons`` without its ending. ``color`` names a colour of ``Theme``
    (``"danger"``, ``"accent_text"``) or ``#rrggbb``; left out, it is the theme's ``icon``, and its ``accent``
    while a button stays checked. ``filled`` paints the inside too (play, pause and stop read better so).
    Raises ``ValueError`` for a name that is no file.
    """
    source(name)
    return QIcon(_Engine(name, color, filled))


def pixmap(
    name: str, size: int, color: str | None = None, scale: float = 1.0, *, filled: bool = False
) -> QPixmap:
    """Return one picture of an icon, ``size`` logical pixels of ``scale`` device pixels each."""
    colour = resolve(color)
    pixels = max(1, round(size * scale))
    key = f"bunon-icon:{name}:{colour}:{pixels}:{filled}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = QPixmap(pixels, pixels)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        _renderer(name, colour, filled).render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        QPixmapCache.insert(key, picture)
    picture.setDevicePixelRatio(scale)
    return picture


def resolve(color: str | None) -> str:
    """Return ``#rrggbb`` for the name of a colour of the theme in force; raises ``ValueError`` if unknown."""
    if color is not None and color.startswith("#"):
        return color
    value = getattr(current(), color or "icon", None)
    if not isinstance(value, str):
        raise ValueError(f"An icon's colour is #rrggbb or the name of one in Theme. Received: {color!r}")
    return value


@cache
def source(name: str) -> str:
    """Return the SVG text of an icon, its colour still ``currentColor``."""
    path = _folder() / f"{name}.svg"
    if not path.is_file():
        raise ValueError(f"There is no icon {name!r}. Expected one of: {', '.join(icon_names())}")
    return path.read_text(encoding="utf-8")


def coloured(name: str, colour: str, filled: bool = False) -> str:
    """Return the SVG text of an icon in ``colour`` (Qt itself would paint ``currentColor`` black)."""
    text = source(name).replace("currentColor", colour)
    return text.replace('fill="none"', f'fill="{colour}"', 1) if filled else text


def _folder() -> Path:
    return resources_path() / "icons"


def _renderer(name: str, colour: str, filled: bool) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(coloured(name, colour, filled).encode()))


class _Engine(QIconEngine):
    """Paints one icon whenever Qt asks for it, in the colour that the theme has at that moment."""

    def __init__(self, name: str, color: str | None, filled: bool) -> None:
        super().__init__()
        self._name, self._color, self._filled = name, color, filled

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return current().disabled
        if self._color is None and state == QIcon.State.On:
            return current().accent
        return resolve(self._color)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        device = painter.device()
        scale = device.devicePixelRatio() if device is not None else 1.0
        picture = pixmap(self._name, side, self._colour(mode, state), scale, filled=self._filled)
        painter.drawPixmap(
            rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2, picture
        )

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # Qt 6.11 passes logical pixels; older ones passed device pixels, and shrink what is too large.
        side = min(size.width(), size.height())
        return pixmap(self._name, side, self._colour(mode, state), scale, filled=self._filled)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height())
        return QSize(side, side)

    def isNull(self) -> bool:
        return False

    def key(self) -> str:
        return "bunon"

    def clone(self) -> Any:
        return _Engine(self._name, self._color, self._filled)
