"""Older names and other homes lead to the same things, as in Keras."""

from __future__ import annotations

import pytest

import engine
from engine import config, initializers, ops, preprocessing, utils


def test_other_names_of_the_same_things() -> None:
    assert initializers.glorot_uniform is initializers.GlorotUniform
    assert initializers.zeros is initializers.Zeros
    assert ops.swish is ops.silu
    assert ops.hard_swish is ops.hard_silu
    assert preprocessing.sequence.pad_sequences is utils.pad_sequences
    assert preprocessing.image.img_to_array is utils.img_to_array
    assert config.backend() == "torch"
    assert config.is_interactive_logging_enabled()
    assert utils.standardize_dtype("int") == "int32"
    assert engine.name_scope is engine.backend.name_scope
    with engine.device("cpu"):
        assert utils.is_keras_tensor(engine.Input((2,)))


def test_a_name_that_is_not_there_offers_the_nearest() -> None:
    with pytest.raises(AttributeError, match="glorot"):
        _ = initializers.glorot_unifrom


def test_boxes_are_a_room_of_utils() -> None:
    corners = utils.bounding_boxes.convert_format([[1.0, 2.0, 3.0, 4.0]], "xywh", "xyxy")
    assert corners.tolist() == [[1.0, 2.0, 4.0, 6.0]]


@pytest.mark.parametrize(
    ("name", "need"), [("TFSMLayer", "TensorFlow"), ("JaxLayer", "JAX"), ("FlaxLayer", "Flax")]
)
def test_layers_of_other_libraries_say_what_they_need(name: str, need: str) -> None:
    with pytest.raises(AttributeError, match=f"{need}.*TorchModuleWrapper"):
        getattr(engine.layers, name)
