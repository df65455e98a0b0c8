"""Other numbers in a layer's weights while it runs: half precision, and calls without side effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from engine.errors import NotBuiltError, ShapeError
from engine.layers.variable import Variable


@contextmanager
def in_half(layer: Any) -> Iterator[None]:
    """Let the float weights of ``layer`` and of those inside be read in its compute type.

    Layers inside with another compute type keep theirs; weights made with ``autocast=False`` stay.  Gradients
    flow through the conversion to the weights themselves.
    """
    kind = getattr(torch, layer.compute_dtype)
    swapped: list[tuple[dict[str, Any], str, Any]] = []
    waiting = [layer]
    try:
        while waiting:
            one = waiting.pop()
            for owner in one._weight_owners():
                weights = owner._parameters
                for name, weight in weights.items():
                    if isinstance(weight, Variable) and weight.autocast and weight.is_floating_point():
                        swapped.append((weights, name, weight))
                        weights[name] = weight.to(kind)
            waiting += [inner for inner in one._sublayers() if inner.compute_dtype == layer.compute_dtype]
        yield
    finally:
        for weights, name, weight in swapped:
            weights[name] = weight


@contextmanager
def other_values(layer: Any, values: Mapping[int, Any]) -> Iterator[None]:
    """Let the weights of ``layer`` and of those inside be the tensors of ``values``, by their ``id``."""
    swapped: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for one in layer._flatten_layers():
            for owner in one._weight_owners():
                for name, weight in owner._parameters.items():
                    if id(weight) in values:
                        swapped.append((owner._parameters, name, weight))
                        owner._parameters[name] = values[id(weight)]
        yield
    finally:
        for weights, name, weight in swapped:
            weights[name] = weight


def call_with(
    layer: Any, trainable: Sequence[Any], fixed: Sequence[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, list[Any], list[Any]]:
    """Return outputs, non-trainable values and loss terms of a call with these weights."""
    name = type(layer).__name__
    if not layer.built:
        raise NotBuiltError(
            f"To call stateless_call, {name} must be built: call it on some data, or build it, first."
        )
    own, still = layer.trainable_variables, layer.non_trainable_variables
    for word, given, wanted in (
        ("trainable_variables", trainable, own),
        ("non_trainable_variables", fixed, still),
    ):
        if len(given) != len(wanted):
            raise ShapeError(
                f"Argument `{word}` must be a list of tensors corresponding 1:1 to {name}().{word}. "
                f"Received: {len(given)} of {len(wanted)}.",
                code="weight_count",
                expected=len(wanted),
                got=len(given),
            )
    generators = {id(g.state): g for one in layer._flatten_layers() for g in one._seed_generators}
    values: dict[int, Any] = {id(weight): value for weight, value in zip(own, trainable, strict=True)}
    after: list[Any] = []
    seeds: list[tuple[Any, Any]] = []
    for weight, value in zip(still, fixed, strict=True):
        twin = Variable(torch.as_tensor(value).detach().clone(), trainable=False, name=weight.name)
        twin.regularizer, twin.constraint, twin.path = weight.regularizer, weight.constraint, weight.path
        after.append(twin)
        generator = generators.get(id(weight))
        if generator is None:
            values[id(weight)] = twin
        else:
            seeds.append((generator, weight.detach().clone()))
            weight.assign(twin)
    kept = [(one, list(one._losses)) for one in layer._flatten_layers()]
    layer._clear_losses()
    try:
        with other_values(layer, values):
            outputs = layer.call(*args, **kwargs)
        penalties = [
            weight.regularizer(values[id(weight)]) for weight in layer.trainable_weights if weight.regularizer
        ]
        losses = [term for one in layer._flatten_layers() for term in one._losses] + penalties
    finally:
        places = {id(weight): index for index, weight in enumerate(still)}
        for generator, before in seeds:
            state = generator.state
            after[places[id(state)]].assign(state)
            state.assign(before)
        for one, terms in kept:
            one._losses[:] = terms
    return outputs, after, losses
