"""What a screen reader is told of a drawing: every node, wire, frame and note by name, place and state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsItem

from studio.canvas.mark_item import MarkItem
from studio.canvas.node_item import NodeItem
from studio.canvas.tips import wire_tip
from studio.canvas.wire_item import WireItem
from studio.words import shape_words, text

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


def name_of(view: CanvasView, item: QGraphicsItem) -> str:
    """Return what an item of the drawing is called: kind and name, a wire's ends, a note's words."""
    if isinstance(item, NodeItem):
        return ", ".join(part for part in (item.look.title, item.look.name) if part)
    if isinstance(item, WireItem):
        ends = [view.session.document.node(e, view.graph).name for e in (item.wire.source, item.wire.target)]
        info = view.session.here.nodes.get(item.wire.source)
        spec = info.output(item.wire.source_port) if info is not None else None
        words = translate("Canvas", "Wire from {source} to {target}").format(source=ends[0], target=ends[1])
        return f"{words}, {shape_words(spec.shape)}" if spec is not None else words
    if isinstance(item, MarkItem):
        frame = item.row.kind == "frame"
        words = translate("Canvas", "Frame: {text}") if frame else translate("Canvas", "Note: {text}")
        return words.format(text=item.row.text)
    return ""


def description_of(view: CanvasView, item: QGraphicsItem) -> str:
    """Return what an item says beside its name: parameters, shape, count, and what is wrong with it."""
    if isinstance(item, NodeItem):
        look, heat = item.look, item.flags_.heat
        warm = [f"{heat.value}, {heat.part}"] if heat is not None else []
        shared = [translate("Canvas", "Its weights are shared with other nodes.")] if look.shared else []
        wrong = [text(each) for each in view.mirror.problems.get(item.node, ())]
        return ", ".join(
            part for part in (*look.lines, look.shape, look.count, *warm, *shared, *wrong) if part
        )
    if isinstance(item, WireItem):
        return wire_tip(view, item.wire).replace("\n", ", ")
    return ""


def items_of(view: CanvasView) -> list[QGraphicsItem]:
    """Return all that a drawing shows, in the order in which it is read: nodes as data pass, wires, marks."""
    mirror = view.mirror
    order = dict.fromkeys(node for node in view.session.here.order if node in mirror.nodes)
    return [
        *(mirror.nodes[node] for node in order | dict.fromkeys(mirror.nodes)),
        *mirror.wires.values(),
        *mirror.marks.items.values(),
    ]


class ItemFace(QAccessibleInterface):
    """One item of the drawing, as a screen reader sees it."""

    def __init__(self, view: CanvasView, item: QGraphicsItem) -> None:
        super().__init__()
        self._view, self.item = view, item

    def isValid(self) -> bool:
        return bool(shiboken6.isValid(self.item)) and self.item.scene() is not None

    def object(self) -> Any:
        return None

    def window(self) -> Any:
        return self._view.window().windowHandle()

    def relations(self, match: Any = None) -> Any:
        return []

    def parent(self) -> Any:
        return QAccessible.queryAccessibleInterface(self._view)

    def child(self, index: int) -> Any:
        return None

    def childAt(self, x: int, y: int) -> Any:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: Any) -> int:
        return -1

    def text(self, t: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if t == QAccessible.Text.Name:
            return name_of(self._view, self.item)
        return description_of(self._view, self.item) if t == QAccessible.Text.Description else ""

    def setText(self, t: QAccessible.Text, text: str) -> None:
        pass  # names are changed by F2, as anywhere

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        item = self.item
        area = item.card() if isinstance(item, NodeItem) else QRectF(item.sceneBoundingRect())
        shown = self._view.mapFromScene(area).boundingRect()
        return QRect(self._view.viewport().mapToGlobal(shown.topLeft()), shown.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> Any:
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = 1
            return state
        state.selectable = state.focusable = state.multiSelectable = 1
        state.selected = int(self.item.isSelected())
        state.focused = int(isinstance(self.item, NodeItem) and self.item.flags_.focused)
        return state

    def interface_cast(self, t: Any) -> Any:
        return None


class DrawingFace(QAccessibleWidget):
    """The drawing: the widgets over it first, then its items."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, QAccessible.Role.List, "")
        self._view = view
        self._faces: dict[QGraphicsItem, ItemFace] = {}

    def _face(self, item: QGraphicsItem) -> ItemFace:
        found = self._faces.get(item)
        if found is None:
            self._faces = {each: face for each, face in self._faces.items() if face.isValid()}
            found = self._faces[item] = ItemFace(self._view, item)
            QAccessible.registerAccessibleInterface(found)
        return found

    def childCount(self) -> int:
        return super().childCount() + len(items_of(self._view))

    def child(self, index: int) -> Any:
        widgets = super().childCount()
        if index < widgets:
            return super().child(index)
        items = items_of(self._view)
        return self._face(items[index - widgets]) if index - widgets < len(items) else None

    def childAt(self, x: int, y: int) -> Any:
        at = self._view.viewport().mapFromGlobal(QPoint(x, y))
        found = next((i for i in self._view.items(at) if isinstance(i, (NodeItem, WireItem, MarkItem))), None)
        return self._face(found) if found is not None else super().childAt(x, y)

    def indexOfChild(self, child: Any) -> int:
        if not isinstance(child, ItemFace):
            return super().indexOfChild(child)
        items = items_of(self._view)
        return super().childCount() + items.index(child.item) if child.item in items else -1

    def place_of(self, item: QGraphicsItem) -> int:
        """Return the number of an item among the children."""
        return super().childCount() + items_of(self._view).index(item)


_faces: list[DrawingFace] = []
"""Kept as long as Qt keeps them: it asks for one and does not hold on to the Python side of it."""


def _made(key: str, thing: QObject) -> QAccessibleInterface | None:
    from studio.canvas.view import CanvasView  # it installs this

    if key != "CanvasView" or not isinstance(thing, CanvasView):
        return None
    _faces[:] = [each for each in _faces if shiboken6.isValid(each)]
    _faces.append(DrawingFace(thing))
    return _faces[-1]


_installed = False


def install() -> None:
    """Let screen readers look into drawings, from now on; once for all of them."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_made)


def tell_focus(view: CanvasView, node: str) -> None:
    """Let a screen reader read the node on which the keyboard is."""
    if node not in view.mirror.nodes or not QAccessible.isActive():
        return
    face = QAccessible.queryAccessibleInterface(view)
    if isinstance(face, DrawingFace):
        event = QAccessibleEvent(view, QAccessible.Event.Focus)
        event.setChild(face.place_of(view.mirror.nodes[node]))
        QAccessible.updateAccessibility(event)
