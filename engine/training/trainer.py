"""``fit``, ``evaluate`` and ``predict``: what makes a layer a model that learns."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor

from engine import config
from engine import random as seeds
from engine.callbacks import CallbackList, History
from engine.callbacks.prepare import callback_list
from engine.errors import EngineError
from engine.structure import map_structure, pack_like
from engine.training import sources
from engine.training.compiled import Compiled
from engine.training.data import Batch, Rows
from engine.training.logs import LazyLogs, read
from engine.training.step import Stepper, flat, forward_of, overrides, structure_of
from engine.training.stream import Feed, Stream, ran_out, unpack_x_y_sample_weight


class Trainer(Compiled):
    """The part of ``Model`` that trains.  Keras: https://keras.io/api/models/model_training_apis/."""

    # -- steps that a subclass may write itself ------------------------------------------------------

    def train_step(self, data: Any) -> Mapping[str, Any]:
        """Do one step on ``(x, y)`` or ``(x, y, sample_weight)`` and return the running numbers."""
        stepper = self._stepper()
        stepper.train(sources.batch_of(self, *_parts(data)))
        return stepper.results()

    def test_step(self, data: Any) -> Mapping[str, Any]:
        """Evaluate one batch and return the running numbers."""
        stepper = self._stepper()
        stepper.test(sources.batch_of(self, *_parts(data)))
        return stepper.results()

    def predict_step(self, data: Any) -> Any:
        """Return the predictions for one batch."""
        x = data[0] if isinstance(data, tuple) else data
        return self(x, training=False)  # type: ignore[operator]  # a Layer's, which every model is

    # -- the three loops -----------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Train for ``epochs`` passes over the data and return the ``History``.

        ``x`` and ``y`` are arrays or tensors (lists or dicts of them for several inputs or outputs), rows
        first, or ``x`` yields batches ``(x, y)`` or ``(x, y, sample_weight)``.  ``validation_split`` takes
        the last rows; ``shuffle`` draws a new order every epoch, the same after the same
        ``set_random_seed``. ``model.stop_training = True`` ends the run after the present batch and the
        validation of this epoch, which ``model.stop_evaluating = True`` ends too.
        """
        epochs, steps_per_epoch = _capped(epochs, steps_per_epoch)
        targets = self._compiled_targets("fit")
        keys = sources.keys_of(self, x)
        source = sources.source_of(self, x, y, sample_weight, class_weight)
        validation: Rows | Stream | None = None
        if validation_data is not None:
            vx, vy, vw = (
                _parts(validation_data)
                if isinstance(validation_data, (tuple, list))
                else (validation_data, None, None)
            )
            validation = sources.source_of(self, vx, vy, vw)
        elif validation_split:
            source, validation = sources.split_rows(source, validation_split)
        sources.build_on_first(self, source, keys)
        stepper = Stepper(self, targets, keys)
        sources.prepare(self, source, stepper, "train_step")
        if isinstance(validation, Rows) and isinstance(source, Rows) and targets.targets:
            sources.prepare(self, validation, stepper, "test_step")
        if stepper.params and self.optimizer is not None:
            _claim(self.optimizer, stepper.params)
        size = batch_size or 32
        steps = steps_per_epoch or source.steps(size)
        runner = callback_list(self, callbacks, verbose, epochs, steps)
        generator = torch.Generator().manual_seed(seeds.make_default_seed()) if shuffle else None
        feed = Feed(source, size, steps_per_epoch, generator, whole=shuffle == "batch")
        stepper.on_grads = runner.grad_hook()
        self.stop_training = False
        self.history = runner.history
        with _training_thread(), torch.enable_grad():
            runner.on_train_begin()
            initial_epoch = self._initial_epoch or initial_epoch
            self._initial_epoch = None
            logs: dict[str, Any] = {}
            for epoch in range(initial_epoch, epochs):
                self.reset_metrics()
                runner.on_epoch_begin(epoch)
                source.begin_epoch()
                last = self._epoch(stepper, feed.epoch(), steps, runner)
                source.end_epoch()
                if last is None:
                    ran_out()
                    break
                logs = read(last)
                if not math.isfinite(logs.get("loss", 0.0)):
                    _warn_not_finite(epoch, logs["loss"])
                if validation is not None and _due(epoch, validation_freq):
                    found = self._test_loop(
                        stepper, validation, validation_batch_size or size, validation_steps, runner
                    )
                    logs |= {f"val_{name}": value for name, value in found.items()}
                runner.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            if self.optimizer is not None and self.optimizer.use_ema:
                self.optimizer.finalize_variable_values()
            runner.on_train_end(logs)
        return runner.history  # type: ignore[no-any-return]  # always among the callbacks of fit

    def _epoch(
        self, stepper: Stepper, batches: Iterator[Batch], steps: int | None, runner: CallbackList
    ) -> Mapping[str, Any] | None:
        """Train on the batches of one epoch; returns the running numbers at its end, ``None``: no batch."""
        own = overrides(self, "train_step")
        every, train, running = self.steps_per_execution, stepper.train, stepper.results
        begins, ends = runner.watches("on_train_batch_begin"), runner.watches("on_train_batch_end")
        results: Mapping[str, Any] = {}
        index = -1
        for index, batch in enumerate(batches):
            if begins and index % every == 0:
                runner.on_train_batch_begin(index)
            if own:
                results = self.train_step(batch.whole())
            else:
                train(batch)
            if ends and ((index + 1) % every == 0 or index + 1 == steps):
                runner.on_train_batch_end(index, LazyLogs(_saying(results) if own else running))
            if self.stop_training or index + 1 == steps:
                break
        if index < 0:
            return None
        if own:
            return dict(sorted(results.items()))
        return dict(sorted(running().items()))

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **unknown: Any,
    ) -> Any:
        """Return loss and metrics on the data, by name with ``return_dict``.

        In the list stand the loss, single metrics, losses of the outputs, and the rest by name, as in Keras.
        """
        if unknown:
            raise EngineError(f"Arguments not recognized: {unknown}", code="param")
        steps = _capped(1, steps)[1]
        targets = self._compiled_targets("evaluate")
        keys = sources.keys_of(self, x)
        source = sources.source_of(self, x, y, sample_weight)
        sources.build_on_first(self, source, keys)
        stepper = Stepper(self, targets, keys)
        sources.prepare(self, source, stepper, "test_step")
        size = batch_size or 32
        runner = callback_list(self, callbacks, verbose, 1, steps or source.steps(size), testing=True)
        found = self._test_loop(stepper, source, size, steps, runner)
        if return_dict:
            return found
        return self._listed(found)

    @torch.no_grad()
    def _test_loop(
        self, stepper: Stepper, source: Rows | Stream, size: int, steps: int | None, runner: CallbackList
    ) -> dict[str, Any]:
        own = overrides(self, "test_step")
        self.reset_metrics()
        self.stop_evaluating = False
        source.begin_epoch()
        runner.on_test_begin()
        begins, ends = runner.watches("on_test_batch_begin"), runner.watches("on_test_batch_end")
        results: Mapping[str, Any] = {}
        with ExitStack() as rest:
            for index, batch in enumerate(Feed(source, size, steps).epoch()):
                if begins:
                    runner.on_test_batch_begin(index)
                if own:
                    results = self.test_step(batch.whole())
                else:
                    stepper.test(batch)
                if ends:
                    runner.on_test_batch_end(index, LazyLogs(_saying(results) if own else stepper.results))
                if self.stop_evaluating:
                    break
                # What the first batch made must serve training too; from then on nothing is made that stays.
                if index == 0 and not (own or begins or ends) and stepper.keeps_nothing():
                    rest.enter_context(torch.inference_mode())
        source.end_epoch()
        found = read(dict(sorted((results if own else stepper.results()).items())))
        runner.on_test_end(found)
        return found

    @torch.no_grad()
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Return the predictions as numpy arrays: one, or a list or dict as the model has outputs."""
        steps = _capped(1, steps)[1]
        keys = sources.keys_of(self, x)
        source = sources.source_of(self, x)
        sources.build_on_first(self, source, keys)
        size = batch_size or 32
        runner = callback_list(self, callbacks, verbose, 1, steps or source.steps(size), testing=True)
        run = self._answering(keys)
        gathered: list[list[Tensor]] = []
        self.stop_predicting = False
        runner.on_predict_begin()
        source.begin_epoch()
        for index, batch in enumerate(Feed(source, size, steps).epoch()):
            runner.on_predict_batch_begin(index)
            parts = run(batch)
            gathered.append(parts)
            runner.on_predict_batch_end(index, {"outputs": parts})
            if self.stop_predicting:
                break
        source.end_epoch()
        runner.on_predict_end()
        arrays = [torch.cat(column).cpu().numpy() for column in zip(*gathered, strict=True)]
        return self._structured(arrays)

    def _answering(self, keys: list[str] | None) -> Callable[[Batch], list[Tensor]]:
        """Return what predicts for a batch: the model, or the ``predict_step`` of its class."""
        if not overrides(self, "predict_step"):
            run = forward_of(self, keys)
            return lambda batch: run(batch.inputs, False)

        def step(batch: Batch) -> list[Tensor]:
            answer = self.predict_step(batch.whole())
            self._answered = map_structure(lambda _: None, answer)
            return flat(answer)

        return step

    def _structured(self, arrays: list[Any]) -> Any:
        """Return outputs in the structure in which the model gives them."""
        structure = structure_of(self)
        if structure is not None:
            return pack_like(structure, arrays)
        return arrays[0] if len(arrays) == 1 else arrays

    # -- single batches ------------------------------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Do one step on one batch and return its loss and metrics."""
        self._compiled_targets("train_on_batch")
        batch = sources.batch_of(self, x, y, sample_weight, class_weight)
        return self._on_batch(batch, sources.keys_of(self, x), return_dict, training=True)

    @torch.no_grad()
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Evaluate one batch and return its loss and metrics."""
        self._compiled_targets("test_on_batch")
        batch = sources.batch_of(self, x, y, sample_weight)
        return self._on_batch(batch, sources.keys_of(self, x), return_dict, training=False)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the predictions for one batch as numpy arrays."""
        with torch.no_grad():
            batch = sources.batch_of(self, x)
            parts = self._answering(sources.keys_of(self, x))(batch)
            return self._structured([part.cpu().numpy() for part in parts])

    def _on_batch(self, batch: Batch, keys: list[str] | None, return_dict: bool, training: bool) -> Any:
        sources.build_on_batch(self, batch, keys)
        stepper = self._stepper(keys)
        self.reset_metrics()
        kind = "train_step" if training else "test_step"
        if overrides(self, kind):
            found = read(getattr(self, kind)(batch.whole()))
        else:
            if training:
                with _training_thread(), torch.enable_grad():
                    stepper.train(batch)
            else:
                stepper.test(batch)
            found = read(stepper.results())
        found = dict(sorted(found.items()))
        return found if return_dict else self._listed(found)

    # -- helpers -------------------------------------------------------------------------------------

    def _stepper(self, keys: list[str] | None = None) -> Stepper:
        if not self.built:  # type: ignore[attr-defined]  # a Layer's
            raise EngineError(
                "The model is not built: call it on data, or give it an Input.", code="not_built"
            )
        stepper = Stepper(self, self._compiled_targets("train_step"), keys)
        if stepper.params and self.optimizer is not None:
            _claim(self.optimizer, stepper.params)
        return stepper


def _claim(optimizer: Any, params: list[Any]) -> None:
    """Build the optimizer for these weights, and refuse one that was built for others."""
    optimizer.build(params)
    own = optimizer._trainable_variables
    if len(own) != len(params) or any(one is not two for one, two in zip(own, params, strict=True)):
        raise EngineError(
            "The trainable weights are not those that the optimizer knows. After freezing, freeing or "
            "changing layers, call compile() again with a new optimizer.",
            code="optimizer_variables",
        )


@contextmanager
def _training_thread() -> Iterator[None]:
    """Flush denormal numbers to zero: the moments of dead units become denormal and slow a CPU down."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _capped(epochs: int, steps: int | None) -> tuple[int, int | None]:
    """Return epochs and steps, no more than ``config.set_max_epochs`` and its like allow."""
    most, most_steps = config.max_epochs(), config.max_steps_per_epoch()
    if most and most < epochs:
        warnings.warn(f"Limiting epochs to {most}", stacklevel=3)
        epochs = most
    if most_steps and (not steps or most_steps < steps):
        warnings.warn(f"Limiting steps_per_epoch to {most_steps}", stacklevel=3)
        steps = most_steps
    return epochs, steps


def _due(epoch: int, frequency: Any) -> bool:
    """Return whether validation runs after this epoch: every so many epochs, or after those listed."""
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency


def _warn_not_finite(epoch: int, loss: float) -> None:
    warnings.warn(
        f"The loss became {loss} in epoch {epoch + 1}. Try a smaller learning rate, scale the inputs, and "
        "look for missing or infinite values in the data.",
        RuntimeWarning,
        stacklevel=3,
    )


def _parts(data: Any) -> tuple[Any, Any, Any]:
    return unpack_x_y_sample_weight(data)


def _saying(results: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
    return lambda: results
