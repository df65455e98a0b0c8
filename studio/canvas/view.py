"""The canvas: it turns what mouse and keyboard do into gestures, and gestures into verbs."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QGraphicsView, QMenu, QToolTip

from studio.canvas.accessible import install, tell_focus
from studio.canvas.edge_pan import EdgePan
from studio.canvas.far_marks import paint_marks
from studio.canvas.gestures import DropLayer, Gesture, Knife, Pan
from studio.canvas.gestures.drop_layer import layer_of
from studio.canvas.keys import act_of
from studio.canvas.menus import menu_at
from studio.canvas.mirror import differences
from studio.canvas.overlay import Overlays
from studio.canvas.pressing import begun, on_corner
from studio.canvas.session import CanvasSession
from studio.canvas.tips import tip_at
from studio.canvas.wiring_actions import WiringActions

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_MOVING = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier


class CanvasView(WiringActions):
    """A drawing that can be seen and changed.  It writes the document only through ``studio.commands``."""

    _ready = False

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        self.gesture: Gesture | None = None
        self.menu: QMenu | None = None
        self._edge_pan = EdgePan(self)
        self._drop: DropLayer | None = None
        self._space = False
        self._focused = ""
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Drawing of the model"))
        install()
        self.overlays = Overlays(self)
        self.looked_around.connect(self.overlays.refresh)
        self.selection_changed.connect(self._follow_selection)
        self.mirror.changed_shape.connect(self._follow)
        session.document.edited.connect(self._give_way)
        self._ready = True
        self._follow()

    def watch_mirror(self) -> None:
        super().watch_mirror()
        if self._ready:  # the first scene is there before the overlays
            self.mirror.changed_shape.connect(self._follow)
            self._focused = ""
            self.close_popup()

    def _show_graph(self, graph: str) -> None:
        self._abandon()
        super()._show_graph(graph)

    def _give_way(self, *_: object) -> None:
        """Give up a gesture under which the document changed, by an undo for example."""
        if self.gesture is not None:
            self._abandon()

    def mirror_errors(self) -> list[str]:
        """Return where the scene differs from the document; empty where it is a true mirror."""
        return differences(self.mirror)

    def release(self) -> None:
        """Stop listening to the document, before another view takes this one's place."""
        self._abandon()
        self.session.document.edited.disconnect(self._give_way, missing_ok=True)
        self.session.entered.disconnect(self._show_graph, missing_ok=True)
        self.mirror.detach()

    def refresh_previews(self) -> None:
        """Ask for the samples on the cards anew: the data changed, or training went on."""
        self.mirror.refresh_previews()

    # -- following ----------------------------------------------------------------------------------------

    def _follow(self) -> None:
        self.overlays.minimap.redraw()
        self.overlays.refresh()
        self._follow_selection(self.mirror.selected_nodes())

    def _follow_selection(self, nodes: list[str]) -> None:
        focused = nodes[0] if len(nodes) == 1 and self.hasFocus() and self.by_keyboard else ""
        for node in {self._focused, focused} - {""}:
            if node in self.mirror.nodes:
                self.mirror.nodes[node].set_focused(node == focused)
        if focused and focused != self._focused:
            tell_focus(self, focused)
        self._focused = focused
        self.overlays.lesson.follow(nodes)
        words = self._described(nodes)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)

    def _described(self, nodes: list[str]) -> str:
        marks = self.mirror.marks.selected()
        if not nodes and len(marks) == 1:
            row = self.mirror.marks.items[marks[0]].row
            return (self.tr("Frame: {text}") if row.kind == "frame" else self.tr("Note: {text}")).format(
                text=row.text
            )
        if len(nodes) != 1:
            return self.tr("{count} nodes selected").format(count=len(nodes)) if nodes else ""
        look = self.mirror.nodes[nodes[0]].look
        return ", ".join(
            part for part in (look.title, look.name, *look.lines, look.shape, look.count) if part
        )

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.by_keyboard = self.by_keyboard or event.reason() in keys
        self._follow_selection(self.mirror.selected_nodes())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space = False
        self._follow_selection(self.mirror.selected_nodes())

    # -- the mouse ----------------------------------------------------------------------------------------

    def _begin(self, gesture: Gesture) -> None:
        self.gesture = gesture
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def _abandon(self) -> None:
        gesture, self.gesture = self.gesture, None
        self._edge_pan.stop()
        if gesture is not None:
            gesture.cancel()
        self.viewport().unsetCursor()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_popup()
        self.by_keyboard = False
        self.mirror.finish_glide()
        if self.gesture is not None:
            return
        self.hint.hide()
        at, left = event.position().toPoint(), event.button() == Qt.MouseButton.LeftButton
        right, ctrl = event.button() == Qt.MouseButton.RightButton, Qt.KeyboardModifier.ControlModifier
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._begin(Pan(self, at))
        elif right and event.modifiers() & ctrl:
            self._begin(Knife(self, at))
        elif left:
            gesture = begun(self, at, event.modifiers())
            if gesture is not None:
                self._begin(gesture)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            self.gesture.move(event.position().toPoint(), event.modifiers())
            self._edge_pan.follow(event.position().toPoint(), event.modifiers())
            event.accept()
            return
        super().mouseMoveEvent(event)
        at = event.position().toPoint()
        place = self.mapToScene(at)
        over_socket = self.mirror.socket_at(place, self.reach()) is not None
        shape = Qt.CursorShape.OpenHandCursor if self._space else None
        if over_socket and not self._space:
            shape = Qt.CursorShape.CrossCursor
        elif not self._space and on_corner(self, place):
            shape = Qt.CursorShape.SizeFDiagCursor
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)
        self.overlays.lesson.hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self.gesture = self.gesture, None
        self._edge_pan.stop()
        if gesture is not None:
            gesture.finish(event.position().toPoint(), event.modifiers())
            self.viewport().unsetCursor()
            event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        place = self.mapToScene(at)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        card, wire = self.mirror.node_at(place), self.mirror.wire_at(place)
        mark = self.mirror.marks.at(place) if card is None and wire is None else None
        if mark is not None:
            self.select([], (), [mark.mark])
            self.write_mark(mark.mark)
        elif card is None and wire is None:
            self.add_by_search(at)
        elif card is not None and self.block_of(card.node):
            self.select([card.node])
            self.enter_block()
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if isinstance(self.gesture, Knife) or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()  # the right button cuts wires while Ctrl is held
            return
        self._abandon()
        self.close_popup()
        at = event.pos()
        nodes = self.mirror.selected_nodes()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and nodes:
            at = self.mapFromScene(self.mirror.nodes[nodes[0]].card().center())
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = menu_at(self, at)
        self.menu.popup(self.viewport().mapToGlobal(at))
        event.accept()

    # -- from the palette ---------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        type_name = layer_of(event.mimeData())
        if type_name:
            self._drop = DropLayer(self, event.position().toPoint(), type_name)
            self.overlays.lesson.set_away(True)
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._drop is None:
            event.ignore()
            return
        self._drop.move(event.position().toPoint(), event.modifiers())
        self._edge_pan.carry(self._drop, event.position().toPoint(), event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._edge_pan.stop()
        if self._drop is not None:
            self._drop.cancel()
            self._drop = None
        self.overlays.lesson.set_away(False)

    def dropEvent(self, event: QDropEvent) -> None:
        drop, self._drop = self._drop, None
        self._edge_pan.stop()
        self.overlays.lesson.set_away(False)
        if drop is None:
            event.ignore()
            return
        drop.move(event.position().toPoint(), event.modifiers())
        drop.finish(event.position().toPoint(), event.modifiers())
        event.acceptProposedAction()
        self.setFocus()

    # -- the keyboard -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = Qt.Key(event.key()), event.modifiers()
        if key == Qt.Key.Key_Space and not keys & ~Qt.KeyboardModifier.KeypadModifier:
            self._space = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif key == Qt.Key.Key_Escape:
            if self.gesture is not None:
                self._abandon()
            elif self.mirror.selectedItems():
                self.select([])
            elif (act := act_of(self, event)) is not None:
                act()
            else:
                event.ignore()
                return
        elif self.gesture is not None:
            pass
        elif key in _ARROWS and not keys & ~_MOVING:
            (self.walk_on if keys & Qt.KeyboardModifier.ShiftModifier else self.walk)(key)
        elif (act := act_of(self, event)) is not None:
            act()
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            if self.gesture is None:
                self.viewport().unsetCursor()
        super().keyReleaseEvent(event)

    def focusNextPrevChild(self, next_: bool) -> bool:
        """Tab walks through the nodes, and leaves the canvas after the last."""
        return self.step(1 if next_ else -1) or super().focusNextPrevChild(next_)

    # -- the rest -----------------------------------------------------------------------------------------

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        paint_marks(painter, self.mirror, QRectF(rect), self.zoom())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = tip_at(self, event.pos())
            # What a document says is shown as it stands, never read as HTML.
            shown = f"<p>{escape(words)}</p>".replace("\n", "<br>") if words else ""
            QToolTip.showText(event.globalPos(), shown, self.viewport())
            return True
        return QGraphicsView.viewportEvent(self, event)
