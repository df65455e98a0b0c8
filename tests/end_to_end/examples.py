"""Builds the example projects through edits of the document; run as a module it writes the files anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.catalog import load_catalog
from engine.config import resources_path
from studio.data_source.bundled import bundled
from studio.document import EMPTY, MAIN, Document, Frozen, LayerEntry, Node, Wire, files, names
from studio.document.layout import lay_out


class Builder:
    """Adds nodes and wires to a draft; ids are those of the document, in the order of the calls."""

    def __init__(self, data: str, **training: Any) -> None:
        self.document = Document()
        self.draft = self.document.draft()
        settings = next(each.settings for each in bundled() if each.key == data)
        self.draft.put("settings", "data", Frozen(settings.to_json()))
        self.draft.put("settings", "training", Frozen(training))

    def input(self, name: str, field: str) -> str:
        return self._node(Node("input", name, "", Frozen(field=field)))

    def layer(self, kind: str, *sources: str, params: Mapping[str, Any] | None = None, name: str = "") -> str:
        entry = self.draft.new_layer_id()
        chosen = name or names.unique(names.snake_case(kind), names.in_use(self.draft, MAIN))
        self.draft.put("layers", entry, LayerEntry(kind, chosen, Frozen(params or {})))
        spec = load_catalog().get(kind)
        assert spec is not None, kind
        return self._node(Node("layer", chosen, entry), *sources, port=spec.inputs[0].name)

    def output(self, name: str, source: str, **options: Any) -> str:
        node = self._node(Node("output", name, "", Frozen(options)))
        self.draft.put("wires", (MAIN, Wire(source, "output", node, "input")), EMPTY)
        return node

    def _node(self, row: Node, *sources: str, port: str = "") -> str:
        node = self.draft.new_node_id()
        self.draft.put("nodes", (MAIN, node), row)
        for position, source in enumerate(sources):
            self.draft.put("wires", (MAIN, Wire(source, "output", node, port, position)), EMPTY)
        return node

    def finish(self) -> Document:
        for node, place in lay_out(self.draft, size=lambda _: (152.0, 128.0), gap=(36.0, 40.0)).items():
            self.draft.put("places", (MAIN, node), place)
        self.document.apply(self.draft.edit("open"))
        return self.document


def adam(rate: float) -> dict[str, Any]:
    return {"class_name": "Adam", "config": {"learning_rate": rate}}


def digits() -> Document:
    build = Builder("digits", optimizer=adam(0.002), epochs=15, batch_size=32, seed=7)
    image = build.input("image", "image")
    scaled = build.layer("Rescaling", image, params={"scale": 1 / 16})
    filters = build.layer(
        "Conv2D", scaled, params={"filters": 32, "kernel_size": [3, 3], "activation": "relu"}
    )
    pooled = build.layer("MaxPooling2D", filters)
    flat = build.layer("Flatten", pooled)
    thinned = build.layer("Dropout", flat, params={"rate": 0.25})
    last = build.layer("Dense", thinned, params={"units": 10, "activation": "softmax"})
    build.output("digit", last, target="label", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return build.finish()


def wine() -> Document:
    build = Builder("wine", optimizer=adam(0.005), epochs=40, batch_size=16, seed=3, style="sequential")
    measures = build.input("measures", "measures")
    even = build.layer("Normalization", measures)
    hidden = build.layer("Dense", even, params={"units": 16, "activation": "relu"})
    thinned = build.layer("Dropout", hidden, params={"rate": 0.3})
    last = build.layer("Dense", thinned, params={"units": 3, "activation": "softmax"})
    build.output(
        "cultivar", last, target="cultivar", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return build.finish()


def sunspots() -> Document:
    build = Builder("sunspots", optimizer=adam(0.01), epochs=60, batch_size=32, seed=5)
    series = build.input("series", "series")
    scaled = build.layer("Rescaling", series, params={"scale": 1 / 100})
    memory = build.layer("LSTM", scaled, params={"units": 32})
    value = build.layer("Dense", memory, params={"units": 1})
    spots = build.layer("Rescaling", value, params={"scale": 100.0}, name="to_sunspots")
    build.output("next_year", spots, target="next", loss="mae", metrics=["mean_squared_error"])
    return build.finish()


def auto_mpg() -> Document:
    build = Builder("auto_mpg", optimizer=adam(0.01), epochs=60, batch_size=32, seed=2)
    numbers = build.input("numbers", "numbers")
    origin = build.input("origin", "origin")
    even = build.layer("Normalization", numbers)
    place = build.layer("Embedding", origin, params={"input_dim": 3, "output_dim": 2})
    joined = build.layer("Concatenate", even, place)
    hidden = build.layer("Dense", joined, params={"units": 32, "activation": "relu"})
    fuel = build.layer("Dense", hidden, params={"units": 1}, name="fuel")
    motor = build.layer("Dense", hidden, params={"units": 5, "activation": "softmax"}, name="motor")
    build.output("mpg", fuel, target="mpg", loss="mse", metrics=["mean_absolute_error"])
    build.output(
        "cylinders", motor, target="cylinders", loss="sparse_categorical_crossentropy", metrics=["accuracy"],
        weight=10.0,
    )  # fmt: skip
    return build.finish()


EXAMPLES: dict[str, Callable[[], Document]] = {
    "digits": digits,
    "wine": wine,
    "sunspots": sunspots,
    "auto-mpg": auto_mpg,
}

if __name__ == "__main__":
    for key, make in EXAMPLES.items():
        files.save(make(), resources_path() / "examples" / f"{key}.bunon")
