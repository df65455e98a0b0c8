"""An option of the call that brings one more output out."""

from __future__ import annotations

from dataclasses import replace

from engine.catalog import Catalog, load_catalog
from engine.params import Kind, Param
from engine.spec import TensorSpec
from studio import commands as do
from studio.document import Wire
from studio.document.call_outputs import more_specs
from tests.studio.drawings import digits, opened


def test_scores_are_a_port_that_comes_and_goes_with_the_option() -> None:
    option = Param("return_attention_scores", Kind("bool"), False, False, "Whether the scores come out too.")
    session = opened()
    specs = [
        replace(each, call_options=(option,)) if each.name == "Dense" else each for each in load_catalog()
    ]
    session.set_catalog(Catalog(specs))
    dense = digits(session)["dense"]
    do.set_call_option(session, [dense], "return_attention_scores", True)
    assert session.analysis.nodes[dense].output_ports == ("output", "attention_scores")
    aside = do.add_layer(session, "Flatten", (900, 300))
    do.connect(session, Wire(dense, "attention_scores", aside, "inputs"))
    do.set_call_option(session, [dense], "return_attention_scores", None)
    assert "output_gone" in [each.code for each in session.analysis.problems]
    for _ in range(3):
        session.stack.undo()
    assert session.analysis.ok


def test_scores_have_the_places_of_the_query_and_of_the_value() -> None:
    query, value = TensorSpec((None, 7, 4)), TensorSpec((None, 5, 4))
    named = {"query": (query,), "value": (value,)}
    names = ("attention_scores",)
    assert more_specs(names, {"num_heads": 2}, named) == (TensorSpec((None, 2, 7, 5)),)
    assert more_specs(names, {}, {"inputs": (query, value)}) == (TensorSpec((None, 7, 5)),)
    assert more_specs(names, {}, {"inputs": (TensorSpec((None, 3)), value)}) == ()
    assert more_specs(("something",), {}, named) == ()
