"""From one part of the window to the next, without the mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGraphicsView, QMainWindow, QScrollArea, QTabBar, QWidget

from studio.app.workspace import Workspace


class PaneActions(QMainWindow):
    """The part of the main window that moves the focus around the drawing."""

    workspace: Workspace | None

    def next_pane(self) -> None:
        """Go to the part that comes after this one: drawing, right, bottom, left."""
        self._go(1)

    def previous_pane(self) -> None:
        """Go to the part that comes before this one."""
        self._go(-1)

    def _go(self, by: int) -> None:
        workspace = self.workspace
        assert workspace is not None
        workspace.show_selection()  # the fields to go to are those of what is selected now
        panes: list[QWidget] = [workspace.canvas, workspace.right, workspace.bottom, workspace.left]
        panes = [pane for pane in panes if pane.isVisible()]
        focus = QApplication.focusWidget()
        inside = [
            at
            for at, pane in enumerate(panes)
            if focus is not None and (pane is focus or pane.isAncestorOf(focus))
        ]
        goal = panes[((inside[0] if inside else 0) + by) % len(panes)]
        _entry(goal).setFocus(Qt.FocusReason.TabFocusReason)


def _entry(pane: QWidget) -> QWidget:
    """Return what Tab reaches first in a pane, behind its tabs; its tabs where there is nothing else."""
    if pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return pane
    tabs, each = pane, pane.nextInFocusChain()
    while each is not None and each is not pane:
        if (
            pane.isAncestorOf(each)
            and each.isVisible()
            and each.isEnabled()
            and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            if not isinstance(each.focusProxy() or each, (QTabBar, QScrollArea, QGraphicsView)):
                return each
            if isinstance(each, QTabBar):  # what only scrolls shows no focus: nobody would see where it is
                tabs = each
        each = each.nextInFocusChain()
    return tabs
