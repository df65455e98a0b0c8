"""One step of training or evaluation, bound to a model once so that nothing is looked up per batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.training.data import Batch
from engine.training.targets import Targets

Forward = Callable[[list[Tensor], bool], list[Tensor]]
GradHook = Callable[[Mapping[str, Tensor]], None]


def forward_of(model: Any, names: Sequence[str] | None) -> Forward:
    """Return how to run ``model`` on flat inputs: its compiled plan, or its ``__call__``.

    ``names`` are the keys under which a model without a plan takes its inputs; ``None``: by position.
    """
    if names is None and not model.run_eagerly:
        run: Forward = model.plan.run
        return run
    layers = layers_of(model)

    def call(inputs: list[Tensor], training: bool) -> list[Tensor]:
        for layer in layers:
            layer._losses.clear()
        if names is not None:
            given: Any = dict(zip(names, inputs, strict=True))
        else:
            given = inputs[0] if len(inputs) == 1 else inputs
        return flat(model(given, training=training))

    return call


def flat(outputs: Any) -> list[Tensor]:
    """Return the tensors of a nested answer, in order."""
    if isinstance(outputs, Tensor):
        return [outputs]
    parts = outputs.values() if isinstance(outputs, Mapping) else outputs
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

    def train(self, batch: Batch) -> None:
        """Run forward and back, change the weights, and add to the running numbers."""
        inputs, y_true, weights, rows = batch
        targets, params, optimizer = self.targets, self.params, self.model.optimizer
        y_pred = self.forward(inputs, True)
        loss = self.extras.add_to(targets.loss(y_true, y_pred, weights))
        if loss is None:
            raise ValueError("There is nothing to train on: give compile() a loss, or add one in a layer.")
        targets.loss_tracker.update_state(loss, rows)
        if params:
            scaled = optimizer.scale_loss(loss) if optimizer.loss_scale_factor else loss
            grads = torch.autograd.grad(scaled, params, allow_unused=True)
            if self.on_grads is not None:
                self.on_grads(
                    {
                        weight.path: grad
                        for weight, grad in zip(params, grads, strict=True)
                        if grad is not None
                    }
                )
            optimizer.step(grads)
        if self.has_metrics:
            with torch.no_grad():
                targets.update(y_true, y_pred, weights)

    def test(self, batch: Batch) -> None:
        """Run forward and add to the running numbers."""
        inputs, y_true, weights, rows = batch
        y_pred = self.forward(inputs, False)
        loss = self.extras.add_to(self.targets.loss(y_true, y_pred, weights))
        if loss is not None:
            self.targets.loss_tracker.update_state(loss, rows)
        self.targets.update(y_true, y_pred, weights)
