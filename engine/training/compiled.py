"""What a model is trained for: ``compile``, and the losses and metrics that come of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import isfunction, signature
from typing import Any

import torch
from torch import Tensor

from engine import losses as losses_module
from engine import metrics as metrics_module
from engine import optimizers
from engine.errors import EngineError
from engine.layers.masks import detached
from engine.metrics.compiled import CompileMetrics
from engine.optimizers.loss_scale import LossScaleOptimizer
from engine.registry import get_registered_name
from engine.structure import map_structure
from engine.training import sources
from engine.training.compile_loss import CompileLoss
from engine.training.step import flat
from engine.training.targets import Targets


class Compiled:
    """The part of ``Model`` that knows optimizer, losses and metrics."""

    optimizer: Any = None
    loss: Any = None
    history: Any = None
    compiled: bool = False
    run_eagerly: bool = False
    stop_training: bool = False
    stop_evaluating: bool = False
    stop_predicting: bool = False
    steps_per_execution: int = 1
    jit_compile: bool = False
    _answered: Any = None  # the nesting of the outputs of a model that is code, once it ran
    _initial_epoch: int | None = None  # where a restored run goes on
    _targets: Targets | None = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how to train: optimizer, loss, metrics; with several outputs lists, or dicts by output name.

        ``run_eagerly`` calls the model instead of its compiled plan; ``jit_compile=True`` (not "auto") has
        ``torch.compile`` work on it, which takes up to minutes at first; ``steps_per_execution`` batches pass
        between two rounds of batch callbacks.  With ``auto_scale_loss`` a model of the policy "mixed_float16"
        trains with a ``LossScaleOptimizer`` around its optimizer.  Raises for unknown names.
        """
        self.optimizer = optimizers.get(optimizer)
        policy = self.dtype_policy.name  # type: ignore[attr-defined]  # a Layer's
        plain = self.optimizer is not None and not isinstance(self.optimizer, LossScaleOptimizer)
        if auto_scale_loss and policy == "mixed_float16" and plain:
            self.optimizer = LossScaleOptimizer(self.optimizer, name="loss_scale_optimizer")
        for given in _leaves(loss):
            if isinstance(given, str) and given.lower() not in ("crossentropy", "ce"):
                losses_module.get(given)
        for given in (*_leaves(metrics), *_leaves(weighted_metrics)):
            if isinstance(given, str) and given.lower() not in ("accuracy", "acc", "crossentropy", "ce"):
                metrics_module.get(given)
        self.loss = loss
        self.jit_compile = jit_compile is True
        self.run_eagerly = bool(run_eagerly)
        self.steps_per_execution = int(steps_per_execution)
        self._targets = Targets(sources.output_names(self), loss, loss_weights, metrics, weighted_metrics)
        self._targets.arguments = {
            "optimizer": self.optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        self.stop_training = False
        self.compiled = True

    def get_compile_config(self) -> dict[str, Any]:
        """Return what ``compile`` was given, JSON-able; empty before it."""
        if self._targets is None:
            return {}
        families = {
            "optimizer": optimizers.FAMILY, "loss": losses_module.FAMILY,
            "metrics": metrics_module.FAMILY, "weighted_metrics": metrics_module.FAMILY,
        }  # fmt: skip
        return {
            name: _serialized(value, families[name]) if name in families else value
            for name, value in self._targets.arguments.items()
        }

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile as ``get_compile_config`` described, and make the optimizer's state if built.

        A class with a ``compile`` of its own writes its own ``compile_from_config`` too; without, this warns.
        """
        from engine.serialization import deserialize_keras_object

        if type(self).compile is not Compiled.compile:
            warnings.warn(
                "`compile()` was not called as part of model loading because the model's `compile()` method "
                "is custom. Write `get_compile_config()` and `compile_from_config()` beside it, or call "
                "`compile()` after loading.",
                stacklevel=2,
            )
            return
        self.compile(**deserialize_keras_object(dict(config)))
        if self.optimizer is not None and self.built:  # type: ignore[attr-defined]  # a Layer's
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]  # a Layer's

    # -- metrics -----------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Any]:
        """The metrics in Keras' order: the tracker of the loss, the one ``compile_metrics`` that holds those
        of ``compile``, trackers of single losses, and those that are attributes, of layers inside too.
        """
        found: list[Any] = []
        if self._targets is not None:
            compiled = self._targets.metrics
            found = [self._targets.loss_tracker, *([] if compiled is None else [compiled])]
            found += self._targets.trackers
        layers: list[Any] = self._flatten_layers()  # type: ignore[attr-defined]  # a Layer's
        for layer in layers:
            inside = layer is not self and isinstance(layer, Compiled)
            if not inside:  # models inside count for trainers of their own
                own = layer._attributes_of(metrics_module.Metric)
                found += [metric for metric in own if metric not in found]
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of ``metrics``."""
        return [metric.name for metric in self.metrics]

    @property
    def _loss_tracker(self) -> Any:
        """The running mean of the loss."""
        return self._targets.loss_tracker if self._targets is not None else None

    @property
    def _compile_metrics(self) -> CompileMetrics | None:
        """The metrics that ``compile`` was given, as one."""
        return self._targets.metrics if self._targets is not None else None

    @property
    def _compile_loss(self) -> CompileLoss | None:
        """The losses that ``compile`` was given, as one."""
        return self._targets.losses if self._targets is not None else None

    def reset_metrics(self) -> None:
        """Start the running numbers afresh."""
        for metric in self.metrics:
            metric.reset_state()

    @torch.no_grad()
    def get_metrics_result(self) -> dict[str, Any]:
        """Return the running numbers by name, as tensors; those of a metric that tells a dict each alone."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            if isinstance(metric, CompileMetrics) and not metric.built:
                continue  # a step of the user's own left them alone
            result = metric.result()
            if isinstance(result, Mapping):
                found |= result
            else:
                found[metric.name] = result
        return found

    def _listed(self, logs: Mapping[str, Any]) -> Any:
        """Return the numbers of ``logs`` as Keras lists them: one alone, else in the order of ``metrics``."""
        names: list[str] = []
        for metric in self.metrics:
            inside = metric.metrics if isinstance(metric, CompileMetrics) else [metric]
            names += [one.name for one in inside]
        found = [logs[name] for name in names if name in logs]
        found += [logs[name] for name in sorted(logs) if name not in names]
        return found[0] if len(found) == 1 else found

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Return the loss of a prediction with all penalties, for a ``train_step`` of your own."""
        targets = self._compiled_targets("compute_loss")
        weights = flat(sample_weight) if sample_weight is not None else None
        loss = targets.loss(flat(y) if y is not None else [], flat(y_pred), weights)
        for term in self.losses:  # type: ignore[attr-defined]  # a Layer's, which every model is
            loss = term if loss is None else loss + term
        if loss is None:
            raise EngineError("There is no loss: give compile() one.", code="no_loss")
        return loss

    def stateless_compute_loss(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        metrics_variables: Sequence[Any],
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Tensor, tuple[list[Any], list[Any], list[Any]]]:
        """Return the loss for other values of the variables, and the three lists of values afterwards.

        The model's own variables stay as they are; gradients flow through ``y_pred``.  Raises ``EngineError``
        for lists of another length.
        """
        own = [
            list(self.trainable_variables),  # type: ignore[attr-defined]  # a Layer's
            list(self.non_trainable_variables),  # type: ignore[attr-defined]  # a Layer's
            list(self.metrics_variables),  # type: ignore[attr-defined]  # a Layer's
        ]
        given = [list(trainable_variables), list(non_trainable_variables), list(metrics_variables)]
        with _holding(own, given):
            told = {"training": training} if "training" in signature(self.compute_loss).parameters else {}
            loss = self.compute_loss(x, y, y_pred, sample_weight, **told)
            fixed, states = ([item.data.clone() for item in group] for group in own[1:])
        return loss, (given[0], fixed, states)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Show the metrics a prediction and return the running numbers.

        Weights count for those in ``weighted_metrics`` alone.
        """
        self._compiled_targets("compute_metrics")
        if self._compile_metrics is not None:
            with torch.no_grad():
                self._compile_metrics.update_state(y, _detached(y_pred), sample_weight)
        return self.get_metrics_result()

    def _compiled_targets(self, what: str) -> Targets:
        if self._targets is None:
            raise EngineError(
                f"Call compile() before {what}(): for example model.compile(optimizer='adam', loss='mse').",
                code="not_compiled",
            )
        if not self._targets.names:
            self._targets.names = sources.output_names(self)
        return self._targets


@contextmanager
def _holding(own: Sequence[Sequence[Any]], given: Sequence[Sequence[Any]]) -> Iterator[None]:
    """Give groups of variables other values for a while."""
    for word, variables, values in zip(_GROUPS, own, given, strict=True):
        if len(variables) != len(values):
            raise EngineError(
                f"Argument `{word}` must be a list of tensors corresponding 1:1 to the model's {word}. "
                f"Received: {len(values)} of {len(variables)}.",
                code="weight_count",
                expected=len(variables),
                got=len(values),
            )
    pairs = [pair for group in zip(own, given, strict=True) for pair in zip(*group, strict=True)]
    kept = [variable.data for variable, _ in pairs]
    try:
        for variable, value in pairs:
            fresh = value.detach() if isinstance(value, Tensor) else torch.as_tensor(value)
            variable.data = fresh.to(variable.data).clone()
        yield
    finally:
        for (variable, _), value in zip(pairs, kept, strict=True):
            variable.data = value


_GROUPS = ("trainable_variables", "non_trainable_variables", "metrics_variables")


def _detached(y_pred: Any) -> Any:
    return map_structure(lambda leaf: detached(leaf) if isinstance(leaf, Tensor) else leaf, y_pred)


def _leaves(given: Any) -> list[Any]:
    if isinstance(given, Mapping):
        return [] if "class_name" in given else [leaf for item in given.values() for leaf in _leaves(item)]
    if isinstance(given, (list, tuple)):
        return [leaf for item in given for leaf in _leaves(item)]
    return [given]


def _serialized(value: Any, family: Any) -> Any:
    if isinstance(value, Mapping) and "class_name" not in value:
        return {name: _serialized(item, family) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_serialized(item, family) for item in value]
    if isfunction(value) and get_registered_name(value) not in family.names():
        from engine.serialization import serialize_keras_object

        return serialize_keras_object(value)  # a function of one's own
    return family.serialize(value)
