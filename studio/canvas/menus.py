"""The menus of the right mouse button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu

from studio import commands
from studio.canvas.arrange_menu import arrange_menu, mark_menu
from studio.canvas.node_item import NodeItem
from studio.canvas.wire_item import WireItem
from studio.document import clipboard
from studio.kit.keymap import keymap
from studio.theme import icon

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


def _row(menu: QMenu, name: str, text: str, act: Callable[[], object], picture: str = "") -> QAction:
    """Add a row with the keys that the action ``name`` has now."""
    keys = keymap().words(name)
    return menu.addAction(icon(picture) if picture else QIcon(), f"{text}\t{keys}" if keys else text, act)


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
    _row(menu, "rename", translate("CanvasView", "Rename"), view.rename_selected, "pencil").setEnabled(one)
    menu.addSeparator()
    _row(menu, "cut", translate("CanvasView", "Cut"), view.cut, "scissors")
    _row(menu, "copy", translate("CanvasView", "Copy"), view.copy, "copy")
    _row(menu, "duplicate", translate("CanvasView", "Duplicate"), lambda: view.duplicate(), "copy-plus")
    _row(menu, "frame", translate("CanvasView", "Frame the selection…"), view.frame_selection, "frame")
    arrange_menu(view, menu)
    menu.addSeparator()
    _row(menu, "bypass", translate("CanvasView", "Pass over, or use again"), view.bypass_selection)
    block = view.selected_block()
    if view.can_use_again():
        again = translate("CanvasView", "Use this layer again")
        if block:
            again = translate("CanvasView", "Use this block again")
        _row(menu, "use_again", again, view.use_again, "link")
    if view.is_used_twice():
        own = translate("CanvasView", "Make it a layer of its own")
        if block:
            own = translate("CanvasView", "Make it a block of its own")
        _row(menu, "make_own", own, view.make_own, "unlink")
    if one:
        after = translate("CanvasView", "Insert a layer after it…")
        _row(menu, "insert_after", after, view.insert_after, "plus")
        to = translate("CanvasView", "Connect to…")
        _row(menu, "connect", to, view.connect_by_search, "cable")
        wire = translate("CanvasView", "Remove a wire…")
        _row(menu, "remove_wire", wire, view.disconnect_by_search, "unplug")
    _row(menu, "make_block", translate("CanvasView", "Make a block"), view.make_block, "group")
    if block:
        _row(menu, "enter_block", translate("CanvasView", "Enter the block"), view.enter_block, "log-in")
        dissolve = translate("CanvasView", "Dissolve the block")
        _row(menu, "dissolve_block", dissolve, view.dissolve_block, "ungroup")
    menu.addSeparator()
    show = translate("CanvasView", "Show the selection")
    _row(menu, "fit_selection", show, view.fit_selection, "maximize")
    menu.addSeparator()
    _row(menu, "delete", translate("CanvasView", "Delete"), view.delete_selection, "trash-2")
    heal = translate("CanvasView", "Delete and join what is left")
    _row(menu, "delete_heal", heal, lambda: view.delete_selection(heal=True))


def _wire_menu(view: CanvasView, menu: QMenu, item: WireItem, at: QPoint) -> None:
    wire = item.wire
    view.select([], [wire])
    menu.addAction(
        icon("plus"), translate("CanvasView", "Insert a layer…"), lambda: view.insert_by_search(wire, at)
    )
    menu.addSeparator()
    _row(
        menu,
        "delete",
        translate("CanvasView", "Remove the wire"),
        lambda: commands.disconnect(view.session, [wire], graph=view.graph),
        "trash-2",
    )


def _canvas_menu(view: CanvasView, menu: QMenu, at: QPoint) -> None:
    some = bool(view.mirror.nodes)
    _row(menu, "add_layer", translate("CanvasView", "Add a layer…"), lambda: view.add_by_search(at), "plus")
    paste = _row(menu, "paste", translate("CanvasView", "Paste"), lambda: view.paste(at), "clipboard-paste")
    with_wires = translate("CanvasView", "Paste with its incoming wires")
    wired = _row(menu, "paste_wired", with_wires, lambda: view.paste(at, wired=True))
    for action in (paste, wired):
        action.setEnabled(clipboard.can_paste(QGuiApplication.clipboard().text()))
    _row(menu, "note", translate("CanvasView", "Add a note…"), lambda: view.add_note(at), "sticky-note")
    menu.addSeparator()
    _row(menu, "select_all", translate("CanvasView", "Select all"), view.select_all).setEnabled(some)
    tidy = _row(menu, "auto_layout", translate("CanvasView", "Tidy up"), view.auto_layout, "workflow")
    tidy.setEnabled(some and not view.mirror.stacked())
    menu.addSeparator()
    _row(menu, "fit_all", translate("CanvasView", "Show everything"), view.fit_all, "maximize")
    _row(menu, "zoom_reset", translate("CanvasView", "100 %"), view.zoom_reset)
