"""One step of training or evaluation, bound to a model once so that nothing is looked up per batch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.metrics.reduction import MeanMetricWrapper
from engine.structure import flatten as flat_leaves
from engine.structure import map_structure, ordered, pack_like
from engine.training.data import Batch
from engine.training.gradients import gradients
from engine.training.targets import Targets

Forward = Callable[[list[Tensor], bool], list[Tensor]]
GradHook = Callable[[Mapping[str, Tensor]], None]


def forward_of(model: Any, names: Sequence[str] | None, direct: bool = False) -> Forward:
    """Return how to run ``model`` on flat inputs: its compiled plan, or its ``__call__``.

    ``names`` are the keys under which a model without a plan takes its inputs; ``None``: by position.
    ``direct`` calls the model in any case, as one that is not built wants it.
    """
    from engine.models.model import DirectPlan

    plan = model.plan if names is None and not model.run_eagerly and not direct else None
    if plan is not None and not isinstance(plan, DirectPlan):
        plan.jit(model.jit_compile)
        run: Forward = plan.run
        return run
    layers = layers_of(model)
    whole = torch.compile(model) if model.jit_compile and model.built and not model.run_eagerly else model

    def call(inputs: list[Tensor], training: bool) -> list[Tensor]:
        for layer in layers:
            layer._losses.clear()
        if names is not None:
            given: Any = dict(zip(names, inputs, strict=True))
        else:
            given = inputs[0] if len(inputs) == 1 else inputs
        outputs = whole(given, training=training)
        if not isinstance(outputs, Tensor):
            model._answered = map_structure(lambda _: None, outputs)
        return flat(outputs)

    return call


def flat(outputs: Any) -> list[Tensor]:
    """Return the tensors of a nested answer, in order."""
    if isinstance(outputs, Tensor):
        return [outputs]
    parts = [outputs[key] for key in ordered(outputs)] if isinstance(outputs, Mapping) else outputs
    return [tensor for part in parts for tensor in flat(part)]


def layers_of(model: Any) -> list[Any]:
    """Return the model and every layer inside it, each once."""
    found: dict[int, Any] = {id(model): model}
    for layer in model._sublayers():
        found |= {id(inner): inner for inner in layers_of(layer)}
    return list(found.values())


class Extras:
    """Loss terms beside the outputs': penalties on weights and what layers add while they run."""

    def __init__(self, model: Any) -> None:
        self._terms = [layer._losses for layer in layers_of(model)]
        self._penalised = [
            weight for weight in model.trainable_weights if getattr(weight, "regularizer", None) is not None
        ]

    def add_to(self, loss: Tensor | None) -> Tensor | None:
        """Return ``loss`` with the terms of this step added."""
        for terms in self._terms:
            for term in terms:
                loss = term if loss is None else loss + term
        for weight in self._penalised:
            term = weight.regularizer(weight)
            loss = term if loss is None else loss + term
        return loss


def overrides(model: Any, name: str) -> bool:
    """Return whether a model's class writes a method of training itself."""
    from engine.training.trainer import Trainer

    return getattr(type(model), name) is not getattr(Trainer, name)


def structure_of(model: Any) -> Any:
    """Return the nesting in which a model gives its outputs; ``None``: one tensor, or a list not seen
    yet.
    """
    found = model._answered
    return found if found is not None else getattr(model, "_outputs_struct", None)


_HOLDERS = (nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)


def _is_ours(thing: Any) -> bool:
    """Return whether a layer, loss or metric is one of the engine's, which keep no tensor of a batch."""
    if not type(thing).__module__.startswith("engine."):
        return False
    function = getattr(thing, "_fn", None) or getattr(thing, "fn", None) or getattr(thing, "function", None)
    return function is None or getattr(function, "__module__", "").startswith("engine.")


class Stepper:
    """Steps of a compiled model: the fast road of ``fit`` and ``evaluate``."""

    def __init__(self, model: Any, targets: Targets, names: Sequence[str] | None) -> None:
        self.model = model
        self.targets = targets
        self.extras = Extras(model)
        self.forward = forward_of(model, names)
        self.params: list[Any] = list(model.trainable_weights)
        self.on_grads: GradHook | None = None
        self.has_metrics = targets.has_metrics if targets.built else True
        self._names = names
        targets.nesting = lambda: structure_of(model)
        targets.naming = lambda: ordered(model._answered) if isinstance(model._answered, Mapping) else []
        # A model that computes its loss or metrics itself is asked; others take the short road.
        self._loss = self._plain_loss
        self.results: Callable[[], Mapping[str, Any]] = model.get_metrics_result
        self._own_metrics = overrides(model, "compute_metrics")
        if overrides(model, "compute_loss"):
            self._loss = self._own_loss
        if self._own_metrics:
            self._found: Mapping[str, Any] = {}
            self.results = lambda: self._found

    def _plain_loss(self, batch: Batch, y_pred: list[Tensor], training: bool) -> Tensor | None:
        return self.extras.add_to(self.targets.loss(batch.targets, y_pred, batch.weights))

    def _own_loss(self, batch: Batch, y_pred: list[Tensor], training: bool) -> Tensor | None:
        method = self.model.compute_loss
        told = {"training": training} if "training" in inspect.signature(method).parameters else {}
        loss: Tensor | None = method(**self._whole(batch, y_pred), **told)
        if not self.targets.built:  # of what compute_loss made of the outputs, where it asked for the losses
            self.targets.build(batch.targets, y_pred)
        return loss

    def _whole(self, batch: Batch, y_pred: list[Tensor]) -> dict[str, Any]:
        """Return a batch in the structures that a method of the user's own knows."""
        model, answered = self.model, structure_of(self.model)

        def whole(values: Any, like: Any = None) -> Any:
            if not values:
                return None
            if like is not None and len(flat_leaves(like)) == len(values):
                return pack_like(like, list(values))
            return values[0] if len(values) == 1 else list(values)

        named = dict.fromkeys(self._names) if self._names else getattr(model, "_inputs_struct", None)
        return {
            "x": whole(batch.inputs, named),
            "y": whole(batch.targets, answered),
            "y_pred": whole(y_pred, answered),
            "sample_weight": whole(batch.weights or []),
        }

    def _measure(self, batch: Batch, y_pred: list[Tensor]) -> None:
        if torch.is_grad_enabled():
            with torch.no_grad():
                self._measure(batch, y_pred)
            return
        if self._own_metrics:
            self._found = dict(self.model.compute_metrics(**self._whole(batch, y_pred)))
        else:
            self.targets.update(batch.targets, y_pred, batch.weights)

    def train(self, batch: Batch) -> None:
        """Run forward and back, change the weights, and add to the running numbers."""
        inputs, rows = batch.inputs, batch.rows
        targets, params, optimizer = self.targets, self.params, self.model.optimizer
        y_pred = self.forward(inputs, True)
        loss = self._loss(batch, y_pred, True)
        if loss is None:
            raise ValueError("There is nothing to train on: give compile() a loss, or add one in a layer.")
        grads: Sequence[Tensor | None] = ()
        if params:
            scaled = optimizer.scale_loss(loss) if optimizer.loss_scale_factor else loss
            grads = gradients(scaled, params)
        outer = torch.is_grad_enabled()
        torch._C._set_grad_enabled(False)  # no_grad() is ten times as slow
        try:
            targets.loss_tracker.update_state(loss, rows)
            if params:
                if self.on_grads is not None:
                    self.on_grads(
                        {
                            weight.path: grad
                            for weight, grad in zip(params, grads, strict=True)
                            if grad is not None
                        }
                    )
                optimizer.step(grads)
            if self.has_metrics or self._own_metrics:
                self._measure(batch, y_pred)
        finally:
            torch._C._set_grad_enabled(outer)

    def test(self, batch: Batch) -> None:
        """Run forward and add to the running numbers."""
        y_pred = self.forward(batch.inputs, False)
        loss = self._loss(batch, y_pred, False)
        if loss is not None:
            self.targets.loss_tracker.update_state(loss, batch.rows)
        self._measure(batch, y_pred)

    def keeps_nothing(self) -> bool:
        """Return whether testing runs nothing that might hold a tensor of a batch afterwards.

        Such a loop may run under ``torch.inference_mode``, whose tensors can never be used with gradients.
        """
        parts = list(self.model.modules())
        metrics = self.targets.metrics.metrics if self.targets.metrics is not None else []
        return (
            self._loss == self._plain_loss
            and not self._own_metrics
            and not self.model.jit_compile
            and all(_is_ours(part) or isinstance(part, _HOLDERS) for part in parts)
            and not any(part._forward_hooks or part._forward_pre_hooks for part in parts)
            and not any(getattr(layer, "stateful", False) for layer in layers_of(self.model))
            and all(_is_ours(target.loss) for target in self.targets.targets if target.loss is not None)
            and all(isinstance(metric, MeanMetricWrapper) and _is_ours(metric) for metric in metrics)
        )
