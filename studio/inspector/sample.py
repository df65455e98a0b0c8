"""A sample of what a layer does: small inputs that it takes, and the shapes that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.spec import TensorSpec
from studio.document.catalog import Catalog, LayerSpec
from studio.inspector.layer_choices import start_of

_VECTOR, _SEQUENCE, _PICTURE, _VOLUME = (6,), (8, 4), (8, 8, 3), (6, 6, 6, 2)
_RARE = ((4, *_VOLUME), (4096, 1), (4096,))  # films of volumes; sound
_FIRST = {
    "1D": _SEQUENCE, "2D": _PICTURE, "3D": _VOLUME, "recurrent": _SEQUENCE, "attention": _SEQUENCE,
    "convolution": _PICTURE, "pooling": _PICTURE, "reshaping": _PICTURE, "augmentation": _PICTURE,
}  # fmt: skip
_KNOWN: dict[str, dict[str, Any]] = {
    "dims": {"dims": [1]}, "filters": {"filters": 5},
    "units": {"units": 4}, "input_dim": {"input_dim": 10}, "output_dim": {"output_dim": 5},
    "n": {"n": 3}, "rate": {"rate": 0.5}, "axes": {"axes": 1},
    "equation": {"equation": "ab,bc->ac"}, "output_shape": {"output_shape": [4]},
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A layer with ``params`` that was given ``inputs`` and made ``outputs``."""

    params: dict[str, Any]
    inputs: Mapping[str, tuple[TensorSpec, ...]]
    outputs: tuple[TensorSpec, ...]


def sample_of(catalog: Catalog, spec: LayerSpec) -> Sample | None:
    """Return the first sample that the layer takes, of the kind that it is mostly used on, or ``None``."""
    params = start_of(catalog, spec.name)
    for name in params:
        params |= _KNOWN.get(name, {})
    for each in spec.params:
        if each.required and each.name not in params:
            params |= _KNOWN.get(each.name, {})
    params |= {
        each.name: 0.5
        for each in spec.params
        if each.required and each.kind.name == "array" and each.name not in params
    }
    first = next((shape for key, shape in _FIRST.items() if key in (spec.name[-2:], spec.category)), _VECTOR)
    shapes = [first, *(each for each in (_VECTOR, _SEQUENCE, _PICTURE, _VOLUME) if each != first), *_RARE]
    for shape in shapes:
        for dtype in ("float32", "int64"):
            for choice in _variants(spec, params, shape):
                found = _try(spec, choice, TensorSpec((None, *shape), dtype))
                if found is not None:
                    return found
    return None


def _variants(spec: LayerSpec, params: dict[str, Any], shape: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return the parameters as they are, or with what depends on the shape, and others that may fit."""
    if "dims" in params:
        return [{**params, "dims": [*range(2, len(shape) + 1), 1]}]
    if "target_shape" in params:
        return [{**params, "target_shape": [-1, shape[-1]]}]
    found = [params]
    if any(each.name == "groups" for each in spec.params):
        found.append({**params, "groups": 1})
    whole = {each.name: 4 for each in spec.params if each.required and each.kind.name == "array"}
    return [*found, {**params, **whole}] if whole else found


def _try(spec: LayerSpec, params: dict[str, Any], given: TensorSpec) -> Sample | None:
    inputs = {
        port.name: (given, given) if port.variadic else (given,) for port in spec.inputs if not port.optional
    }
    asked: dict[str, Any] = {
        port.name: inputs[port.name] if port.variadic else given for port in spec.inputs if not port.optional
    }
    try:
        return Sample(params, inputs, spec.infer(params, asked).outputs)
    except (ValueError, TypeError, RuntimeError, ArithmeticError):  # this shape is not for this layer
        return None
