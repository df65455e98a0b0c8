"""The drawing against the layers that there really are: shapes, lessons in words, and repairs that repair."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import Catalog, load_catalog
from studio import commands as do
from studio.document import Document, Wire
from studio.document.findings import Analysis
from studio.document.problems import Problem
from studio.document.shapes import analyse
from studio.undo_stack import UndoStack
from studio.words import repair_text, text

SPARSE = "sparse_categorical_crossentropy"
Layers = list[tuple[str, dict[str, Any]]]


class Session:
    def __init__(self) -> None:
        self.document = Document()
        self.stack = UndoStack()
        self.catalog: Catalog = load_catalog()

    @property
    def found(self) -> Analysis:
        return analyse(self.document, self.catalog)

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.found.problems]

    def only(self, code: str) -> Problem:
        (problem,) = [each for each in self.found.problems if each.code == code]
        assert "?" not in text(problem)
        return problem

    def mend(self, code: str, button: str) -> None:
        problem = self.only(code)
        chosen = {repair_text(each): each for each in problem.repairs}
        assert button in chosen, list(chosen)
        do.apply_repair(self, problem, chosen[button])


def drawn(
    shape: tuple[int, ...], layers: Layers, loss: Any = SPARSE, target: str = "digit", source: Any = None
) -> Session:
    session = Session()
    data: dict[str, Any] = {
        "fields": [
            {"name": "image", "kind": "image" if len(shape) == 3 else "numbers", "shape": shape},
            {"name": "digit", "kind": "category", "shape": [], "classes": list("0123456789")},
            {"name": "price", "kind": "numbers", "shape": [1]},
        ]
    }
    do.set_settings(session, "data", data | ({"source": source} if source else {}))
    last = do.add_input(session, (0, 0), {"field": "image"})
    for name, params in layers:
        last = do.append(session, name, params, after=last)
    do.add_output(session, (900, 0), {"target": target, "loss": loss}, connect_from=(last, "output"))
    return session


def classifier(units: int = 10, activation: str | None = "softmax") -> tuple[str, dict[str, Any]]:
    return "Dense", {"units": units, "activation": activation}


def test_a_cnn_has_the_shapes_and_counts_of_keras() -> None:
    session = drawn(
        (8, 8, 1),
        [
            ("Conv2D", {"filters": 32, "kernel_size": [3, 3], "activation": "relu"}),
            ("MaxPooling2D", {}),
            ("Flatten", {}),
            ("Dense", {"units": 64, "activation": "relu"}),
            classifier(),
        ],
    )
    found = session.found
    assert found.problems == ()
    shapes = [info.outputs[0].shape[1:] for info in found.nodes.values() if info.outputs]
    assert shapes == [(8, 8, 1), (6, 6, 32), (3, 3, 32), (288,), (64,), (10,)]
    assert [info.params for info in found.nodes.values()] == [0, 320, 0, 0, 288 * 64 + 64, 650, 0]
    assert (found.params, found.trainable) == (19466, 19466)


@pytest.mark.parametrize(
    ("button", "shape"), [("Reshape to 9 × 32", (9, 32)), ("Read row by row: 3 × 96", (3, 96))]
)
def test_a_lstm_on_a_picture_is_told_and_mended_in_two_ways(button: str, shape: tuple[int, ...]) -> None:
    session = drawn((3, 3, 32), [("LSTM", {"units": 8}), classifier()])
    said = text(session.only("shape"))
    assert said == "LSTM reads a sequence: steps × features. It gets a picture: 3 × 3 × 32."
    session.mend("shape", button)
    assert session.codes == []
    reshape = session.document.node_named("reshape")
    assert reshape is not None
    assert session.found.nodes[reshape].outputs[0].shape == (None, *shape)
    session.stack.undo()
    assert session.codes == ["shape"]


@pytest.mark.parametrize("button", ["Insert Flatten", "Insert GlobalAveragePooling2D"])
def test_dense_takes_a_picture_but_the_loss_does_not_take_what_comes_out(button: str) -> None:
    session = drawn((8, 8, 3), [classifier()])
    assert [info.outputs[0].shape for info in session.found.nodes.values() if info.outputs][-1] == (
        None, 8, 8, 10,
    )  # fmt: skip
    assert session.codes == ["too_many_axes"]
    assert "8 × 8 × 10" in text(session.only("too_many_axes"))
    session.mend("too_many_axes", button)
    assert session.codes == []
    names = [session.document.node(node).name for node in session.found.order]
    assert names[-2] == "dense"


def test_a_sequence_that_should_have_ended() -> None:
    session = drawn((8, 4), [("LSTM", {"units": 3, "return_sequences": True}), classifier()])
    session.mend("too_many_axes", "Set return_sequences of lstm to False")
    assert session.codes == []


def test_a_number_for_each_pixel_where_one_is_wanted() -> None:
    session = drawn((8, 8, 3), [("Dense", {"units": 1})], "mse", "price")
    said = text(session.only("target_shape"))
    assert said == "price has the shape 1, but output gets 8 × 8 × 1."
    session.mend("target_shape", "Insert Flatten")
    assert session.codes == []


def test_units_that_do_not_count_the_classes() -> None:
    session = drawn((4,), [classifier(7)])
    assert text(session.only("width")) == "digit asks for 10 values, but output gets 7."
    session.mend("width", "Set units to 10")
    assert session.codes == []


@pytest.mark.parametrize(
    ("loss", "target", "layer", "code", "button"),
    [
        ("categorical_crossentropy", "digit", classifier(), "loss_needs_one_hot", f"Use {SPARSE}"),
        ("binary_crossentropy", "digit", classifier(), "loss_needs_two", f"Use {SPARSE}"),
        ("mse", "digit", classifier(), "loss_for_numbers", f"Use {SPARSE}"),
        (SPARSE, "price", ("Dense", {"units": 1}), "loss_needs_classes", "Use mse"),
    ],
)
def test_a_loss_for_another_kind_of_target(
    loss: str, target: str, layer: tuple[str, dict[str, Any]], code: str, button: str
) -> None:
    session = drawn((4,), [layer], loss, target)
    session.mend(code, button)
    assert session.codes == []


def test_mse_on_classes_never_offers_one_unit() -> None:
    session = drawn((4,), [classifier()], "mse")
    buttons = [repair_text(repair) for each in session.found.problems for repair in each.repairs]
    assert buttons == [f"Use {SPARSE}"]


def test_softmax_before_from_logits() -> None:
    loss = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}
    for end in ([classifier()], [classifier(activation=None), ("Softmax", {})]):
        session = drawn((4,), end, loss)
        assert session.only("logits_twice").severity == "warning"
        session.mend("logits_twice", "Set from_logits to False")
        assert session.codes == []


def test_a_window_larger_than_the_picture() -> None:
    session = drawn(
        (3, 8, 1), [("Conv2D", {"filters": 4, "kernel_size": [5, 5]}), ("Flatten", {}), classifier()]
    )
    assert text(session.only("shape")) == (
        "Conv2D slides a window over the picture that needs a height of at least 5. The height is "
        "3: 3 × 8 × 1. Use a smaller window, padding same, or fewer layers that shrink the picture before it."
    )
    session.mend("shape", "Set padding to same")
    assert "shape" not in session.codes


@pytest.mark.parametrize("kind", ["Add", "Concatenate"])
def test_merging_different_shapes(kind: str) -> None:
    session = Session()
    a, b = (do.add_input(session, (0, 0), {"shape": shape}) for shape in ([4, 2], [3, 3]))
    merge = do.add_layer(session, kind, (200, 0), connect_from=(a, "output"))
    do.connect(session, Wire(b, "output", merge, "inputs", -1))
    said = [text(each) for each in session.found.problems_of(merge) if each.code == "shape"]
    assert said == [
        f"{kind.lower()} cannot join inputs of different shapes: 4 × 2, 3 × 3. Make them the same first."
    ]


@pytest.mark.parametrize(
    ("kind", "params", "said"),
    [
        ("Dense", {"units": 0}, "dense: units should be a whole number of at least 1, not 0."),
        ("Dense", {}, "dense needs a value for units."),
        ("Dense", {"units": 3, "wide": 1}, "dense has no parameter called wide."),
        ("Dense", {"units": 3, "activation": "rellu"},
         "dense: nothing is called rellu there. Did you mean relu?"),
        ("Reshape", {"target_shape": [3, 3]},
         "reshape cannot arrange 4 values as 3 × 3: the sizes must multiply to 4. It gets 4."),
        ("Conv2D", {"filters": 4, "kernel_size": 3},
         "Conv2D reads a picture: height × width × channels. It gets a vector of 4."),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "data_format": "channels_first"},
         "Conv2D reads a picture: channels × height × width. It gets a vector of 4."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_layer_is_said(kind: str, params: dict[str, Any], said: str) -> None:
    session = drawn((4,), [(kind, params)])
    assert [text(each) for each in session.found.problems if each.code in ("param", "shape")] == [said]


def test_two_layers_without_an_activation_between_them() -> None:
    layers: Layers = [("Dense", {"units": 8}), ("Dropout", {"rate": 0.5}), classifier()]
    session = drawn((4,), layers)
    problem = session.only("linear_pair")
    assert (problem.severity, session.found.ok) == ("warning", True)
    assert text(problem).startswith("dense_1 follows dense with no activation between them")
    session.mend("linear_pair", "Set activation to relu")
    assert session.codes == []
    layers.insert(1, ("ReLU", {}))
    assert drawn((4,), layers).codes == []


@pytest.mark.parametrize(("name", "top"), [("digits", 16), ("fashion_mnist", 255)])
def test_pixels_that_nobody_scaled(name: str, top: int) -> None:
    source = {"kind": "bundled", "name": name}
    session = drawn((8, 8, 1), [("Flatten", {}), classifier()], source=source)
    problem = session.only("unscaled")
    assert problem.severity == "warning"
    assert f"from 0 to {top}" in text(problem)
    session.mend("unscaled", f"Insert Rescaling 1/{top}")
    assert session.codes == []
    assert drawn((8, 8, 1), [("Normalization", {}), ("Flatten", {}), classifier()], source=source).codes == []
    mine = {"kind": "npz", "name": "digits"}
    assert drawn((8, 8, 1), [("Flatten", {}), classifier()], source=mine).codes == []


def test_a_layer_that_crashes_is_a_problem_of_its_node(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.layers import Dropout

    def crash(self: Any, input_shape: Any) -> Any:
        raise RuntimeError("out of ideas")

    monkeypatch.setattr(Dropout, "compute_output_shape", crash)
    session = drawn((5,), [("Dropout", {"rate": 0.123}), classifier()])
    assert text(session.only("shape")) == "dropout fails. RuntimeError: out of ideas"
