"""What runs but will hardly learn: said where it is sure, silent elsewhere, and mended by its button."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import load_catalog
from engine.config import resources_path
from studio import commands as do
from studio.document import Wire
from studio.document.shapes import analyse
from studio.session import Session as RealSession
from studio.words import repair_text, text
from tests.studio.document.test_real_catalog import SPARSE, Layers, Session, classifier, drawn

DENSE = ("Dense", {"units": 8, "activation": "relu"})
PLAIN = ("Dense", {"units": 1})
LOGITS = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}


class Ranged(Session):
    """A session that has read its data."""

    ranges: dict[str, tuple[float, float]] = {}

    @property
    def found(self) -> Any:
        return analyse(self.document, self.catalog, ranges=self.ranges)


def ranged(session: Session, **ranges: tuple[float, float]) -> Ranged:
    made = Ranged()
    made.document, made.stack, made.ranges = session.document, session.stack, ranges
    return made


def image(layers: Layers, kind: str = "npz") -> Session:
    return drawn((8, 8, 1), [*layers, ("Flatten", {}), classifier()], source={"kind": kind, "name": "mine"})


def test_a_layer_that_no_memory_can_hold_is_told_before_training() -> None:
    session = image([("Conv2D", {"filters": 10**12, "kernel_size": 3, "activation": "relu"})])
    problem = next(each for each in session.found.problems if each.code == "heavy")
    assert problem.severity == "warning"
    assert "conv2d has 10,000,000,000,000 weights. Training keeps about 160,000 GB" in text(problem)
    assert "heavy" not in image([("Conv2D", {"filters": 512, "kernel_size": 3, "activation": "relu"})]).codes


# -- before an Output ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "layer"),
    [("dropout_last", ("Dropout", {"rate": 0.3})), ("norm_last", ("BatchNormalization", {}))],
)  # fmt: skip
def test_a_layer_that_spoils_the_answer(code: str, layer: tuple[str, dict[str, Any]]) -> None:
    session = drawn((4,), [DENSE, classifier(), layer])
    assert session.only(code).severity == "warning"
    session.mend(code, "Remove it")
    assert session.codes == []
    assert len(session.document.wires()) == 3
    session.stack.undo()
    assert session.codes == [code]
    assert drawn((4,), [DENSE, layer, classifier()]).codes == []


def test_what_is_fed_by_the_input_alone_is_no_last_layer() -> None:
    assert "norm_last" not in drawn((1,), [("BatchNormalization", {})], "mse", "price").codes


@pytest.mark.parametrize(
    ("activation", "low", "high", "code"),
    [("relu", -3.5, 9.0, "below_reach"), ("sigmoid", 0.0, 40.0, "above_reach"),
     ("tanh", -2.0, 0.0, "below_reach")],
)  # fmt: skip
def test_targets_that_the_last_activation_cannot_give(
    activation: str, low: float, high: float, code: str
) -> None:
    session = drawn((4,), [DENSE, ("Dense", {"units": 1, "activation": activation})], "mse", "price")
    assert session.codes == []  # nobody has read the data yet
    read = ranged(session, price=(low, high))
    said = text(read.only(code))
    assert said.startswith(f"dense_1 ends in {activation}, which gives nothing ")
    assert f"{low if code == 'below_reach' else high:.4g}" in said
    read.mend(code, "Set activation to linear")
    assert read.codes == []


def test_relu_may_give_amounts_that_are_never_negative() -> None:
    session = drawn((4,), [("Dense", {"units": 1, "activation": "relu"})], "mse", "price")
    assert ranged(session, price=(0.0, 80.0)).codes == []


def test_a_relu_layer_is_removed_where_it_cannot_be_set() -> None:
    session = drawn((4,), [DENSE, classifier(activation=None), ("ReLU", {})], LOGITS)
    session.mend("logits_squashed", "Remove it")
    assert session.codes == []


# -- activations and losses ------------------------------------------------------------------------------


def test_a_softmax_over_one_value() -> None:
    session = drawn((4,), [("Dense", {"units": 1, "activation": "softmax"})], "mse", "price")
    assert session.codes == ["lone_softmax"]
    session.mend("lone_softmax", "Set activation to linear")
    assert session.codes == []
    two = drawn((4,), [("Dense", {"units": 1, "activation": "softmax"}), classifier()])
    two.mend("lone_softmax", "Set activation to sigmoid")
    assert two.codes == []
    assert drawn((4,), [("Dense", {"units": 2, "activation": "softmax"}), classifier()]).codes == []


def test_sigmoid_with_exclusive_classes() -> None:
    session = drawn((4,), [classifier(activation="sigmoid")])
    assert text(session.only("sigmoid_classes")).startswith("Just one of 10 classes is right")
    session.mend("sigmoid_classes", "Set activation to softmax")
    assert session.codes == []


def test_sigmoid_for_several_labels_at_once_is_fine() -> None:
    session = drawn((4,), [("Dense", {"units": 3, "activation": "sigmoid"})])
    fields = [*session.document.setting("data")["fields"], {"name": "tags", "kind": "numbers", "shape": [3]}]
    do.set_settings(session, "data", {"fields": fields})
    output = session.document.node_named("output")
    do.set_options(session, output, {"target": "tags", "loss": "binary_crossentropy"})
    assert session.codes == []


@pytest.mark.parametrize("end", [[classifier()], [classifier(activation=None), ("Softmax", {})]])
def test_softmax_before_from_logits_behind_a_dropout_too(end: Layers) -> None:
    session = drawn((4,), [*end, ("Identity", {})], LOGITS)
    problem = session.only("logits_twice")
    assert [repair_text(each) for each in problem.repairs] == [
        "Set from_logits to False",
        "Set activation to linear" if len(end) == 1 else "Remove it",
    ]
    do.apply_repair(session, problem, problem.repairs[1])
    assert session.codes == []


@pytest.mark.parametrize("button", ["Set activation to softmax",
                                    "Set from_logits to True"])  # fmt: skip
def test_no_activation_at_the_end_is_mended_in_two_ways(button: str) -> None:
    session = drawn((4,), [classifier(activation=None)])
    session.mend("needs_activation", button)
    assert session.codes == []


def test_a_relu_layer_at_the_end_becomes_a_softmax() -> None:
    session = drawn((4,), [classifier(activation=None), ("ReLU", {})])
    session.mend("needs_activation", "Use Softmax instead")
    assert session.codes == []


def test_layers_that_do_not_tell_their_activation_are_left_alone() -> None:
    assert drawn((4, 2), [("LSTM", {"units": 10})]).codes == []


# -- two weighted sums -----------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [[], [("BatchNormalization", {})], [("Dropout", {"rate": 0.2})]])
def test_two_dense_without_an_activation(between: Layers) -> None:
    session = drawn((4,), [("Dense", {"units": 8}), *between, classifier()])
    assert session.codes == ["linear_pair"]
    session.mend("linear_pair", "Set activation to relu")
    assert session.codes == []


@pytest.mark.parametrize(
    "layers",
    [
        [("Dense", {"units": 16, "activation": "relu"}), ("Dense", {"units": 2}), DENSE, classifier()],
        [("Dense", {"units": 8}), ("LayerNormalization", {}), classifier()],
        [("Dense", {"units": 8}), ("BatchNormalization", {}), ("ReLU", {}), classifier()],
    ],
)  # fmt: skip
def test_a_bottleneck_and_what_bends_are_left_alone(layers: Layers) -> None:
    assert drawn((4,), layers).codes == []


def test_convolutions_with_normalization_between_are_left_alone() -> None:
    conv = ("Conv2D", {"filters": 8, "kernel_size": 1})
    bent = ("Conv2D", {**conv[1], "activation": "relu"})
    between = drawn((8, 8, 1), [conv, ("BatchNormalization", {}), bent, ("Flatten", {}), classifier()])
    assert between.codes == []
    assert "linear_pair" in drawn((8, 8, 1), [conv, conv, ("Flatten", {}), classifier()]).codes


# -- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("high", "top"), [(255.0, 255), (254.0, 255), (16.0, 16), (4000.0, 4095)])
def test_own_pictures_once_they_are_read(high: float, top: int) -> None:
    session = image([])
    assert session.codes == []
    read = ranged(session, image=(0.0, high))
    assert f"from 0 to {top}" in text(read.only("unscaled"))
    read.mend("unscaled", f"Insert Rescaling 1/{top}")
    assert read.codes == []


def test_small_or_centred_pictures_are_fine() -> None:
    for low, high in ((0.0, 1.0), (-1.0, 1.0), (-2.1, 2.6)):
        assert ranged(image([]), image=(low, high)).codes == []
    assert ranged(image([("Rescaling", {"scale": 0.01})]), image=(0.0, 255.0)).codes == []


def test_columns_far_from_zero() -> None:
    session = ranged(drawn((4,), [DENSE, classifier()]), image=(-1.0, 1680.0))
    assert "from -1 to 1680" in text(session.only("unscaled_numbers"))
    session.mend("unscaled_numbers", "Insert Normalization")
    assert session.codes == []
    assert ranged(drawn((4,), [DENSE, classifier()]), image=(-30.0, 40.0)).codes == []


@pytest.mark.parametrize(
    ("name", "rate", "code"),
    [("Adam", 0.5, "rate_high"), ("SGD", 3.0, "rate_high"), ("Adam", 1e-9, "rate_low"), ("Adam", 0.01, ""),
     ("SGD", 0.5, ""), ("Adadelta", 1.0, ""), ("Mine", 7.0, "")],
)  # fmt: skip
def test_a_learning_rate_that_is_far_out(name: str, rate: float, code: str) -> None:
    session = drawn((4,), [DENSE, classifier()])
    config = {"learning_rate": rate, "beta_1": 0.8}
    training = {"epochs": 3, "optimizer": {"class_name": name, "config": config}}
    do.set_settings(session, "training", training)
    assert session.codes == ([code] if code else [])
    if code:
        problem = session.only(code)
        session.mend(code, repair_text(problem.repairs[0]))
        assert session.codes == []
        kept = session.document.setting("training")
        assert (kept["epochs"], kept["optimizer"]["config"]["beta_1"]) == (3, 0.8)


# -- wires, fields and branches --------------------------------------------------------------------------


def test_a_dead_branch_goes_as_a_whole() -> None:
    session = drawn((4,), [DENSE, classifier()])
    first = session.document.node_named("dense")
    aside = do.add_layer(session, "Dense", (200, 300), {"units": 3, "activation": "relu"},
                         connect_from=(first, "output"))  # fmt: skip
    do.add_layer(session, "Dropout", (400, 300), {"rate": 0.1}, connect_from=(aside, "output"))
    assert session.codes == ["dead_branch", "dead_branch"]
    problem = session.found.problems[0]
    assert repair_text(problem.repairs[0]) == "Remove these 2 nodes"
    do.apply_repair(session, problem, problem.repairs[0])
    assert session.codes == []
    assert len(session.document.layer_ids()) == 2


def test_an_input_and_an_output_are_offered_what_is_left_of_the_data() -> None:
    session = drawn((4,), [DENSE, classifier()])
    data = session.document.setting("data")
    do.set_settings(session, "data", {**data, "fields": data["fields"][:2], "targets": ["digit"]})
    inp, out = (session.document.node_named(name) for name in ("image", "output"))
    do.set_options(session, inp, {"field": "gone"})
    session.mend("missing_field", "Read image")
    do.set_options(session, out, {"target": None, "loss": None})
    session.mend("no_target", "Predict digit")
    assert session.codes == []
    assert session.document.node(out).options["loss"] == SPARSE


def test_a_wire_into_a_port_that_is_gone_is_removed() -> None:
    params = {"units": 8, "return_state": True}
    session = drawn((4,), [("Reshape", {"target_shape": [2, 2]}), ("LSTM", params), classifier()])
    lstm = session.document.node_named("lstm")
    extra = do.add_layer(session, "Dropout", (300, 300), {"rate": 0.1})
    ports = session.catalog.get("LSTM").outputs({"units": 8, "return_state": True})
    do.connect(session, Wire(lstm, ports[1], extra, "inputs"))
    do.set_params(session, lstm, {"return_state": False})
    assert "output_gone" in session.codes
    while "output_gone" in session.codes:
        problem = next(each for each in session.found.problems if each.code == "output_gone")
        do.apply_repair(session, problem, problem.repairs[0])
    assert session.document.incoming(extra) == []


@pytest.mark.parametrize("name", ["auto-mpg", "digits", "sunspots", "wine"])
def test_the_examples_are_not_reproached_once_their_data_are_read(name: str) -> None:
    session = RealSession.open(resources_path() / "examples" / f"{name}.bunon")
    session.set_catalog(load_catalog())
    assert session.analysis.problems == ()
    assert session.dataset is not None
    assert session.ranges
    assert session.analysis.problems == ()


def test_reading_the_data_brings_the_warnings_that_wait_for_them() -> None:
    session = RealSession.open(resources_path() / "examples" / "wine.bunon")
    session.set_catalog(load_catalog())
    layer = session.document.node_named("normalization")
    do.delete(session, [layer], heal=True)
    assert [each.code for each in session.analysis.problems] == []
    heard: list[int] = []
    session.analysed.connect(lambda: heard.append(1))
    assert session.dataset is not None
    assert [each.code for each in session.analysis.problems] == ["unscaled_numbers"]
    assert heard == [1]
    assert session.dataset is not None
    assert heard == [1]
    session.close()
