"""How far the run has come: a bar and a few numbers, and in words how it ended."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from studio.kit import Callout, StatRow
from studio.theme import set_role


def duration(seconds: float) -> str:
    """Return a time as minutes and seconds, from an hour on with hours."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


class RunStatus(QWidget):
    """The column beside the curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QLabel(self.tr("No run yet"))
        set_role(self.heading, "heading")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the run has come"))
        self.time_left = StatRow(self.tr("time left"))
        self.speed = StatRow(self.tr("samples a second"))
        self.rate = StatRow(self.tr("learning rate"))
        self.best = StatRow(self.tr("best epoch"))
        self.best.set_tool_tip(self.tr("The epoch with the smallest loss on the validation rows."))
        self.message = Callout("info", "")
        self.message.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.heading, self.bar, self.time_left, self.speed, self.rate, self.best, self.message):
            column.addWidget(part)
        column.addStretch(1)
        self.clear()

    def clear(self) -> None:
        """Show no run."""
        self.heading.setText(self.tr("No run yet"))
        self.bar.setValue(0)
        for row in (self.time_left, self.speed, self.rate, self.best):
            row.set_value("–")
        self.message.hide()

    def set_progress(self, epoch: int, epochs: int, share: float) -> None:
        """Say the epoch (from 1) and fill the bar up to ``share`` of the whole run."""
        self.heading.setText(self.tr("Epoch {epoch} of {epochs}").format(epoch=epoch, epochs=epochs))
        self.bar.setValue(round(1000 * share))

    def set_speed(self, samples: float | None, seconds_left: float | None) -> None:
        """Say samples a second and the time that is left."""
        self.speed.set_value("–" if samples is None else f"{samples:,.0f}")
        self.time_left.set_value("–" if seconds_left is None else duration(seconds_left))

    def set_rate(self, rate: float | None) -> None:
        """Say the learning rate."""
        self.rate.set_value("–" if rate is None else f"{rate:.4g}")

    def set_best(self, epoch: int | None) -> None:
        """Say the best epoch so far."""
        self.best.set_value("–" if epoch is None else str(epoch))

    def say(self, kind: str, title: str, text: str = "") -> None:
        """Show a message below the numbers."""
        self.message.set_kind(kind)
        self.message.clear_actions()
        self.message.set_message(title, text)
        self.message.show()
