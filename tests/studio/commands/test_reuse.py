"""Using a layer or a block again, moving along a chain, and the library of blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import commands
from studio.commands.sharing_verbs import has_fellows
from studio.document import Document, Refusal, files
from studio.document.errors import DocumentError
from studio.document.graph_copies import content
from studio.document.library import BlockLibrary, block_text, shown_once
from studio.document.linear import chain
from studio.session import Session
from tests.studio.commands.test_blocks import residual
from tests.studio.drawings import digits, opened


def named(session: Session, name: str, graph: str = "main") -> str:
    node = session.document.node_named(name, graph)
    assert node is not None, name
    return node


def blocked() -> tuple[Session, str]:
    """Return a session whose drawing has the block "block", and the node that uses it."""
    session = Session(residual())
    block = commands.group(session, [named(session, each) for each in ("one", "two", "added")])
    return session, block


def test_a_layer_used_again_keeps_its_weights_and_can_become_one_of_its_own() -> None:
    session = opened()
    ids = digits(session)
    before = session.document.copy()
    again = commands.use_again(session, ids["dense"])
    document = session.document
    assert document.node(again).name == "dense_1"
    assert document.layer_of(again) is document.layer_of(ids["dense"])
    assert document.is_shared(ids["dense"])
    assert document.place(again) != document.place(ids["dense"])
    commands.make_own(session, again)
    assert not document.is_shared(ids["dense"])
    assert document.layer_of(again).params == document.layer_of(ids["dense"]).params
    assert document.layer_of(again).name == "dense_1"
    with pytest.raises(Refusal) as refused:
        commands.make_own(session, again)
    assert refused.value.code == "not_shared"
    with pytest.raises(Refusal) as refused:
        commands.use_again(session, ids["image"])
    assert refused.value.code == "again_kind"
    session.stack.undo()
    session.stack.undo()
    assert document.same_as(before)


def test_a_block_used_again_follows_its_edits_until_it_is_one_of_its_own() -> None:
    session, block = blocked()
    again = commands.use_again(session, block)
    document = session.document
    assert document.node(again).ref == document.node(block).ref == "block"
    assert has_fellows(document, block)
    commands.make_own(session, again)
    assert document.node(again).ref == "block_1"
    assert content(document, "block") == content(document, "block_1")
    commands.set_params(session, named(session, "one", "block_1"), {"filters": 5}, graph="block_1")
    assert content(document, "block") != content(document, "block_1")
    assert not has_fellows(document, block)


@pytest.mark.parametrize(("name", "place", "order"), [
    ("flatten", 1, ["image", "flatten", "conv2d", "dense", "output"]),
    ("conv2d", 99, ["image", "flatten", "dense", "conv2d", "output"]),
    ("dense", 0, ["image", "dense", "conv2d", "flatten", "output"]),
])  # fmt: skip
def test_a_layer_moves_along_the_chain_in_one_step(name: str, place: int, order: list[str]) -> None:
    session = opened()
    ids = digits(session)
    before = session.document.copy()
    spots = [session.document.place(node) for node in chain(session.document)]
    assert commands.move_in_chain(session, ids[name], place)
    assert [session.document.node(node).name for node in chain(session.document)] == order
    assert [session.document.place(node) for node in chain(session.document)] == spots
    assert session.stack.count() == 1
    session.stack.undo()
    assert session.document.same_as(before)


def test_what_cannot_be_moved_along_says_why() -> None:
    session = opened()
    ids = digits(session)
    with pytest.raises(Refusal) as refused:
        commands.move_in_chain(session, ids["image"], 2)
    assert refused.value.code == "chain_ends"
    assert not commands.move_in_chain(session, ids["conv2d"], 1)
    other = Session(residual())
    with pytest.raises(Refusal) as refused:
        commands.move_in_chain(other, named(other, "one"), 2)
    assert refused.value.code == "not_chain"


def test_a_block_is_kept_and_used_in_another_drawing(tmp_path: Path) -> None:
    session, _ = blocked()
    library = BlockLibrary(tmp_path / "library")
    assert library.blocks() == []
    assert library.keep(session.document, "block") == "block"
    (kept,) = library.blocks()
    assert (kept.name, kept.layers) == ("block", 3)

    other = Session(Document())
    node = commands.place_block(other, (10, 20), text=kept.text)
    assert other.document.node(node).ref == "block"
    assert content(other.document, "block") == content(session.document, "block")
    twice = commands.place_block(other, (10, 220), text=kept.text)
    assert other.document.node(twice).ref == "block"  # the same block, used twice
    assert other.document.node(twice).name == "block_1"
    other.stack.undo()
    other.stack.undo()
    assert other.document.graph_names() == ["main"]


def test_a_kept_block_whose_name_is_taken_comes_under_a_number_and_only_once(tmp_path: Path) -> None:
    session, _ = blocked()
    library = BlockLibrary(tmp_path)
    commands.set_params(session, named(session, "one", "block"), {"filters": 5}, graph="block")
    library.keep(session.document, "block")
    (kept,) = library.blocks()
    other, _ = blocked()  # it has a block of this name, which is another one
    before = content(other.document, "block")
    assert shown_once([kept], other.document) == [kept]
    first = commands.place_block(other, (0, 300), text=kept.text)
    second = commands.place_block(other, (0, 600), text=kept.text)
    assert other.document.node(first).ref == other.document.node(second).ref != "block"
    assert content(other.document, "block") == before
    assert shown_once([kept], other.document) == [], "it is a block of this drawing now"


def test_a_block_with_a_layer_of_the_users_own_travels_as_it_is(tmp_path: Path) -> None:
    session, _ = blocked()
    own = commands.add_layer(session, "MyLayer", (0, 0), {"rate": 0.5}, graph="block")
    library = BlockLibrary(tmp_path)
    library.keep(session.document, "block")
    other = Session(Document())
    node = commands.place_block(other, (0, 0), text=library.blocks()[0].text)
    inside = other.document.node(node).ref
    name = session.document.node(own, "block").name
    layer = other.document.layer_of(named(other, name, inside), inside)
    assert layer is not None
    assert (layer.type, dict(layer.params)) == ("MyLayer", {"rate": 0.5})


def test_the_library_renames_replaces_and_takes_files(tmp_path: Path) -> None:
    session, _ = blocked()
    library = BlockLibrary(tmp_path / "library")
    library.keep(session.document, "block")
    library.keep(session.document, "block")
    assert [each.name for each in library.blocks()] == ["block"]  # the same block stands there once
    commands.set_params(session, named(session, "one", "block"), {"filters": 5}, graph="block")
    assert library.has_other(session.document, "block")
    assert library.keep(session.document, "block") == "block_1"
    library.keep(session.document, "block", replace=True)
    assert not library.has_other(session.document, "block")
    library.rename("block_1", "wide")
    assert [each.name for each in library.blocks()] == ["block", "wide"]
    for bad in ("block", "no name", "main"):
        with pytest.raises(Refusal):
            library.rename("wide", bad)
    library.export("wide", tmp_path / "given.bunon")
    library.delete("wide")
    assert [each.name for each in library.blocks()] == ["block"]
    assert library.bring(tmp_path / "given.bunon") == "wide"
    assert [each.name for each in library.blocks()] == ["block", "wide"]


def test_damaged_files_are_told_and_passed_over(tmp_path: Path) -> None:
    session, _ = blocked()
    library = BlockLibrary(tmp_path)
    library.keep(session.document, "block")
    (tmp_path / "torn.bunon").write_text(block_text(session.document, "block")[:200])
    files.save(session.document, tmp_path / "drawing.bunon")
    (tmp_path / "folder.bunon").mkdir()
    (tmp_path / "other.txt").write_text("nothing of ours")
    assert [each.name for each in library.blocks()] == ["block"]
    assert sorted(library.damaged) == ["drawing.bunon", "folder.bunon", "torn.bunon"]
    with pytest.raises(DocumentError):
        library.bring(tmp_path / "torn.bunon")
    with pytest.raises(DocumentError) as refused:
        library.bring(tmp_path / "drawing.bunon")
    assert refused.value.code == "no_block_file"
