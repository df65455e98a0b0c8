"""The thread that trains.  Commands go in, events come out; nothing else is shared with the window."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from pathlib import Path
from typing import Any

from studio import words
from studio.data_source.reading import Dataset
from studio.document.catalog import Catalog
from studio.document.document import Document
from studio.runs import store
from studio.runs.blame import explain
from studio.runs.device import device_name, use_device
from studio.runs.events import Event, Finished, Scored, Started, Status
from studio.runs.predictions import sample
from studio.runs.watch import Enough, Stopped, Watch
from studio.translate.build import Built, build


class Control:
    """The switches of a run, thrown by the window and looked at by the worker after every batch."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = self._stopped = False

    def set(self, *, paused: bool | None = None, stopped: bool | None = None) -> None:
        """Throw a switch and wake the worker."""
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._stopped = self._stopped if stopped is None else stopped
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        """Whether the worker is to wait."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """Whether the worker is to end."""
        return self._stopped

    def wait(self) -> None:
        """Return when the run is to go on or to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self._paused)


class Run:
    """One training of a document, from the seed on, in a thread of its own.

    The document is copied; ``dataset`` and ``catalog`` are only read.  ``folder`` keeps the run when it ends
    (none: nothing is written).  ``leave_core`` leaves one core to the window.  ``epochs`` and ``device``
    overrule the document's settings, ``framework`` replaces the engine.
    """

    def __init__(
        self,
        document: Document,
        catalog: Catalog,
        dataset: Dataset,
        *,
        epochs: int | None = None,
        device: str = "",
        folder: Path | None = None,
        leave_core: bool = False,
        framework: Any = None,
    ) -> None:
        self.document = document.copy()
        self._catalog, self._dataset, self._framework = catalog, dataset, framework
        self._epochs, self._device, self._folder, self._leave_core = epochs, device, folder, leave_core
        self._events: deque[Event] = deque()
        self._control = Control()
        self._thread: threading.Thread | None = None
        self._built: Built | None = None
        self._history: dict[str, list[float]] = {}
        self._score: dict[str, float] = {}
        self._done = self._singles = 0  # whole epochs, and batches of the one that has not ended
        self._stored: Path | None = None
        self.device = ""  # known once the model has been built
        self.status: Status | None = None

    # -- commands ------------------------------------------------------------------------------------

    def start(self, batches: int = 0) -> None:
        """Begin; a run begins once.  ``batches`` above 0 ends it after so many."""
        if self._thread is not None:
            raise RuntimeError("A run begins once: make another Run, or continue this one.")
        self._launch(None, batches)

    def pause(self) -> None:
        """Wait after the batch that is under way."""
        self._control.set(paused=True)

    def resume(self) -> None:
        """Go on after a pause."""
        self._control.set(paused=False)

    def stop(self) -> None:
        """End after the batch that is under way; without effect on a run that has ended."""
        self._control.set(stopped=True, paused=False)

    def continue_(self, epochs: int, batches: int = 0) -> None:
        """Train so many epochs more, with the weights and the optimizer's state as they are.

        ``batches`` above 0 trains so many batches and no whole epoch.

        Raises ``RuntimeError`` for a run that is under way, or that has no model to go on with.
        """
        if self.active or self._built is None or self.status == "failed":
            raise RuntimeError("Only a run that has ended well can go on.")
        self._control.set(stopped=False, paused=False)
        self._launch(epochs, batches)

    @property
    def active(self) -> bool:
        """Whether the worker is at work or waits in a pause."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def pending(self) -> bool:
        """Whether there are events that ``drain`` has not returned yet."""
        return bool(self._events)

    @property
    def stored(self) -> Path | None:
        """Where the run was kept when it last ended, if it was."""
        return self._stored

    @property
    def history(self) -> dict[str, list[float]]:
        """The numbers of all epochs that were completed; to be read when the run has ended."""
        return {key: list(values) for key, values in self._history.items()}

    @property
    def score(self) -> dict[str, float]:
        """The last score on the test rows."""
        return dict(self._score)

    def save_weights(self, path: Path) -> None:
        """Write the weights; raises ``RuntimeError`` unless the run has ended with a model."""
        if self.active or self._built is None:
            raise RuntimeError("There are no weights to save: the run has not ended, or has no model.")
        store.save_weights(self._built.model, path)

    @property
    def paused(self) -> bool:
        """Whether a pause was asked for."""
        return self.active and self._control.paused

    @property
    def can_continue(self) -> bool:
        """Whether ``continue_`` would do."""
        return not self.active and self._built is not None and self.status in ("completed", "stopped")

    def drain(self) -> list[Event]:
        """Return the events since the last call, in order."""
        events = []
        while self._events:
            events.append(self._events.popleft())
        return events

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came in time."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.active

    # -- the worker ----------------------------------------------------------------------------------

    def _launch(self, more: int | None, batches: int) -> None:
        self._thread = threading.Thread(target=self._work, args=(more, batches), name="training", daemon=True)
        self._thread.start()

    def _work(self, more: int | None, batches: int) -> None:
        began = time.monotonic()
        status: Status = "failed"
        failure: dict[str, Any] = {}
        try:
            status = self._train(more, batches)
        except BaseException as error:
            failure = self._explain(error)
        run_id = ""
        try:
            if self._folder is not None and self._built is not None and self._done and not batches:
                run_id = self._store(status, failure.get("error", ""))
                self._stored = self._folder / run_id
        except Exception as error:  # a full disk must not swallow the end of the run
            if not failure:
                what = getattr(error, "strerror", None) or error
                reason = words.run_text("cannot_store", {"folder": str(self._folder), "reason": str(what)})
                failure = {"error": reason, "code": "cannot_store", "traceback": traceback.format_exc()}
        self.status = status
        seconds = time.monotonic() - began
        singles = self._singles if batches else 0
        self._events.append(Finished(status, self._done, seconds, run_id=run_id, batches=singles, **failure))

    def _explain(self, error: BaseException) -> dict[str, Any]:
        try:
            reason, code, node = explain(error, self.document, self._built)
        except Exception:  # whatever else is wrong, the first error is the one to tell
            reason, code, node = str(error), "failed", ""
        lines = "".join(traceback.format_exception(error))
        return {"error": reason or type(error).__name__, "code": code, "node": node, "traceback": lines}

    def _train(self, more: int | None, batches: int) -> Status:
        if self._framework is None:
            use_device(self.document, self._device, self._leave_core)
        if self._built is None:
            self._built = build(self.document, self._catalog, self._dataset, framework=self._framework)
        built = self._built
        self.device = device_name(built.model)
        settings = built.program.settings
        total = self._done + more if more is not None else (self._epochs or settings.epochs)
        if batches:
            total = self._done + 1
        else:
            self._singles = 0
        samples = len(self._dataset.train)
        watch = Watch(self._control, self._events.append, built, self._done, samples, batches)
        self._events.append(
            Started(
                total,
                -(-samples // settings.batch_size),
                samples,
                int(built.model.count_params()),
                self.device,
                self._done,
                self._singles,
            )
        )
        arguments = {**built.fit, "verbose": 0, "callbacks": [watch.callback(self._framework)]}
        status: Status = "completed"
        try:
            built.model.fit(built.x, built.y, **{**arguments, "epochs": total, "initial_epoch": self._done})
        except Stopped:
            status = "stopped"
        except Enough:
            pass
        finally:
            self._done = watch.epochs
            self._singles += watch.step if batches else 0
            for logs in watch.history:
                for key, value in logs.items():
                    self._history.setdefault(key, []).append(value)
        if batches:
            return status
        if status == "completed":
            status = self._judge(built, watch)
        shown = sample(built, self._dataset)
        if shown is not None:
            self._events.append(shown)
        return status

    def _judge(self, built: Built, watch: Watch) -> Status:
        """Score the test part; a stop ends that too."""
        if built.arrays["x_test"] is None:
            return "completed"
        try:
            logs = built.model.evaluate(
                built.arrays["x_test"],
                built.arrays["y_test"],
                batch_size=built.fit["batch_size"],
                verbose=0,
                return_dict=True,
                callbacks=[watch.callback(self._framework)],
            )
        except Stopped:
            return "stopped"
        self._score = {key: float(value) for key, value in logs.items()}
        self._events.append(Scored(self._score))
        return "completed"

    def _store(self, status: Status, error: str) -> str:
        assert self._folder is not None
        assert self._built is not None
        return store.save(
            self._folder,
            self.document,
            self._built.model,
            status=status,
            history=self._history,
            score=self._score,
            error=error,
        )
