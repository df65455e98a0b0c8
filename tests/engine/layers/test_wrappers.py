from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from layer_parity import check_parity, refuses

from engine import layers
from engine.errors import ParamError
from engine.layers import GRU, LSTM, Bidirectional, SimpleRNN, TimeDistributed
from engine.layers.convolution import Conv1D, Conv2D
from engine.layers.normalization import BatchNormalization

SHAPE = (3, 5, 4)


@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("inner", [{}, {"return_sequences": True}, {"return_state": True}])
def test_both_ways_match_keras(keras: Any, mode: str | None, inner: dict[str, Any]) -> None:
    check_parity(keras, Bidirectional, {"layer": LSTM(6, **inner), "merge_mode": mode}, SHAPE)


@pytest.mark.parametrize("cls", [SimpleRNN, GRU])
@pytest.mark.parametrize("sequences", [False, True])
def test_masked_steps_match_keras(keras: Any, cls: Any, sequences: bool) -> None:
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 0, 1, 1], [1, 1, 1, 1, 1]]).bool()
    check_parity(keras, Bidirectional, {"layer": cls(6, return_sequences=sequences)}, SHAPE, mask=mask)


def test_a_backward_layer_of_its_own(keras: Any) -> None:
    given = {"layer": LSTM(6), "backward_layer": GRU(3, go_backwards=True)}
    check_parity(keras, Bidirectional, given, SHAPE)
    with pytest.raises(ParamError, match="different values of go_backwards"):
        Bidirectional(LSTM(6), backward_layer=LSTM(6))
    with pytest.raises(ParamError, match="recurrent layer"):
        Bidirectional(Conv1D(3, 2))


def test_names_are_those_of_keras(keras: Any) -> None:
    ours = Bidirectional(LSTM(6, name="lstm"))
    theirs = keras.layers.Bidirectional(keras.layers.LSTM(6, name="lstm"))
    assert ours.forward_layer.name == theirs.forward_layer.name == "forward_lstm"
    assert ours.backward_layer.name == theirs.backward_layer.name == "backward_lstm"
    ours.build((None, 5, 4))
    theirs(keras.KerasTensor((None, 5, 4)))
    assert [weight.path for weight in ours.weights] == [
        weight.path.replace(theirs.name, ours.name, 1) for weight in theirs.weights
    ]
    assert Bidirectional.from_config(ours.get_config()).forward_layer.name == "forward_lstm"


def test_outputs_are_named() -> None:
    assert Bidirectional.port_names({"layer": LSTM(2)}) == ("output",)
    assert Bidirectional.port_names({"layer": LSTM(2), "merge_mode": None}) == ("forward", "backward")
    assert Bidirectional.port_names({"layer": GRU(2, return_state=True)}) == (
        "sequence", "forward_hidden", "backward_hidden",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "shape"),
    [(Conv1D(3, 2), (2, 4, 6, 3)), (Conv2D(3, 2), (2, 3, 5, 6, 2)), (LSTM(3), (2, 3, 4, 5))],
)
def test_every_step_matches_keras(keras: Any, inner: Any, shape: tuple[int, ...]) -> None:
    check_parity(keras, TimeDistributed, {"layer": inner}, shape)


def test_statistics_are_those_of_each_step(keras: Any) -> None:
    check_parity(keras, TimeDistributed, {"layer": BatchNormalization()}, (6, 3, 4), training=True)


def test_what_does_not_fit_is_refused() -> None:
    refuses(TimeDistributed(Conv1D(3, 2, name="inner"), name="inner"), (None, 5), "min_rank")
    refuses(TimeDistributed(Conv2D(3, 2, name="inner"), name="inner"), (None, 4, 5, 6), "rank")
    refuses(TimeDistributed(Conv1D(3, 2, name="inner"), name="inner"), (None, 0, 5, 6), "too_small")
    assert TimeDistributed(Conv1D(3, 2)).compute_output_shape((None, 4, 6, 3)) == (None, 4, 5, 3)
    refuses(Bidirectional(LSTM(3, name="r"), name="r"), (None, 5), "rank")
    with pytest.raises(ParamError, match="isn't a supported layer type"):
        TimeDistributed(3)


def test_hooks_on_the_layer_inside_fire() -> None:
    seen: list[str] = []
    both = Bidirectional(LSTM(2, return_sequences=True))
    steps = TimeDistributed(Conv1D(1, 2))
    both(torch.zeros(2, 3, 4))
    steps(torch.zeros(2, 3, 4, 1))
    both.backward_layer.register_forward_hook(lambda *_: seen.append("backward"))
    steps.layer.register_forward_hook(lambda *_: seen.append("step"))
    both(torch.zeros(2, 3, 4))
    steps(torch.zeros(2, 3, 4, 1))
    assert seen == ["backward", "step"]


def test_a_penalty_on_what_both_readers_say_counts() -> None:
    layer = Bidirectional(LSTM(2, activity_regularizer="l2"))
    layer(torch.ones(2, 3, 4))
    assert len(layer.losses) == 2


@pytest.mark.parametrize("start", [False, True])
@pytest.mark.parametrize("mode", ["concat", "ave", None])
@pytest.mark.parametrize("cls", [LSTM, GRU])
def test_both_ways_in_one_kernel_call(cls: Any, mode: str | None, start: bool) -> None:
    for options in ({}, {"return_sequences": True, "return_state": True}):
        fast = Bidirectional(cls(6, **options), merge_mode=mode)
        slow = Bidirectional(cls(6, use_cudnn=False, **options), merge_mode=mode)
        for layer in (fast, slow):
            layer.build(SHAPE)
        slow.set_weights(fast.get_weights())
        states = [torch.randn(3, 6) for _ in range(4 if cls is LSTM else 2)] if start else None
        x = torch.randn(SHAPE)
        one, two = fast(x, initial_state=states), slow(x, initial_state=states)
        for left, right in zip(one, two, strict=True):
            torch.testing.assert_close(left, right)


@pytest.mark.parametrize("policy", ["float64", "bfloat16", "mixed_float16"])
@pytest.mark.parametrize(
    "make",
    [
        lambda made, policy: made.TimeDistributed(made.Dense(2), dtype=policy),
        lambda made, policy: made.RNN(made.LSTMCell(2), return_state=True, dtype=policy),
        lambda made, policy: made.RNN([made.GRUCell(2), made.LSTMCell(3)], dtype=policy),
        lambda made, policy: made.Bidirectional(made.LSTM(2), dtype=policy),
        lambda made, policy: made.Bidirectional(made.GRU(2, return_sequences=True), "sum", dtype=policy),
    ],
)
def test_what_comes_out_has_the_type_of_the_outer_layer(keras: Any, make: Any, policy: str) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    symbol = make(layers, policy)(layers.Input((3, 4)))
    made, expected = make(layers, policy)(x), make(keras.layers, policy)(x)
    whole = isinstance(made, tuple)
    kinds = [tensor.dtype for tensor in (made if whole else [made])]
    if policy.startswith("mixed") or not isinstance(make(layers, policy), TimeDistributed):
        assert kinds == [tensor.dtype for tensor in (expected if whole else [expected])]
    assert kinds == [getattr(torch, tensor.dtype) for tensor in (symbol if whole else [symbol])]
