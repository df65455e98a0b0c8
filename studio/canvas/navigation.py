"""Looking around: zoom, scroll, fit, the grid behind everything, and pictures of the drawing."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView

from studio.canvas import geometry
from studio.canvas.scene import CanvasScene
from studio.canvas.session import CanvasSession
from studio.theme import current

LOWEST, HIGHEST = 0.1, 4.0
STEP = 1.25
WORLD = 100_000.0
DOT_PITCH = 20.0
FIT_MARGIN = 22


def _lines(start: float, end: float, pitch: float) -> list[float]:
    first = floor(start / pitch)
    return [step * pitch for step in range(first, floor(end / pitch) + 1)]


class NavigableView(QGraphicsView):
    """A view of a scene that can be looked around in."""

    looked_around = Signal()
    """The zoom, the place or the size of what is seen changed."""

    def __init__(self, session: CanvasSession) -> None:
        super().__init__()
        self.session = session
        self.mirror = CanvasScene(session, session.graph, self)
        self._left: dict[str, tuple[float, QPointF]] = {}  # zoom and middle of graphs that were left
        self.setScene(self.mirror)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(QRectF(-WORLD, -WORLD, 2 * WORLD, 2 * WORLD))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self._grid_row: tuple[object, QPixmap] = ((), QPixmap())  # what it was made for, and itself
        self._shown = False
        self._fitted = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._settled)
        self.watch_mirror()
        session.entered.connect(self._show_graph)

    def watch_mirror(self) -> None:
        """Listen to the scene, which is a new one whenever a block is entered or left."""
        self.mirror.grown.connect(self._keep_fitted)

    def _show_graph(self, graph: str) -> None:
        """Show a block from inside, or what it lies in as it was left."""
        old = self.mirror
        self._left[old.graph] = (self.zoom(), self.mapToScene(self.viewport().rect().center()))
        old.finish_glide()
        old.detach()
        self.mirror = CanvasScene(self.session, graph, self)
        self.mirror.set_room(old.room)
        self.mirror.set_sequential(old.sequential)
        self.mirror.finish_glide()
        self.watch_mirror()
        self.setScene(self.mirror)
        old.deleteLater()
        if graph in self._left:
            zoom, middle = self._left[graph]
            self.set_zoom(zoom)
            self._look_at(middle)
        else:
            self.fit_all()
        self.mirror.changed_shape.emit()

    def zoom(self) -> float:
        """Return pixels per scene unit: 1.0 is 100 %."""
        return self.transform().m11()

    def reach(self) -> float:
        """Return how near to a socket counts, in scene units; from afar a card can still be taken."""
        return min(geometry.REACH / min(1.0, self.zoom()), geometry.WIDTH / 4)

    def set_zoom(self, zoom: float, about: QPoint | None = None) -> None:
        """Zoom (0.1 to 4) about a point of the viewport, which stays put; about the middle if None."""
        zoom = min(HIGHEST, max(LOWEST, zoom))
        about = about if about is not None else self.viewport().rect().center()
        before = self.mapToScene(about)
        self.scale(zoom / self.zoom(), zoom / self.zoom())
        shifted = QPointF(self.mapFromScene(before) - about)
        self.scroll_by(QPoint(round(shifted.x()), round(shifted.y())))

    def scroll_by(self, way: QPoint) -> None:
        """Move what is seen by pixels."""
        self._fitted = False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + way.x())
        down.setValue(down.value() + way.y())
        self.looked_around.emit()

    def zoom_in(self) -> None:
        """One step nearer."""
        self.set_zoom(self.zoom() * STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self.set_zoom(self.zoom() / STEP)

    def zoom_reset(self) -> None:
        """100 %."""
        self.set_zoom(1.0)

    def fit_all(self) -> None:
        """Show the whole drawing."""
        self._fit(self.mirror.content())
        self._fitted = True

    def is_fitted(self) -> bool:
        """Return whether the whole drawing was fitted and nobody has looked elsewhere since."""
        return self._fitted

    def stay_fitted(self, on: bool) -> None:
        """Take what is seen now for the whole drawing, or not: a look elsewhere was taken back."""
        self._fitted = on

    def _keep_fitted(self) -> None:
        if self._fitted:
            self.fit_all()

    def _settled(self) -> None:
        self._keep_fitted()
        self.looked_around.emit()

    def fit_selection(self) -> None:
        """Show the selected nodes; all where none is selected."""
        area = QRectF()
        for node in self.mirror.selected_nodes():
            area = area.united(self.mirror.nodes[node].card())
        self._fit(area if not area.isEmpty() else self.mirror.content())

    def center_on(self, node: str) -> None:
        """Bring a node to the middle."""
        if node in self.mirror.nodes:
            self._look_at(self.mirror.nodes[node].card().center())

    def ensure_seen(self, node: str) -> None:
        """Bring a node into sight where it is not."""
        if node in self.mirror.nodes:
            card = self.mapFromScene(self.mirror.nodes[node].card()).boundingRect()
            if not self.viewport().rect().contains(card):
                self.center_on(node)

    def _look_at(self, place: QPointF) -> None:
        self.scroll_by(self.mapFromScene(place) - self.viewport().rect().center())

    def _fit(self, area: QRectF) -> None:
        if area.isEmpty():
            self.set_zoom(1.0)
            self._look_at(QPointF(0, 0))
            return
        room = self.viewport().size()
        wide = (room.width() - 2 * FIT_MARGIN) / area.width()
        high = (room.height() - 2 * FIT_MARGIN - 20) / area.height()
        zoom = min(HIGHEST, max(LOWEST, min(wide, high, 1.0)))
        self.scale(zoom / self.zoom(), zoom / self.zoom())
        self._look_at(area.center())

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        area = QRectF(rect)
        theme = current()
        painter.fillRect(area, QColor(theme.canvas))
        pitch = DOT_PITCH
        while pitch * self.zoom() < 16:
            pitch *= 2
        # Small squares without antialiasing, one row of them painted again and again: thousands of points
        # would cost more than all the cards.
        painter.save()
        painter.resetTransform()
        move = self.viewportTransform()
        scale, left, top = move.m11(), move.dx(), move.dy()
        columns = [round(x * scale + left) - 1 for x in _lines(area.left(), area.right(), pitch)]
        row = self._dots(columns, theme.grid)
        for y in _lines(area.top(), area.bottom(), pitch):
            painter.drawPixmap(columns[0], round(y * scale + top) - 1, row)
        painter.restore()
        if self.mirror.far.on:
            self.mirror.far.paint(painter, area, self.zoom())

    def _dots(self, columns: list[int], ink: str) -> QPixmap:
        """Return one row of the grid; the columns are counted from the first of them."""
        ratio = self.devicePixelRatioF()
        key = (ink, ratio, *(x - columns[0] for x in columns))
        if key != self._grid_row[0]:
            row = QPixmap(QSize(columns[-1] - columns[0] + 2, 2) * ratio)
            row.setDevicePixelRatio(ratio)
            row.fill(Qt.GlobalColor.transparent)
            painter = QPainter(row)
            for x in columns:
                painter.fillRect(x - columns[0], 0, 2, 2, QColor(ink))
            painter.end()
            self._grid_row = key, row
        return self._grid_row[1]

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.scroll_by(QPoint(-(turn.y() or turn.x()), 0))
        elif turn.y():
            self.set_zoom(self.zoom() * 1.0015 ** turn.y(), event.position().toPoint())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().size()
        self.mirror.set_room(QSizeF(room.width() - 2 * FIT_MARGIN, room.height() - 2 * FIT_MARGIN - 20))
        if not self._shown and event.size().width() > 50:
            self._shown = True
            self.fit_all()
        self._settle.start(0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            for item in self.mirror.items():
                item.update()
            self.viewport().update()
            self.looked_around.emit()  # what lies over the drawing takes the new colours
