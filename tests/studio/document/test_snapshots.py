"""Snapshots: kept in the file, out of the history, and whole when one goes back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from studio import commands
from studio.document import Document, DocumentError, FileError, Refusal, files
from studio.document.snapshots import drawing, forget, keep, rename, snapshots
from studio.session import Session
from tests.studio.commands.test_blocks import residual

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def session() -> Session:
    return Session(residual())


def test_a_snapshot_survives_saving_and_undo(session: Session) -> None:
    document = session.document
    before = document.copy()
    keep(document, "first", NOON)
    commands.rename(session, document.node_ids()[1], "other")
    keep(document, "second", NOON)
    again = files.loads(files.dumps(document))
    assert [one.name for one in snapshots(again)] == ["first", "second"]
    assert snapshots(again)[0].time == "2026-03-01T12:00:00+00:00"
    assert snapshots(again)[0].nodes == len(before.node_ids())
    assert drawing(again, "first").same_as(before)
    assert drawing(again, "second").same_as(document)
    assert not snapshots(drawing(again, "second")), "no snapshot holds another"
    session.stack.undo()
    assert [one.name for one in snapshots(document)] == ["first", "second"]
    assert files.dumps(again) == files.dumps(files.loads(files.dumps(again)))


def test_going_back_is_one_step_for_the_whole_drawing(session: Session) -> None:
    document = session.document
    ids = [document.node_named(name) or "" for name in ("one", "two", "added")]
    keep(document, "flat", NOON)
    flat = document.copy()
    commands.group(session, ids)
    commands.set_settings(session, "training", document.setting("training").with_({"epochs": 77}))
    grouped = document.copy()
    steps = session.stack.count()
    assert commands.go_back(session, drawing(document, "flat"), "flat")
    assert document.same_as(flat)
    assert session.stack.count() == steps + 1
    assert session.stack.undoText() == "Go back to flat"
    assert not commands.go_back(session, drawing(document, "flat"), "flat"), "nothing would change"
    session.stack.undo()
    assert document.same_as(grouped)
    session.stack.redo()
    assert document.same_as(flat)


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "snapshot_unnamed"), ("  ", "snapshot_unnamed"), ("first", "snapshot_taken"),
     (" first ", "snapshot_taken"), ("x" * 81, "snapshot_name"), ("a\nb", "snapshot_name")],
)  # fmt: skip
def test_names_that_will_not_do(session: Session, name: str, code: str) -> None:
    keep(session.document, "first", NOON)
    keep(session.document, "second", NOON)
    with pytest.raises(Refusal) as caught:
        keep(session.document, name, NOON)
    assert caught.value.code == code
    with pytest.raises(Refusal) as caught:
        rename(session.document, "second", name)
    assert caught.value.code == code
    assert [one.name for one in snapshots(session.document)] == ["first", "second"]


def test_renaming_and_deleting(session: Session) -> None:
    document = session.document
    keep(document, "first", NOON)
    keep(document, "second", NOON)
    rename(document, "first", " draft ")
    rename(document, "draft", "draft")
    assert [one.name for one in snapshots(document)] == ["draft", "second"]
    forget(document, "draft")
    forget(document, "second")
    assert "snapshots" not in files.dumps(document)
    with pytest.raises(Refusal) as caught:
        forget(document, "second")
    assert caught.value.code == "no_snapshot"


def test_what_is_no_snapshot_is_left_alone(session: Session) -> None:
    document = session.document
    odd = ["text", {"name": 3}, {"name": "no drawing"}, {"name": "broken", "drawing": {"format": "bunon"}}]
    document.view = {"snapshots": odd}
    assert [one.name for one in snapshots(document)] == ["broken"]
    with pytest.raises(FileError):
        drawing(document, "broken")
    keep(document, "good", NOON)
    assert files.loads(files.dumps(document)).view["snapshots"][:4] == odd
    document.view = {"snapshots": "nonsense"}
    assert snapshots(document) == []
    with pytest.raises(DocumentError):
        drawing(document, "good")


def test_an_empty_drawing_can_be_kept() -> None:
    document = Document()
    keep(document, "blank", NOON)
    assert snapshots(document)[0].nodes == 0
    assert drawing(document, "blank").same_as(document)
