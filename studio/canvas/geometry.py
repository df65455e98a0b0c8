"""Sizes and places: how large a node is and where its sockets sit.  Scene units."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QFontMetricsF

from studio.canvas.look import Look, Socket
from studio.theme import ui_font

WIDTH = 152.0
GAP = (36.0, 40.0)
"""Between the cards of a tidy drawing, across and down."""
STACK_GAP = (92.0, 48.0)
"""Between the cards of the Sequential view, where the shape is written between each pair."""
TITLE = 19.0
"""Middle of the title's line."""
HEAD = 54.0
"""Title and the line of parameters."""
EXTRA_LINE = 16.0
PICTURE = 46.0
FOOT = 28.0
LEAST = HEAD + FOOT
"""Height of a card with one line and no picture."""
FAR_LINE = 14
"""Size of the letters of parameters seen from afar."""
LEVEL = (HEAD + FOOT) / 2
"""Height of a lone socket below the top of its card."""
PAD = 15.0
BAR = 4.0
RADIUS = 7.0
SOCKET = 5.5
REACH = 11.0
"""How near to a socket a press counts, at 100 %."""
PITCH = 19.0
NAMED_PITCH = 64.0
MARGIN = 14.0
"""Room around the card for sockets, shadow and rings."""
GRID = 10.0


MOST_ROWS = 3
"""Of parameters on a card; what is more ends in an ellipsis."""


@lru_cache(4096)
def rows_of(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines of a card broken to its width, at the size that they have from afar."""
    metrics = QFontMetricsF(ui_font(FAR_LINE))
    room, rows = WIDTH - PAD - 10.0, list[str]()
    for line in lines:
        row = ""
        for word in line.replace(" × ", "×").replace(" · ", " ·\0").split("\0"):
            for part in _parts(word, metrics, room):
                joined = f"{row} {part}" if row else part
                if row and metrics.horizontalAdvance(joined.removesuffix(" ·")) > room:
                    rows.append(row.removesuffix(" ·"))
                    joined = part
                row = joined
        rows.append(row)
    if len(rows) > MOST_ROWS:
        rows = [*rows[: MOST_ROWS - 1], rows[MOST_ROWS - 1] + " …"]
    return tuple(rows)


def _parts(word: str, metrics: QFontMetricsF, room: float) -> list[str]:
    # What stands between two dots stays together where it can.
    return [word] if metrics.horizontalAdvance(word.removesuffix(" ·")) <= room else word.split(" ")


def extra_of(look: Look) -> float:
    """Return the room that rows beyond the first take."""
    return EXTRA_LINE * max(0, len(rows_of(look.lines)) - 1)


def size_of(look: Look) -> QSizeF:
    """Return width and height of a card."""
    height = HEAD + extra_of(look) + (PICTURE if look.picture else 0.0) + FOOT
    sockets = 0 if look.down else max(len(look.inputs), len(look.outputs))
    return QSizeF(WIDTH, max(height, PITCH * (sockets + 0.6)))


def sockets_of(look: Look) -> tuple[Socket, ...]:
    """Return all sockets of a card, inputs first."""
    return (*look.inputs, *look.outputs)


def across_pitch(row: tuple[Socket, ...]) -> float:
    """Return how far apart sockets side by side are: names between them need more room."""
    several = len({socket.port for socket in row}) > 1
    return min(NAMED_PITCH if several else PITCH, WIDTH / (len(row) + 0.6)) if row else PITCH


def socket_place(look: Look, socket: Socket) -> QPointF:
    """Return the centre of a socket in the card's own coordinates."""
    size = size_of(look)
    row = look.inputs if socket.is_input else look.outputs
    at = row.index(socket) if socket in row else 0
    if look.down:
        pitch = across_pitch(row)
        x = size.width() / 2 + (at - (max(1, len(row)) - 1) / 2) * pitch
        return QPointF(x, 0.0 if socket.is_input else size.height())
    # Cards whose tops are level have their sockets level too, however tall a picture makes one of them.
    middle = LEVEL if len(row) <= 3 else size.height() / 2
    y = middle + (at - (max(1, len(row)) - 1) / 2) * PITCH
    return QPointF(0.0 if socket.is_input else size.width(), y)


def snap(value: float, on: bool = True) -> float:
    """Return the nearest line of the grid."""
    return round(value / GRID) * GRID if on else value
