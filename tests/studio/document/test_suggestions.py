"""Repairs of shapes: each is pressed, and afterwards the layer takes what it gets."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from studio import commands as do
from studio.document import Wire
from studio.words import repair_text
from tests.studio.document.test_real_catalog import Session, classifier, drawn


def merged(
    kind: str, params: dict[str, Any], *shapes: tuple[int, ...], deeper: int = -1
) -> tuple[Session, str]:
    """Draw Inputs of these shapes into a merging layer; the path of ``deeper`` has a layer more."""
    session = Session()
    merge = do.add_layer(session, kind, (600, 0), params)
    for at, shape in enumerate(shapes):
        source = do.add_input(session, (0, 200 * at), {"shape": list(shape)}, name=f"in_{at}")
        if at == deeper:
            source = do.add_layer(session, "Dropout", (200, 200 * at), {"rate": 0.1},
                                  connect_from=(source, "output"))  # fmt: skip
        do.connect(session, Wire(source, "output", merge, "inputs", -1))
    return session, merge


def mend(session: Session, node: str, button: str) -> tuple[int | None, ...]:
    (problem,) = [each for each in session.found.problems_of(node) if each.code == "shape"]
    chosen = {repair_text(each): each for each in problem.repairs}
    assert button in chosen, list(chosen)
    do.apply_repair(session, problem, chosen[button])
    assert [each.code for each in session.found.problems if each.code in ("shape", "param")] == []
    return session.found.nodes[node].outputs[0].shape


@pytest.mark.parametrize(
    ("kind", "params", "shapes", "button", "made"),
    [
        ("Concatenate", {}, ((4, 2), (3, 2)), "Set axis to 1", (7, 2)),
        ("Concatenate", {"axis": 1}, ((4, 2), (4, 3)), "Set axis to -1", (4, 5)),
        ("Concatenate", {}, ((4, 4, 2), (4, 5, 2)), "Set axis to 2", (4, 9, 2)),
        ("Concatenate", {}, ((4, 4, 2), (5,)), "Insert Flatten", (37,)),
        ("Concatenate", {}, ((4, 4, 2), (5,)), "Insert GlobalAveragePooling2D", (7,)),
        ("Add", {}, ((8, 8, 16), (8, 8, 32)), "Insert Conv2D with 32 filters", (8, 8, 32)),
        ("Add", {}, ((9, 9, 16), (5, 5, 32)), "Insert Conv2D with 32 filters", (5, 5, 32)),
        ("Add", {}, ((6, 3), (6, 4)), "Insert Conv1D with 4 filters", (6, 4)),
        ("Multiply", {}, ((3,), (4,)), "Insert Dense with 4 units", (4,)),
        ("Average", {}, ((8, 8, 4), (8, 8, 4), (8, 8, 2)), "Insert Conv2D with 4 filters", (8, 8, 4)),
    ],
)  # fmt: skip
def test_inputs_of_a_merging_layer_are_made_alike(
    kind: str, params: dict[str, Any], shapes: tuple[Any, ...], button: str, made: tuple[int, ...]
) -> None:
    session, merge = merged(kind, params, *shapes)
    assert mend(session, merge, button) == (None, *made)


def test_the_shorter_path_is_changed() -> None:
    session, merge = merged("Add", {}, (8, 8, 32), (8, 8, 16), deeper=0)
    assert mend(session, merge, "Insert Conv2D with 32 filters")[-1] == 32
    session, merge = merged("Add", {}, (8, 8, 32), (8, 8, 16), deeper=1)
    assert mend(session, merge, "Insert Conv2D with 16 filters")[-1] == 16


def test_the_smaller_picture_stays_where_only_the_larger_can_shrink() -> None:
    session, merge = merged("Add", {}, (5, 5, 32), (9, 9, 16), deeper=1)
    assert mend(session, merge, "Insert Conv2D with 32 filters") == (None, 5, 5, 32)


def test_nothing_is_offered_where_nothing_fits() -> None:
    for kind, shapes in (("Concatenate", ((4, 2), (3, 3))), ("Add", ((7, 9, 2), (5, 5, 2)))):
        session, merge = merged(kind, {}, *shapes)
        (problem,) = [each for each in session.found.problems_of(merge) if each.code == "shape"]
        assert problem.repairs == ()


def test_a_reshape_gets_the_size_that_is_left() -> None:
    session = drawn((12,), [("Reshape", {"target_shape": [3, 5]}), ("Flatten", {}), classifier()])
    session.mend("shape", "Set target_shape to 3 × 4")
    assert "shape" not in session.codes


def test_the_last_layer_is_no_dense() -> None:
    session = drawn((8, 8, 1), [("GlobalAveragePooling2D", {})])
    session.mend("width", "Insert Dense with 10 units")
    assert session.codes == []
    dense = session.document.layer_of(session.document.node_named("dense"))
    assert dense is not None
    assert dense.params["activation"] == "softmax"


def test_two_classes_and_one_unit_go_together_in_either_way() -> None:
    for units, loss, buttons in (
        (1, "sparse_categorical_crossentropy", ["Set units to 2", "Use binary_crossentropy"]),
        (2, "binary_crossentropy", ["Set units to 1", "Use sparse_categorical_crossentropy"]),
    ):
        session = drawn(
            (4,), [("Dense", {"units": units, "activation": "softmax" if units > 1 else "sigmoid"})], loss
        )
        data = session.document.setting("data")
        two = {"name": "digit", "kind": "category", "shape": [], "classes": ["no", "yes"]}
        do.set_settings(session, "data", {**data, "fields": [data["fields"][0], two]})
        problem = session.only("width")
        assert [repair_text(each) for each in problem.repairs] == buttons
        session.mend("width", buttons[1])
        assert session.codes == []


def test_an_inserted_layer_does_not_lie_on_its_neighbours() -> None:
    session = drawn((3, 3, 32), [("LSTM", {"units": 8}), classifier()])
    session.mend("shape", "Reshape to 9 × 32")
    places = sorted(session.document.place(node)[0] for node in session.document.node_ids())
    assert all(right - left >= 180 for left, right in pairwise(places))


def test_everything_that_is_sure_is_repaired_in_one_step() -> None:
    session = drawn((4,), [("Dense", {"units": 16}), ("Dense", {"units": 7, "activation": "sigmoid"}),
                           ("Dropout", {"rate": 0.2})])  # fmt: skip
    do.add_layer(session, "Dense", (0, 400), {"units": 3})
    do.set_settings(
        session, "training", {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 9.0}}}
    )
    steps = session.stack.count()
    assert do.repair_all(session) == 5
    assert sorted(session.codes) == ["dead_branch", "unwired"]  # a layer that somebody has just put down
    assert session.stack.count() == steps + 1
    assert session.stack.undoText() == "Repair 5 problems"
    session.stack.undo()
    assert len(session.codes) == 7
    session.stack.redo()
    assert do.repair_all(session) == 0
    assert session.stack.count() == steps + 1


def test_a_choice_is_left_to_the_user() -> None:
    session = drawn((3, 3, 32), [("LSTM", {"units": 8}), classifier()])
    assert do.repair_all(session) == 0
    assert session.codes == ["shape"]
