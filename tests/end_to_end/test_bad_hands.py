"""What cannot be, tried by hand: the reason is said where the hand is, and nothing is lost."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from studio.canvas.reuse_actions import HERE
from studio.document import clipboard, files
from tests.end_to_end.hands.chance import write
from tests.end_to_end.hands.checks import stray_wires
from tests.end_to_end.user import User
from tests.timing import times_longer

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def chain(user: User) -> Iterator[User]:
    """The example of the digits, as a graph; at the end all is undone again."""
    user.window.open_example("digits")
    user.session.set_catalog(user.window.loader.catalog)
    user.come_back()
    user.press_segment(user.window.bar.style_choice, "Graph")
    user.settle()
    user.view.fit_all()
    start = user.session.document.copy()
    yield user
    assert user.view.mirror_errors() == []
    assert stray_wires(user.session.document) == []
    while user.session.stack.canUndo():
        user.session.stack.undo()
    assert user.session.document.same_as(start)


def refused(user: User, act: Callable[[], object]) -> str:
    """Do something that changes nothing, and return what is said beside the hand, wholly in sight."""
    user.view.hint.hide()
    before, steps = user.session.document.copy(), user.session.stack.count()
    act()
    assert user.session.document.same_as(before)
    assert user.session.stack.count() == steps
    hint = user.view.hint
    assert hint.isVisible()
    assert user.view.rect().contains(hint.geometry())
    return str(hint.text())


def press(user: User, keys: str) -> None:
    user.view.setFocus()
    user.key(keys)


def fill(field: QLineEdit, text: str) -> None:
    """Write over what a field holds."""
    field.setFocus()
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClick(field, Key.Key_Delete)
    write(field, text)
    QTest.keyClick(field, Key.Key_Return)


# -- wires ----------------------------------------------------------------------------------------------


def test_a_wire_back_is_refused_while_it_hovers_and_where_it_is_let_go(chain: User) -> None:
    user = chain
    start, end = user.socket("dense", False), user.socket("conv2d", True)

    def hover() -> None:
        user.press(start)
        user.move((start + end) / 2)
        user.move(end)

    assert refused(user, hover) == "conv2d leads to dense already: the wire would close a loop."
    assert refused(user, lambda: user.release(end)).endswith("the wire would close a loop.")
    assert user.view.popup is None


def test_a_wire_from_a_layer_to_itself_is_refused(chain: User) -> None:
    user = chain
    said = refused(user, lambda: user.drag(user.socket("dense", False), user.socket("dense", True)))
    assert said == "Nothing can feed itself: the wire would close a loop."


def test_a_second_wire_takes_the_place_of_the_first_where_there_is_one_socket(chain: User) -> None:
    user = chain
    user.drag(user.socket("rescaling", False), user.socket("flatten", True))
    (flatten,) = [node for node in user.session.document.node_ids() if _name(user, node) == "flatten"]
    assert [_name(user, wire.source) for wire in user.session.document.incoming(flatten)] == ["rescaling"]
    press(user, "Ctrl+Z")
    assert ("max_pooling2d", "flatten") in user.links()


def test_a_difference_of_one_or_of_three_says_that_it_wants_two(chain: User) -> None:
    user = chain
    user.drop("Subtract", QPoint(300, 380))
    user.settle()
    user.view.fit_all()
    for sources in (["conv2d"], ["conv2d", "conv2d", "conv2d"]):
        while len(user.session.document.incoming(user.session.document.node_named("subtract"))) < len(
            sources
        ):
            at = len(user.item("subtract").look.inputs) - 1
            user.drag(user.socket("conv2d", False), user.socket("subtract", True, at))
            user.settle()
        user.view.select([])
        user.click_node("subtract")
        (told, *_) = user.workspace.inspector.problems.callouts
        assert "2" in user.reads(told) or "two" in user.reads(told), user.reads(told)


def _name(user: User, node: str) -> str:
    return user.session.document.node(node).name


# -- the clipboard --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{", '{"format": "bunon"}', '{"format": "bunon", "version": 999}', "[" * 100_000,
     "x" * 3_000_000, '{"format": "bunon", "version": 1, "graphs": 5}',
     '{"format": "bunon", "version": 1, "graphs": {"main": {"nodes": 3}}}'],
    ids=["empty", "words", "cut", "bare", "newer", "deep", "huge", "number", "nodes"],
)  # fmt: skip
@pytest.mark.parametrize("keys", ["Ctrl+V", "Ctrl+Shift+V"])
def test_text_that_is_not_ours_is_not_pasted(chain: User, text: str, keys: str) -> None:
    QGuiApplication.clipboard().setText(text)
    assert refused(chain, lambda: press(chain, keys)) == "The clipboard holds no nodes."


def many(user: User, count: int) -> str:
    """Return a chain of so many layers as it lies on the clipboard."""
    data = json.loads(clipboard.copy_text(user.session.document, ["n7"]))
    (node,), (layer,) = data["graphs"]["main"]["nodes"].values(), data["layers"].values()
    numbers = range(1, count + 1)
    data["graphs"]["main"]["nodes"] = {
        f"n{at}": {**node, "name": f"a{at}", "ref": f"e{at}"} for at in numbers
    }
    data["layers"] = {f"e{at}": {**layer, "name": f"a{at}"} for at in numbers}
    data["graphs"]["main"]["wires"] = [
        {"from": [f"n{at}", "output"], "to": [f"n{at + 1}", "inputs"]} for at in numbers[:-1]
    ]
    del data["view"]
    return json.dumps(data)


def test_ten_thousand_nodes_at_once_are_refused_at_once(chain: User) -> None:
    user = chain
    text = many(user, 10_000)
    QGuiApplication.clipboard().setText(text)

    def paste() -> None:
        said = refused(user, lambda: press(user, "Ctrl+V"))
        assert said == "10000 nodes are too many at once: paste or duplicate 2000 at most."

    assert times_longer(paste, lambda: json.loads(text), 2) < 6  # no more than the text is read


def test_two_hundred_nodes_at_once_are_pasted(chain: User) -> None:
    user = chain
    before = len(user.names())
    QGuiApplication.clipboard().setText(many(user, 200))
    press(user, "Ctrl+V")
    assert len(user.names()) == before + 200
    assert len(set(user.names())) == before + 200


# -- blocks ---------------------------------------------------------------------------------------------


def test_a_block_is_not_put_into_itself_by_paste_by_drag_or_by_search(chain: User) -> None:
    user = chain
    user.click_node("conv2d")
    press(user, "Ctrl+G")
    block = user.view.block_of(user.view.selected_block())
    press(user, "Ctrl+C")
    press(user, "Return")
    assert user.session.graph == block
    words = f"The block {block} cannot contain itself."
    assert refused(user, lambda: press(user, "Ctrl+V")) == words
    assert refused(user, lambda: user.drop(HERE + block, QPoint(300, 300))) == words
    press(user, "Shift+A")
    assert block not in [entry.type for entry in user.view.popup.found()]
    QTest.keyClick(user.view.popup.field, Key.Key_Escape)
    user.settle()


def test_deleting_what_a_block_lets_choose_forgets_it_and_the_file_opens(chain: User) -> None:
    user = chain
    user.click_node("conv2d")
    press(user, "Ctrl+G")
    (block,) = user.view.mirror.selected_nodes()
    press(user, "Return")
    user.settle()
    (conv,) = [node for node in user.view.mirror.nodes if user.view.mirror.nodes[node].look.name == "conv2d"]
    user.view.select([conv])
    user.settle()
    user.workspace.inspector.form.rows["filters"].label.actions()[0].trigger()
    press(user, "Esc")
    press(user, "Esc")
    user.view.select([block])
    user.settle()
    fill(user.workspace.inspector.block.rows["filters"].editor.line, "16")
    assert user.session.document.node(block).options["params"] == {"filters": 16}
    press(user, "Return")
    user.view.select([conv])
    press(user, "Del")
    user.settle()
    assert "params" not in user.session.document.node(block).options
    again = files.loads(files.dumps(user.session.document))
    assert again.same_as(user.session.document)
    user.workspace.code.render_now()
    ast.parse(user.workspace.code.text())
    press(user, "Ctrl+Z")
    assert user.session.document.node(block).options["params"] == {"filters": 16}
    press(user, "Esc")


def test_deleting_an_input_of_a_block_leaves_its_wire_to_be_seen_and_mended(chain: User) -> None:
    user = chain
    user.click_node("conv2d")
    press(user, "Ctrl+G")
    (block,) = user.view.mirror.selected_nodes()
    wires = len(user.session.document.wires())
    press(user, "Return")
    (end,) = [
        node for node in user.view.mirror.nodes if user.session.document.node(node, "block").kind == "input"
    ]
    user.view.select([end])
    press(user, "Del")
    press(user, "Esc")
    press(user, "Esc")
    assert len(user.session.document.wires()) == wires, "no wire is lost"
    told = [problem for problem in user.session.analysis.problems if problem.node == block]
    assert told, "and the block says which of them leads nowhere"
    user.view.select([block])
    user.settle()
    assert user.workspace.inspector.problems.callouts


def test_the_title_of_a_block_that_goes_while_it_is_written_is_let_go(chain: User) -> None:
    user = chain
    user.click_node("conv2d")
    press(user, "Ctrl+G")
    user.settle()
    title = user.workspace.inspector.block.title
    title.setFocus()
    QTest.keyClick(title, Key.Key_A, CTRL)
    QTest.keyClicks(title, "stem")
    user.window.actions_by_id["undo"].trigger()
    user.settle()
    assert "conv2d" in user.names()


# -- names and numbers ----------------------------------------------------------------------------------


RULES = "{name} cannot be a name: use letters, digits and _, no digit first, no word of Python's own."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "A name cannot be empty."),
        ("class", RULES),
        ("None", RULES),
        ("match", RULES),
        ("2x", RULES),
        ("a b", RULES),
        ("n" * 300, "A name has 64 letters at most."),
        ("conv2d", "The name conv2d is taken already."),
    ],
    ids=["empty", "keyword", "none", "soft", "digit", "space", "long", "taken"],
)
@pytest.mark.parametrize("where", ["card", "inspector"])
def test_names_that_cannot_be_are_refused_beside_their_field(
    chain: User, name: str, words: str, where: str
) -> None:
    user = chain
    user.click_node("dense")
    if where == "inspector":
        header = user.workspace.inspector.header
        before = user.session.document.copy()
        fill(header.name, name)
        if name:
            assert header.reason.isVisible()
            assert header.reason.text() == words.format(name=name)
        assert user.session.document.same_as(before)
        return
    press(user, "F2")
    editor = user.view.name_editor
    assert refused(user, lambda: fill(editor, name)) == words.format(name=name)
    assert user.view.name_editor is editor, "what was typed is still there to be mended"
    QTest.keyClick(editor, Key.Key_Escape)
    assert "dense" in user.names()


@pytest.mark.parametrize("name", ["print", "keras", "শিখা", "é", "N"])
def test_names_that_look_odd_but_can_be_are_taken_and_the_script_stands(chain: User, name: str) -> None:
    user = chain
    user.click_node("dense")
    press(user, "F2")
    fill(user.view.name_editor, name)
    assert user.view.name_editor is None
    assert name in user.names()
    user.workspace.code.render_now()
    tree = ast.parse(user.workspace.code.text())
    stored = {
        each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    assert not stored & {"print", "keras"}
    assert files.loads(files.dumps(user.session.document)).same_as(user.session.document)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "at least 1, not 0"),
        ("-1", "at least 1, not -1"),
        ("2.5", "not 2.5"),
        ("1/0", "divides by zero"),
        ("nan", "no number"),
        ("9" * 400, "too long"),
        ("__import__('os')", "no number"),
    ],
)
def test_numbers_out_of_range_are_told_below_the_field_and_not_taken(
    chain: User, text: str, words: str
) -> None:
    user = chain
    user.click_node("conv2d")
    row, before = user.workspace.inspector.form.rows["filters"], user.session.document.copy()
    fill(row.editor.line, text)
    assert row.reason.isVisible()
    assert words in row.reason.text()
    assert row.editor.line.text() == text
    assert user.session.document.same_as(before)
    fill(row.editor.line, "12")
    assert not row.reason.isVisible()
