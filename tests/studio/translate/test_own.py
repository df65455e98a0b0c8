"""What a package of the user's adds: shown and chosen as the built-in is, written with its own import."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import registry
from engine.catalog import Catalog, load_catalog
from engine.catalog.reading import spec_of
from studio.data_source.fields import DataSettings
from studio.data_source.reading import load
from studio.document import Document, Frozen, LayerEntry, Node
from studio.document.values import thaw
from studio.inspector import families, losses
from studio.inspector.layer_page import example
from studio.inspector.sample import sample_of
from studio.training.optimizers import options_of, own_names
from studio.translate.build import build
from studio.translate.script import script
from tests.end_to_end.examples import digits

SOURCE = '''
import engine
from engine import ops
from engine.params import PositiveReal
from engine.saving import register_keras_serializable


@register_keras_serializable("mine")
class Twice(engine.layers.Layer):
    """Multiplies everything by a factor.

    Args:
        factor: What to multiply by.
    """

    def __init__(self, factor: PositiveReal = 2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def compute_output_shape(self, input_shape):
        return input_shape


@register_keras_serializable("mine")
class Gap(engine.losses.SparseCategoricalCrossentropy):
    """A loss as a class."""


@register_keras_serializable("mine")
def doubled_gap(y_true, y_pred):
    return 2 * engine.losses.sparse_categorical_crossentropy(y_true, y_pred)


@register_keras_serializable("mine")
class Rows(engine.metrics.Mean):
    """Counts rows."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.ones((len(y_pred),)) * len(y_pred))


@register_keras_serializable("mine")
class Plain(engine.optimizers.SGD):
    """A descent of one's own."""


@register_keras_serializable("mine")
def halved(x):
    return x * 0.5


class NotSaid(engine.losses.Loss):
    """Not registered."""
'''


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalog]:
    for table in ("_custom", "_bare", "_custom_names"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))
    (tmp_path / "bunon_test_layers.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    import bunon_test_layers  # type: ignore[import-not-found]  # written above

    families.names_of.cache_clear()
    yield Catalog([*load_catalog(), spec_of(bunon_test_layers.Twice)])
    families.names_of.cache_clear()
    del sys.modules["bunon_test_layers"]


def drawn(loss: str = "doubled_gap") -> Document:
    document = digits()
    draft = document.draft()
    params = Frozen(factor=3.0)
    draft.put("layers", document.node("n6").ref, LayerEntry("Twice", "twice", params))  # type: ignore[arg-type]  # the tables share one method
    dense = document.layer_of("n7")
    assert dense is not None
    halved = dense.params.with_({"activation": "halved"})
    draft.put("layers", document.node("n7").ref, LayerEntry(dense.type, dense.name, halved))  # type: ignore[arg-type]  # the tables share one method
    output = document.node("n8")
    options = output.options.with_({"loss": loss, "metrics": ("Rows",)})
    draft.put("nodes", ("main", "n8"), Node("output", output.name, output.ref, options))  # type: ignore[arg-type]  # the tables share one method
    training = document.setting("training").with_(
        {"optimizer": {"class_name": "Plain", "config": {"learning_rate": 0.01}}, "epochs": 1}
    )
    draft.put("settings", "training", training)  # type: ignore[arg-type]  # the tables share one method
    document.apply(draft.edit("set_params"))
    return document


def test_lists_hold_what_was_registered_beside_the_built_in(own: Catalog) -> None:
    assert {"Gap", "doubled_gap"} <= set(losses.loss_names(None))
    assert losses.loss_names(None)[0] == "mean_squared_error"
    assert "Rows" in losses.metric_names(None)
    assert "halved" in families.names_of("activations")
    assert "NotSaid" not in losses.loss_names(None)
    assert "Plain" in own_names()
    assert next(option.name for option in options_of("Plain")) == "learning_rate"
    assert "Twice" in own.names()


def test_scripts_import_the_package_and_say_when_keras_cannot(own: Catalog) -> None:
    made = script(drawn(), own)
    assert made.complete
    lines = [line.strip() for line in made.text.splitlines() if "bunon_test_layers" in line]
    assert lines == [
        "import bunon_test_layers",
        'dropout = bunon_test_layers.Twice(factor=3.0, name="twice")(flatten)',
        lines[2],
        "optimizer=bunon_test_layers.Plain(learning_rate=0.01),",
        "loss=bunon_test_layers.doubled_gap,",
        "metrics=[bunon_test_layers.Rows()],",
    ]
    assert "activation=bunon_test_layers.halved" in lines[2]
    assert script(drawn(), own).text == made.text  # also where statements are kept from the last time
    assert "loss=bunon_test_layers.Gap()" in script(drawn("Gap"), own).text
    assert "real Keras does not run it" in script(drawn(), own, to="keras").text
    assert "import bunon" not in script(digits(), own).text


def test_the_page_of_a_layer_shows_where_it_comes_from(own: Catalog) -> None:
    spec: Any = own.get("Twice")
    sample = sample_of(own, spec)
    assert sample is not None
    assert "bunon_test_layers.Twice(" in example(own, spec, sample)


def test_the_drawing_trains_with_them(own: Catalog) -> None:
    document = drawn()
    built = build(document, own, load(DataSettings.from_json(thaw(document.setting("data")))))
    assert type(built.model.optimizer).__name__ == "Plain"
    history = built.model.fit(built.x[:64], built.y[:64], epochs=1, verbose=0).history
    assert history["mean"][0] == 32.0
    assert np.isfinite(history["loss"][0])
    assert engine.layers.serialize(built.model.layers[5])["registered_name"] == "mine>Twice"
