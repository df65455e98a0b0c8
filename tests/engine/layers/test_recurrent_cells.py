"""Cells of a user's own, dropout along a sequence, masks in the fused kernel, states in graphs."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from layer_parity import check_parity

from engine import layers
from engine.errors import ParamError, ShapeError
from engine.layers import GRU, LSTM, RNN, Bidirectional, GRUCell, Layer, LSTMCell, SimpleRNN, StackedRNNCells
from engine.layers.rnn_dropout import DropoutRNNCell
from engine.models import Model
from engine.random import SeedGenerator
from engine.saving import load_model

SHAPE = (3, 5, 4)
MASK = torch.tensor([[1, 1, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]]).bool()


class Adding(Layer):
    """A cell of one state: state + sum of the input."""

    in_palette = False

    def __init__(self, units: int = 2, state_size: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = state_size or units

    def call(self, inputs: torch.Tensor, states: Any) -> Any:
        after = states[0] + inputs.sum(-1, keepdim=True)
        return after, [after]


class Plain:
    """A cell that is no layer."""

    state_size = 3

    def call(self, inputs: torch.Tensor, states: Any) -> Any:
        return states[0] * 2, states[0] + inputs[:, :3]


@pytest.mark.parametrize("size", [2, [2], (2,)])
def test_a_cell_of_ones_own(size: Any) -> None:
    x = torch.arange(24.0).reshape(2, 3, 4)
    layer = RNN(Adding(2, size), return_sequences=True, return_state=True)
    outputs, state = layer(x)
    assert outputs[:, :, 0].tolist() == x.sum(-1).cumsum(1).tolist()
    assert torch.equal(state, outputs[:, -1])
    backwards = RNN(Adding(2, size), go_backwards=True, unroll=True)
    assert torch.equal(backwards(x), outputs[:, -1])
    assert layer.compute_output_shape((None, None, 4)) == ((None, None, 2), (None, 2))


def test_a_cell_that_is_no_layer() -> None:
    x = torch.ones(2, 4, 3)
    y, state = RNN(Plain(), return_state=True)(x)
    assert y.tolist() == [[6.0] * 3] * 2
    assert state.tolist() == [[4.0] * 3] * 2
    stacked = RNN([Plain(), Adding(3)], return_state=True)
    assert [tuple(part.shape) for part in stacked(x)] == [(2, 3)] * 3


def test_what_is_no_cell_is_refused() -> None:
    for cell in (3, LSTM, Layer(), StackedRNNCells):
        with pytest.raises(ParamError, match="`call`"):
            RNN(cell)
    with pytest.raises(ParamError, match="`call`"):
        StackedRNNCells([LSTMCell(2), 3])
    with pytest.raises(ShapeError, match="cannot unroll"):
        RNN(Adding(), unroll=True)(layers.Input((None, 4)))


@pytest.mark.parametrize(
    "more", [{}, {"return_sequences": True}, {"go_backwards": True, "return_sequences": True}]
)
@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_any_mask_runs_in_the_fused_kernel_as_in_the_loop(
    cls: Any, states: bool, more: dict[str, Any]
) -> None:
    for zeros in (False, True):
        fused = cls(6, return_state=states, zero_output_for_mask=zeros, **more)
        walked = RNN(type(fused.cell)(6), return_state=states, zero_output_for_mask=zeros, **more)
        for layer in (fused, walked):
            layer.build(SHAPE)
        walked.set_weights(fused.get_weights()[:3])
        x = torch.randn(SHAPE)
        start = [torch.randn(3, 6) for _ in range(2 if cls is LSTM else 1)]
        one, two = (layer(x, initial_state=start, mask=MASK) for layer in (fused, walked))
        pairs = zip(one, two, strict=True) if states else [(one, two)]
        for left, right in pairs:
            torch.testing.assert_close(left, right)


@pytest.mark.parametrize(
    "more", [{"dropout": 0.4}, {"recurrent_dropout": 0.4}, {"dropout": 0.3, "recurrent_dropout": 0.4}]
)
@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_dropout_draws_what_keras_draws(keras: Any, cls: Any, more: dict[str, Any]) -> None:
    check_parity(keras, cls, {"units": 6, "seed": 7, **more}, SHAPE, training=True)
    ours, theirs = cls(6, seed=7, **more), getattr(keras.layers, cls.__name__)(6, seed=7, **more)
    x = np.random.default_rng(0).normal(size=SHAPE).astype("float32")
    ours.build(SHAPE)
    theirs.build(SHAPE)
    theirs.set_weights(ours.get_weights()[:3])
    for training in (True, False, True):  # an inference uses up seeds too
        one, two = ours(x, training=training), theirs(x, training=training)
        torch.testing.assert_close(one.detach(), two.detach(), atol=1e-6, rtol=0)


def test_stacked_cells_drop_as_those_of_keras(keras: Any) -> None:
    cells = [LSTMCell(6, dropout=0.3, seed=1), GRUCell(5, recurrent_dropout=0.3, seed=2)]
    check_parity(keras, RNN, {"cell": cells}, SHAPE, training=True)


class Thinned(Layer, DropoutRNNCell):
    """A cell that asks for masks itself."""

    in_palette = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state_size = 4
        self.dropout, self.recurrent_dropout = 0.5, 0.0
        self.seed_generator = SeedGenerator(3)

    def call(self, inputs: torch.Tensor, states: Any, training: bool = False) -> Any:
        y = inputs * self.get_dropout_mask(inputs) if training else inputs
        return y, [y]


def test_a_mask_lasts_for_one_sequence() -> None:
    layer = RNN(Thinned(), return_sequences=True)
    first, second = layer(torch.ones(2, 6, 4), training=True), layer(torch.ones(2, 6, 4), training=True)
    assert torch.equal(first, first[:, :1].expand(-1, 6, -1))
    assert not torch.equal(first, second)
    assert len(layer.non_trainable_variables) == 1


def test_arguments_stand_in_the_order_of_keras(keras: Any) -> None:
    for name in ("RNN", "SimpleRNN", "LSTM", "GRU", "LSTMCell", "GRUCell", "Bidirectional", "ConvLSTM2D"):
        theirs = inspect.signature(getattr(keras.layers, name).__init__).parameters
        ours = inspect.signature(getattr(layers, name).__init__).parameters
        plain = [one for one in theirs.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
        mine = [one for one in ours.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
        assert [(one.name, one.default) for one in plain] == [(one.name, one.default) for one in mine]
    for name in ("LSTM", "GRU", "LSTMCell", "GRUCell"):
        theirs = getattr(keras.layers, name)(3).get_config()
        assert set(theirs) == set(getattr(layers, name)(3).get_config())
    assert GRU.from_config({**GRU(3).get_config(), "implementation": 0}).units == 3


def test_a_kernel_that_cannot_be_had_is_refused() -> None:
    for layer in (LSTM(2, use_cudnn=True, recurrent_dropout=0.1), GRU(2, use_cudnn=True, reset_after=False)):
        with pytest.raises(ParamError, match="use_cudnn=True was specified"):
            layer(torch.zeros(SHAPE))
    assert Bidirectional(LSTM(1, use_cudnn=False)).backward_layer.use_cudnn is False


def reader_and_writer(library: Any, model: Any) -> Any:
    words, steps = library.Input((5,)), library.Input((4, 3))
    read = library.Embedding(10, 4, mask_zero=True)(words)
    _, hidden, cell = library.LSTM(6, return_state=True, name="reader")(read)
    written = library.LSTM(6, return_sequences=True, name="writer")(steps, initial_state=[hidden, cell])
    both = library.Bidirectional(library.GRU(2), merge_mode="sum")(read)
    return model([words, steps], [library.TimeDistributed(library.Dense(2))(written), both])


def test_states_travel_from_a_reader_to_a_writer(keras: Any, tmp_path: Path) -> None:
    ours, theirs = reader_and_writer(layers, Model), reader_and_writer(keras.layers, keras.Model)
    theirs.set_weights(ours.get_weights())
    x = [np.array([[1, 2, 0, 0, 0], [3, 4, 5, 0, 6]]), np.random.default_rng(0).normal(size=(2, 4, 3))]
    wanted = [part.detach().numpy() for part in theirs([x[0], x[1].astype("float32")])]
    for one, two in zip(ours.predict(x, verbose=0), wanted, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
    ours.save(tmp_path / "model.keras")
    for one, two in zip(load_model(tmp_path / "model.keras").predict(x, verbose=0), wanted, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
