"""What must hold whatever hands do: scene, script, file and wires agree, and all can be undone."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from studio.app.workspace import Workspace
from studio.document import Document, files
from studio.document.rules import reaches
from studio.session import Session
from tests.end_to_end.random_hands import QUIET, RandomHands
from tests.end_to_end.user import event_loop

OFTEN = 50
"""After so many acts everything is looked through; what an act changed, after each."""


@dataclass
class Known:
    """A drawing that is open: how it began, and how often it was edited."""

    session: Session
    start: Document
    edits: int = 0
    script: str = ""

    def count(self, _edit: object) -> None:
        self.edits += 1


@dataclass
class Watch:
    """Looks at the drawings after every act; ``after`` returns what is wrong."""

    hands: RandomHands
    known: dict[int, Known] = field(default_factory=dict)

    def meet(self) -> None:
        """Remember how the drawings begin that were opened by now; forget the closed ones."""
        there = {id(one.session): one.session for one in self.hands.window.workspaces()}
        for key in self.known.keys() - there.keys():
            gone = self.known.pop(key)
            gone.session.document.edited.disconnect(gone.count, missing_ok=True)
        for key, session in there.items():
            if key not in self.known:
                assert session.stack.count() == 0, "the start is what it was before the first act"
                self.known[key] = Known(session, session.document.copy())
                session.document.edited.connect(self.known[key].count)

    def before(self) -> None:
        """An act begins, and no field holds words that are still to be taken."""
        for known in self.known.values():
            known.edits = 0

    def after(self, number: int, name: str) -> list[str]:
        """Return what is wrong after an act."""
        edited = any(known.edits for known in self.known.values())
        wrong = [f"{name} edited a drawing"] if name in QUIET and edited else []
        self.meet()
        workspace = self.hands.window.workspace
        if workspace is None:
            return wrong
        workspace.canvas.mirror.finish_glide()
        wrong += workspace.canvas.mirror_errors()
        wrong += self._script(workspace) + (stray_wires(workspace.session.document) if edited else [])
        if number % OFTEN == 0:
            wrong += thorough(workspace)
            wrong += back_and_forth(workspace)
        return wrong

    def _script(self, workspace: Workspace) -> list[str]:
        """Parse the script where the pane shows another one than after the last act."""
        known, text = self.known[id(workspace.session)], workspace.code.text()
        if text == known.script:
            return []
        known.script = text
        ast.parse(text)
        return [] if workspace.code.view.toPlainText() == text else ["the pane shows another script"]

    def at_the_end(self) -> None:
        """Undo everything in each drawing, which gives the start, and redo it, which gives the end."""
        self.hands.tidy_up()
        for workspace in self.hands.window.workspaces():
            self.hands.window.tabs.bring(workspace)
            there_and_back(workspace, self.known[id(workspace.session)].start)


def thorough(workspace: Workspace) -> list[str]:
    """Return what is wrong with the script, the file or the wires."""
    wrong = []
    document, code = workspace.session.document, workspace.code
    code.render_now()
    ast.parse(code.text())
    if code.view.toPlainText() != code.text():
        wrong.append("the pane shows another script than it has")
    if not files.loads(files.dumps(document)).same_as(document):
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


def back_and_forth(workspace: Workspace, most: int = 12) -> list[str]:
    """Take some steps back and do them again, which leaves the drawing and the scene as they were."""
    stack, now = workspace.session.stack, workspace.session.document.copy()
    at = stack.index()
    for goal in (max(0, at - most), at):
        stack.setIndex(goal)
        workspace.canvas.mirror.finish_glide()
        event_loop()
        if wrong := workspace.canvas.mirror_errors():
            return [f"after going to step {goal} of {at}: {one}" for one in wrong]
    return [] if workspace.session.document.same_as(now) else ["undo and redo give another drawing"]


def there_and_back(workspace: Workspace, start: Document) -> None:
    session = workspace.session
    stack, end = session.stack, session.document.copy()
    at = stack.index()
    while stack.canUndo():
        stack.undo()
        event_loop() if stack.index() % OFTEN == 0 else None
    mirror = workspace.canvas.mirror
    mirror.finish_glide()
    assert session.document.same_as(start)
    assert workspace.canvas.mirror_errors() == []
    for _ in range(at):
        stack.redo()
        event_loop() if stack.index() % OFTEN == 0 else None
    mirror = workspace.canvas.mirror
    mirror.finish_glide()
    assert session.document.same_as(end)
    assert workspace.canvas.mirror_errors() == []
    assert thorough(workspace) == []
