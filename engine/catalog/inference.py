"""The dry call: outputs, weights and cost of a layer from its class, its parameters and its input shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from engine.catalog.spec import Inference, PortSpecs, Weight
from engine.errors import EngineError, ShapeError
from engine.layers.calling import call_ports, call_with_shapes, infer_outputs
from engine.layers.dry import declared
from engine.layers.layer import Layer
from engine.spec import TensorSpec
from engine.structure import flatten, map_structure


def infer(cls: type[Layer], params: Mapping[str, Any], inputs: PortSpecs) -> Inference:
    """Return what ``cls(**params)`` would make of ``inputs``; equal questions are answered from memory."""
    ports = tuple(
        (name, tuple(specs) if isinstance(specs, (tuple, list)) else specs) for name, specs in inputs.items()
    )
    text = json.dumps(dict(params), sort_keys=True, default=_plain)
    return _inferred(cast(Any, cls), text, ports)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise EngineError(f"Parameters of a drawn layer are plain values. Received: {value!r}", code="param")


@lru_cache(maxsize=8192)
def _inferred(cls: Any, params: str, ports: tuple[tuple[str, Any], ...]) -> Inference:
    layer = cls.from_config({**json.loads(params), "name": "layer"})
    given = {name: list(specs) if isinstance(specs, tuple) else specs for name, specs in ports}
    ports_of = call_ports(cls)
    for port in ports_of:
        if not port.optional and port.name not in given and not (len(ports_of) == 1 and given):
            raise ShapeError(
                f"Layer '{layer.name}' has no tensor on its input '{port.name}'.",
                code="missing_input",
                layer=layer.name,
                port=port.name,
            )
    outputs = infer_outputs(layer, given)
    shapes = {name: map_structure(_shape, specs) for name, specs in given.items()}
    with declared() as weights:
        call_with_shapes(layer.build, shapes)
    first = next(iter(shapes.values())) if len(shapes) == 1 else shapes
    out_shapes = map_structure(_shape, outputs)
    macs = layer.compute_macs(first, out_shapes)
    return Inference(tuple(flatten(outputs)), tuple(Weight(*weight) for weight in weights), int(macs))


def _shape(spec: TensorSpec) -> Any:
    return spec.shape
