"""The script: its text, its map, its manners with names that are not nice."""

from __future__ import annotations

import ast
from functools import partial

import pytest

from engine.catalog import load_catalog
from studio.document import EMPTY, MAIN, Document, Frozen, LayerEntry, Node, Wire
from studio.translate.errors import TranslateError
from studio.translate.script import script
from tests.end_to_end.examples import EXAMPLES, digits
from tests.timing import times_longer


def changed(document: Document, table: str, key: object, row: object) -> Document:
    draft = document.draft()
    draft.put(table, key, row)  # type: ignore[arg-type]  # the tests name tables by variable
    document.apply(draft.edit("set_params"))
    return document


@pytest.mark.parametrize("name", EXAMPLES)
def test_only_the_import_differs_between_the_frameworks(name: str) -> None:
    document, catalog = EXAMPLES[name](), load_catalog()
    ours, theirs = (script(document, catalog, to=to) for to in ("engine", "keras"))
    assert ours.complete
    assert "import engine as keras" in ours.text
    kept = [
        [line for line in each.text.splitlines() if "KERAS_BACKEND" not in line and line]
        for each in (ours, theirs)
    ]
    different = [pair for pair in zip(*kept, strict=True) if pair[0] != pair[1]]
    assert different == [("import engine as keras", "import keras")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_lines_are_short_and_every_node_has_its_place(name: str) -> None:
    document = EXAMPLES[name]()
    made = script(document, load_catalog())
    ast.parse(made.text)
    body = made.text[made.text.index("# The same seed") :]
    assert max(len(line) for line in body.splitlines()) <= 100
    assert set(made.nodes) == set(document.node_ids())
    lines = made.text.splitlines()
    for node, spans in made.nodes.items():
        row = document.node(node)
        if row.kind != "output":
            assert any(f'"{row.name}"' in "\n".join(lines[s.line - 1 : s.end_line]) for s in spans)
            assert made.node_at(spans[0].line) == node


def test_a_parameter_has_its_place() -> None:
    made = script(digits(), load_catalog())
    span = made.params["n3", "filters"]
    assert made.text.splitlines()[span.line - 1][span.column : span.end_column] == "filters=32"


def test_defaults_are_not_written() -> None:
    document = digits()
    layer = document.layer_of("n4")
    assert layer is not None
    row = LayerEntry(layer.type, layer.name, Frozen(pool_size=[2, 2], padding="valid"))
    text = script(changed(document, "layers", document.node("n4").ref, row), load_catalog()).text
    assert 'keras.layers.MaxPooling2D(name="max_pooling2d")' in text


def test_a_chain_can_be_written_as_sequential() -> None:
    document = digits()
    assert "keras.Sequential(" in script(document, load_catalog(), style="sequential").text
    assert "keras.Model(inputs=" in script(document, load_catalog(), style="functional").text


def test_objects_are_written_as_calls_of_their_class() -> None:
    document = digits()
    entry = document.node("n7").ref
    config = {"class_name": "HeNormal", "config": {"seed": 3}}
    params = Frozen(units=10, activation="softmax", kernel_initializer=config)
    row = LayerEntry("Dense", "dense", params)
    text = script(changed(document, "layers", entry, row), load_catalog()).text
    assert "kernel_initializer=keras.initializers.HeNormal(seed=3)" in text


def test_a_shared_layer_is_made_once_and_called_twice() -> None:
    document = Document()
    draft = document.draft()
    draft.put("nodes", (MAIN, "n1"), Node("input", "left", "", Frozen(shape=[4])))
    draft.put("nodes", (MAIN, "n2"), Node("input", "right", "", Frozen(shape=[4])))
    draft.put("layers", "e1", LayerEntry("Dense", "twin", Frozen(units=3)))
    for number, source in ((3, "n1"), (4, "n2")):
        draft.put("nodes", (MAIN, f"n{number}"), Node("layer", f"call_{number}", "e1"))
        draft.put("wires", (MAIN, Wire(source, "output", f"n{number}", "inputs")), EMPTY)
    document.apply(draft.edit("open"))
    text = script(document, load_catalog()).text
    assert text.count("keras.layers.Dense(") == 1
    assert "call_3 = twin(left)" in text
    assert "call_4 = twin(right)" in text


HOSTILE = '"""\n__import__("os").system("touch /tmp/no") # \\ {x} %s'


def test_texts_enter_the_script_as_texts_only() -> None:
    document = digits()
    entry = document.node("n7").ref
    row = LayerEntry("Dense", "dense", Frozen(units=10, activation=HOSTILE))
    made = script(changed(document, "layers", entry, row), load_catalog(), title=HOSTILE)
    tree = ast.parse(made.text)
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert HOSTILE in constants
    called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "__import__" not in called


@pytest.mark.parametrize(
    "params",
    [Frozen(units=10, kernel_initializer={"class_name": "os.system('x')", "config": {}}),
     Frozen(units=10, kernel_initializer={"class_name": "Zeros", "config": {"a=1) or f(": 1}})],
)  # fmt: skip
def test_names_that_are_no_identifiers_are_refused_with_the_node(params: Frozen) -> None:
    document = digits()
    changed(document, "layers", document.node("n7").ref, LayerEntry("Dense", "dense", params))
    with pytest.raises(TranslateError) as caught:
        script(document, load_catalog())
    assert (caught.value.code, caught.value.node) == ("bad_name", "n7")


def test_nodes_may_have_names_that_python_or_the_script_uses() -> None:
    document = digits()
    for node, name in (("n2", "print"), ("n3", "keras"), ("n4", "model"), ("n5", "np"), ("n6", "x_train")):
        row = document.node(node)
        changed(document, "nodes", (MAIN, node), Node(row.kind, name, row.ref, row.options))
    text = script(document, load_catalog()).text
    targets = {
        each.id
        for tree in ast.walk(ast.parse(text))
        if isinstance(tree, ast.Assign)
        for each in ast.walk(tree.targets[0])
        if isinstance(each, ast.Name)
    }
    assert not targets & {"print", "keras", "np"}
    assert text.count("x_train = ") == 1


def test_an_unfinished_drawing_is_written_as_far_as_it_goes() -> None:
    document = digits()
    wire = document.incoming("n5")[0]
    draft = document.draft()
    draft.put("wires", (MAIN, wire), None)
    document.apply(draft.edit("disconnect"))
    made = script(document, load_catalog())
    assert not made.complete
    assert "max_pooling2d = " in made.text
    assert "# flatten: an input is not wired yet" in made.text
    assert "model.fit" not in made.text


def test_an_empty_drawing_and_one_without_a_catalog_have_a_script_too() -> None:
    assert "set_random_seed" in script(Document(), None).text
    assert not script(digits(), None).complete


def test_writing_is_fast_enough_for_every_keystroke() -> None:
    document, catalog = digits(), load_catalog()
    text = script(document, catalog).text
    # Python's own reading and writing of the text is the least that it can take: it takes 1.5 times as long
    python = partial(_read_and_write, text)
    assert times_longer(partial(script, document, catalog), python) < 5


def _read_and_write(text: str) -> str:
    return ast.unparse(ast.parse(text))
