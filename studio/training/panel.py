"""The tab "Training": curves of loss and one metric, and beside them how far the run has come."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.plots import Curve, CurvePlot
from studio.plots.curve_plot import spoken
from studio.theme import set_role
from studio.training.legend import Dot
from studio.training.status import RunStatus, duration

LOSS = "loss"
NARROW = 680
"""Pixels from which on the legend has room for all its words."""


class TrainingPanel(QWidget):
    """Shows one run: ``begin`` empties it, ``batch`` and ``epoch`` add numbers, ``refresh`` draws them.

    Names of numbers are those of the history: ``loss``, ``accuracy``, and ``val_`` before those of the
    validation rows.  ``settings_wanted`` is emitted where the user asks for the form.
    """

    settings_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: dict[str, Curve] = {LOSS: Curve()}
        self.epochs = self.batches = self.done = 0
        self.loss_plot = CurvePlot(self.tr("Loss"))
        self.metric_plot = CurvePlot(self.tr("Metric"))
        self.loss_plot.show_curve(self.curves[LOSS])
        self.loss_plot.set_hint(self.tr("Train to see the loss fall."))
        self.metric_plot.set_hint(self.tr("Train to see a score, such as the accuracy."))
        self.status = RunStatus()
        self.chooser = QComboBox()
        self.chooser.setAccessibleName(self.tr("Which metric to draw"))
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chooser.setMaximumWidth(190)
        self.chooser.currentIndexChanged.connect(lambda _: self._choose(self.chooser.currentData()))
        self.chooser.hide()
        plots = QHBoxLayout()
        plots.setSpacing(20)
        plots.addWidget(self.loss_plot, 1)
        plots.addWidget(self.metric_plot, 1)
        below = QHBoxLayout()
        below.setSpacing(6)
        for word, colour in ((self.tr("training"), "training"), (self.tr("validation"), "validation")):
            below.addWidget(Dot(colour, diamond=colour == "validation"))
            label = QLabel(word)
            set_role(label, "small")
            below.addWidget(label)
            below.addSpacing(10)
        self._note = QLabel(self.tr("thin line: each batch"))
        set_role(self._note, "faint")
        below.addWidget(self._note)
        below.addStretch(1)
        below.addWidget(self.chooser)
        self.settings = QPushButton(self.tr("Settings"))
        set_role(self.settings, "link")
        self.settings.clicked.connect(lambda: self.settings_wanted.emit())
        below.addWidget(self.settings)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(plots, 1)
        left.addLayout(below)
        told = QScrollArea()  # why a run failed may take more lines than there is room for
        told.setFrameShape(QFrame.Shape.NoFrame)
        told.setWidgetResizable(True)
        told.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        told.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        told.setWidget(self.status)
        told.setFixedWidth(236)
        self.status.setContentsMargins(0, 0, 10, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 8, 8, 10)
        row.setSpacing(22)
        row.addLayout(left, 1)
        row.addWidget(told)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the way to the settings in sight: a narrow panel does without the words on thin lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._note.setVisible(self.width() >= (NARROW if self.chooser.isHidden() else 1.3 * NARROW))

    def clear(self) -> None:
        """Show no run at all."""
        self.begin(1, 1)
        self.status.clear()
        self.done = 0

    def begin(self, epochs: int, batches: int) -> None:
        """Start a new run of so many epochs of so many batches."""
        self.epochs, self.batches, self.done = max(1, epochs), max(1, batches), 0
        self.curves = {LOSS: Curve()}
        self.loss_plot.show_curve(self.curves[LOSS])
        self.metric_plot.show_curve(Curve())
        self.metric_plot.set_title(self.tr("Metric"))
        self.chooser.blockSignals(True)
        self.chooser.clear()
        self.chooser.blockSignals(False)
        self.chooser.hide()
        for plot in (self.loss_plot, self.metric_plot):
            plot.set_epochs(self.epochs)
        self.status.clear()
        self.status.set_progress(1, self.epochs, 0.0)

    def extend(self, epochs: int) -> None:
        """Go on up to epoch ``epochs``, keeping what is drawn."""
        self.epochs = max(1, epochs)
        for plot in (self.loss_plot, self.metric_plot):
            plot.set_epochs(self.epochs)
        self.status.message.hide()

    def batch(self, epoch: int, batch: int, numbers: Mapping[str, float]) -> None:
        """Add the numbers of a batch; both counted from 1."""
        x = epoch - 1 + min(1.0, batch / self.batches)
        for name, value in numbers.items():
            series = self._curve(name).batches
            if not len(series) or x > series.x[-1]:  # an epoch begins anew after single batches
                series.append(x, value)

    def epoch(self, epoch: int, numbers: Mapping[str, float]) -> None:
        """Add the numbers of a finished epoch, counted from 1."""
        self.done = epoch
        for name, value in numbers.items():
            if name == "learning_rate":
                self.status.set_rate(value)
            elif name.startswith("val_"):
                self._curve(name.removeprefix("val_")).validation.append(epoch, value)
            else:
                self._curve(name).training.append(epoch, value)
        self.status.set_best(self.best_epoch())

    def best_epoch(self) -> int | None:
        """Return the epoch of the smallest loss, on the validation rows where there are any."""
        curve = self.curves[LOSS]
        series = curve.validation if len(curve.validation) else curve.training
        known = [(y, x) for x, y in zip(series.x, series.y, strict=True) if not math.isnan(y)]
        return round(min(known)[1]) if known else None

    def progress(
        self, epoch: int, share: float, samples: float | None = None, left: float | None = None
    ) -> None:
        """Say how far the whole run is (``share`` from 0 to 1), how fast, and the seconds that are left."""
        self.status.set_progress(epoch, self.epochs, share)
        self.status.set_speed(samples, left)

    def refresh(self) -> None:
        """Draw what has come."""
        self.loss_plot.refresh()
        self.metric_plot.refresh()

    def completed(self, epochs: int, seconds: float | None) -> None:
        """Say that the run came to its end."""
        self.status.set_progress(epochs, self.epochs, 1.0)
        text = "" if seconds is None else self.tr("It took {time}.").format(time=duration(seconds))
        self.status.say("good", self.tr("Training is complete"), text)

    def trained(self, batches: int, numbers: Mapping[str, float]) -> None:
        """Say that single batches were trained: so many by now, and the numbers of the last one."""
        self.status.heading.setText(
            self.tr("1 batch trained")
            if batches == 1
            else self.tr("{count} batches trained").format(count=batches)
        )
        lines = [f"{spoken(name)}: {value:.4g}" for name, value in numbers.items() if name != LOSS]
        title = self.tr("Loss of this batch: {loss}").format(loss=f"{numbers.get(LOSS, math.nan):.4f}")
        self.status.set_speed(None, None)
        self.status.say("info", title, "\n".join(lines))

    def stopped(self, epochs: int) -> None:
        """Say that the user stopped it after so many whole epochs."""
        title = self.tr("Stopped after {done} of {epochs} epochs").format(done=epochs, epochs=self.epochs)
        self.status.time_left.set_value("–")
        self.status.say("info", title, self.tr("What was learned is kept: Continue goes on from here."))

    def failed(self, reason: str) -> None:
        """Say why the run failed."""
        self.status.say("error", self.tr("The run failed"), reason)

    def save_picture(self, path: Path) -> bool:
        """Write the curves as a picture; says whether it worked."""
        return self.grab().save(str(path))

    def _curve(self, name: str) -> Curve:
        if name not in self.curves:
            self.curves[name] = Curve()
            self.chooser.addItem(spoken(name), name)
            self.chooser.setVisible(self.chooser.count() > 1)
            self._fit()
            if self.chooser.count() == 1:
                self._choose(name)
            elif str(self.chooser.currentData()).endswith("_loss") and not name.endswith("_loss"):
                self.chooser.setCurrentIndex(
                    self.chooser.findData(name)
                )  # of several outputs a metric says more than a loss
        return self.curves[name]

    def _choose(self, name: str) -> None:
        if name in self.curves:
            title = spoken(name)
            self.metric_plot.set_title(title[:1].upper() + title[1:])
            self.metric_plot.show_curve(self.curves[name])
