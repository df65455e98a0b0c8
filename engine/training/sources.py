"""From the arguments of ``fit``, ``evaluate`` and ``predict`` to rows or a stream of batches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from engine import config
from engine.errors import EngineError
from engine.layers.layer import Layer
from engine.structure import flatten as flatten_states
from engine.structure import ordered, same_nesting
from engine.training import device as devices
from engine.training.checks import check_inputs, check_nesting, check_targets
from engine.training.data import Batch, Rows, class_weights, flatten
from engine.training.data import keys_of as named_keys
from engine.training.nested import goes_deep, leaves_like
from engine.training.step import forward_of, overrides, structure_of
from engine.training.stream import Stream, is_stream, kind_of
from engine.training.texts import takes_texts


def device_of(model: Any) -> torch.device:
    """Return the device on which the model's weights lie."""
    weight = next(iter(model.weights), None) if model.built else None
    return weight.device if weight is not None else devices.resolve(config.device())


def input_names(model: Any) -> list[str]:
    """Return the names of the model's inputs; empty where it has none declared."""
    return list(model.input_names) if getattr(model, "inputs", ()) else []


def output_names(model: Any) -> list[str]:
    """Return the names of the model's outputs; empty where it has none declared and none were seen."""
    if getattr(model, "outputs", ()):
        return list(model._answer_names)
    return ordered(model._answered) if isinstance(model._answered, Mapping) else []


def input_dtypes(model: Any) -> list[str | None]:
    """Return the dtypes that the model's inputs want."""
    return [str(item.dtype) for item in getattr(model, "inputs", ())]


def keys_of(model: Any, x: Any) -> list[str] | None:
    """Return the keys of inputs given as a dict to a model that has not declared its inputs."""
    return ordered(x) if isinstance(x, Mapping) and not input_names(model) else None


def source_of(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
) -> Rows | Stream:
    """Return the data, checked as far as it can be before the model runs."""
    if is_stream(x):
        kind = kind_of(x)
        for name, what, given in (("y", "targets", y), ("sample_weight", "sample weights", sample_weight)):
            if given is not None:
                raise EngineError(
                    f"When providing `x` as a {kind}, `{name}` should not be passed. Instead, the {what} "
                    f"should be included as part of the {kind}: it yields (x, y) or (x, y, sample_weight).",
                    code="stream",
                )
        if class_weight and kind == "torch DataLoader":
            raise EngineError(
                "Argument `class_weight` is not supported for torch DataLoader inputs: yield "
                "(x, y, sample_weight) instead.",
                code="class_weight",
            )
        return Stream(
            x,
            class_weight=class_weight or None,
            device=device_of(model),
            dtypes=input_dtypes(model),
            texts=takes_texts(model),
            input_names=input_names(model),
            output_names=output_names(model),
        )
    check_nesting(model, x)
    if isinstance(y, Mapping) and not output_names(model) and answers(model):
        build_on_first(model, source_of(model, x), keys_of(model, x), again=True)
    names = output_names(model)
    structure = structure_of(model)
    deep = goes_deep(structure) and same_nesting(structure, y)
    targets = leaves_like(structure, y) if deep else flatten(y, names, "y")
    weights = flatten(sample_weight, names, "sample_weight") if sample_weight is not None else None
    rows = Rows(
        flatten(x, input_names(model), "x"),
        targets,
        weights,
        device=device_of(model),
        dtypes=input_dtypes(model),
        texts=takes_texts(model),
        keys=(
            named_keys(x, input_names(model)),
            *(named_keys(given, names) if not deep else None for given in (y, sample_weight)),
        ),
    )
    check_inputs(model, rows.inputs)
    if class_weight:
        if len(rows.targets) != 1:
            raise EngineError(
                "`class_weight` is only supported for Models with a single output, with `y` given; give "
                "sample_weight for each output instead.",
                code="class_weight",
            )
        if rows.weights:
            raise EngineError(
                "You cannot pass `class_weight` and `sample_weight` at the same time: multiply the weights "
                "of the classes into sample_weight.",
                code="class_weight",
            )
        rows.weights = [class_weights(rows.targets[0], class_weight)]
    return rows


def prepare(model: Any, source: Rows | Stream, stepper: Any, step: str) -> None:
    """Build losses and metrics from a few rows and check all targets against them.

    A model with a ``step`` of its own knows itself what to do with the data: it is not tried where it has
    nothing to build.
    """
    stepper.has_metrics = stepper.targets.has_metrics or not stepper.targets.built
    if not isinstance(source, Rows) or (overrides(model, step) and not _tried(model, stepper)):
        return
    # A layer that keeps its states wants whole batches.
    fixed = next((item.shape[0] for item in getattr(model, "inputs", ()) if item.shape[0]), 2)
    few = source.part(0, min(fixed, source.count))
    targets, asks = stepper.targets, source.targets and not overrides(model, "compute_loss")
    seen = (_shapes(few.inputs), _shapes(model.weights))
    if not (targets.built and seen == targets.tried):
        with torch.no_grad(), _untouched(model):
            predicted = stepper.forward(
                [tensor if tensor is None else tensor.to(source.device) for tensor in few.inputs], False
            )
            if asks:
                targets.build([tensor.to(source.device) for tensor in few.targets], predicted)
        targets.tried, targets.answers = seen, predicted
    if asks:
        stepper.has_metrics = targets.has_metrics
        check_targets(targets.targets, source.targets, targets.answers)


def _shapes(tensors: Sequence[Any]) -> tuple[Any, ...]:
    """Return the shapes of tensors, which decide on the shapes that come out of a model."""
    return tuple(tuple(getattr(tensor, "shape", ())) for tensor in tensors)


def answers(model: Any) -> bool:
    """Return whether a model can be called: its class, or the graph that it is, has a ``call``."""
    return type(model).call is not Layer.call


def _tried(model: Any, stepper: Any) -> bool:
    return answers(model) and (stepper.targets.losses is not None or stepper.targets.metrics is not None)


@contextmanager
def _untouched(model: Any) -> Iterator[None]:
    """Put back what a trial run leaves behind: states of recurrent layers, weights that calls count with,
    the places of random generators.
    """
    kept = list(model.non_trainable_weights)
    layers = model._flatten_layers()
    places = [(one, one.place) for layer in layers for one in layer._seed_generators]
    for layer in layers:
        states = flatten_states(getattr(layer, "_kept_states", None) or [])
        kept += [state for state in states if state is not None]
    before = [(weight, weight.detach().clone()) for weight in kept]
    try:
        yield
    finally:
        for weight, value in before:
            weight.copy_(value)
        for generator, place in places:
            generator.place = place


def split_rows(rows: Rows | Stream, share: float) -> tuple[Rows, Rows]:
    """Return the rows to train on and, from the end, the ``share`` of them to validate on."""
    if not isinstance(rows, Rows):
        raise EngineError(
            "Argument `validation_split` is only supported for tensors or NumPy arrays. Received: data that "
            "comes in batches; give validation_data instead.",
            code="validation_split",
        )
    border = math.floor(rows.count * (1.0 - share))
    if not 0.0 < share < 1.0 or border in (0, rows.count):
        raise EngineError(
            f"Training data contains {rows.count} samples, which is not sufficient to split it into a "
            f"validation and training set as specified by `validation_split={share}`: it is a number between "
            "0 and 1 that leaves samples on both sides.",
            code="validation_split",
        )
    return rows.part(0, border), rows.part(border, rows.count)


def batch_of(model: Any, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> Batch:
    """Return arguments of the ``*_on_batch`` methods as one batch on the device."""
    rows = source_of(model, x, y, sample_weight, class_weight)
    if not isinstance(rows, Rows):
        raise EngineError(
            "One batch is made of arrays. Received: something that yields batches.", code="batch"
        )
    return next(rows.batches(rows.count))


def build_on_first(model: Any, source: Rows | Stream, keys: list[str] | None, again: bool = False) -> None:
    """Build a model that waits for its first data; ``again``: run it in any case, to see what comes out."""
    if model.built and not again:
        return
    if isinstance(source, Rows):
        _call_on(model, [tensor if tensor is None else tensor[:2] for tensor in source.inputs], keys)
    else:  # a batch is taken whole: whether its first axis counts samples is up to who made it
        _call_on(model, source.pack(source.peek()).inputs, keys)


def build_on_batch(model: Any, batch: Batch, keys: list[str] | None) -> None:
    """Build a model that waits for its first batch."""
    if not model.built:
        _call_on(model, batch.inputs, keys)


def _call_on(model: Any, inputs: list[Any], keys: list[str] | None) -> None:
    with torch.no_grad(), _untouched(model):
        forward_of(model, keys or None, direct=True)(inputs, False)
