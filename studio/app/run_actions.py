"""What the menu "Run" does: training the drawing in front, and showing how far it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMainWindow

from studio import words
from studio.app import ask
from studio.app.top_bar import TopBar
from studio.app.workspace import Workspace


class RunActions(QMainWindow):
    """The part of the main window that trains."""

    workspace: Workspace | None
    bar: TopBar
    update_actions: Callable[[], None]
    on_state: Callable[[Workspace], None]

    def train(self) -> None:
        """Start training afresh from the seed."""
        self._run("train")

    def train_batch(self) -> None:
        """Train a single batch, and show its loss."""
        self._run("train_batch")

    def continue_training(self) -> None:
        """Go on training what the last run has learned."""
        self._run("continue_")

    def _run(self, how: str) -> None:
        assert self.workspace is not None
        session = self.workspace.session
        try:
            getattr(session, how)()
        except (ValueError, RuntimeError) as error:
            ask.tell(self, self.tr("Training cannot start"), words.text(error))
            return
        self.workspace.bottom.show_pane("training")
        self.workspace.run.start()
        self.update_actions()

    def pause_or_resume(self) -> None:
        """Let the run wait, or go on."""
        assert self.workspace is not None
        session = self.workspace.session
        if session.paused:
            session.resume()
        else:
            session.pause()
        self.bar.set_paused(session.paused)
        self.update_actions()

    def stop(self) -> None:
        """End the run after the batch that is under way."""
        assert self.workspace is not None
        self.workspace.session.stop()

    def on_progress(self, workspace: Workspace, epoch: int, epochs: int, share: float, paused: bool) -> None:
        """Show how far a run has come."""
        if workspace.session.running:
            workspace.bar.train.set_progress(epoch, epochs, share, paused)
            if workspace is self.workspace:
                self.bar.set_paused(paused)

    def on_ended(self, workspace: Workspace, _event: object) -> None:
        """Show that a run is over."""
        workspace.bar.train.set_idle()
        if workspace is self.workspace:
            self.bar.set_paused(False)
        self.on_state(workspace)
