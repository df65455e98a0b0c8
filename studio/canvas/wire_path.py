"""The line of a wire: curved, or of straight parts with round corners."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QTransform

from studio.canvas.routing import OUT, PLAIN, Route, Run

CORNER = 9.0


def wire_path(
    start: QPointF, end: QPointF, route: Route = PLAIN, square: bool = False, down: bool = False
) -> QPainterPath:
    """Return the line of a wire; it leaves with the flow and arrives with it, whatever lies between."""
    if down:
        path = wire_path(_turned(start), _turned(end), route, square)
        return QTransform(0, 1, 1, 0, 0, 0).map(path)
    if route.back:
        left, right, across = route.runs[0]
        way = [(right, start.y()), (right, across), (left, across), (left, end.y())]
        return _cornered(start, [QPointF(*each) for each in way], end)
    if square:
        return _cornered(start, _corners(start, end, route.runs), end)
    path = QPainterPath(start)
    here = start
    for left, right, across in route.runs:
        _bend(path, here, QPointF(max(here.x() + 2, left + 4), across), late=True)
        here = QPointF(max(right - 4, here.x() + 6), across)
        path.lineTo(here)
    _bend(path, here, end, late=not route.runs)
    return path


def _turned(point: QPointF) -> QPointF:
    return QPointF(point.y(), point.x())


def _bend(path: QPainterPath, here: QPointF, there: QPointF, late: bool) -> None:
    """Lead a curve from one level to another."""
    across, by = there.x() - here.x(), abs(there.y() - here.y())
    if by < 0.5:
        path.lineTo(there)
        return
    bend = across * 0.5
    if late and across > 0:
        bend = across * (0.5 + 0.4 * min(1.0, by / (4 * across)))
    elif late:
        bend = min(160.0, 26.0 + by * 0.35 - across * 0.45)
    path.cubicTo(here + QPointF(bend, 0), there - QPointF(bend, 0), there)


def _corners(start: QPointF, end: QPointF, runs: tuple[Run, ...]) -> list[QPointF]:
    """Return where a wire of straight parts turns."""
    found: list[QPointF] = []
    at, level = start.x(), start.y()
    for left, right, across in runs:
        x = max((at + left) / 2, left - OUT)
        found += [QPointF(x, level), QPointF(x, across)]
        at, level = right, across
    x = (at + end.x()) / 2
    if runs:
        x = min(x, at + OUT)
    elif end.x() - at > 4 * OUT:
        x = end.x() - OUT  # a long wire turns where it arrives, so that several from one card run as one
    if abs(level - end.y()) >= 0.5:
        found += [QPointF(x, level), QPointF(x, end.y())]
    return found


def _cornered(start: QPointF, turns: list[QPointF], end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    points = [start, *turns, end]
    for before, turn, after in zip(points, points[1:], points[2:], strict=False):
        into, out = turn - before, after - turn
        lengths = into.manhattanLength(), out.manhattanLength()
        if min(lengths) < 0.5:
            continue
        room = min(CORNER, lengths[0] / 2, lengths[1] / 2)
        path.lineTo(turn - into * (room / lengths[0]))
        path.quadTo(turn, turn + out * (room / lengths[1]))
    path.lineTo(end)
    return path
