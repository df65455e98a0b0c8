"""The menus of frames and notes, and of lining nodes up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu

from studio.canvas.mark_item import HUES, USUAL, MarkItem
from studio.kit.keymap import keymap
from studio.theme import current, icon

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate
SWATCH = 14


def _call(act: Callable[[Any], None], value: Any) -> Callable[[], None]:
    """Bind a value, and take nothing of what a menu tells."""

    def call() -> None:
        act(value)

    return call


def add_row(menu: QMenu, name: str, text: str, act: Callable[[], object], picture: str = "") -> QAction:
    """Add a row with the keys that the action ``name`` has now."""
    keys = keymap().words(name)
    return menu.addAction(icon(picture) if picture else QIcon(), f"{text}\t{keys}" if keys else text, act)


def mark_menu(view: CanvasView, menu: QMenu, item: MarkItem) -> None:
    """Fill the menu of a frame or note, which becomes selected."""
    if not item.isSelected():
        view.select([], (), [item.mark])
    frame = item.row.kind == "frame"
    title, words = translate("CanvasView", "Rename"), translate("CanvasView", "Edit the text")
    add_row(menu, "rename", title if frame else words, lambda: view.write_mark(item.mark), "pencil")
    colours = menu.addMenu(icon("palette"), translate("CanvasView", "Colour"))
    chosen = item.row.colour if item.row.colour in HUES else USUAL[item.row.kind]
    for name, shown in _colour_names().items():
        action = colours.addAction(_swatch(name, name == chosen), shown, _call(view.paint_marks, name))
        action.setCheckable(True)
        action.setChecked(name == chosen)
    menu.addSeparator()
    add_row(menu, "cut", translate("CanvasView", "Cut"), view.cut, "scissors")
    add_row(menu, "copy", translate("CanvasView", "Copy"), view.copy, "copy")
    add_row(menu, "duplicate", translate("CanvasView", "Duplicate"), lambda: view.duplicate(), "copy-plus")
    add_row(menu, "frame", translate("CanvasView", "Frame the selection…"), view.frame_selection, "frame")
    menu.addSeparator()
    show = translate("CanvasView", "Show the selection")
    add_row(menu, "fit_selection", show, view.fit_selection, "maximize")
    menu.addSeparator()
    gone = translate("CanvasView", "Delete the frame, keep what is inside") if frame else translate(
        "CanvasView", "Delete"
    )  # fmt: skip
    add_row(menu, "delete", gone, view.delete_selection, "trash-2")


def _colour_names() -> dict[str, str]:
    return {
        "grey": translate("CanvasView", "Grey"),
        "blue": translate("CanvasView", "Blue"),
        "teal": translate("CanvasView", "Teal"),
        "violet": translate("CanvasView", "Violet"),
        "amber": translate("CanvasView", "Amber"),
        "rose": translate("CanvasView", "Rose"),
    }


def _swatch(name: str, chosen: bool) -> QIcon:
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(current().category(HUES[name])))
    painter.drawRoundedRect(0, 0, SWATCH, SWATCH, 3, 3)
    if chosen:
        painter.setPen(QPen(QColor(current().surface), 2))
        painter.drawPolyline([QPoint(3, 7), QPoint(6, 10), QPoint(11, 4)])
    painter.end()
    return QIcon(picture)


def arrange_menu(view: CanvasView, menu: QMenu) -> None:
    """Add the submenu that lines the selected nodes up and spaces them out."""
    count = len(view.mirror.selected_nodes())
    arrange = menu.addMenu(translate("CanvasView", "Arrange"))
    arrange.setEnabled(count > 1 and not view.mirror.stacked())
    for edge, picture, words in (
        ("left", "align-start-vertical", translate("CanvasView", "Align left edges")),
        ("centre", "align-center-vertical", translate("CanvasView", "Align centres")),
        ("right", "align-end-vertical", translate("CanvasView", "Align right edges")),
        ("top", "align-start-horizontal", translate("CanvasView", "Align tops")),
        ("middle", "align-center-horizontal", translate("CanvasView", "Align middles")),
        ("bottom", "align-end-horizontal", translate("CanvasView", "Align bottoms")),
    ):
        add_row(arrange, f"align_{edge}", words, _call(view.align, edge), picture)
    arrange.addSeparator()
    for across, picture, words in (
        (True, "align-horizontal-space-between", translate("CanvasView", "Space out sideways")),
        (False, "align-vertical-space-between", translate("CanvasView", "Space out downwards")),
    ):
        name = "distribute_across" if across else "distribute_down"
        action = add_row(arrange, name, words, _call(view.distribute, across), picture)
        action.setEnabled(count > 2)
