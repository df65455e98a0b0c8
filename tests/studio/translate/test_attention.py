"""Attention in a drawing: several named inputs, one of them open, and options of the call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog import load_catalog
from studio import commands
from studio.data_source.bundled import bundled
from studio.document import Wire
from studio.document.shapes import analyse
from studio.session import Session
from studio.translate.script import script
from tests.studio.drawings import opened

HEADS = {"MultiHeadAttention": {"num_heads": 2, "key_dim": 3}, "Attention": {}}


def drawn(kind: str, options: dict[str, Any]) -> Session:
    """Draw Input → Reshape → attention of the rows to each other → Flatten → Dense → Output on the digits."""
    session = opened()
    settings = next(each.settings for each in bundled() if each.key == "digits")
    commands.set_settings(session, "data", settings.to_json())
    image = commands.add_input(session, (0, 0), {"field": "image"})
    rows = commands.add_layer(
        session, "Reshape", (1, 0), {"target_shape": [8, 8]}, connect_from=(image, "output")
    )
    heads = commands.add_layer(session, kind, (2, 0), HEADS[kind], connect_from=(rows, "output"))
    second = "value" if kind == "MultiHeadAttention" else "inputs"
    commands.connect(session, Wire(rows, "output", heads, second, -1))
    if options:
        commands.set_options(session, heads, options)
    flat = commands.add_layer(session, "Flatten", (3, 0), {}, connect_from=(heads, "output"))
    dense = {"units": 10, "activation": "softmax"}
    last = commands.add_layer(session, "Dense", (4, 0), dense, connect_from=(flat, "output"))
    goal = {"target": "label", "loss": "sparse_categorical_crossentropy"}
    commands.add_output(session, (5, 0), goal, connect_from=(last, "output"))
    return session


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        ("MultiHeadAttention", {"use_causal_mask": True}, "(reshape, reshape, use_causal_mask=True)"),
        ("MultiHeadAttention", {}, "(reshape, reshape)"),
        ("Attention", {}, "([reshape, reshape])"),
    ],
)
def test_query_and_value_are_wired_and_written(kind: str, options: dict[str, Any], text: str) -> None:
    session = drawn(kind, options)
    found = analyse(session.document, load_catalog())
    assert not [problem for problem in found.problems if problem.severity == "error"]
    made = script(session.document, load_catalog())
    assert made.complete
    assert text in made.text.replace("\n", " ")


def test_ports_are_named_and_the_key_may_stay_open() -> None:
    spec = load_catalog().get("MultiHeadAttention")
    assert spec is not None
    assert [(port.name, port.optional) for port in spec.inputs] == [
        ("query", False), ("value", False), ("key", True),
    ]  # fmt: skip
    assert {option.name for option in spec.call_options} == {"return_attention_scores", "use_causal_mask"}
    assert all(option.doc for option in spec.call_options)
    layer = spec.make(HEADS["MultiHeadAttention"])
    assert layer(np.ones((1, 4, 6)), np.ones((1, 5, 6))).shape == (1, 4, 6)
