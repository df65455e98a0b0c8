"""How long each layer takes: measured beside the window, shown in the heat map."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMainWindow

from studio import words
from studio.app import ask
from studio.app.workspace import Workspace

LOOK_MS = 50


class MeasureActions(QMainWindow):
    """The part of the main window that measures."""

    workspace: Workspace | None
    update_actions: Callable[[], None]

    def measure(self) -> None:
        """Measure the drawing in front and show its times on the cards."""
        workspace = self.workspace
        assert workspace is not None
        canvas = workspace.canvas
        try:
            timing = workspace.session.measure()
        except (ValueError, RuntimeError, OSError) as error:
            self._not_measured(error)
            return
        canvas.set_times(canvas.times, measuring=True)
        canvas.set_heat("time")
        timer = QTimer(workspace)

        def look() -> None:
            if timing.active:
                return
            timer.stop()
            timer.deleteLater()
            if workspace.session.timing is timing:  # no other one has begun since
                canvas.set_times(timing.times or canvas.times)
                self.update_actions()
                if timing.error is not None:
                    self._not_measured(timing.error)

        timer.timeout.connect(look)
        timer.start(LOOK_MS)
        self.update_actions()

    def _not_measured(self, error: Exception) -> None:
        ask.tell(self, self.tr("The layers cannot be measured"), words.text(error))
