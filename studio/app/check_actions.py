"""What the menu "Edit" does about problems: go from one to the next, repair what is sure."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from studio.app.workspace import Workspace


class CheckActions(QMainWindow):
    """The part of the main window that acts on what the live check has found."""

    workspace: Workspace | None

    def next_problem(self) -> None:
        """Show the problem after the one that is marked, and its node."""
        assert self.workspace is not None
        self.workspace.bottom.show_pane("problems")
        self.workspace.problems.go_on()

    def repair_all(self) -> None:
        """Make all repairs that leave no choice."""
        assert self.workspace is not None
        self.workspace.problems.repair_all()
