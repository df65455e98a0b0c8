from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from layer_parity import check_parity, refuses

from engine import initializers
from engine.errors import ParamError, ShapeError
from engine.layers import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from engine.layers.conv_lstm import ConvLSTMCell

SHAPES = {ConvLSTM1D: (2, 3, 6, 4), ConvLSTM2D: (2, 3, 6, 5, 4), ConvLSTM3D: (2, 3, 4, 5, 4, 3)}
ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"padding": "same", "return_sequences": True, "return_state": True},
    {"padding": "same", "strides": 2, "use_bias": False, "go_backwards": True},
    {"dilation_rate": 2, "kernel_size": 2, "activation": "relu", "recurrent_activation": "hard_sigmoid"},
    {"kernel_size": 1, "strides": 2, "unit_forget_bias": False, "return_sequences": True},
    {"data_format": "channels_first", "padding": "same", "return_sequences": True},
]


@pytest.mark.parametrize("arguments", ARGUMENTS)
@pytest.mark.parametrize("cls", list(SHAPES))
def test_layers_match_keras(keras: Any, cls: Any, arguments: dict[str, Any]) -> None:
    check_parity(keras, cls, {"filters": 3, "kernel_size": 3, **arguments}, SHAPES[cls])


@pytest.mark.parametrize("zeros", [False, True])
def test_masked_steps_match_keras(keras: Any, zeros: bool) -> None:
    mask = torch.tensor([[1, 0, 1], [0, 1, 0]]).bool()
    given = {"filters": 2, "kernel_size": 3, "return_sequences": True, "zero_output_for_mask": zeros}
    check_parity(keras, ConvLSTM2D, given, SHAPES[ConvLSTM2D], mask=mask)


def test_an_initial_state_matches_keras(keras: Any) -> None:
    states = [torch.randn(2, 4, 3, 2) for _ in range(2)]
    given = {"filters": 2, "kernel_size": 3}
    check_parity(keras, ConvLSTM2D, given, SHAPES[ConvLSTM2D], initial_state=states)


def test_dropout_draws_what_keras_draws(keras: Any) -> None:
    given = {"filters": 2, "kernel_size": 3, "dropout": 0.4, "recurrent_dropout": 0.3, "seed": 5}
    check_parity(keras, ConvLSTM2D, given, SHAPES[ConvLSTM2D], training=True)


def test_one_step_by_the_numbers_of_keras_own_test() -> None:
    x = np.arange(150, dtype="float32").reshape(2, 5, 5, 3) / 10
    states = [np.arange(200, dtype="float32").reshape(2, 5, 5, 4) / 10 for _ in range(2)]
    cell = ConvLSTMCell(
        2, 4, 3, padding="same",
        kernel_initializer=initializers.Constant(0.01), recurrent_initializer=initializers.Constant(0.02),
    )  # fmt: skip
    y, (hidden, memory) = cell(x, states)
    assert y.sum().item() == pytest.approx(188.89502, rel=1e-5)
    assert hidden.sum().item() == pytest.approx(188.89502, rel=1e-5)
    assert memory.sum().item() == pytest.approx(2170.444, rel=1e-5)


def test_a_stateful_layer_goes_on_where_it_stopped() -> None:
    layer = ConvLSTM2D(2, 3, stateful=True, padding="same")
    x = torch.randn(2, 6, 5, 5, 1)
    whole = ConvLSTM2D(2, 3, padding="same")
    whole.build(x.shape)
    layer.build((2, 3, 5, 5, 1))
    layer.set_weights(whole.get_weights())
    layer(x[:, :3])
    torch.testing.assert_close(layer(x[:, 3:]), whole(x))
    layer.reset_states()
    assert not layer.states[0].any()


def test_configs_have_keras_keys(keras: Any) -> None:
    for cls in SHAPES:
        ours = cls(3, 3).get_config()
        theirs = getattr(keras.layers, cls.__name__)(3, 3).get_config()
        assert set(theirs) == set(ours)
        assert ours["kernel_size"] == theirs["kernel_size"]


def test_what_does_not_fit_is_refused() -> None:
    refuses(ConvLSTM2D(3, 3), (None, 4, 8, 8), "rank")
    refuses(ConvLSTM2D(3, 3), (None, 4, None, 8, 1), "unknown_size")
    refuses(ConvLSTM2D(3, 3), (None, 4, 8, 8, None), "unknown_size")
    refuses(ConvLSTM2D(3, 3), (None, 0, 8, 8, 1), "too_small")
    with pytest.raises(ParamError, match="not compatible"):
        ConvLSTM1D(3, 3, strides=2, dilation_rate=2)
    with pytest.raises(ParamError, match="rank=4"):
        ConvLSTMCell(4, 3, 3)
    layer = ConvLSTM1D(3, 3)
    with pytest.raises(ShapeError, match="initial state"):
        layer(torch.zeros(2, 3, 6, 4), initial_state=[torch.zeros(2, 6, 3)] * 2)
