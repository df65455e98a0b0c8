"""Layers that are passed over: the same data leaves them, in the drawing, in the script and in the model."""

from __future__ import annotations

import pytest

from engine.catalog import load_catalog
from studio import commands
from studio.document.errors import Refusal
from studio.session import Session
from studio.translate.build import build
from studio.translate.script import script
from tests.end_to_end.examples import digits
from tests.studio.commands.test_blocks import residual


@pytest.fixture
def session() -> Session:
    made = Session(residual())
    made.set_catalog(load_catalog())
    return made


def node(session: Session, name: str) -> str:
    found = session.document.node_named(name)
    assert found is not None
    return found


def test_a_layer_that_is_passed_over_has_no_weights_and_no_call(session: Session) -> None:
    before = session.analysis.params
    one = node(session, "one")
    assert commands.bypass(session, [one]) is True
    assert session.analysis.ok
    assert session.analysis.params == before - 584
    made = script(session.document, session.catalog)
    assert made.complete
    assert "# one is passed over" in made.text
    assert 'name="one"' not in made.text
    model = build(session.document, load_catalog(), session.load_data()).model
    assert "one" not in [layer.name for layer in model.layers]
    assert commands.bypass(session, [one]) is False
    assert session.analysis.params == before
    session.stack.undo()
    session.stack.undo()
    assert session.analysis.params == before


def test_what_changes_the_shape_cannot_be_passed_over(session: Session) -> None:
    for name, code in (("pooled", "bypass_shape"), ("image", "bypass_kind"), ("digit", "bypass_kind")):
        with pytest.raises(Refusal) as error:
            commands.bypass(session, [node(session, name)])
        assert error.value.code == code


def test_a_chain_stays_sequential() -> None:
    session = Session(digits())
    session.set_catalog(load_catalog())
    commands.bypass(session, [node(session, "dropout")])
    text = script(session.document, session.catalog, style="sequential").text
    assert "keras.Sequential(" in text
    assert "Dropout" not in text
