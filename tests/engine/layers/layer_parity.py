"""Holds one layer of the engine against the layer of the same name in Keras: outputs, gradients, shapes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import ShapeError

Tensors = list[torch.Tensor]


def flat(value: Any) -> Tensors:
    return [part for item in value for part in flat(item)] if isinstance(value, (tuple, list)) else [value]


def with_batch(shape: Any, size: int | None) -> Any:
    """Return the shape or shapes with ``None`` on the batch axis replaced."""
    if isinstance(shape, (tuple, list)) and shape and isinstance(shape[0], (tuple, list)):
        return [with_batch(item, size) for item in shape]
    return tuple(size if axis is None else axis for axis in shape)


def twins(keras: Any, cls: Any, arguments: dict[str, Any], shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return the engine's layer and Keras', built and with equal weights."""
    ours = cls.from_config(json.loads(json.dumps(cls(**arguments).get_config())))
    theirs = getattr(keras.layers, cls.__name__)(**keras_arguments(keras, arguments))
    assert_shape_holds(ours, shape)
    with torch.no_grad():
        ours.build(shape)
    ours.built = True
    theirs.build(shape)
    assert [tuple(weight.shape) for weight in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [weight.name for weight in ours.weights] == [weight.name for weight in theirs.weights]
    rng = np.random.default_rng(7)
    values = [np.abs(rng.normal(0, 0.5, weight.shape)).astype("float32") + 0.1 for weight in ours.weights]
    signs = [1 if "variance" in weight.name else rng.choice([-1, 1], weight.shape) for weight in ours.weights]
    values = [(value * sign).astype("float32") for value, sign in zip(values, signs, strict=True)]
    ours.set_weights(values)
    theirs.set_weights(values)
    return ours, theirs


def keras_arguments(keras: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments with the engine's layers replaced by Keras'."""
    from engine.layers.layer import Layer

    def theirs(value: Any) -> Any:
        if isinstance(value, list):
            return [theirs(item) for item in value]
        if not isinstance(value, Layer):
            return value
        return getattr(keras.layers, type(value).__name__).from_config(value.get_config())

    return {name: theirs(value) for name, value in arguments.items()}


def assert_shape_holds(layer: Any, shape: tuple[int, ...]) -> None:
    """The formula says the same with and without a batch size."""
    known = layer.compute_output_shape(shape)
    open_shape = layer.compute_output_shape((None, *shape[1:]))
    assert with_batch(open_shape, shape[0]) == (known if isinstance(known[0], int) else list(known))


def check_parity(
    keras: Any,
    cls: Any,
    arguments: dict[str, Any],
    shape: tuple[int, ...],
    *,
    inputs: torch.Tensor | None = None,
    tolerance: float = 1e-5,
    **call: Any,
) -> Any:
    """Compare both layers on one input; returns the engine's layer."""
    ours, theirs = twins(keras, cls, arguments, shape)
    torch.manual_seed(3)
    x = torch.randn(shape) if inputs is None else inputs
    seen = []
    for layer, run in ((ours, ours.call), (theirs, theirs)):
        given = x.clone().requires_grad_(x.is_floating_point() and inputs is None)
        outputs = flat(run(given, **call))
        weights = [getattr(w, "value", w) for w in layer.trainable_variables]
        weights = [weight if isinstance(weight, torch.Tensor) else weight() for weight in weights]
        if layer is ours:
            weights = list(ours.trainable_variables)
        torch.manual_seed(4)
        total = sum((out * torch.randn(out.shape)).sum() for out in outputs)
        wanted = ([given] if given.requires_grad else []) + weights
        seen.append((outputs, torch.autograd.grad(torch.as_tensor(total), wanted) if wanted else ()))
    formula = ours.compute_output_shape(tuple(shape))
    shapes = [tuple(out.shape) for out in seen[0][0]]
    assert shapes == ([formula] if isinstance(formula[0], int) else [tuple(item) for item in formula])
    for one, two in zip(*[[*outs, *grads] for outs, grads in seen], strict=True):
        scale = max(1.0, float(two.detach().abs().max()))
        torch.testing.assert_close(one.detach(), two.detach(), rtol=0, atol=tolerance * scale)
    for weight, gradient in zip(
        ours.trainable_variables, seen[0][1][-len(ours.trainable_variables) :], strict=False
    ):
        spread = [axis for axis, size in enumerate(weight.shape) if size > 1]
        assert [gradient.stride(axis) for axis in spread] == [weight.stride(axis) for axis in spread]
    for one, two in zip(ours.non_trainable_weights, theirs.non_trainable_weights, strict=False):
        np.testing.assert_allclose(one.numpy(), two.value.detach().numpy(), atol=tolerance, rtol=tolerance)
    return ours


def refuses(layer: Any, shape: tuple[int | None, ...], code: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer.compute_output_shape(shape)
    assert caught.value.code == code
    assert layer.name in str(caught.value)
