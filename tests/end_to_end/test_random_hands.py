"""Thousands of random gestures and edits: nothing falls, the scene and the script follow, all can be undone.

``BUNON_RANDOM_ACTS`` says how many acts there are for each seed, ``BUNON_RANDOM_SEEDS`` which seeds.
"""

from __future__ import annotations

import ast
import os

import pytest
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.window import MainWindow
from studio.document import Document, files
from studio.document.rules import reaches
from studio.theme import switch
from tests.end_to_end.random_hands import RandomHands

ACTS = int(os.environ.get("BUNON_RANDOM_ACTS", "150"))
SEEDS = [int(seed) for seed in os.environ.get("BUNON_RANDOM_SEEDS", "1 2 3").split()]
OFTEN = 50
STARTS = ("digits", "wine", "")


@pytest.mark.parametrize("seed", SEEDS)
def test_random_hands_break_nothing(
    seed: int, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "yes", lambda *_: True)
    hands = RandomHands(window, qtbot, seed)
    example = STARTS[seed % len(STARTS)]
    if example:
        window.open_example(example)
    else:
        hands.begin("Handwritten digits")
    hands.session.set_catalog(window.loader.catalog)
    hands.come_back()
    hands.settle()
    start = hands.session.document.copy()
    with qtbot.capture_exceptions() as fallen:
        for number in range(1, ACTS + 1):
            try:
                hands.act()
                hands.view.mirror.finish_glide()
                wrong = hands.view.mirror_errors()
                if number % OFTEN == 0:
                    wrong += thorough(hands)
            except Exception as error:
                raise AssertionError(report(seed, number, hands)) from error
            wrong += [f"{kind.__name__}: {value}" for kind, value, _ in fallen]
            if wrong:
                raise AssertionError(f"{wrong}\n{report(seed, number, hands)}") from (
                    fallen[0][1] if fallen else None
                )
        there_and_back(hands, start)
        assert not fallen
    switch().set_mode("light")


def report(seed: int, number: int, hands: RandomHands) -> str:
    last = "\n  ".join(hands.done[-15:])
    return f"seed {seed}, act {number}:\n  {last}"


def thorough(hands: RandomHands) -> list[str]:
    """Return what is wrong with the script, the file or the wires."""
    wrong = []
    document, code = hands.session.document, hands.workspace.code
    code.render_now()
    ast.parse(code.text())
    if code.view.toPlainText() != code.text():
        wrong.append("the pane shows another script than it has")
    again = files.loads(files.dumps(document))
    if not again.same_as(document):
        wrong.append("the file holds another drawing")
    return wrong + stray_wires(document)


def stray_wires(document: Document) -> list[str]:
    """Return the wires that end in nothing, close a loop or leave a gap between those of their port."""
    wrong = []
    for graph in document.graph_names():
        nodes = set(document.node_ids(graph))
        for node in nodes:
            into = document.incoming(node, graph=graph)
            for port in {wire.target_port for wire in into}:
                places = sorted(wire.position for wire in into if wire.target_port == port)
                if places != list(range(len(places))):
                    wrong.append(f"{graph}/{node}.{port} has wires at {places}")
        for wire in document.wires(graph):
            if not {wire.source, wire.target} <= nodes:
                wrong.append(f"{graph}: {wire} has an end that is gone")
            elif reaches(document, wire.target, wire.source, graph):
                wrong.append(f"{graph}: {wire} closes a loop")
    return wrong


def there_and_back(hands: RandomHands, start: Document) -> None:
    """Undo everything, which gives the start, and do it all again, which gives the end."""
    hands.tidy_up()
    stack, end = hands.session.stack, hands.session.document.copy()
    at = stack.index()
    while stack.canUndo():
        stack.undo()
    hands.view.mirror.finish_glide()
    assert hands.session.document.same_as(start)
    assert hands.view.mirror_errors() == []
    for _ in range(at):
        stack.redo()
    hands.view.mirror.finish_glide()
    assert hands.session.document.same_as(end)
    assert hands.view.mirror_errors() == []
    assert thorough(hands) == []
