"""The menus of the right mouse button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from studio import commands
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
    else:
        _canvas_menu(view, menu, at)
    return menu


def _node_menu(view: CanvasView, menu: QMenu, item: NodeItem) -> None:
    if not item.isSelected():
        view.select([item.node])
    one = len(view.mirror.selected_nodes()) == 1
    menu.addAction(
        icon("pencil"), translate("CanvasView", "Rename") + "\tF2", view.rename_selected
    ).setEnabled(one)
    menu.addSeparator()
    menu.addAction(icon("scissors"), translate("CanvasView", "Cut") + "\tCtrl+X", view.cut)
    menu.addAction(icon("copy"), translate("CanvasView", "Copy") + "\tCtrl+C", view.copy)
    menu.addAction(icon("copy-plus"), translate("CanvasView", "Duplicate") + "\tCtrl+D", view.duplicate)
    menu.addSeparator()
    menu.addAction(translate("CanvasView", "Pass over, or use again") + "\tB", view.bypass_selection)
    block = view.selected_block()
    menu.addAction(icon("group"), translate("CanvasView", "Make a block") + "\tCtrl+G", view.make_block)
    if block:
        menu.addAction(
            icon("log-in"), translate("CanvasView", "Enter the block") + "\tEnter", view.enter_block
        )
        menu.addAction(
            icon("ungroup"),
            translate("CanvasView", "Dissolve the block") + "\tCtrl+Shift+G",
            view.dissolve_block,
        )
    menu.addSeparator()
    menu.addAction(
        icon("maximize"), translate("CanvasView", "Show the selection") + "\tF", view.fit_selection
    )
    menu.addSeparator()
    menu.addAction(icon("trash-2"), translate("CanvasView", "Delete") + "\tDel", view.delete_selection)
    menu.addAction(
        translate("CanvasView", "Delete and join what is left") + "\tCtrl+Del",
        lambda: view.delete_selection(heal=True),
    )


def _wire_menu(view: CanvasView, menu: QMenu, item: WireItem, at: QPoint) -> None:
    wire = item.wire
    view.select([], [wire])
    menu.addAction(
        icon("plus"), translate("CanvasView", "Insert a layer…"), lambda: view.insert_by_search(wire, at)
    )
    menu.addSeparator()
    menu.addAction(
        icon("trash-2"),
        translate("CanvasView", "Remove the wire") + "\tDel",
        lambda: commands.disconnect(view.session, [wire], graph=view.graph),
    )


def _canvas_menu(view: CanvasView, menu: QMenu, at: QPoint) -> None:
    some = bool(view.mirror.nodes)
    menu.addAction(
        icon("plus"), translate("CanvasView", "Add a layer…") + "\tShift+A", lambda: view.add_by_search(at)
    )
    paste = menu.addAction(
        icon("clipboard-paste"), translate("CanvasView", "Paste") + "\tCtrl+V", lambda: view.paste(at)
    )
    paste.setEnabled(clipboard.can_paste(QGuiApplication.clipboard().text()))
    menu.addSeparator()
    menu.addAction(translate("CanvasView", "Select all") + "\tCtrl+A", view.select_all).setEnabled(some)
    tidy = menu.addAction(icon("workflow"), translate("CanvasView", "Tidy up") + "\tL", view.auto_layout)
    tidy.setEnabled(some and not view.mirror.stacked())
    menu.addSeparator()
    menu.addAction(icon("maximize"), translate("CanvasView", "Show everything") + "\tHome", view.fit_all)
    menu.addAction(translate("CanvasView", "100 %") + "\tCtrl+0", view.zoom_reset)
