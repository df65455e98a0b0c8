from __future__ import annotations

import subprocess
import sys
from itertools import count
from typing import Any

import pytest

from engine.catalog import CATEGORIES, load_catalog
from engine.errors import ParamError, ShapeError
from engine.spec import TensorSpec
from tests.timing import times_longer

CATALOG = load_catalog()


def test_engine_and_the_words_of_the_catalog_bring_no_torch() -> None:
    code = "import sys, engine, engine.catalog, engine.config, engine.params; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_lazy_names_are_there() -> None:
    import engine

    assert engine.Sequential is engine.models.Sequential
    assert engine.layers.Dense.__name__ == "Dense"
    assert "Model" in dir(engine)
    with pytest.raises(AttributeError, match="nothing"):
        _ = engine.nothing
    with pytest.raises(AttributeError, match="Dense"):
        _ = engine.layers.Dens


def test_the_palette_is_in_order_and_holds_no_bases() -> None:
    places = [CATEGORIES.index(spec.category) for spec in CATALOG]
    assert places == sorted(places)
    assert not {"Layer", "InputLayer", "LSTMCell"} & set(CATALOG.names())
    assert CATALOG.get("Nothing") is None
    assert {"Dense", "Conv2D", "LSTM", "Add", "Normalization"} <= set(CATALOG.names())


def test_parameters_are_checked_by_name_kind_and_range() -> None:
    dense = CATALOG.get("Dense")
    assert dense is not None
    for params, word in (
        ({}, "units"),
        ({"units": 0}, "positive integer"),
        ({"units": "many"}, "positive integer"),
        ({"units": 3, "activation": "rellu"}, "relu"),
        ({"units": 3, "unitz": 4}, "units"),
    ):
        with pytest.raises(ValueError, match=word):
            dense.check(params)
    with pytest.raises(ParamError):
        dense.infer({"units": -1}, {"inputs": TensorSpec((None, 4))})
    dense.check({"units": 3, "activation": "relu"})


def test_a_huge_layer_is_inferred_at_once() -> None:
    embedding = CATALOG.get("Embedding")
    assert embedding is not None
    sizes = count()

    def infer(size: int) -> Any:  # always another one, lest an answer is remembered
        params = {"input_dim": size + next(sizes), "output_dim": 256}
        return embedding.infer(params, {"inputs": TensorSpec((None, 7), "int64")})

    assert times_longer(lambda: infer(2_000_000), lambda: infer(20)) < 5
    sizes = count()
    found = infer(2_000_000)
    assert found.params == 512_000_000
    assert found.outputs == (TensorSpec((None, 7, 256)),)


def test_dense_tells_weights_and_cost() -> None:
    dense = CATALOG.get("Dense")
    assert dense is not None
    found = dense.infer({"units": 3}, {"inputs": TensorSpec((None, 5, 4))})
    assert [(weight.shape, weight.trainable) for weight in found.weights] == [((4, 3), True), ((3,), True)]
    assert found.macs == 5 * 4 * 3
    assert dense.infer({"units": 3}, {"inputs": TensorSpec((None, 5, 4))}) is found
    with pytest.raises(ShapeError) as caught:
        dense.infer({"units": 3}, {"inputs": TensorSpec((None,))})
    assert caught.value.code == "min_rank"
    with pytest.raises(ShapeError) as caught:
        dense.infer({"units": 3}, {})
    assert caught.value.code == "missing_input"


def test_merges_take_any_number_and_say_what_differs() -> None:
    add = CATALOG.get("Add")
    assert add is not None
    assert [(port.name, port.variadic) for port in add.inputs] == [("inputs", True)]
    four, five = TensorSpec((None, 4)), TensorSpec((None, 5))
    assert add.infer({}, {"inputs": (four, four, four)}).outputs == (four,)
    for specs, code in (((), "input_count"), ((four, five), "merge_shapes")):
        with pytest.raises(ShapeError) as caught:
            add.infer({}, {"inputs": specs})
        assert caught.value.code == code


def test_a_recurrent_layer_names_its_states() -> None:
    lstm = CATALOG.get("LSTM")
    assert lstm is not None
    assert len(lstm.outputs({"units": 3})) == 1
    assert len(lstm.outputs({"units": 3, "return_state": True})) == 3
    found = lstm.infer({"units": 3, "return_state": True}, {"inputs": TensorSpec((None, 5, 2))})
    assert [out.shape for out in found.outputs] == [(None, 3)] * 3
