"""What every layer of the catalog must keep, found without naming any layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.catalog import LayerSpec, load_catalog
from engine.errors import ShapeError
from engine.layers import deserialize, serialize
from engine.spec import TensorSpec

BY_KIND: dict[str, Any] = {"int": 3, "float": 0.5, "tuple": 2, "array": 0.5, "object": "relu"}
PARAMS: dict[str, dict[str, Any]] = {
    "EinsumDense": {"equation": "...x,xy->...y", "output_shape": 3},
    "GroupNormalization": {"groups": -1},
    "MelSpectrogram": {"fft_length": 4, "sequence_stride": 2, "num_mel_bins": 3},
    "Reshape": {"target_shape": (-1, 2)},
    "Permute": {"dims": (2, 1)},
    "RandomPosterization": {"factor": 4},
    "STFTSpectrogram": {"frame_length": 4},
    "RNN": {"cell": {"class_name": "SimpleRNNCell", "config": {"units": 3}}},
}
SHAPES = [
    (2,), (2, 1), (2, 6), (2, 7), (2, 5, 4), (2, 4, 3), (2, 1, 1), (2, 2, 9), (2, 6, 5, 3), (2, 5, 6, 1),
    (2, 1, 1, 1), (2, 4, 4, 4), (2, 3, 4, 4, 2), (2, 2, 3, 3, 3, 2),
]  # fmt: skip
SPECS = list(load_catalog())


def params_for(spec: LayerSpec) -> dict[str, Any]:
    if spec.name in PARAMS:
        return PARAMS[spec.name]
    inner: dict[str, Any] = {"layer": "LSTM" if spec.name == "Bidirectional" else "Dense"}
    chosen: dict[str, Any] = {}
    for param in spec.params:
        if not param.required:
            continue
        if param.kind.name == "layer":
            chosen[param.name] = {"class_name": inner["layer"], "config": {"units": 3}}
        else:
            chosen[param.name] = BY_KIND[param.kind.name]
    return chosen


def given(spec: LayerSpec, shape: tuple[int, ...], unknown_batch: bool) -> dict[str, Any]:
    one = TensorSpec((None, *shape[1:]) if unknown_batch else shape)
    return {port.name: (one, one) if port.variadic else one for port in spec.inputs if not port.optional}


def real(layer: Any, spec: LayerSpec, shape: tuple[int, ...], grad: bool = False) -> list[torch.Tensor]:
    tensors = [
        [torch.rand(shape, requires_grad=grad) for _ in range(2)] if port.variadic else torch.rand(shape)
        for port in spec.inputs
        if not port.optional
    ]
    made = layer(*tensors)
    return list(made) if isinstance(made, (list, tuple)) else [made]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_dry_call_tells_what_a_real_call_does(spec: LayerSpec) -> None:
    answered = 0
    for shape in SHAPES:
        try:
            found = spec.infer(params_for(spec), given(spec, shape, False))
        except ShapeError:
            with pytest.raises((ValueError, RuntimeError, IndexError)):
                real(spec.make(params_for(spec)), spec, shape)
            continue
        answered += 1
        layer = spec.make(params_for(spec))
        made = real(layer, spec, shape)
        assert [tuple(tensor.shape) for tensor in made] == [out.shape for out in found.outputs], shape
        names = [str(tensor.dtype).removeprefix("torch.") for tensor in made]
        assert names == [out.dtype for out in found.outputs]
        built = [(weight.path, tuple(weight.shape), weight.requires_grad) for weight in layer.weights]
        assert sorted(size for _, size, _ in built) == sorted(weight.shape for weight in found.weights)
        assert sum(weight.numel() for weight in layer.weights) == found.params
        assert len(spec.outputs(params_for(spec))) == len(found.outputs)
        assert found.macs >= 0
        if len(shape) == 1:
            continue
        try:
            free = spec.infer(params_for(spec), given(spec, shape, True))
        except ShapeError:
            assert len(shape) == 3, "only what may be one picture is none as a batch"
            continue
        assert [out.shape[1:] for out in free.outputs] == [out.shape[1:] for out in found.outputs]
        assert all(out.shape[0] in (None, shape[0]) for out in free.outputs)
    assert answered


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_config_makes_a_twin(spec: LayerSpec) -> None:
    layer = spec.make(params_for(spec), "one")
    config = serialize(layer)
    twin = deserialize(config)
    assert serialize(twin) == config
    normal = spec.normalise(params_for(spec))
    assert spec.normalise(normal) == normal


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_gradients_reach_weights_and_weights_survive_a_round_trip(spec: LayerSpec) -> None:
    for shape in SHAPES:
        try:
            spec.infer(params_for(spec), given(spec, shape, False))
        except ShapeError:
            continue
        layer = spec.make(params_for(spec))
        out = real(layer, spec, shape)[0]
        if layer.trainable_weights:
            out.square().sum().backward()
            assert all(weight.grad is not None for weight in layer.trainable_weights)
        twin = spec.make(params_for(spec))
        real(twin, spec, shape)
        twin.set_weights(layer.get_weights())
        for one, two in zip(layer.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)
        return
    raise AssertionError("no shape fits")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_texts_for_a_beginner(spec: LayerSpec) -> None:
    assert spec.summary.endswith(".")
    assert all(param.doc for param in spec.params), [p.name for p in spec.params if not p.doc]
