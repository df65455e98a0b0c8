"""Three models drawn twice each: by the mouse alone, and by the keyboard alone."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from studio.app.new_dialog import NewDialog
from studio.document.blocks import repeats_of
from studio.document.problems import Problem
from studio.inspector.editors import ChoiceEditor
from tests.end_to_end.user import LEFT, NONE, User

Key = Qt.Key


class Mouse:
    """Clicks, drags and menus; it types nothing but names and numbers."""

    def __init__(self, user: User) -> None:
        self.user = user

    def begin(self, data: str) -> None:
        self.user.begin(data)
        self.user.press_segment(self.user.window.bar.style_choice, "Graph")

    def add(self, kind: str, *sources: str) -> str:
        """Drag a layer from the list to a free place and wire it; return its name."""
        user = self.user
        before = set(user.session.document.node_ids(user.session.graph))
        user.drop(kind, self._free())
        (node,) = set(user.session.document.node_ids(user.session.graph)) - before
        name = user.session.document.node(node, user.session.graph).name
        for at, source in enumerate(sources):
            self.connect(source, name, at)
        return name

    def _free(self) -> QPoint:
        """Make room below the drawing, by the wheel's button and by zooming out, and return a point of it."""
        view = self.user.view
        view.fit_all()
        view.zoom_out()
        area = view.mapFromScene(view.mirror.content()).boundingRect()
        return QPoint(min(max(area.right() - 60, 80), view.viewport().width() - 80), area.bottom() + 60)

    def connect(self, source: str, target: str, at: int = 0) -> None:
        user = self.user
        user.view.fit_all()
        user.drag(user.socket(source, False), user.socket(target, True, at))
        user.settle()

    def cut(self, source: str, target: str) -> None:
        user = self.user
        user.view.fit_all()
        wire = next(item for wire, item in user.view.mirror.wires.items()
                    if (wire.source, wire.target) == (node(user, source), node(user, target)))  # fmt: skip
        user.click(user.view.mapFromScene(wire.middle()), Qt.KeyboardModifier.AltModifier)
        user.settle()

    def pick(self, *names: str) -> None:
        user = self.user
        user.view.fit_all()
        user.click(user.card(names[0]))
        for name in names[1:]:
            user.click(user.card(name), Qt.KeyboardModifier.ShiftModifier)
        user.settle()

    def menu(self, act: str) -> None:
        """Choose a row of the menu of the right button, on the first selected card."""
        view = self.user.view
        at = view.mapFromScene(view.mirror.nodes[view.mirror.selected_nodes()[0]].card().center())
        port = view.viewport()
        QApplication.sendEvent(
            port, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
        )
        rows = [row for row in view.menu.actions() if row.text().split("\t")[0] == act]
        assert rows, (at, [row.text() for row in view.menu.actions()])
        QTest.mouseClick(view.menu, LEFT, NONE, view.menu.actionGeometry(rows[0]).center())
        self.user.settle()

    def group(self, *names: str) -> None:
        self.pick(*names)
        self.menu("Make a block")

    def write(self, field: QWidget, text: str) -> None:
        self.user.workspace.inspector.ensureWidgetVisible(field)
        if isinstance(field, QComboBox):
            self.take_row(field, text)
        else:
            self.user.type(field, text)  # type: ignore[arg-type]  # every field that is written in

    def take_row(self, field: QComboBox, text: str) -> None:
        """Open a list and click one of its rows."""
        QTest.mouseClick(field, LEFT, NONE, field.rect().center())
        rows = field.view()
        self.user.qtbot.wait(QApplication.doubleClickInterval() + 50)  # a release just after opens only
        place = rows.visualRect(field.model().index(field.findText(text), 0)).center()
        QTest.mouseClick(rows.viewport(), LEFT, NONE, place)
        assert field.currentText() == text

    def take_data(self, title: str) -> None:
        """Choose data in the pane at the left."""
        user = self.user
        user.tab(user.workspace.left, "data")
        self.take_row(user.workspace.data.choice, title)
        user.settle()

    def tidy(self) -> None:
        self.user.window.actions_by_id["auto_layout"].trigger()
        self.user.settle()

    def repair(self) -> None:
        for problem in self.user.session.analysis.problems:
            if problem.code == "no_loss":
                self.pick(self.user.session.document.node(problem.node).name)
                self.user.press_callout()


class Keys:
    """Keys alone, from the dialog of a new drawing on."""

    def __init__(self, user: User) -> None:
        self.user = user

    def begin(self, data: str) -> None:
        failed: list[BaseException] = []

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, NewDialog)
            try:
                dialog.list.setFocus()
                while not dialog.list.currentItem().text().startswith(data):
                    row = dialog.list.currentRow()
                    QTest.keyClick(dialog.list, Key.Key_Down)
                    assert dialog.list.currentRow() > row, data
                QTest.keyClick(dialog.list, Key.Key_Return)
            except BaseException as error:
                failed.append(error)
                dialog.reject()

        QTimer.singleShot(0, answer)
        self.user.key("Ctrl+N")
        assert not failed, failed
        self.user.come_back()
        if self.user.view.mirror.sequential:
            self.user.key("Q")
        assert not self.user.view.mirror.sequential

    def add(self, kind: str, *sources: str) -> str:
        user = self.user
        graph = user.session.graph
        before = set(user.session.document.node_ids(graph))
        user.key("Shift+A")
        user.search(kind)
        (made,) = set(user.session.document.node_ids(graph)) - before
        name = user.session.document.node(made, graph).name
        for source in sources:
            self.connect(source, name)
        return name

    def connect(self, source: str, target: str) -> None:
        self.pick(source)
        self.user.key("W")
        self.user.search(target)
        assert node(self.user, target) in self.user.view.mirror.selected_nodes()

    def cut(self, source: str, target: str) -> None:
        self.pick(source)
        self.user.key("Shift+W")
        self.user.search(target)

    def pick(self, *names: str) -> None:
        """Find the first by a search, and walk to the others with Shift held."""
        user = self.user
        view = user.view
        QTest.keyClick(view, Key.Key_Escape) if view.mirror.selected_nodes() else None
        wanted = node(user, names[0])
        for _ in range(60):
            if view.mirror.selected_nodes() == [wanted]:
                break
            QTest.keyClick(view, Key.Key_Tab)
            assert view.hasFocus()
        for name in names[1:]:
            QTest.keyClick(view, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
            assert node(user, name) in view.mirror.selected_nodes(), name
        user.settle()

    def group(self, *names: str) -> None:
        self.pick(*names)
        self.user.key("Ctrl+G")
        self.user.settle()

    def write(self, field: QWidget, text: str) -> None:
        """Go to the inspector, on to the field, write, and come back to the drawing."""
        user = self.user
        user.key("F6")
        for _ in range(40):
            if QApplication.focusWidget() in (field, field.focusProxy()):
                break
            QTest.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        here = QApplication.focusWidget()
        assert here in (field, field.focusProxy()), here
        if isinstance(field, QComboBox):
            user.choose(field, text)
        else:
            QTest.keyClick(here, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClicks(here, text)
            QTest.keyClick(here, Key.Key_Return)
        user.key("Shift+F6")
        assert user.view.hasFocus()

    def take_data(self, title: str) -> None:
        """Go to the pane at the left, on to its tab with the data, and choose."""
        user = self.user
        left, choice = user.workspace.left, user.workspace.data.choice
        user.key("Shift+F6")
        for goal, key in ((left.bar, Key.Key_Backtab), (choice, Key.Key_Tab)):
            for _ in range(40):
                if QApplication.focusWidget() is goal:
                    break
                QTest.keyClick(QApplication.focusWidget(), key)
            assert QApplication.focusWidget() is goal
            if goal is left.bar:
                QTest.keyClick(goal, Key.Key_Right)
                assert left.current() == "data"
        user.choose(choice, title)
        user.key("F6")
        assert user.view.hasFocus()

    def tidy(self) -> None:
        self.user.key("L")
        self.user.key("Home")
        self.user.settle()

    def repair(self) -> None:
        self.user.key("Ctrl+Shift+R")


def node(user: User, name: str) -> str:
    found: str | None = user.session.document.node_named(name, user.session.graph)
    assert found is not None, name
    return found


@pytest.fixture(params=[Mouse, Keys])
def way(request: pytest.FixtureRequest, user: User) -> Any:
    return request.param(user)


def set_(way: Any, name: str, **values: str) -> None:
    way.pick(name)
    for key, text in values.items():
        editor = way.user.param(key)
        way.write(editor.combo if isinstance(editor, ChoiceEditor) else editor.line, text)


def choose(way: Any, name: str, field: QComboBox, begins: str) -> None:
    """Choose of a list of the inspector what begins so."""
    way.pick(name)
    row = next(text for text in map(field.itemText, range(field.count())) if text.startswith(begins))
    way.write(field, row)


def line(way: Any, first: str, *kinds: tuple[str, dict[str, str]]) -> list[str]:
    """Draw layers one behind the other and return their names."""
    names = [first]
    for kind, values in kinds:
        names.append(way.add(kind, names[-1]))
        if values:
            set_(way, names[-1], **values)
    return names


def errors(user: User) -> list[Problem]:
    return [problem for problem in user.session.analysis.problems if problem.severity == "error"]


def script_of(user: User) -> str:
    user.workspace.code.render_now()
    text: str = user.workspace.code.text()
    ast.parse(text)
    return text


def trains(user: User) -> None:
    run = user.session.train(epochs=1, keep=False)
    run.wait(30)
    assert [event for event in user.session.drain() if type(event).__name__ == "Finished"]


def test_lenet(way: Any) -> None:
    user = way.user
    way.begin("Handwritten digits")
    way.cut("image", "output")
    names = line(
        way, "image",
        ("Conv2D", {"filters": "6", "padding": "same"}), ("AveragePooling2D", {}),
        ("Conv2D", {"filters": "16"}), ("AveragePooling2D", {}), ("Flatten", {}),
        ("Dense", {"units": "120"}), ("Dense", {"units": "84"}), ("Dense", {"units": "10"}),
    )  # fmt: skip
    way.connect(names[-1], "output")
    way.tidy()
    way.repair()
    assert errors(user) == []
    assert {pair for pair in user.links() if "rescaling" not in pair} >= set(pairwise(names[1:]))
    assert script_of(user).count("Conv2D(") == 2
    trains(user)


def test_a_residual_block_four_times(way: Any) -> None:
    user = way.user
    way.begin("Handwritten digits")
    way.cut("image", "output")
    stem, one, two = line(
        way, "image", ("Conv2D", {"filters": "8"}), ("Conv2D", {"filters": "8", "padding": "same"}),
        ("Conv2D", {"filters": "8", "padding": "same"}),
    )[1:]  # fmt: skip
    added = way.add("Add", two, stem) if isinstance(way, Keys) else way.add("Add", two)
    if isinstance(way, Mouse):
        way.connect(stem, added, 1)
    names = line(way, added, ("GlobalAveragePooling2D", {}), ("Dense", {"units": "10"}))
    way.connect(names[-1], "output")
    way.tidy()
    way.group(one, two, added)
    page = user.workspace.inspector.block
    assert page.isVisible()
    way.write(page.times, "4")
    way.tidy()
    way.repair()
    block = user.session.document.node(user.view.selected_block() or node(user, "block"))
    assert repeats_of(block) == 4
    assert errors(user) == []
    assert "in range(1, 5):" in script_of(user)
    trains(user)


def test_two_inputs_and_two_outputs(way: Any) -> None:
    user = way.user
    way.begin("None yet")
    ends = [way.add("Input"), way.add("Input")]
    for name, size in zip(ends, ("4", "6"), strict=True):
        way.pick(name)
        way.write(user.workspace.inspector.input.shape.editor.line, size)
    left = way.add("Dense", ends[0])
    right = way.add("Dense", ends[1])
    joined = way.add("Concatenate", left, right) if isinstance(way, Keys) else way.add("Concatenate", left)
    if isinstance(way, Mouse):
        way.connect(right, joined, 1)
    heads = [way.add("Dense", joined), way.add("Dense", joined)]
    outputs = [way.add("Output", head) for head in heads]
    way.tidy()
    way.repair()
    assert user.session.document.incoming(node(user, joined))[1].position == 1
    assert user.item(joined).look.shape
    text = script_of(user)
    assert "keras.Model(" in text
    assert {problem.code for problem in errors(user)} == {"no_target"}, "only the data are still to choose"
    way.take_data("Cars and their fuel")
    for name in ends:
        choose(way, name, user.workspace.inspector.input.fields, "numbers")
    for name, target in zip(outputs, ("mpg", "cylinders"), strict=True):
        choose(way, name, user.workspace.inspector.output.targets, target)
    set_(way, heads[0], units="1")
    set_(way, heads[1], units="5")
    way.repair()
    assert errors(user) == []
    trains(user)
    for _ in range(user.session.stack.count()):
        user.key("Ctrl+Z")
    assert user.session.document.node_ids() == []
    assert user.view.mirror_errors() == []
