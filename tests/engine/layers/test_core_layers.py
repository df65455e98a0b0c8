"""Core, activation and noise layers held against Keras, and what is theirs alone: LoRA, Lambda, masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import layers, saving
from engine.errors import EngineError, ParamError, ShapeError
from engine.models import Input, Model
from tests.engine.layers.layer_parity import check_parity, refuses

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own
EINSUMS: list[tuple[dict[str, Any], tuple[int, ...]]] = [
    ({"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": "c"}, (2, 3)),
    ({"equation": "abc,cde->abde", "output_shape": (None, 3, 4), "bias_axes": "de"}, (2, 5, 6)),
    ({"equation": "abc,cde->abde", "output_shape": (None, 3, 4), "bias_axes": "e"}, (2, 5, 6)),
    ({"equation": "abcd,cde->abe", "output_shape": (5, 7), "activation": "tanh"}, (2, 5, 3, 4)),
    ({"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"}, (2, 5, 6, 3)),
    ({"equation": "ab...,bc->ac...", "output_shape": 4, "bias_axes": "c"}, (2, 3, 5)),
    ({"equation": "aebc,bd->aecd", "output_shape": (None, None, 4)}, (2, 5, 3, 6)),
]
OTHERS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("PReLU", {"alpha_initializer": "glorot_uniform"}, (3, 4, 5)),
    ("PReLU", {"shared_axes": 1}, (3, 4, 5)),
    ("PReLU", {"shared_axes": [1, 2]}, (3, 4, 5, 2)),
    ("GroupNormalization", {"groups": 2}, (3, 5, 4)),
    ("GroupNormalization", {"groups": -1, "axis": 1, "scale": False}, (3, 4, 5)),
    ("GroupNormalization", {"groups": 1, "center": False}, (3, 4)),
    ("RMSNormalization", {}, (3, 4, 5)),
    ("RMSNormalization", {"axis": (1, 2), "epsilon": 1e-3}, (3, 4, 5)),
    ("LayerNormalization", {"axis": (2, 1)}, (3, 4, 5)),
    ("UnitNormalization", {"axis": (1, 2)}, (3, 4, 5)),
]


@pytest.mark.parametrize(("params", "shape"), EINSUMS, ids=str)
def test_einsum(keras: Any, params: dict[str, Any], shape: tuple[int, ...]) -> None:
    check_parity(keras, layers.EinsumDense, params, shape)


@pytest.mark.parametrize(("name", "params", "shape"), OTHERS, ids=str)
def test_numbers_and_gradients(keras: Any, name: str, params: dict[str, Any], shape: tuple[int, ...]) -> None:
    check_parity(keras, getattr(layers, name), params, shape)


def test_einsum_says_what_does_not_fit() -> None:
    with pytest.raises(ParamError, match="Invalid einsum equation"):
        layers.EinsumDense("ab,bc", 3)
    for equation, sizes, bias, text in (
        ("ab,bc->acd", (3, 4), None, "no corresponding dim"),
        ("ab,bcd->ac", 3, None, "did not have a match"),
        ("ab,bc->ac", 3, "x", "not part of the output"),
    ):
        with pytest.raises(ShapeError, match=text):
            layers.EinsumDense(equation, sizes, bias_axes=bias).build((2, 3))
    refuses(layers.EinsumDense("abc,cd->abd", (None, 4)), (2, 3), "equation")
    refuses(layers.EinsumDense("abc,cd->abd", (None, 4)), (2, 3, None), "unknown_size")


@pytest.mark.parametrize(
    "layer",
    [layers.Dense(4), layers.EinsumDense("abc,cd->abd", (None, 4)), layers.Embedding(7, 4)],
    ids=lambda layer: type(layer).__name__,
)
def test_a_low_rank_correction_is_trained_while_the_weight_rests(layer: Any) -> None:
    x = (
        np.array([[[1.0, 2.0, 3.0]] * 2] * 2)
        if not isinstance(layer, layers.Embedding)
        else np.array([[1, 6]])
    )
    before = layer(x)
    layer.enable_lora(2, lora_alpha=4.0)
    torch.testing.assert_close(layer(x), before)
    assert all("lora" in w.name or w.name == "bias" for w in layer.trainable_weights)
    second = next(w for w in layer.weights if w.name.endswith("_b"))
    second.assign(np.ones(second.shape))
    changed = layer(x)
    assert not torch.allclose(changed, before)
    store: dict[str, Any] = {}
    layer.save_own_variables(store)
    config = layer.get_config()
    assert (config["lora_rank"], config["lora_alpha"]) == (2, 4)
    twin = type(layer).from_config({**config, "lora_rank": None, "lora_alpha": None})
    twin.build((2, 2, 3))
    twin.load_own_variables(store)
    torch.testing.assert_close(twin(x), changed)
    with pytest.raises(EngineError, match="already enabled"):
        layer.enable_lora(2)
    with pytest.raises(EngineError, match="isn't yet built"):
        layers.Dense(2).enable_lora(2)


@pytest.mark.parametrize(
    "name", ["Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianDropout", "GaussianNoise"]
)
def test_noise_comes_while_training_only_and_repeats_from_a_seed(keras: Any, name: str) -> None:
    x = torch.ones(64, 50, 8)
    one, two = (getattr(layers, name)(0.3, seed=5) for _ in range(2))
    assert one(x) is x or torch.equal(one(x), x)
    noisy = one(x, training=True)
    torch.testing.assert_close(noisy, two(x, training=True))
    assert not torch.equal(noisy, x)
    assert not torch.equal(one(x, training=True), noisy)
    other = getattr(keras.layers, name)(0.3, seed=5)(x, training=True)
    torch.testing.assert_close(noisy.mean(), other.mean(), rtol=0, atol=0.05)
    torch.testing.assert_close(noisy.std(), other.std(), rtol=0.1, atol=0.02)
    assert one.get_config().keys() - {"trainable"} == getattr(keras.layers, name)(0.3).get_config().keys() - {
        "trainable"
    }


def test_spatial_dropout_drops_whole_channels() -> None:
    for layer, shape in (
        (layers.SpatialDropout2D(0.5, "channels_first"), (4, 6, 3, 3)),
        (layers.SpatialDropout3D(0.5), (4, 2, 2, 2, 6)),
    ):
        made = layer(torch.ones(shape), training=True)
        axes = (2, 3) if made.dim() == 4 else (1, 2, 3)
        assert float(made.amax(axes).sub(made.amin(axes)).abs().max()) == 0.0
        refuses(layer, (2, 3), "rank")


def test_masking_marks_empty_steps(keras: Any) -> None:
    x = np.array([[[1.0, 2.0], [-1.0, -1.0], [-1.0, 3.0]]], dtype="float32")
    ours, theirs = layers.Masking(-1.0)(x), keras.layers.Masking(-1.0)(x)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    np.testing.assert_array_equal(ours._keras_mask.numpy(), [[True, False, True]])


@pytest.mark.parametrize("tied", [True, False])
def test_reversible_embedding(keras: Any, tied: bool) -> None:
    params = {"input_dim": 5, "output_dim": 3, "tie_weights": tied, "logit_soft_cap": 4.0}
    mine, other = layers.ReversibleEmbedding(**params), keras.layers.ReversibleEmbedding(**params)
    mine.build((None, 2)), other.build((None, 2))
    mine.set_weights(other.get_weights())
    vectors = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    for x, reverse in ((np.array([[1, 4]]), False), (vectors, True)):
        one, two = mine(x, reverse=reverse), other(x, reverse=reverse)
        np.testing.assert_allclose(one.detach().numpy(), two.detach().numpy(), atol=1e-6)
    assert mine.get_config().keys() - {"lora_alpha"} == other.get_config().keys() - {"lora_alpha"}
    scores = mine(Input((3,)), reverse=True)
    assert scores.shape == (None, 5)


def double(x: Any) -> Any:
    return x * 2


def test_lambda_is_known_by_its_name_and_no_code_is_run_from_a_config() -> None:
    layer = layers.Lambda(double)
    assert layer(Input((3,))).shape == (None, 3)
    config = layer.get_config()
    with pytest.raises(EngineError, match="custom_objects"):
        layers.Lambda.from_config(config)
    twin = layers.Lambda.from_config(config, custom_objects={"double": double})
    np.testing.assert_array_equal(twin(np.ones((1, 2))).numpy(), [[2.0, 2.0]])
    nameless = layers.Lambda(lambda x, factor: x * factor, arguments={"factor": 3.0}, output_shape=(2,))
    config = nameless.get_config()
    with pytest.raises(EngineError, match="Lambda"):
        layers.Lambda.from_config(config)
    assert float(layers.Lambda.from_config(config, safe_mode=False)(np.ones((1, 1)))) == 3.0
    config["function"]["config"]["mark"] = "from elsewhere"
    with pytest.raises(EngineError, match="not even with safe_mode=False"):
        layers.Lambda.from_config(config, safe_mode=False)
    broken = layers.Lambda(lambda x: x.nothing())
    with pytest.raises(NotImplementedError, match="output_shape"):
        broken.compute_output_shape((None, 2))
    masked = layers.Lambda(double, mask=lambda inputs, mask: mask)
    assert masked.supports_masking
    assert masked.compute_mask(None, [True]) == [True]


def test_wrappers(keras: Any) -> None:
    with pytest.raises(ParamError, match="isn't a supported layer type"):
        layers.Wrapper("nothing")
    x = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    mine = layers.SpectralNormalization(layers.Dense(5), power_iterations=2)
    other = keras.layers.SpectralNormalization(keras.layers.Dense(5), power_iterations=2)
    mine.build((4, 3)), other.build((4, 3))
    mine.set_weights(other.get_weights())
    for training in (True, True, False):
        one, two = mine(x, training=training), other(x, training=training)
        np.testing.assert_allclose(one.detach().numpy(), two.detach().numpy(), atol=1e-5)
    for one, two in zip(mine.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    twin = layers.SpectralNormalization.from_config(mine.get_config())
    assert twin.layer.units == 5
    with pytest.raises(ParamError, match="kernel"):
        layers.SpectralNormalization(layers.ReLU()).build((2, 3))


@pytest.mark.parametrize("clipping", [None, {"rmax": 1.5, "rmin": 0.5, "dmax": 0.3}], ids=str)
@pytest.mark.parametrize("axis", [-1, 1])
def test_batch_renormalization(keras: Any, clipping: Any, axis: int) -> None:
    params = {"axis": axis, "renorm": True, "renorm_clipping": clipping, "renorm_momentum": 0.8}
    check_parity(keras, layers.BatchNormalization, params, (6, 3, 4), training=True)
    check_parity(keras, layers.BatchNormalization, params, (6, 3, 4), training=False)
    with pytest.raises(ParamError, match="invalid keys"):
        layers.BatchNormalization(renorm=True, renorm_clipping={"max": 1})


def test_activity_regularization_and_softmax_masks(keras: Any) -> None:
    layer = layers.ActivityRegularization(l1=0.1, l2=0.2)
    layer(np.ones((2, 3)))
    torch.testing.assert_close(layer.losses[0], torch.tensor(0.9))
    x, mask = np.array([[1.0, 2.0, 3.0]], dtype="float32"), np.array([[True, False, True]])
    one, two = (
        layers.Softmax()(x, mask=torch.tensor(mask)),
        keras.layers.Softmax()(x, mask=torch.tensor(mask)),
    )
    np.testing.assert_allclose(one.numpy(), two.numpy(), atol=1e-6)
    with pytest.raises(ShapeError, match="broadcastable"):
        layers.Softmax()(x, mask=torch.ones(1, 2))


def test_new_layers_travel_in_a_file(tmp_path: Any) -> None:
    x = Input((4, 6))
    made = layers.GroupQueryAttention(3, 4, 2, use_gate=True)(layers.PReLU()(x), x)
    made = layers.SpectralNormalization(layers.Dense(3))(layers.RMSNormalization()(made))
    model = Model(x, made)
    model.save(tmp_path / "m.keras")
    data = np.random.default_rng(2).normal(size=(2, 4, 6)).astype("float32")
    torch.testing.assert_close(saving.load_model(tmp_path / "m.keras")(data), model(data))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Dropout", {"rate": "a"}),
        ("GaussianNoise", {"stddev": None}),
        ("LayerNormalization", {"axis": None}),
        ("RepeatVector", {"n": "a"}),
    ],
)
def test_what_is_of_a_wrong_type_is_a_type_error_too(name: str, arguments: dict[str, Any]) -> None:
    for kind in (TypeError, ParamError):
        with pytest.raises(kind, match=next(iter(arguments))):
            getattr(layers, name)(**arguments)


def test_a_noise_shape_of_another_rank_is_refused_when_called() -> None:
    for name in ("Dropout", "AlphaDropout"):
        with pytest.raises(ShapeError, match="noise_shape"):
            getattr(layers, name)(0.5, noise_shape=(2, 1, 3))(np.ones((2, 3)), training=True)


def test_a_spatial_dropout_writes_its_type_as_keras_does(keras: Any) -> None:
    ours, theirs = (module.SpatialDropout1D(0.3, seed=2, name="d") for module in (layers, keras.layers))
    assert ours.get_config() == theirs.get_config()
    half = layers.SpatialDropout1D(0.3, dtype="mixed_float16")
    assert layers.SpatialDropout1D.from_config(half.get_config()).dtype_policy.name == "mixed_float16"
