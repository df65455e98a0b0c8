from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_parity import check_parity, refuses

from engine.errors import ParamError, ShapeError
from engine.initializers import Constant
from engine.layers import GRU, LSTM, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell
from engine.layers.recurrent import RNN

SHAPE = (3, 5, 4)
ARGUMENTS = [
    {},
    {"return_sequences": True},
    {"return_state": True, "use_bias": False},
    {"return_sequences": True, "return_state": True, "go_backwards": True},
    {"activation": "relu"},
    {"dropout": 0.3, "recurrent_dropout": 0.2, "return_sequences": True},
]


@pytest.mark.parametrize("arguments", ARGUMENTS)
@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_layers_match_keras(keras: Any, cls: Any, arguments: dict[str, Any]) -> None:
    check_parity(keras, cls, {"units": 6, **arguments}, SHAPE)


def test_gru_with_reset_before_matches_keras(keras: Any) -> None:
    check_parity(keras, GRU, {"units": 6, "reset_after": False}, SHAPE)


@pytest.mark.parametrize("arguments", ARGUMENTS[:4])
@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_masked_steps_match_keras(keras: Any, cls: Any, arguments: dict[str, Any]) -> None:
    mask = torch.tensor([[1, 1, 1, 0, 0], [0, 1, 0, 1, 1], [1, 1, 1, 1, 1]]).bool()
    check_parity(keras, cls, {"units": 6, **arguments}, SHAPE, mask=mask)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_an_initial_state_matches_keras(keras: Any, cls: Any) -> None:
    states = [torch.randn(3, 6) for _ in range(2 if cls is LSTM else 1)]
    check_parity(keras, cls, {"units": 6}, SHAPE, initial_state=states)


@pytest.mark.parametrize(
    "cell", [SimpleRNNCell(6), LSTMCell(6), GRUCell(6), [LSTMCell(4), LSTMCell(5)], [GRUCell(4), GRUCell(5)]]
)
def test_cells_in_a_loop_match_keras(keras: Any, cell: Any) -> None:
    check_parity(keras, RNN, {"cell": cell, "return_sequences": True}, SHAPE)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_the_fused_kernel_and_the_loop_agree(cls: Any) -> None:
    layer = cls(6, return_sequences=True, return_state=True, go_backwards=True)
    layer.build((None, 5, 4))
    x = torch.randn(SHAPE)
    fused = layer.call(x)
    walked = layer.call(x, mask=torch.ones(3, 5, dtype=torch.bool))
    for one, two in zip(fused, walked, strict=True):
        torch.testing.assert_close(one, two)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_a_stateful_layer_goes_on_where_it_stopped(cls: Any) -> None:
    layer = cls(6, stateful=True)
    layer.build((3, 5, 4))
    x = torch.randn(3, 10, 4)
    first = layer.call(x[:, :5])
    layer.call(x.flip(1)[:, :5])
    layer.reset_state()
    assert torch.equal(layer.call(x[:, :5]), first)
    second = layer.call(x[:, 5:])
    layer.reset_state()
    torch.testing.assert_close(layer.call(x), second)
    with pytest.raises(ShapeError, match="batch of 2 rows"):
        layer.call(x[:2])


def test_dropout_leaves_out_the_same_units_at_every_step() -> None:
    layer = SimpleRNN(
        6, dropout=0.5, seed=1, activation="linear", return_sequences=True, recurrent_initializer="zeros"
    )
    layer.build((None, 5, 4))
    y = layer.call(torch.ones(2, 5, 4), training=True)
    assert torch.equal(y[:, 0], y[:, 4])
    assert not torch.equal(y, layer.call(torch.ones(2, 5, 4), training=True))
    assert not torch.equal(y, layer.call(torch.ones(2, 5, 4)))


def test_weights_lie_as_torch_reads_them_and_the_forget_bias_is_one() -> None:
    layer = LSTM(2)
    layer.build((None, 5, 4))
    assert layer.cell.kernel.t().is_contiguous()
    assert layer.cell.bias is not None
    assert layer.cell.bias.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert [weight.name for weight in layer.weights] == ["kernel", "recurrent_kernel", "bias"]
    assert layer.cell.name == "lstm_cell"


def test_a_frozen_layer_freezes_its_cell() -> None:
    layer = LSTM(2, trainable=False)
    layer.build((None, 5, 4))
    assert layer.trainable_variables == []


def test_outputs_are_named() -> None:
    assert LSTM.port_names({"return_state": False}) == ("output",)
    assert LSTM.port_names({"return_state": True}) == ("sequence", "hidden", "cell")
    assert GRU.port_names({"return_state": True}) == ("sequence", "hidden")
    assert RNN.port_names({"return_state": True, "cell": LSTMCell(2)}) == ("sequence", "hidden", "cell")


def test_what_does_not_fit_is_refused() -> None:
    refuses(LSTM(8), (None, 8, 8, 3), "rank")
    refuses(LSTM(8), (None, 8), "rank")
    refuses(LSTM(8), (None, 8, None), "unknown_size")
    refuses(GRU(8), (None, 0, 3), "too_small")
    refuses(GRU(8, stateful=True), (None, 5, 3), "unknown_size")
    layer = LSTM(6)
    layer.build((None, 5, 4))
    refuses(layer, (None, 5, 3), "axis")
    with pytest.raises(ShapeError, match="initial state"):
        layer.call(torch.zeros(SHAPE), initial_state=torch.zeros(3, 6))
    with pytest.raises(ParamError, match="cell is a layer with"):
        RNN(LSTM)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_training_after_a_prediction(cls: Any) -> None:
    layer = cls(3)
    layer.build(SHAPE)
    with torch.inference_mode():
        layer(torch.ones(SHAPE))
    layer(torch.ones(SHAPE)).sum().backward()
    assert all(weight.grad is not None for weight in layer.trainable_weights)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_mixed_precision(cls: Any) -> None:
    layer = cls(3, dtype="mixed_bfloat16", return_sequences=True)
    plain, masked = layer(torch.ones(SHAPE)), layer(torch.ones(SHAPE), mask=torch.ones(3, 5).bool())
    assert plain.dtype == torch.bfloat16
    assert torch.equal(plain, masked)
    assert {weight.dtype for weight in layer.trainable_weights} == {torch.float32}


@pytest.mark.parametrize("unusual", [{}, {"recurrent_dropout": 0.2}, {"activation": "relu"}])
@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_kept_states_in_mixed_precision(cls: Any, unusual: dict[str, Any]) -> None:
    starts = {"kernel_initializer": "ones", "recurrent_initializer": Constant(0.3)}
    layer = cls(3, dtype="mixed_bfloat16", stateful=True, **starts, **unusual)
    x = torch.full(SHAPE, 0.01)
    first, second = layer(x, training=True), layer(x, training=True)
    assert first.dtype == second.dtype == torch.bfloat16
    assert {state.dtype for state in layer.states} == {torch.float32}
    kept = torch.cat(list(layer.states))
    assert kept.any()
    layer.reset_state()
    again = [layer(x, training=False) for _ in range(2)]
    assert not torch.equal(*again)
