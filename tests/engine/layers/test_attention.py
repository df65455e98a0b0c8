"""Attention held against Keras: numbers, gradients, masks, configs and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import layers
from engine.errors import ParamError, ShapeError
from engine.models import Input, Model

RNG = np.random.default_rng(3)
QUERY = RNG.normal(size=(2, 4, 6)).astype("float32")
VALUE = RNG.normal(size=(2, 5, 6)).astype("float32")
KEY = RNG.normal(size=(2, 5, 6)).astype("float32")
WIDE = RNG.normal(size=(2, 3, 4, 6)).astype("float32")
VALUE_MASK = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]], dtype=bool)
QUERY_MASK = np.array([[1, 1, 1, 0], [1, 0, 1, 1]], dtype=bool)
WHO = RNG.random((2, 4, 5)) > 0.4
WHO[:, :, 1] = True
PLAIN: list[tuple[str, dict[str, Any]]] = [
    ("Attention", {}),
    ("Attention", {"use_scale": True}),
    ("Attention", {"score_mode": "concat", "use_scale": True}),
    ("Attention", {"score_mode": "concat"}),
    ("Attention", {"dropout": 0.3, "seed": 1}),
    ("AdditiveAttention", {}),
    ("AdditiveAttention", {"use_scale": False}),
]
HEADS: list[tuple[str, dict[str, Any]]] = [
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 5, "use_bias": False}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "output_shape": (3, 2), "use_gate": True}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "sliding_window": 2, "dropout": 0.3, "seed": 2}),
    ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
    (
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 1, "use_gate": True},
    ),
]
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own


def pair(keras: Any, name: str, params: dict[str, Any], shapes: list[tuple[int, ...]]) -> tuple[Any, Any]:
    """Return both layers, built, with the same random weights under the same names."""
    mine, other = getattr(layers, name)(**params), getattr(keras.layers, name)(**params)
    for layer in (mine, other):
        layer.build(*shapes) if "num_" in str(params) else layer.build(shapes)
    assert [w.path.split("/", 1)[1] for w in mine.weights] == [w.path.split("/", 1)[1] for w in other.weights]
    values = [RNG.normal(0, 0.5, size=weight.shape).astype("float32") for weight in mine.weights]
    mine.set_weights(values)
    other.set_weights(values)
    return mine, other


def agree(mine: Any, other: Any, arrays: list[np.ndarray[Any, Any]], as_list: bool, **call: Any) -> None:
    """Outputs and gradients of inputs and weights are those of Keras."""
    seen = []
    for layer in (mine, other):
        tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
        told = {k: torch.as_tensor(v) if isinstance(v, np.ndarray) else v for k, v in call.items()}
        made = layer(tensors, **told) if as_list else layer(*tensors, **told)
        made = list(made) if isinstance(made, tuple) else [made]
        weights = [w if layer is mine else w.value for w in layer.trainable_weights]
        loss = torch.stack([(part * part).mean() for part in made]).sum()
        seen.append([*made, *torch.autograd.grad(loss, [*tensors, *weights])])
    for one, two in zip(*seen, strict=True):
        scale = max(1.0, float(two.detach().abs().max()))
        torch.testing.assert_close(one.detach(), two.detach(), rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize(("name", "params"), PLAIN, ids=str)
def test_plain_attention(keras: Any, name: str, params: dict[str, Any]) -> None:
    mine, other = pair(keras, name, params, [QUERY.shape, VALUE.shape, KEY.shape])
    arrays = [QUERY, VALUE, KEY]
    masks = [torch.tensor(QUERY_MASK), torch.tensor(VALUE_MASK)]
    agree(mine, other, arrays, True)
    agree(mine, other, arrays[:2], True, return_attention_scores=True)
    agree(mine, other, arrays, True, use_causal_mask=True)
    agree(mine, other, arrays, True, mask=masks, use_causal_mask=True)
    agree(mine, other, arrays, True, mask=[None, masks[1]], return_attention_scores=True)
    assert mine.get_config().keys() - {"dtype"} == other.get_config().keys() - {"dtype"}
    shapes = [(None, 4, 6), (None, 5, 6)]
    assert tuple(mine.compute_output_shape(shapes)) == tuple(other.compute_output_shape(shapes))
    assert mine.compute_mask(arrays[:2], [masks[0], None]) is not None


@pytest.mark.parametrize(("name", "params"), HEADS, ids=str)
def test_attention_with_heads(keras: Any, name: str, params: dict[str, Any]) -> None:
    mine, other = pair(keras, name, params, [QUERY.shape, VALUE.shape, KEY.shape])
    arrays = [QUERY, VALUE, KEY]
    agree(mine, other, arrays, False)
    agree(mine, other, arrays[:2], False, use_causal_mask=True)
    agree(mine, other, arrays, False, return_attention_scores=True)
    agree(mine, other, arrays, False, return_attention_scores=True, use_causal_mask=True)
    agree(mine, other, arrays, False, attention_mask=WHO)
    agree(mine, other, arrays, False, attention_mask=WHO, return_attention_scores=True)
    agree(mine, other, arrays, False, attention_mask=WHO[:, None], use_causal_mask=True)
    agree(mine, other, arrays, False, value_mask=VALUE_MASK, key_mask=VALUE_MASK)
    shapes = ((None, 4, 6), (None, 5, 6))
    assert tuple(mine.compute_output_shape(*shapes)) == tuple(other.compute_output_shape(*shapes))
    ours, theirs = mine.get_config(), other.get_config()
    assert ours.keys() == theirs.keys()
    plain = {key for key, value in theirs.items() if not isinstance(value, dict)} - {"name"}
    assert {key: ours[key] for key in plain} == {key: theirs[key] for key in plain}
    twin = type(mine).from_config(ours)
    assert twin.get_config() == ours


def test_masks_of_queries_and_values_travel_by_themselves(keras: Any) -> None:
    def run(kit: Any, head: Any) -> Any:
        query, value = (
            kit.Masking()(QUERY * QUERY_MASK[..., None]),
            kit.Masking()(VALUE * VALUE_MASK[..., None]),
        )
        return head(query, value)

    mine, other = pair(keras, *HEADS[0], [QUERY.shape, VALUE.shape])
    one, two = run(layers, mine), run(keras.layers, other)
    np.testing.assert_allclose(one.detach().numpy(), two.detach().numpy(), atol=1e-5)
    np.testing.assert_array_equal(one._keras_mask.numpy(), QUERY_MASK)


@pytest.mark.parametrize("axes", [None, 1, 2, (1, 2), (-2,)], ids=str)
def test_attention_along_some_of_several_axes(keras: Any, axes: Any) -> None:
    params = {"num_heads": 2, "key_dim": 3, "attention_axes": axes}
    mine, other = pair(keras, "MultiHeadAttention", params, [WIDE.shape, WIDE.shape])
    agree(mine, other, [WIDE, WIDE], False)
    agree(mine, other, [WIDE, WIDE], False, return_attention_scores=True)


def test_penalties_count_for_every_projection(keras: Any) -> None:
    params = {"num_heads": 2, "key_dim": 3, "activity_regularizer": "l2", "kernel_regularizer": "l1"}
    mine, other = pair(keras, "MultiHeadAttention", params, [QUERY.shape, VALUE.shape])
    mine(QUERY, VALUE), other(QUERY, VALUE)
    assert len(mine.losses) == len(other.losses) == 8
    torch.testing.assert_close(sum(mine.losses), sum(other.losses))


def test_dropout_thins_the_weights_while_training() -> None:
    for seed in (None, 3):
        layer = layers.MultiHeadAttention(2, 8, dropout=0.5, seed=seed)
        still = layer(QUERY, VALUE)
        torch.testing.assert_close(still, layer(QUERY, VALUE))
        assert not torch.allclose(still, layer(QUERY, VALUE, training=True))
    made = [layers.Attention(dropout=0.5, seed=4)([QUERY, VALUE], training=True) for _ in range(2)]
    torch.testing.assert_close(*made)


def test_in_a_model_with_options_of_the_call(keras: Any) -> None:
    x, y = Input((4, 6)), Input((None, 6))
    made, scores = layers.MultiHeadAttention(2, 3)(x, y, return_attention_scores=True, use_causal_mask=True)
    assert made.shape == (None, 4, 6)
    assert scores.shape == (None, 2, 4, None)
    found, weights = Model([x, y], [made, scores])([QUERY, VALUE])
    assert found.shape == (2, 4, 6)
    assert not weights.detach().triu(1).any()
    plain, weights = layers.Attention()([x, y], return_attention_scores=True)
    assert (plain.shape, weights.shape) == ((None, 4, 6), (None, 4, None))


def test_what_is_refused_says_why() -> None:
    heads = layers.MultiHeadAttention(2, 3)
    with pytest.raises(ShapeError, match="must be equal"):
        heads.compute_output_shape((2, 4, 6), (2, 5, 6), (2, 3, 6))
    with pytest.raises(ShapeError, match="axes"):
        heads(QUERY, WIDE)
    with pytest.raises(ParamError, match="divisible"):
        layers.GroupQueryAttention(2, 3, 2)
    with pytest.raises(ParamError, match="flash"):
        layers.MultiHeadAttention(2, 3, dropout=0.1, flash_attention=True)
    with pytest.raises(ValueError, match="attention scores is not supported"):
        layers.MultiHeadAttention(2, 3, flash_attention=True)(QUERY, VALUE, return_attention_scores=True)
    with pytest.raises(ParamError, match="score_mode"):
        layers.Attention(score_mode="sum")
    for wrong in (QUERY, [QUERY], [QUERY] * 4):
        with pytest.raises(ShapeError, match="list"):
            layers.Attention()(wrong)
    with pytest.raises(ValueError, match="mask must be a list"):
        layers.Attention()([QUERY, VALUE], mask=torch.tensor(QUERY_MASK))
    with pytest.raises(ShapeError, match="go together"):
        layers.Attention()([QUERY, VALUE[..., :5]])


@pytest.mark.parametrize("training", [False, None])
@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_a_query_that_may_see_nothing(
    keras: Any, dropout: float, scores: bool, training: bool | None
) -> None:
    params = {"num_heads": 2, "key_dim": 3, "dropout": dropout}
    mine, other = pair(keras, "MultiHeadAttention", params, [QUERY.shape, VALUE.shape])
    who = WHO.copy()
    who[0, 1] = who[1] = False
    call = {"attention_mask": who, "return_attention_scores": scores, "training": training}
    made, expected = mine(QUERY, VALUE, **call), other(QUERY, VALUE, **call)
    for one, two in zip(made if scores else [made], expected if scores else [expected], strict=True):
        np.testing.assert_allclose(one.detach().numpy(), two.detach().numpy(), atol=1e-5)
