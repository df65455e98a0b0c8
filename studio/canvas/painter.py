"""How a card is painted.  It knows nothing of documents: a ``Look``, a few flags and the theme are enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from studio.canvas import geometry as g
from studio.canvas.heat import Heat, heated
from studio.canvas.look import Look, Socket
from studio.canvas.picture import Picture
from studio.canvas.port_names import paint_names
from studio.theme import Theme, mono_font, ui_font

FULL = 0.34
"""Below this level of detail words are left out but for the title, and below half of it the title too."""
NAMED = 0.6
"""Below this level of detail the names of sockets are left out."""
FAR = 0.8
"""Below this level of detail letters are larger, so that they can be read from afar."""


@dataclass(slots=True)
class Flags:
    """What the view adds to a look: selection, focus, pointer, and sockets lit (True) or dimmed (False).

    ``heat`` is what the heat map says of the node, ``found`` whether a search has found it.
    """

    selected: bool = False
    focused: bool = False
    hovered: bool = False
    lights: Mapping[tuple[bool, str, int], bool] | None = field(default=None)
    heat: Heat | None = None
    found: bool = False


@cache
def _font(kind: str) -> QFont:
    return {
        "title": lambda: ui_font(13, bold=True),
        "line": lambda: ui_font(11),
        "far title": lambda: ui_font(16, bold=True),
        "far line": lambda: ui_font(g.FAR_LINE),
        "far shape": lambda: mono_font(15),
        "name": lambda: mono_font(10),
        "shape": lambda: mono_font(11),
    }[kind]()


def paint_card(
    painter: QPainter, look: Look, flags: Flags, theme: Theme, detail: float, picture: Picture | None
) -> None:
    """Paint a card with its top left corner at the origin."""
    size = g.size_of(look)
    card = QRectF(0, 0, size.width(), size.height())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(theme.category(look.category))
    if flags.lights is not None and not any(flags.lights.values()):
        painter.setOpacity(0.45)
    if look.bypassed:
        painter.setOpacity(0.5 * painter.opacity())
    if detail >= FULL / 2:
        _shadow(painter, card, theme)
    _rings(painter, card, look, flags, theme)
    edge = QColor(theme.danger if look.severity == "error" else theme.node_border)
    if flags.selected and look.severity != "error":
        edge = QColor(theme.selection)
    elif flags.hovered and look.severity != "error":
        edge = QColor(theme.border_strong)
    pen = QPen(edge, 1.6 if flags.selected or look.severity == "error" else 1.0)
    if look.unknown or look.bypassed:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    ground = theme.field if look.unknown else theme.node
    if flags.heat is not None:
        ground = heated(theme, flags.heat.level)
        theme = _on_heat(theme)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(card, g.RADIUS, g.RADIUS)
    _bar(painter, card, colour)
    if detail >= FULL:
        _words(painter, card, look, theme, "far " if detail < FAR else "")
        _foot(painter, card, look, theme, "far " if detail < FAR else "", flags.heat)
        if picture is not None:
            top = g.HEAD + g.extra_of(look) - 4
            area = QRectF(g.PAD, top, card.width() - 2 * g.PAD + 4, g.PICTURE - 2)
            picture.paint(painter, area, QColor(theme.text if look.category == "input" else colour))
    elif detail >= FULL / 2:
        painter.setPen(QColor(theme.text))
        title = look.title if flags.heat is None else flags.heat.part
        font, words = fitted(title, card.width() - 24, 20, 15)
        painter.setFont(font)
        painter.drawText(card.adjusted(16, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, words)
    if detail >= FULL / 2:
        for socket in g.sockets_of(look):
            _socket(painter, look, socket, flags, theme, colour)
    if detail >= NAMED:
        paint_names(painter, look, theme)
    painter.setOpacity(1.0)


@cache
def _bold(size: int) -> tuple[QFont, QFontMetricsF]:
    font = ui_font(size, bold=True)
    return font, QFontMetricsF(font)


def fitted(title: str, room: float, size: int, least: int) -> tuple[QFont, str]:
    """Return the largest font from ``size`` to ``least`` in which a title fits, else the title cut short."""
    for pixels in range(size, least - 1, -1):
        font, metrics = _bold(pixels)
        if metrics.horizontalAdvance(title) <= room:
            return font, title
    return font, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)


def _on_heat(theme: Theme) -> Theme:
    """Return the theme for words on a tinted card: nothing faint."""
    return replace(theme, muted=theme.text, faint=theme.text, border=theme.border_strong)


def _shadow(painter: QPainter, card: QRectF, theme: Theme) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, down in ((3.0, 3.0), (1.5, 2.0), (0.5, 1.0)):
        shade = QColor(theme.shadow)
        shade.setAlphaF(theme.shadow_alpha * 0.42)
        painter.setBrush(shade)
        rect = card.adjusted(-spread, -spread, spread, spread).translated(0, down)
        painter.drawRoundedRect(rect, g.RADIUS + spread, g.RADIUS + spread)


def _rings(painter: QPainter, card: QRectF, look: Look, flags: Flags, theme: Theme) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if flags.selected or look.severity == "error":
        glow = QColor(theme.danger if look.severity == "error" else theme.selection_glow)
        glow.setAlphaF(0.34 if flags.selected else 0.18)
        painter.setPen(QPen(glow, 5.0))
        painter.drawRoundedRect(card.adjusted(-2.5, -2.5, 2.5, 2.5), g.RADIUS + 2, g.RADIUS + 2)
    if flags.found:
        painter.setPen(QPen(QColor(theme.accent), 2.5))
        painter.drawRoundedRect(card.adjusted(-4, -4, 4, 4), g.RADIUS + 3, g.RADIUS + 3)
    if flags.focused:
        painter.setPen(QPen(QColor(theme.accent), 1.5, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(card.adjusted(-7, -7, 7, 7), g.RADIUS + 6, g.RADIUS + 6)


def _bar(painter: QPainter, card: QRectF, colour: QColor) -> None:
    bar = QPainterPath()
    bar.addRoundedRect(QRectF(0.5, 0.5, 2 * g.RADIUS, card.height() - 1), g.RADIUS, g.RADIUS)
    strip = QPainterPath()
    strip.addRect(QRectF(0, 0, g.BAR, card.height()))
    painter.fillPath(bar.intersected(strip), QBrush(colour))


def _words(painter: QPainter, card: QRectF, look: Look, theme: Theme, far: str) -> None:
    left, right = g.PAD, card.width() - 12
    small = QFontMetricsF(_font("name"))
    title = QFontMetricsF(_font(far + "title"))
    marks = (13 if look.shared else 0) + (16 if look.severity else 0)
    need = title.horizontalAdvance(look.title)
    room = right - left - marks - 8
    name_room = room - need if look.name and not far and room - need >= 34 else 0.0
    name = small.elidedText(look.name, Qt.TextElideMode.ElideRight, name_room)
    used = small.horizontalAdvance(name) if name_room else 0.0
    head = QRectF(left, 9, room - used if used else right - left - (marks + 2 if marks else 0), 20)
    font, words = fitted(look.title, head.width(), *((16, 12) if far else (13, 11)))
    painter.setFont(font)
    painter.setPen(QColor(theme.muted if look.unknown else theme.text))
    painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, words)
    painter.setFont(_font("name"))
    painter.setPen(QColor(theme.faint))
    place = QRectF(right - used - marks, 9, used + 1, 20)
    if name_room:
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)
    if look.shared:
        _link(painter, QPointF(right - (16 if look.severity else 0) - 4, 19), theme)
    if look.severity:
        _alarm(painter, QPointF(right - 5, 19), look.severity, theme)
    lines, font = g.rows_of(look.lines), _font(far + "line")
    metrics = QFontMetricsF(font)
    if far and any(metrics.horizontalAdvance(line) > right - left for line in lines):
        font = _font("line")  # for which the rows were broken
        metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(theme.muted))
    for number, line in enumerate(lines):
        text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, right - left)
        row = QRectF(left, 29 + g.EXTRA_LINE * number, right - left, 18)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, text)


def _foot(painter: QPainter, card: QRectF, look: Look, theme: Theme, far: str, heat: Heat | None) -> None:
    left, right = g.PAD, card.width() - 12
    top = card.height() - g.FOOT
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.drawLine(QPointF(left, top + 1.5), QPointF(right, top + 1.5))
    shape, count = look.badge or look.shape, "" if look.badge else look.count
    if heat is not None:
        shape, count = heat.value, heat.part
        painter.fillRect(QRectF(left, top, (right - left) * heat.level, 3), QColor(theme.series[1]))
    foot = QRectF(left, top + 2, right - left, g.FOOT - 5)
    font = _font(far + "shape")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    used = 0.0
    words = shape.replace(" × ", "×") if far else shape
    spare = foot.width() - metrics.horizontalAdvance(words) - 8
    if count and metrics.horizontalAdvance(count) <= spare:
        painter.setPen(QColor(theme.faint))
        used = metrics.horizontalAdvance(count) + 8
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
    words = words or "?"  # what comes before has no shape yet
    painter.setPen(QColor(theme.danger if look.lost else theme.text if words != "?" else theme.faint))
    text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, foot.width() - used)
    painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, text)


def _alarm(painter: QPainter, centre: QPointF, severity: str, theme: Theme) -> None:
    """Paint a disc with a cross for an error, a triangle with a stroke for a warning: forms, not colours."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.danger if severity == "error" else theme.warning))
    x, y = centre.x(), centre.y()
    if severity == "error":
        painter.drawEllipse(centre, 6.0, 6.0)
    else:
        corners = [QPointF(x, y - 6.5), QPointF(x + 6.8, y + 5.2), QPointF(x - 6.8, y + 5.2)]
        painter.drawPolygon(QPolygonF(corners))
    pen = QPen(QColor(theme.node), 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    if severity == "error":
        painter.drawLine(QPointF(x - 2.3, y - 2.3), QPointF(x + 2.3, y + 2.3))
        painter.drawLine(QPointF(x + 2.3, y - 2.3), QPointF(x - 2.3, y + 2.3))
    else:
        painter.drawLine(QPointF(x, y - 2.4), QPointF(x, y + 1.2))
        painter.drawPoint(QPointF(x, y + 3.5))


def _link(painter: QPainter, centre: QPointF, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.accent), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-2.6, 2.6):
        painter.drawRoundedRect(QRectF(centre.x() + side - 3.4, centre.y() - 2.4, 6.8, 4.8), 2.4, 2.4)


def _socket(
    painter: QPainter, look: Look, socket: Socket, flags: Flags, theme: Theme, colour: QColor
) -> None:
    place = g.socket_place(look, socket)
    lit = None if flags.lights is None else flags.lights.get(socket.key)
    radius = g.SOCKET + (1.5 if lit else 0.0)
    ink = QColor(theme.danger if socket.state == "gone" else colour)
    if lit:
        glow = QColor(theme.accent)
        glow.setAlphaF(0.28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(place, radius + 4, radius + 4)
        ink = QColor(theme.accent)
    elif flags.lights is not None:
        ink.setAlphaF(0.35)
    pen = QPen(ink, 1.8)
    if socket.state in ("free", "gone"):
        pen.setDashPattern([1.6, 1.4])
    painter.setPen(pen)
    painter.setBrush(QColor(theme.node) if socket.is_input or socket.state == "gone" else ink)
    painter.drawEllipse(place, radius, radius)
    if lit is False:  # struck through: told without a colour
        ink.setAlphaF(0.8)
        painter.setPen(QPen(ink, 1.6))
        arm = QPointF(g.SOCKET + 1.5, g.SOCKET + 1.5)
        painter.drawLine(place - arm, place + arm)
