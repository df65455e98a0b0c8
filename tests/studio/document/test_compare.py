"""What differs between two drawings, and which node is which."""

from __future__ import annotations

import pytest

from engine.catalog import load_catalog
from studio import commands
from studio.document import MAIN, Document, Wire
from studio.document.compare import Comparison, compare
from studio.session import Session
from studio.words.compare import CHANGES, change_text
from tests.end_to_end.examples import Builder
from tests.studio.commands.test_blocks import residual


@pytest.fixture
def session() -> Session:
    made = Session(residual())
    made.set_catalog(load_catalog())
    return made


def said(result: Comparison) -> list[str]:
    return [change_text(change.code, change.fields) for change in result.changes]


def node(session: Session, name: str, graph: str = MAIN) -> str:
    found = session.document.node_named(name, graph)
    assert found is not None
    return found


def test_a_drawing_is_like_itself_and_places_do_not_count(session: Session) -> None:
    before = session.document.copy()
    commands.move(session, {node(session, "stem"): (999.0, 5.0)})
    assert compare(before, session.document).changes == []


def test_each_kind_of_difference_is_told(session: Session) -> None:
    before = session.document.copy()
    stem = node(session, "stem")
    commands.set_params(session, stem, {"filters": 16, "strides": [2, 2]})
    commands.rename(session, node(session, "pooled"), "mean")
    wire = session.document.outgoing(node(session, "mean"))[0]
    new = commands.insert_on_wire(session, wire, "Dropout", (0.0, 0.0), {"rate": 0.5})
    commands.delete(session, [node(session, "two")], heal=True)
    commands.set_settings(session, "training", session.document.setting("training").with_({"epochs": 9}))
    result = compare(before, session.document)
    assert sorted(said(result)) == sorted(
        [
            "two (Conv2D) was removed",
            "added reads one, stem instead of two, stem",
            "stem: filters was 8, and is 16",
            "stem: strides is 2 × 2 now",
            "mean was called pooled",
            "last reads dropout instead of pooled",
            "dropout (Dropout) was added",
            "Settings: training · epochs was 1, and is 9",
        ]
    )
    assert [result.count(kind) for kind in ("added", "removed", "changed")] == [1, 1, 5]
    assert result.marks(MAIN, old=False)[new] == "added"
    gone = before.node_named("two")
    assert result.marks(MAIN, old=True)[gone or ""] == "removed"
    assert result.marks(MAIN, old=True)[stem] == result.marks(MAIN, old=False)[stem] == "changed"


def test_the_other_way_round_added_is_removed(session: Session) -> None:
    before = session.document.copy()
    commands.add_layer(session, "Dense", (0.0, 0.0), {"units": 3})
    there, back = compare(before, session.document), compare(session.document, before)
    assert [change.kind for change in there.changes] == ["added"]
    assert [change.kind for change in back.changes] == ["removed"]


def test_nodes_are_found_again_by_structure() -> None:
    """Two drawings made apart, with other ids and other names: what hangs together alike is the same."""

    def draw(names: list[str], first: int) -> Document:
        make = Builder("digits", epochs=1)
        if first:
            make.layer("Flatten", make.input("spare", "image"), name="unused")
        image = make.input("image", "image")
        flat = make.layer("Flatten", image, name=names[0])
        one = make.layer("Dense", flat, params={"units": 32}, name=names[1])
        two = make.layer("Dense", one, params={"units": 10, "activation": "softmax"}, name=names[2])
        make.output("digit", two, target="label", loss="sparse_categorical_crossentropy")
        return make.finish()

    old, new = draw(["flat", "one", "two"], 0), draw(["rows", "hidden", "answer"], 1)
    result = compare(old, new)
    texts = said(result)
    for words in ("rows was called flat", "hidden was called one", "answer was called two"):
        assert words in texts
    assert [change.kind for change in result.changes if change.kind != "changed"] == ["added", "added"]


def test_another_type_under_the_same_name(session: Session) -> None:
    before = session.document.copy()
    pooled = node(session, "pooled")
    feeds, reads = session.document.incoming(pooled)[0], session.document.outgoing(pooled)[0]
    commands.delete(session, [pooled])
    new = commands.add_layer(session, "GlobalMaxPooling2D", (0.0, 0.0))
    commands.rename(session, new, "pooled")
    commands.connect(session, Wire(feeds.source, feeds.source_port, new, "inputs", -1))
    commands.connect(session, Wire(new, "output", reads.target, reads.target_port, -1))
    assert said(compare(before, session.document)) == [
        "pooled was GlobalAveragePooling2D, and is GlobalMaxPooling2D"
    ]


def test_the_inside_of_blocks_is_compared_too(session: Session) -> None:
    flat = session.document.copy()
    commands.group(session, [node(session, name) for name in ("one", "two", "added")])
    texts = said(compare(flat, session.document))
    assert "The block block was added" in texts
    assert "block (block) was added" in texts
    before = session.document.copy()
    commands.set_params(session, node(session, "one", "block"), {"filters": 9}, graph="block")
    commands.set_repeat(session, node(session, "block"), 3)
    result = compare(before, session.document)
    assert sorted(said(result)) == ["block: repeat is 3 now", "one: filters was 8, and is 9"]
    inner = next(change for change in result.changes if change.graph == "block")
    assert result.marks("block", old=True) == {inner.old: "changed"}
    commands.rename_block(session, "block", "pair")
    renamed = compare(before, session.document)
    assert "one: filters was 8, and is 9" in said(renamed)
    assert not any(change.code.startswith("block_") for change in renamed.changes)


def test_every_code_has_words() -> None:
    fields = {"name": "a", "type": "b", "old": None, "new": True, "param": "p", "key": "k"}
    for code in CHANGES:
        assert "?" not in change_text(code, fields)
    assert change_text("param", {**fields, "old": {"class_name": "L2"}, "new": (1, 2)}) == (
        "a: p was L2, and is 1 × 2"
    )
    assert len(change_text("param_set", {**fields, "new": "x" * 500})) < 120
