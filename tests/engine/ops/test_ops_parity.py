"""Every operation against real Keras: signatures, classes, numbers and types."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch

from engine import ops
from engine.backend import convert_to_numpy, result_type
from engine.ops.functions import public

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras' own: deprecated words of torch and numpy
_TYPES = ("bool", "uint8", "int8", "int16", "int32", "float16", "bfloat16", "float32")
_UNARY = [
    name
    for name, function in {**public("numpy"), **public("nn"), **public("math")}.items()
    if function.spec.rule == "same" and len(inspect.signature(function).parameters) == 1
    and not name.startswith(("bitwise", "view"))
]  # fmt: skip
_BINARY = (
    "add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "power", "maximum",
    "minimum", "equal", "less", "greater_equal", "not_equal", "logical_and", "logical_xor", "arctan2",
    "hypot", "logaddexp", "heaviside", "divide_no_nan", "matmul",
)  # fmt: skip
_REDUCTIONS = (
    "sum", "mean", "prod", "max", "min", "var", "std", "all", "any", "median", "count_nonzero", "logsumexp",
    "cumsum", "argmax", "argmin", "ptp",
)  # fmt: skip


def _same(ours: Any, theirs: Any, tolerance: float = 1e-5) -> None:
    assert ours.dtype == theirs.dtype
    one, two = (np.asarray(convert_to_numpy(x), dtype="float64") for x in (ours, theirs.detach()))
    np.testing.assert_allclose(one, two, rtol=tolerance, atol=tolerance)


def _parameters(function: Any) -> list[tuple[str, Any]]:
    found = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.default) for parameter in found]


@pytest.mark.parametrize("module", ["core", "numpy", "nn", "math", "linalg", "einops"])
def test_no_operation_of_keras_is_missing_and_arguments_are_the_same(keras: Any, module: str) -> None:
    from importlib import import_module

    source = import_module(f"keras.src.ops.{module}")
    names = [
        name
        for name, thing in vars(source).items()
        if inspect.isfunction(thing) and thing.__module__ == source.__name__ and hasattr(keras.ops, name)
    ]
    assert names
    for name in names:
        assert _parameters(getattr(ops, name)) == _parameters(getattr(source, name)), name


@pytest.mark.parametrize("module", ["core", "numpy", "nn", "math", "linalg"])
def test_classes_have_keras_names_and_settings(keras: Any, module: str) -> None:
    from importlib import import_module

    from engine.ops.functions import operation_class, setting_parameters

    source = import_module(f"keras.src.ops.{module}")
    assert public(module)
    for function in public(module).values():
        theirs = getattr(source, function.spec.name)
        wanted = [name for name, _ in _parameters(theirs.__init__)[1:] if name not in ("name", "kwargs")]
        own = [parameter.name for parameter in setting_parameters(function.spec)]
        assert operation_class(module, function.spec.name).__name__ == theirs.__name__
        if function.spec.name not in (
            "LayerNorm",
            "Full",
        ):
            assert own == wanted, function.spec.name


@pytest.mark.parametrize("name", _UNARY)
def test_elementwise_numbers_and_types(keras: Any, name: str) -> None:
    if name in ("imag", "angle", "real", "conj", "conjugate", "trunc"):
        pytest.skip("complex numbers have tests of their own")
    for dtype in _TYPES if name in public("numpy") else _TYPES[5:]:
        x = torch.tensor([[0.0, 1.0, 3.0], [1.0, 0.0, 2.0]]).to(getattr(torch, dtype))
        try:
            theirs = getattr(keras.ops, name)(x)
        except (RuntimeError, NotImplementedError):
            continue  # torch does it for other types only, and Keras says so too
        _same(getattr(ops, name)(x), theirs, 1e-2 if dtype in ("float16", "bfloat16") else 1e-5)


@pytest.mark.parametrize("name", _BINARY)
def test_pairs_of_types(keras: Any, name: str) -> None:
    for left in _TYPES:
        for right in (*_TYPES, "python"):
            x = torch.tensor([[1.0, 2.0], [3.0, 1.0]]).to(getattr(torch, left))
            y: Any = (
                2 if right == "python" else torch.tensor([[2.0, 1.0], [1.0, 3.0]]).to(getattr(torch, right))
            )
            try:
                theirs = getattr(keras.ops, name)(x, y)
            except (RuntimeError, NotImplementedError, ValueError):
                continue
            half = {left, right} & {"float16", "bfloat16"}
            _same(getattr(ops, name)(x, y), theirs, 2e-2 if half else 1e-5)


@pytest.mark.parametrize("name", _REDUCTIONS)
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_reductions(keras: Any, name: str, axis: int | None) -> None:
    for dtype in _TYPES:
        x = torch.tensor([[1.0, 2.0, 0.0], [3.0, 1.0, 2.0]]).to(getattr(torch, dtype))
        try:
            theirs = getattr(keras.ops, name)(x, axis=axis)
        except (RuntimeError, NotImplementedError):
            continue
        _same(getattr(ops, name)(x, axis=axis), theirs, 1e-2 if dtype in ("float16", "bfloat16") else 1e-5)


def test_types_meet_as_in_keras(keras: Any) -> None:
    names = ("bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "bfloat16", "float16",
             "float32", "float64", int, float, None)  # fmt: skip
    for one in names:
        for two in names:
            assert result_type(one, two) == keras.backend.result_type(one, two), (one, two)


def test_gradients_flow_through_operations() -> None:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    ops.sum(ops.square(x) * 2).backward()
    assert torch.equal(x.grad, torch.tensor([4.0, 8.0, 12.0]))
