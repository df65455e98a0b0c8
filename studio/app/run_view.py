"""Brings a run's events to the panes, about thirty times a second."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app import ask
from studio.document import MAIN
from studio.runs import (
    BatchEnd,
    EpochEnd,
    Event,
    Finished,
    Paused,
    Predicted,
    Resumed,
    Scored,
    Started,
    StoredRun,
)
from studio.session import Session
from studio.training import ResultsPanel, TrainingPanel
from studio.training.optimizers import NAMES, config_of, options_of
from studio.training.samples import samples_of

INTERVAL = 33
"""Milliseconds between two looks at the events."""


class RunView(QObject):
    """Drains a session's events into curves, progress and results.

    ``progressed`` carries epoch (from 1), epochs, share of the whole and whether it is paused; ``ended``
    comes once a run is over, ``idle`` when its thread is too; ``results_ready`` where it was completed and
    there is something to see.
    """

    progressed = Signal(int, int, float, bool)
    ended = Signal(object)
    results_ready = Signal()
    idle = Signal()
    node_wanted = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.panel = TrainingPanel()
        self.results = ResultsPanel()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self.drain)
        self._first = self._singles = 0
        self._logs: dict[str, float] = {}  # the numbers of the last batch
        self._place = (1, 1, 0.0)
        self._paused = False
        self.scores: dict[str, float] = {}
        self._predicted: Predicted | None = None
        self._samples = 0
        self.device = ""

    def start(self) -> None:
        """Begin to look for events."""
        self._timer.start()

    def stop(self) -> None:
        """Look no more, for good."""
        self._timer.stop()

    def drain(self) -> None:
        """Take what has come and draw it once."""
        events = self._session.drain()
        for event in events:
            self._take(event)
        if events:
            self.panel.refresh()
            self.progressed.emit(*self._place, self._paused)
        elif not self._session.running:
            self._timer.stop()
            self.idle.emit()

    def show_stored(self, run: StoredRun) -> None:
        """Show a run of an earlier day: its curves, its score and how it ended."""
        epochs = max((len(values) for values in run.history.values()), default=0)
        if not epochs:
            return
        self.panel.begin(epochs, 1)
        for epoch in range(epochs):
            numbers = {name: values[epoch] for name, values in run.history.items() if epoch < len(values)}
            self.panel.epoch(epoch + 1, numbers)
        self.panel.progress(epochs, 1.0)
        if run.status == "completed":
            self.panel.completed(epochs, None)
        elif run.status == "stopped":
            self.panel.stopped(epochs)
        else:
            self.panel.failed(run.error)
        self.panel.refresh()
        self.scores = dict(run.score)
        self._show_results()

    def show_answers(self, predicted: Predicted) -> None:
        """Show a model's answers to some rows."""
        self._predicted = predicted
        self._show_results()

    def _take(self, event: Event) -> None:
        if isinstance(event, Started):
            self._on_started(event)
        elif isinstance(event, BatchEnd):
            self._on_batch(event)
        elif isinstance(event, EpochEnd):
            self.panel.epoch(event.epoch + 1, event.logs)
            share = (event.epoch + 1) / self.panel.epochs
            self._place = (min(event.epoch + 2, self.panel.epochs), self.panel.epochs, share)
            self.panel.status.set_progress(event.epoch + 1, self.panel.epochs, share)
        elif isinstance(event, (Paused, Resumed)):
            self._paused = isinstance(event, Paused)
        elif isinstance(event, Scored):
            self.scores = dict(event.logs)
        elif isinstance(event, Predicted):
            self._predicted = event
        elif isinstance(event, Finished):
            self._on_finished(event)

    def _on_started(self, event: Started) -> None:
        self._first, self._paused = event.first_epoch, False
        self._singles = event.first_batch
        self.scores, self._predicted = {}, None
        if event.first_epoch or event.first_batch:
            self.panel.extend(event.epochs)
        else:
            self.panel.begin(event.epochs, event.batches)
            self.results.clear()
        self.panel.batches = max(1, event.batches)
        self._samples = event.samples
        self.panel.status.set_rate(self._rate())
        self.device = event.device
        self._place = (event.first_epoch + 1, event.epochs, event.first_epoch / max(1, event.epochs))

    def _rate(self) -> float | None:
        """Return the learning rate that the run's settings say, or the optimizer's own."""
        run = self._session.run
        if run is None:
            return None
        name, config = config_of(run.document.setting("training").get("optimizer", "Adam"))
        given = config.get("learning_rate")
        if given is None and name in NAMES:
            given = next(one.default for one in options_of(name) if one.name == "learning_rate")
        return float(given) if isinstance(given, (int, float)) else None

    def _on_batch(self, event: BatchEnd) -> None:
        epochs, batches = self.panel.epochs, self.panel.batches
        at, self._logs = self._singles + event.batch + 1, event.logs
        share = min(1.0, (event.epoch + at / batches) / epochs)
        left = (1.0 - share) * epochs * self._samples / event.rate if event.rate else None
        self.panel.batch(event.epoch + 1, at, event.logs)
        self.panel.progress(event.epoch + 1, share, event.rate, left)
        self._place = (event.epoch + 1, epochs, share)

    def _on_finished(self, event: Finished) -> None:
        self._paused = False
        if event.status == "completed" and event.batches:
            self.panel.trained(event.batches, self._logs)
        elif event.status == "completed":
            self.panel.completed(event.epochs, event.seconds)
        elif event.status == "stopped":
            self.panel.stopped(event.epochs)
        else:
            self._say_failure(event)
        self._show_results()
        self.ended.emit(event)
        if event.status == "completed" and (self.scores or self._predicted is not None):
            self.results_ready.emit()

    def _say_failure(self, event: Finished) -> None:
        found = self._session.document.find_node(event.node) if event.node else None
        reason = event.error
        self.panel.failed(reason)
        message = self.panel.status.message
        if found is not None:
            words = self.tr("Show {node}").format(node=found.name)
            message.add_action(words, lambda: self.node_wanted.emit(event.node), link=True)
        if event.traceback:
            title, details = self.tr("The run failed"), event.traceback
            message.add_action(
                self.tr("Details"), lambda: ask.tell(self.panel, title, reason, details), link=True
            )

    def _show_results(self) -> None:
        dataset = self._session.dataset
        samples = []
        if self._predicted is not None and dataset is not None:
            samples = samples_of(self._predicted, dataset, self._targets())
        if self.scores or samples:
            self.results.show_results(self.scores, samples)

    def _targets(self) -> dict[str, str]:
        document = self._session.document
        found = {}
        for node in document.node_ids(MAIN):
            row = document.node(node)
            if row.kind == "output":
                found[row.name] = str(row.options.get("target", ""))
        return found
