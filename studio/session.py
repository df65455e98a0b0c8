"""One open drawing: its document, its undo stack, what is known of it, its data and its runs.

Imports no Qt until somebody asks for the undo stack, so that the command line works without it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal

from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings
from studio.data_source.reading import Dataset, load, source_paths
from studio.document import MAIN, Document, Edit, files
from studio.document.catalog import Catalog
from studio.document.data import Ranges
from studio.document.findings import Analysis
from studio.document.shapes import Analyst, Cache
from studio.document.values import thaw
from studio.runs import Event, Predicted, Run, StoredRun, Timing, last_run, runs_folder
from studio.translate.errors import TranslateError
from studio.translate.settings import training_settings

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

LARGEST_CACHE = 20_000
"""Inferences to keep; they are forgotten all at once when there are more."""


class Session:
    """A document and all that happens to it while it is open.

    ``analysed`` is emitted after every edit that may change shapes, and when the catalog comes.
    """

    analysed = Signal()
    entered = Signal(str)
    """A block was entered or left: the name of the graph that is shown now."""
    data_changed = Signal()
    """The settings of the data were edited: what was drawn from ``dataset`` is out of date."""

    def __init__(
        self,
        document: Document | None = None,
        path: Path | None = None,
        *,
        base_folder: Path | None = None,
        title: str = "",
    ) -> None:
        self.document = document if document is not None else Document()
        self.path = path
        self.title = title  # what a drawing without a file is called
        self._base_folder = base_folder
        self.catalog: Catalog | None = None
        self.run: Run | None = None
        self.timing: Timing | None = None
        self.data_error: DataError | None = None
        self._stack: QUndoStack | None = None
        self._cache: Cache = {}
        self._data: tuple[Any, Dataset | None] | None = None
        self._ranges: tuple[str, Ranges] = ("", {})  # of the fields, for these settings of the data
        self._saved = self.document.copy()
        self._homeless: list[Path] = []  # runs of a drawing that has no file yet
        self.trail = [MAIN]
        self._analyst = Analyst(self.document, None)
        self.analysis: Analysis = self._analyst.analysis()
        self.document.edited.connect(self._on_edit)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Session:
        """Return the session of a file; raises ``FileError``."""
        place = Path(path).absolute()
        return cls(files.load(place), place)

    @property
    def stack(self) -> QUndoStack:
        """The undo stack, made when it is first asked for."""
        if self._stack is None:
            from studio.undo_stack import UndoStack

            self._stack = UndoStack()
        return self._stack

    # -- file ----------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether the document differs from what the file holds."""
        return not self.document.same_as(self._saved)

    @property
    def base_folder(self) -> Path:
        """Where relative paths of data files start."""
        return self.path.parent if self.path is not None else (self._base_folder or Path.cwd())

    def save(self, path: str | os.PathLike[str] | None = None) -> None:
        """Write the document, to ``path`` or where it came from; raises ``FileError``."""
        target = Path(path).absolute() if path is not None else self.path
        if target is None:
            raise ValueError("A drawing without a file needs a path to be saved to.")
        files.save(self.document, target)
        self._note_run()  # while the run's folder is still that of a drawing without a file
        self.path = target
        self._saved = self.document.copy()
        if self._stack is not None:
            self._stack.setClean()
        self._bring_runs_home()

    def _bring_runs_home(self) -> None:
        for each in self._homeless:
            home = runs_folder(self.path) / each.name
            if each.is_dir() and not home.exists():
                home.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(each, home)
        self._homeless = []

    def _note_run(self) -> None:
        if self.path is None and self.run is not None and self.run.stored is not None:
            self._homeless = [each for each in self._homeless if each != self.run.stored]
            self._homeless.append(self.run.stored)

    # -- what is known -------------------------------------------------------------------------------

    def set_catalog(self, catalog: Any) -> None:
        """Take the layers, once they have been loaded, and infer shapes with them."""
        self.catalog = catalog
        self._cache.clear()
        self._analyst = Analyst(self.document, catalog, self._cache)
        self.analyse()

    def analyse(self) -> None:
        """Look at what an edit may have changed, and tell."""
        if len(self._cache) > LARGEST_CACHE:
            self._cache.clear()
        self._analyst.set_ranges(self.ranges)
        self.analysis = self._analyst.analysis()
        self.analysed.emit()

    @property
    def ranges(self) -> Ranges:
        """The smallest and largest number of each field of the data, where they have been read."""
        return self._ranges[1] if self._ranges[0] == self.document.setting("data").token else {}

    def _note_ranges(self, data: Dataset) -> None:
        """Keep what the numbers lie between, and look through the drawing again where that is news."""
        ranges = {
            name: (each.low, each.high)
            for name, each in data.summaries.items()
            if each.low is not None and each.high is not None
        }
        before, self._ranges = self.ranges, (self.document.setting("data").token, ranges)
        if before != ranges:
            self.analyse()

    @property
    def here(self) -> Analysis:
        """What is known of the graph that is shown: the drawing, or the block that one has entered."""
        return self.analysis_of(self.graph)

    def analysis_of(self, graph: str) -> Analysis:
        """Return what is known of a graph; of a block that nothing uses, its order and its problems."""
        if graph == MAIN:
            return self.analysis
        found = self.analysis.inside.get(graph)
        return found if found is not None else self._analyst.analysis(graph)

    @property
    def graph(self) -> str:
        """The graph that is shown; ``trail`` has the way that led there, from ``"main"`` on."""
        return self.trail[-1]

    def enter(self, graph: str) -> None:
        """Show a block from inside, or one that it lies in, ``"main"`` at last."""
        if graph != self.graph and graph in self.document.graph_names():
            at = self.trail.index(graph) if graph in self.trail else len(self.trail)
            self.trail = [*self.trail[:at], graph]
            self.entered.emit(graph)

    def _on_edit(self, edit: Edit) -> None:
        graphs = self.document.graph_names()
        if not set(self.trail) <= set(graphs):  # the block that was shown is gone, by an undo for example
            left = [graph for graph in self.trail if graph in graphs]
            self.trail = [*left, self.graph]  # `enter` is left to say where one is now
            self.enter(left[-1])
        tables = {put.table for put in edit.puts}
        if not tables <= {"places", "marks"}:
            self.analyse()
        if any(put.table == "settings" and put.key == "data" for put in edit.puts):
            self.data_changed.emit()

    # -- data ----------------------------------------------------------------------------------------

    @property
    def dataset(self) -> Dataset | None:
        """The data, read when first asked for; ``None`` without data, or where ``data_error`` says why."""
        key = self._data_key()
        if self._data is None or self._data[0] != key:
            self.data_error = None
            try:
                return self.load_data()
            except DataError as error:
                self.data_error = error
                self._data = (key, None)
        return self._data[1]

    def load_data(self) -> Dataset:
        """Return the data; raises ``DataError`` with row and column."""
        key = self._data_key()
        if self._data is not None and self._data[0] == key and self._data[1] is not None:
            return self._data[1]
        found = load(DataSettings.from_json(thaw(self.document.setting("data"))), self.base_folder)
        self._data = (key, found)
        self._note_ranges(found)
        return found

    def _data_key(self) -> tuple[object, ...]:
        setting = self.document.setting("data")
        times: list[object] = []
        try:
            source = DataSettings.from_json(thaw(setting)).source
            times = [path.stat().st_mtime_ns for path in source_paths(source, self.base_folder)]
        except (OSError, ValueError):
            pass  # a file that is not there has no time; reading it says so
        return setting.token, str(self.base_folder), tuple(times)

    def preview(self, graph: str, node: str) -> np.ndarray[Any, Any] | None:
        """Return the first training row of the field that an Input reads, or ``None`` for all else."""
        row = self.document.find_node(node, graph)
        if row is None or row.kind != "input" or graph != MAIN:
            return None
        data, field = self.dataset, row.options.get("field")
        if data is None or field not in data.arrays or not len(data.train):
            return None
        array = data.arrays[str(field)]
        sample = np.asarray(array[data.train[0]])
        return sample if array.dtype.kind == "f" and sample.ndim else None

    # -- runs ----------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is under way or has events that nobody has seen."""
        return self.run is not None and (self.run.active or self.run.pending)

    @property
    def paused(self) -> bool:
        """Whether the run waits."""
        return self.run is not None and self.run.paused

    @property
    def can_continue(self) -> bool:
        """Whether the last run of this session can go on."""
        return self.run is not None and self.run.can_continue

    def train(self, epochs: int | None = None, device: str = "", keep: bool = True, batches: int = 0) -> Run:
        """Begin a run from the seed on and return it.

        ``keep`` stores it when it ends; ``batches`` above 0 ends it after so many.  Raises
        ``TranslateError`` where a run is under way or the layers are not loaded, and ``DataError`` for data
        that cannot be read.
        """
        catalog = self._ready()
        self._note_run()
        folder = runs_folder(self.path) if keep else None
        self.run = Run(
            self.document,
            catalog,
            self.load_data(),
            epochs=epochs,
            device=device,
            folder=folder,
            leave_core=self._stack is not None,
        )
        self.run.start(batches)
        return self.run

    def _ready(self) -> Catalog:
        """Return the layers, and end a measurement: one would slow the other."""
        if self.run is not None and self.run.active:
            raise TranslateError("A training is under way already: stop it first.", code="running")
        if self.catalog is None:
            raise TranslateError("The layers are not loaded yet. Try again in a moment.", code="loading")
        if self.timing is not None:
            self.timing.cancel()
        return self.catalog

    def measure(self) -> Timing:
        """Begin to measure how long each layer takes, and return the measurement.

        Raises ``TranslateError`` where a run is under way or the layers are not loaded, and ``DataError`` for
        data that cannot be read.
        """
        catalog = self._ready()
        self.timing = Timing(self.document, catalog, self.load_data(), leave_core=self._stack is not None)
        self.timing.start()
        return self.timing

    def train_batch(self) -> None:
        """Train one batch: the next one of the last run's model where the drawing is as it was then.

        Else the first one from the seed on.  Raises as ``train`` does.
        """
        if self.run is not None and self.can_continue and not self.changed_since_run:
            self._ready()
            self.run.continue_(0, batches=1)
        else:
            self.train(batches=1)

    def pause(self) -> None:
        """Let the run wait after its batch."""
        if self.run is not None:
            self.run.pause()

    def resume(self) -> None:
        """Let the run go on."""
        if self.run is not None:
            self.run.resume()

    def stop(self) -> None:
        """End the run after its batch."""
        if self.run is not None:
            self.run.stop()

    def continue_(self, epochs: int | None = None) -> None:
        """Train the last run's model on, as many epochs more as the settings say unless told."""
        if self.run is None:
            raise TranslateError("There is no run to go on with: train first.", code="no_run")
        self._ready()
        self.run.continue_(epochs or training_settings(self.run.document).epochs)

    def drain(self) -> list[Event]:
        """Return the run's events since the last call."""
        return self.run.drain() if self.run is not None else []

    @property
    def changed_since_run(self) -> bool:
        """Whether the drawing differs from the one that the present run trains or trained."""
        return self.run is not None and not _same_model(self.run.document, self.document)

    def last_run(self) -> StoredRun | None:
        """Return the latest stored run of this document's file, or ``None``."""
        return last_run(self.path) if self.path is not None else None

    def predict_stored(self, run: StoredRun) -> Predicted | None:
        """Return a stored run's answers to some test rows, without training.

        Raises ``TranslateError`` where it cannot be restored, ``DataError`` where its data are gone.
        """
        from studio.runs.predictions import sample

        if self.catalog is None:
            raise TranslateError("The layers are not loaded yet. Try again in a moment.", code="loading")
        data = load(DataSettings.from_json(thaw(run.document.setting("data"))), self.base_folder)
        return sample(run.restore(self.catalog, data), data)

    def close(self, seconds: float = 10.0) -> None:
        """Stop what runs and wait for it."""
        if self.run is not None:
            self.run.stop()
            self.run.wait(seconds)
        if self.timing is not None:
            self.timing.cancel()
            self.timing.wait(seconds)
        self.document.edited.disconnect(self._on_edit, missing_ok=True)


def _same_model(one: Document, other: Document) -> bool:
    if one.same_as(other):
        return True
    texts = [json.loads(files.dumps(each)) for each in (one, other)]
    return all(texts[0].get(key) == texts[1].get(key) for key in ("graphs", "layers", "settings"))
