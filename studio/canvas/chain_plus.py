"""The "+" between two cards of the Sequential view: a click there inserts a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from studio.document.rows import Wire
from studio.kit.keymap import keymap
from studio.theme import current

if TYPE_CHECKING:
    from studio.canvas.chain_actions import ChainActions

SIZE = 22
REACH = 26
"""How near to the gap between two cards the pointer has to be, in pixels."""
ABOVE = 22
"""How far above the wire it stands, so that the shape stays readable."""


class ChainPlus(QAbstractButton):
    """Stands at the gap under the pointer, or behind the card that has the keyboard's focus."""

    def __init__(self, view: ChainActions) -> None:
        super().__init__(view)
        self._view = view
        self.wire: Wire | None = None
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys for it are an action of their own
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Insert a layer here"))
        self.resize(SIZE, SIZE)
        self.hide()
        self.clicked.connect(self._insert)
        view.viewport().installEventFilter(self)
        view.looked_around.connect(self._away)
        view.selection_changed.connect(self._follow_keys)

    def sizeHint(self) -> QSize:
        """Return its size, which is always the same."""
        return QSize(SIZE, SIZE)

    def show_at(self, wire: Wire) -> None:
        """Stand at the middle of a wire."""
        item = self._view.mirror.wires.get(wire)
        if item is None:
            self._away()
            return
        self.wire = wire
        middle = self._view.mapFromScene(item.middle())
        down = abs(item.ends()[1].y() - item.ends()[0].y()) > abs(item.ends()[1].x() - item.ends()[0].x())
        lift = QPoint(ABOVE + 14, 0) if down else QPoint(0, -ABOVE)
        self.move(middle + lift - QPoint(SIZE // 2, SIZE // 2))
        keys = keymap().words("insert_after")
        words = self.tr("Insert a layer here")
        after = self.tr("{words} ({keys} after the selected one)").format(words=words, keys=keys)
        self.setToolTip(after if keys else words)
        self.show()
        self.raise_()

    def _away(self) -> None:
        self.wire = None
        self.hide()

    def _insert(self) -> None:
        wire = self.wire
        at = self.geometry().bottomLeft()
        self._away()
        if wire is not None:
            self._view.insert_by_search(wire, at)

    def _follow(self, at: QPoint) -> None:
        """Stand at the wire nearest to the pointer; go away where none is near."""
        mirror = self._view.mirror
        if not mirror.stacked():
            self._away()
            return
        corner = QPoint(REACH, REACH)
        area = QRectF(self._view.mapToScene(at - corner), self._view.mapToScene(at + corner))
        best: tuple[float, Wire] | None = None
        for wire, item in mirror.wires.items():
            way = item.middle() - area.center()
            if area.contains(item.middle()) and (best is None or way.manhattanLength() < best[0]):
                best = (way.manhattanLength(), wire)
        if best is not None:
            self.show_at(best[1])
        elif self.isVisible() and not self.geometry().adjusted(-8, -8, 8, 8).contains(at):
            self._away()

    def _follow_keys(self, nodes: list[str]) -> None:
        view = self._view
        wires = []
        if view.by_keyboard and len(nodes) == 1 and view.mirror.stacked():
            wires = view.session.document.outgoing(nodes[0], graph=view.graph)
        if len(wires) == 1:
            self.show_at(wires[0])
        else:
            self._away()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            if event.buttons() == Qt.MouseButton.NoButton:
                self._follow(event.position().toPoint())
            else:
                self._away()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._over = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent), 1.4))
        painter.setBrush(QColor(theme.accent_fill if self._over else theme.surface))
        painter.drawEllipse(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.setPen(QPen(QColor(theme.accent_text if self._over else theme.accent), 1.8))
        middle = self.rect().center()
        painter.drawLine(middle + QPoint(-4, 0), middle + QPoint(5, 0))
        painter.drawLine(middle + QPoint(0, -4), middle + QPoint(0, 5))
