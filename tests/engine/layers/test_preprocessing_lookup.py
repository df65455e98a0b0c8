from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from engine.errors import ParamError
from engine.layers import IntegerLookup, StringLookup, TextVectorization, deserialize
from engine.serialization import SafeModeScope

WORDS = ["a", "b", "c", "d"]
DATA = [["a", "c", "d"], ["d", "z", "b"]]


def test_words_become_places_and_places_words() -> None:
    layer = StringLookup(vocabulary=WORDS)
    assert layer(DATA).tolist() == [[1, 3, 4], [4, 0, 2]]
    assert layer(np.array(DATA)).tolist() == [[1, 3, 4], [4, 0, 2]]
    back = StringLookup(vocabulary=WORDS, invert=True)
    assert back(layer(DATA)) == [["a", "c", "d"], ["d", "[UNK]", "b"]]
    assert layer.get_vocabulary() == ["[UNK]", *WORDS]
    assert layer.vocabulary_size() == 5
    assert layer(["a", "q"]).dtype == torch.int64


def test_learned_words_come_by_frequency_and_then_backwards() -> None:
    layer = StringLookup(max_tokens=4, mask_token="")
    layer.adapt(["b", "a", "c", "b", "", "a", "d"])
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "a"]
    assert layer(["", "a", "d"]).tolist() == [0, 3, 1]
    assert layer.get_vocabulary(include_special_tokens=False) == ["b", "a"]


def test_batches_of_a_loader_and_of_a_generator() -> None:
    numbers = IntegerLookup()
    numbers.adapt(DataLoader([7, 7, 5, 9, 9, 9], batch_size=2))  # type: ignore[arg-type]  # a list is a dataset
    assert numbers.get_vocabulary() == [-1, 9, 7, 5]
    texts = StringLookup()
    texts.adapt((["x", "y"] for _ in iter(int, 1)), steps=3)
    assert texts.get_vocabulary() == ["[UNK]", "y", "x"]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("multi_hot", [[0, 1, 0, 1, 1], [1, 0, 1, 0, 1]]),
        ("count", [[0, 2, 0, 1, 1], [1, 0, 1, 0, 2]]),
    ],
)
def test_rows_for_samples(mode: str, wanted: Any) -> None:
    layer = StringLookup(vocabulary=WORDS, output_mode=mode)
    assert layer([["a", "c", "d", "a"], ["d", "z", "b", "d"]]).tolist() == wanted
    assert layer.compute_output_shape((2, 4)) == (2, 5)


def test_masked_words_count_for_nothing() -> None:
    layer = StringLookup(vocabulary=["a"], mask_token="", output_mode="count")
    assert layer([["a", "", "q"]]).tolist() == [[1, 1]]
    assert StringLookup(vocabulary=["a"], output_mode="one_hot")([["a"], ["q"]]).tolist() == [[0, 1], [1, 0]]


def test_rare_words_weigh_more() -> None:
    layer = StringLookup(output_mode="tf_idf")
    layer.adapt([["a", "b"], ["a", "c"], ["a", "a"]])
    weights = np.log(1 + 3 / (1 + np.array([3, 1, 1])))
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]
    row = layer([["a", "a", "b", "q"]])[0].numpy()
    np.testing.assert_allclose(row, [weights.mean(), 2 * weights[0], 0, weights[2]], rtol=1e-6)


def test_given_weights_are_padded() -> None:
    layer = StringLookup(
        vocabulary=["a", "b"],
        idf_weights=[0.25, 0.75],
        output_mode="tf_idf",
        pad_to_max_tokens=True,
        max_tokens=5,
    )
    np.testing.assert_allclose(layer([["q", "a", "b"]]), [[0.5, 0.25, 0.75, 0, 0]])


def test_unknown_numbers_share_places_as_in_keras() -> None:
    assert IntegerLookup(vocabulary=[42], num_oov_indices=3)([0, 1, 5, 42]).tolist() == [0, 1, 2, 3]
    hashed = IntegerLookup(vocabulary=[42], num_oov_indices=3, oov_method="farmhash")
    assert hashed([0, 1, 2, 3, 4]).tolist() == [1, 0, 1, 0, 2]
    with pytest.raises(ParamError, match="should be in vocabulary"):
        IntegerLookup(vocabulary=[42], num_oov_indices=0)([1])
    back = IntegerLookup(vocabulary=[12, 36], invert=True, mask_token=0)
    assert back(torch.tensor([[0, 1], [2, 3]])).tolist() == [[0, -1], [12, 36]]


def test_vocabulary_files(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("one\ntwo\n", encoding="utf-8")
    layer = StringLookup(vocabulary=str(file))
    assert layer.get_vocabulary() == ["[UNK]", "one", "two"]
    assert layer.get_config()["vocabulary"] is None
    layer.save_assets(tmp_path)
    twin = StringLookup.from_config(layer.get_config())
    twin.load_assets(tmp_path)
    assert twin.get_vocabulary() == layer.get_vocabulary()
    config = {"class_name": "StringLookup", "config": {"vocabulary": str(file)}}
    with SafeModeScope(True), pytest.raises(ParamError, match="safe_mode=False"):
        deserialize(config)
    with pytest.raises(ParamError, match="does not exist"):
        StringLookup(vocabulary=str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"max_tokens": 1}, "greater than 1"),
        ({"num_oov_indices": -1}, "greater than or equal to 0"),
        ({"vocabulary": ["a", "a"]}, "repeated"),
        ({"vocabulary": []}, "empty vocabulary"),
        ({"vocabulary": ["a", ""], "mask_token": ""}, "reserved mask token"),
        ({"pad_to_max_tokens": True}, "must set `max_tokens`"),
        ({"invert": True, "output_mode": "count"}, "when `invert` is true"),
        ({"vocabulary": ["a"], "output_mode": "tf_idf"}, "idf_weights"),
        ({"vocabulary": ["a", "b"], "max_tokens": 2}, "larger than the maximum"),
        ({"odd": 1}, "Unrecognized keyword"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamError, match=words):
        StringLookup(**arguments)


def test_a_given_vocabulary_is_not_learned_over() -> None:
    with pytest.raises(ParamError, match="static vocabulary"):
        StringLookup(vocabulary=WORDS).adapt(["x"])
    with pytest.raises(RuntimeError, match="must set the layer's vocabulary"):
        StringLookup(output_mode="multi_hot")([["a"]])


def test_texts_become_rows_of_numbers() -> None:
    layer = TextVectorization(vocabulary=["earth", "wind", "and", "fire"])
    assert layer(["Earth, wind!", "and  FIRE and\tmoon"]).tolist() == [[2, 3, 0, 0], [4, 5, 4, 1]]
    assert layer.get_vocabulary() == ["", "[UNK]", "earth", "wind", "and", "fire"]
    assert layer([["earth"], ["wind"]]).tolist() == [[2], [3]]
    assert layer("earth wind").tolist() == [2, 3]
    fixed = TextVectorization(vocabulary=["a"], output_sequence_length=3)
    assert fixed(["a a a a", "a"]).tolist() == [[2, 2, 2], [2, 0, 0]]
    assert fixed.compute_output_shape((2,)) == (2, 3)


@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        ({}, "Ab, cd Ab", ["ab", "cd"]),
        ({"standardize": None}, "Ab, cd Ab", ["cd", "Ab,", "Ab"]),
        ({"standardize": "lower"}, "Ab, cd ab,", ["ab,", "cd"]),
        ({"standardize": "strip_punctuation"}, "Ab, cd Ab", ["Ab", "cd"]),
        ({"split": "character"}, "aab", ["a", "b"]),
        ({"ngrams": 2}, "a b a", ["a", "b a", "b", "a b"]),
        ({"ngrams": (2,)}, "a b a", ["b a", "a b"]),
        ({"standardize": np.char.upper}, "a b", ["B", "A"]),
        (
            {"split": lambda texts: [text.split("-") for text in texts], "standardize": None},
            "a-b-a",
            ["a", "b"],
        ),
        ({"split": None}, "b a", ["b a"]),
    ],
)
def test_words_of_a_text(arguments: dict[str, Any], text: str, words: list[str]) -> None:
    layer = TextVectorization(**arguments)
    layer.adapt([text])
    assert layer.get_vocabulary(include_special_tokens=False) == words


def test_texts_as_counts_and_weights() -> None:
    layer = TextVectorization(output_mode="count", max_tokens=4, pad_to_max_tokens=True)
    layer.adapt(["a b a", "b a"])
    assert layer(["a a q", "b"]).tolist() == [[1, 2, 0, 0], [0, 0, 1, 0]]
    weighed = TextVectorization(output_mode="tf_idf")
    weighed.adapt(["a b", "a"])
    np.testing.assert_allclose(weighed(["a a"])[0, 1], 2 * np.log(1 + 2 / 3), rtol=1e-6)


def test_a_text_layer_comes_back_from_its_config(tmp_path: Path) -> None:
    layer = TextVectorization(ngrams=(1, 2), output_sequence_length=4)
    layer.adapt(["a b a", "b c"])
    layer.save_assets(tmp_path)
    twin = TextVectorization.from_config(layer.get_config())
    twin.load_assets(tmp_path)
    assert twin(["a b q"]).tolist() == layer(["a b q"]).tolist()
    for arguments in ({"standardize": "odd"}, {"split": "odd"}, {"ngrams": "odd"}, {"ragged": True}):
        with pytest.raises(ParamError):
            TextVectorization(**arguments)
    with pytest.raises(ParamError, match="last shape dimension must be 1"):
        layer([["a", "b"]])
