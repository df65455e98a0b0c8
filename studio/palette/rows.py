"""How a row of the palette is painted: a category's heading, and a layer with its colour at the edge."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.theme import current, icon, ui_font
from studio.theme.fonts import SIZES

TYPE_ROLE = int(Qt.ItemDataRole.UserRole)
"""The name of the layer's class; empty for a category's heading."""
CATEGORY_ROLE = TYPE_ROLE + 1
OPEN_ROLE = TYPE_ROLE + 2
RARE_ROLE = TYPE_ROLE + 3
"""Whether a layer waits behind "more"."""
MORE_ROLE = TYPE_ROLE + 4
"""Whether a row is the "more" of its category."""


class RowDelegate(QStyledItemDelegate):
    """Paints headings with a chevron, and layers as soft bars with the category's colour at their edge."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a row: a heading has air above it."""
        return QSize(120, 29 if index.data(TYPE_ROLE) else 30)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row in the theme's colours."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = option.direction == Qt.LayoutDirection.RightToLeft
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if index.data(TYPE_ROLE):
            hovered = bool(state & QStyle.StateFlag.State_MouseOver)
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            paint_layer(
                painter,
                rect.adjusted(0, 1, 0, -2),
                str(index.data()),
                str(index.data(CATEGORY_ROLE)),
                hovered=hovered,
                chosen=chosen and focused,
                mirrored=right,
            )
        elif index.data(MORE_ROLE):
            self._paint_more(painter, rect, index, right)
        else:
            self._paint_heading(painter, rect, index, right)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(current().accent), 1.5))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1.5, -1, -2.5), 5, 5)
        painter.restore()

    def _paint_more(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, mirrored: bool
    ) -> None:
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.setFont(ui_font(SIZES["label"]))
        painter.setPen(QColor(current().accent))
        words = rect.adjusted(4, 0, -14, 0) if mirrored else rect.adjusted(14, 0, -4, 0)
        painter.drawText(words, side | Qt.AlignmentFlag.AlignVCenter, str(index.data()))

    def _paint_heading(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, mirrored: bool
    ) -> None:
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.setFont(ui_font(SIZES["label"], bold=True))
        painter.setPen(QColor(current().muted))
        words = rect.adjusted(26, 4, -4, 0) if mirrored else rect.adjusted(4, 4, -26, 0)
        painter.drawText(words, side | Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        closed = "chevron-left" if mirrored else "chevron-right"
        picture = icon("chevron-down" if index.data(OPEN_ROLE) else closed, "faint")
        x = rect.left() + 4 if mirrored else rect.right() - 18
        picture.paint(painter, QRect(x, rect.center().y() - 4, 14, 14))


def paint_layer(
    painter: QPainter, rect: QRect, text: str, category: str, *, hovered: bool = False, chosen: bool = False,
    mirrored: bool = False,
) -> None:  # fmt: skip
    """Paint a layer's bar into ``rect``."""
    theme = current()
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(rect), 5, 5)
    painter.fillPath(shape, QColor(theme.accent_soft if chosen else theme.hover if hovered else theme.field))
    bar = QRectF(rect.right() - 2 if mirrored else rect.left(), rect.top() + 3, 3, rect.height() - 6)
    painter.fillRect(bar, QColor(theme.category(category)))
    painter.setFont(ui_font(SIZES["body"]))
    painter.setPen(QColor(theme.text))
    inside = rect.adjusted(8, 0, -14, 0) if mirrored else rect.adjusted(14, 0, -8, 0)
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    painter.drawText(inside, side | Qt.AlignmentFlag.AlignVCenter, words)


def drag_picture(widget: QWidget, text: str, category: str) -> QPixmap:
    """Return the small picture that follows the pointer while a layer is dragged."""
    width = widget.fontMetrics().horizontalAdvance(text) + 36
    scale = widget.devicePixelRatioF()
    picture = QPixmap(round(width * scale), round(28 * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_layer(painter, QRect(QPoint(0, 0), QSize(width, 28)), text, category, hovered=True)
    painter.end()
    return picture
