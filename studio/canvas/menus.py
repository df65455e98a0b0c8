"""The menus of the right mouse button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from studio import commands
from studio.canvas.arrange_menu import add_row, arrange_menu, mark_menu
from studio.canvas.node_item import NodeItem
from studio.canvas.wire_item import WireItem
from studio.document import clipboard
from studio.theme import icon

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


def menu_at(view: CanvasView, at: QPoint) -> QMenu:
    """Return the menu for what lies under a point of the viewport; a node or wire there becomes selected."""
    place = view.mapToScene(at)
    node, wire = view.mirror.node_at(place), view.mirror.wire_at(place)
    menu = QMenu(view)
    if node is not None:
        _node_menu(view, menu, node)
    elif wire is not None:
        _wire_menu(view, menu, wire, at)
    elif (mark := view.mirror.marks.at(place)) is not None:
        mark_menu(view, menu, mark)
    else:
        _canvas_menu(view, menu, at)
    return menu


def _node_menu(view: CanvasView, menu: QMenu, item: NodeItem) -> None:
    if not item.isSelected():
        view.select([item.node])
    one = len(view.mirror.selected_nodes()) == 1
    add_row(menu, "rename", translate("CanvasView", "Rename"), view.rename_selected, "pencil").setEnabled(one)
    menu.addSeparator()
    add_row(menu, "cut", translate("CanvasView", "Cut"), view.cut, "scissors")
    add_row(menu, "copy", translate("CanvasView", "Copy"), view.copy, "copy")
    add_row(menu, "duplicate", translate("CanvasView", "Duplicate"), lambda: view.duplicate(), "copy-plus")
    add_row(menu, "frame", translate("CanvasView", "Frame the selection…"), view.frame_selection, "frame")
    arrange_menu(view, menu)
    menu.addSeparator()
    add_row(menu, "bypass", translate("CanvasView", "Pass over, or use again"), view.bypass_selection)
    block = view.selected_block()
    if view.can_use_again():
        again = translate("CanvasView", "Use this layer again")
        if block:
            again = translate("CanvasView", "Use this block again")
        add_row(menu, "use_again", again, view.use_again, "link")
    if view.is_used_twice():
        own = translate("CanvasView", "Make it a layer of its own")
        if block:
            own = translate("CanvasView", "Make it a block of its own")
        add_row(menu, "make_own", own, view.make_own, "unlink")
    if one:
        after = translate("CanvasView", "Insert a layer after it…")
        add_row(menu, "insert_after", after, view.insert_after, "plus")
        to = translate("CanvasView", "Connect to…")
        add_row(menu, "connect", to, view.connect_by_search, "cable")
        wire = translate("CanvasView", "Remove a wire…")
        add_row(menu, "remove_wire", wire, view.disconnect_by_search, "unplug")
    add_row(menu, "make_block", translate("CanvasView", "Make a block"), view.make_block, "group")
    if block:
        add_row(menu, "enter_block", translate("CanvasView", "Enter the block"), view.enter_block, "log-in")
        dissolve = translate("CanvasView", "Dissolve the block")
        add_row(menu, "dissolve_block", dissolve, view.dissolve_block, "ungroup")
    menu.addSeparator()
    show = translate("CanvasView", "Show the selection")
    add_row(menu, "fit_selection", show, view.fit_selection, "maximize")
    menu.addSeparator()
    add_row(menu, "delete", translate("CanvasView", "Delete"), view.delete_selection, "trash-2")
    heal = translate("CanvasView", "Delete and join what is left")
    add_row(menu, "delete_heal", heal, lambda: view.delete_selection(heal=True))


def _wire_menu(view: CanvasView, menu: QMenu, item: WireItem, at: QPoint) -> None:
    wire = item.wire
    if not item.isSelected():
        view.select([], [wire])
    wires = view.mirror.selected_wires()
    menu.addAction(
        icon("plus"), translate("CanvasView", "Insert a layer…"), lambda: view.insert_by_search(wire, at)
    )
    menu.addSeparator()
    one, many = translate("CanvasView", "Remove the wire"), translate("CanvasView", "Remove the wires")

    def remove() -> None:
        commands.disconnect(view.session, wires, graph=view.graph)

    add_row(menu, "delete", one if len(wires) == 1 else many, remove, "trash-2")


def _canvas_menu(view: CanvasView, menu: QMenu, at: QPoint) -> None:
    some = bool(view.mirror.nodes)
    add_row(
        menu, "add_layer", translate("CanvasView", "Add a layer…"), lambda: view.add_by_search(at), "plus"
    )
    paste = add_row(
        menu, "paste", translate("CanvasView", "Paste"), lambda: view.paste(at), "clipboard-paste"
    )
    with_wires = translate("CanvasView", "Paste with its incoming wires")
    wired = add_row(menu, "paste_wired", with_wires, lambda: view.paste(at, wired=True))
    for action in (paste, wired):
        action.setEnabled(clipboard.can_paste(QGuiApplication.clipboard().text()))
    add_row(menu, "note", translate("CanvasView", "Add a note…"), lambda: view.add_note(at), "sticky-note")
    menu.addSeparator()
    add_row(menu, "select_all", translate("CanvasView", "Select all"), view.select_all).setEnabled(some)
    tidy = add_row(menu, "auto_layout", translate("CanvasView", "Tidy up"), view.auto_layout, "workflow")
    tidy.setEnabled(some and not view.mirror.stacked())
    menu.addSeparator()
    add_row(menu, "fit_all", translate("CanvasView", "Show everything"), view.fit_all, "maximize")
    add_row(menu, "zoom_reset", translate("CanvasView", "100 %"), view.zoom_reset)
