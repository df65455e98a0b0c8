"""What a model is trained for: ``compile``, and the losses and metrics that come of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine import losses as losses_module
from engine import metrics as metrics_module
from engine import optimizers
from engine.errors import EngineError
from engine.optimizers.loss_scale import LossScaleOptimizer
from engine.training import sources
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
    _compile_arguments: Mapping[str, Any] | None = None

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
        self._compile_arguments = {
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
        if self._compile_arguments is None:
            return {}
        families = {
            "optimizer": optimizers.FAMILY, "loss": losses_module.FAMILY,
            "metrics": metrics_module.FAMILY, "weighted_metrics": metrics_module.FAMILY,
        }  # fmt: skip
        return {
            name: _serialized(value, families[name]) if name in families else value
            for name, value in self._compile_arguments.items()
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
        """The loss tracker and the metrics, as objects; complete once data has come."""
        named = list(self._targets.named().values()) if self._targets is not None else []
        return [*named, *(metric for metric in self._own_metrics() if metric not in named)]

    def _own_metrics(self) -> list[Any]:
        """Return the metrics that are attributes of the model."""
        found: list[Any] = []
        for value in vars(self).values():
            items = value if isinstance(value, (list, tuple)) else [value]
            found += [item for item in items if isinstance(item, metrics_module.Metric)]
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of what ``evaluate`` returns, in its order."""
        return list(self._targets.named()) if self._targets is not None else []

    @property
    def _loss_tracker(self) -> Any:
        """The running mean of the loss."""
        return self._targets.loss_tracker if self._targets is not None else None

    def reset_metrics(self) -> None:
        """Start the running numbers afresh."""
        if self._targets is not None:
            self._targets.reset()

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the running numbers by name, as tensors."""
        return self._compiled_targets("get_metrics_result").results()

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

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Show the metrics a prediction and return the running numbers."""
        targets = self._compiled_targets("compute_metrics")
        weights = flat(sample_weight) if sample_weight is not None else None
        targets.update(flat(y), flat(y_pred), weights)
        return targets.results()

    def _compiled_targets(self, what: str) -> Targets:
        if self._targets is None:
            raise EngineError(
                f"Call compile() before {what}(): for example model.compile(optimizer='adam', loss='mse').",
                code="not_compiled",
            )
        if not self._targets.names:
            self._targets.names = sources.output_names(self)
        self._targets.own = self._own_metrics()
        return self._targets


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
    return family.serialize(value)
