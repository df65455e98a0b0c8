"""A frame or a note in the scene, drawn under the wires."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QStyleOptionGraphicsItem, QWidget

from studio.canvas.geometry import FAR_LINE
from studio.document.marks import HEAD
from studio.document.rows import Mark
from studio.theme import Theme, current, ui_font
from studio.theme.tokens import mix

HUES = {
    "grey": "input", "blue": "core", "teal": "convolution", "violet": "recurrent", "amber": "normalization",
    "rose": "output",
}  # fmt: skip
"""The colours of frames and notes, and the category of the theme that each one takes after."""
USUAL = {"frame": "teal", "note": "amber"}
PAD = 12.0
EDGE = 6.0
"""How far from the edge of a frame a press still counts as on it."""
GRIP = 14.0
"""Size of the corner by which it is resized."""
RADIUS = 9.0
FAR = 0.55
"""Below this level of detail a title stands above its frame, large enough to be read."""
WORDS = 0.34
"""Below this level of detail a note shows lines in place of words."""
LARGEST = 44.0
NEAR = 0.8
"""Below this level of detail the letters of a note are larger, where there is room for them."""
LETTERS = 12
TITLE = 13
TINY = 0.05
"""Below this level of detail nothing is written."""


def hue(mark: Mark, theme: Theme) -> str:
    """Return the colour of a frame or note; its usual one where it names none that there is."""
    name = mark.colour if mark.colour in HUES else USUAL[mark.kind]
    return theme.category(HUES[name])


def _far_font(detail: float) -> QFont:
    return ui_font(min(round(LARGEST), round(TITLE / detail)), bold=True)


def needed_height(text: str, width: float, letters: int = FAR_LINE) -> float:
    """Return the height of a note of some width that shows all of a text, in letters to be read from afar."""
    room = QRectF(0, 0, width - 2 * PAD, 1e6)
    flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignTop)
    return QFontMetricsF(ui_font(letters)).boundingRect(room, flags, text).height() + 2 * PAD


class MarkItem(QGraphicsItem):
    """Only the title, the edge and the corner of a frame can be taken hold of: its inside is canvas."""

    def __init__(self, mark: str, row: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.row = row
        self.hovered = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptHoverEvents(True)
        self.set_row(row)

    def set_row(self, row: Mark) -> None:
        """Show another state of the document."""
        self.prepareGeometryChange()
        self.row = row
        self.setPos(QPointF(*row.place))
        # Smaller frames lie on larger ones, and notes on frames.
        area = row.size[0] * row.size[1]
        self.setZValue(-1.0 if row.kind == "note" else -3.0 + 1.0 / (1.0 + area / 1e5))
        self.update()

    def set_rect(self, area: QRectF) -> None:
        """Show another place and size, while a gesture is under way."""
        place, size = (area.x(), area.y()), (area.width(), area.height())
        self.set_row(self.row.with_(place=place, size=size))

    def rect(self) -> QRectF:
        """Return it in scene coordinates."""
        return QRectF(self.pos(), QSizeF(*self.row.size))

    def title_rect(self) -> QRectF:
        """Return where the words stand, in scene coordinates."""
        area = self.rect()
        if self.row.kind == "frame":
            area.setHeight(min(HEAD, area.height()))
        return area

    def on_far_title(self, place: QPointF, zoom: float) -> bool:
        """Return whether a place in the scene is on the title as it stands above a frame seen from afar."""
        if self.row.kind != "frame" or not self.row.text or not TINY < zoom < FAR:
            return False
        metrics = QFontMetricsF(_far_font(zoom))
        wide = min(metrics.horizontalAdvance(self.row.text) + 2, self.row.size[0])
        area = QRectF(self.pos().x(), self.pos().y() - metrics.height(), wide, metrics.height())
        return area.contains(place)

    def on_corner(self, place: QPointF, reach: float) -> bool:
        """Return whether a place in the scene is on the corner that resizes."""
        far = self.rect().bottomRight() - place
        return -reach / 2 <= far.x() <= reach and -reach / 2 <= far.y() <= reach

    def boundingRect(self) -> QRectF:
        # The title of a frame stands above it when it is seen from afar.
        head = LARGEST * 1.5 if self.row.kind == "frame" else EDGE
        return QRectF(QPointF(), QSizeF(*self.row.size)).adjusted(-EDGE, -head, EDGE, EDGE)

    def shape(self) -> QPainterPath:
        path, area = QPainterPath(), QRectF(QPointF(), QSizeF(*self.row.size))
        path.addRect(area.adjusted(-EDGE / 2, -EDGE / 2, EDGE / 2, EDGE / 2))
        inner = area.adjusted(EDGE, HEAD, -EDGE, -EDGE)
        if self.row.kind == "note" or inner.isEmpty():
            return path
        hole = QPainterPath()
        hole.addRect(inner)
        corner = QPainterPath()
        corner.addRect(QRectF(area.bottomRight() - QPointF(GRIP, GRIP), QSizeF(GRIP, GRIP)))
        return path.subtracted(hole).united(corner)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme, colour = current(), hue(self.row, current())
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(QPointF(), QSizeF(*self.row.size))
        if self.isSelected():
            glow = QColor(theme.selection_glow)
            glow.setAlphaF(0.28)
            painter.setPen(QPen(glow, 5.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(-2.5, -2.5, 2.5, 2.5), RADIUS + 2, RADIUS + 2)
        if self.row.kind == "frame":
            self._paint_frame(painter, area, theme, colour, detail)
        else:
            self._paint_note(painter, area, theme, colour, detail)
        if (self.hovered or self.isSelected()) and detail >= WORDS:
            painter.setPen(QPen(QColor(theme.faint), 1.2))
            corner = area.bottomRight() - QPointF(4, 4)
            for step in (4.0, 8.0):
                painter.drawLine(QLineF(corner - QPointF(step, 0), corner - QPointF(0, step)))

    def _edge(self, theme: Theme, colour: str, plain: float) -> QPen:
        if self.isSelected():
            return QPen(QColor(theme.selection), 1.6)
        edge = QColor(colour)
        edge.setAlphaF(min(1.0, plain + (0.3 if self.hovered else 0.0)))
        return QPen(edge, 1.2)

    def _paint_frame(self, painter: QPainter, area: QRectF, theme: Theme, colour: str, detail: float) -> None:
        fill = QColor(colour)
        fill.setAlphaF(0.09)
        pen = self._edge(theme, colour, 0.45)
        if not self.isSelected():
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        if detail < TINY or not self.row.text:
            return
        far = detail < FAR
        font = _far_font(detail) if far else ui_font(TITLE, bold=True)
        metrics = QFontMetricsF(font)
        room = area.width() - (0 if far else 2 * PAD)
        words = metrics.elidedText(self.row.text, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(QColor(theme.readable(colour, mix(theme.canvas, colour, 0.09))))
        line = QRectF(PAD, 0, room, HEAD) if not far else QRectF(2, -metrics.height(), room, metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_note(self, painter: QPainter, area: QRectF, theme: Theme, colour: str, detail: float) -> None:
        painter.setPen(self._edge(theme, colour, 0.35))
        painter.setBrush(QColor(mix(theme.canvas, colour, 0.13)))
        painter.drawRoundedRect(area, 4, 4)
        room = area.adjusted(PAD, PAD, -PAD, -PAD)
        near = detail >= NEAR or needed_height(self.row.text, area.width()) > area.height() + 2
        letters = LETTERS if near else FAR_LINE
        metrics = QFontMetricsF(ui_font(letters))
        lines = max(0, int(room.height() / metrics.lineSpacing() + 0.3))
        if detail < WORDS:
            painter.setPen(QPen(QColor(mix(theme.canvas, colour, 0.5)), 4.0))
            for at in range(min(lines, 1 + len(self.row.text) // 24) if self.row.text else 0):
                y = room.top() + (at + 0.5) * metrics.lineSpacing()
                painter.drawLine(QLineF(room.left(), y, room.right() - (30 if at % 2 else 0), y))
            return
        painter.setFont(ui_font(letters))
        painter.setPen(QColor(theme.text))
        flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignTop)
        painter.save()
        painter.setClipRect(
            QRectF(area.left(), area.top(), area.width(), room.top() + lines * metrics.lineSpacing())
        )
        painter.drawText(room, flags, self.row.text)
        painter.restore()
        if needed_height(self.row.text, area.width(), letters) > area.height() + 2:
            painter.setPen(QColor(theme.muted))
            foot = QRectF(room.left(), area.bottom() - PAD, room.width() - 8, PAD)
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "…")

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.hovered = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.hovered = False
        self.update()
