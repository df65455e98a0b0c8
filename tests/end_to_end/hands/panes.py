"""Random hands around the drawing: the inspector, its repairs, the code, the lists, the past."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from studio.kit import Switch
from tests.end_to_end.hands.chance import CTRL, NONE, WORDS, Button, Chance, Key, usable, write

FIELDS = (QLineEdit, QAbstractSpinBox, QComboBox, Switch)
PARTS = (*FIELDS, QPushButton, QToolButton, QAbstractItemView, QPlainTextEdit)


class OnPanes(Chance):
    """Each method is an act; it returns in words what it did."""

    def shown(self, inside: QWidget, kinds: tuple[type[QWidget], ...]) -> list[QWidget]:
        """Return what can be used in a pane: fields of spin boxes and lists are theirs, not counted twice."""
        found = [one for one in inside.findChildren(QWidget) if isinstance(one, kinds) and usable(one)]
        return [one for one in found if not isinstance(one.parentWidget(), (QAbstractSpinBox, QComboBox))]

    def edit(self) -> str:
        """Change a setting of the selected layer, to something that can be or that cannot."""
        if not self.view.mirror.selected_nodes() and (card := self.a_card()) is not None:
            self.click(self.middle(card))
        self.workspace.right.show_pane("layer")
        QApplication.processEvents()
        field = self.some(self.shown(self.workspace.inspector, FIELDS))
        if field is None:
            return ""
        self.workspace.inspector.ensureWidgetVisible(field)
        return self.fill(field)

    def fill(self, field: QWidget) -> str:
        """Use one field as its kind wants it."""
        name = field.accessibleName() or type(field).__name__
        if isinstance(field, Switch):
            QTest.keyClick(field, Key.Key_Space)
        elif isinstance(field, QComboBox):
            QTest.keyClick(field, self.some([Key.Key_Down, Key.Key_Up, Key.Key_Home, Key.Key_End]))
        elif self.now_and_then(0.2):
            QTest.keyClick(field, self.some([Key.Key_Up, Key.Key_Down]))
        else:
            text = self.some(WORDS)
            name = f"{name} {text!r}"
            field.setFocus()
            QTest.keyClick(field, Key.Key_A, CTRL)
            target = field.lineEdit() if isinstance(field, QAbstractSpinBox) else field
            if write(target, text) and usable(field):
                QTest.keyClick(
                    field, self.some([Key.Key_Return, Key.Key_Return, Key.Key_Tab, Key.Key_Escape])
                )
        return name

    def rename(self) -> str:
        """Rename a card in place, at times to a name that another has."""
        card, other = self.a_card(), self.a_card()
        if card is None or other is None:
            return ""
        self.view.select([card.node])
        self.press_key("F2")
        editor = self.view.name_editor
        if editor is not None and self.now_and_then(0.3):
            name = self.session.document.node(other.node, self.session.graph).name
            QTest.keyClick(editor, Key.Key_A, CTRL)
            write(editor, name)
            QTest.keyClick(editor, Key.Key_Return)
            if self.view.name_editor is not None:
                QTest.keyClick(self.view.name_editor, Key.Key_Escape)
            return f"{card.node} as {name}"
        return f"{card.node} {self.write_here()}"

    def repair(self) -> str:
        pane = self.workspace.inspector.problems
        buttons = [one for callout in pane.callouts for one in callout.findChildren(QPushButton)]
        button = self.some([one for one in buttons if usable(one)])
        if button is None:
            self.press_key("F8")
            return "next"
        words = button.text()
        self.tap(button)
        return str(words)

    def turn_to(self) -> str:
        """Bring another pane to the front."""
        tabs = self.some([self.workspace.right, self.workspace.left, self.workspace.bottom])
        at = self.chance.randrange(tabs.bar.count())
        QTest.mouseClick(tabs.bar, Button.LeftButton, NONE, tabs.bar.tabRect(at).center())
        return str(tabs.current())

    def use_a_pane(self) -> str:
        """Use any field, button or row of a pane, but those that train."""
        workspace = self.workspace
        tabs, key = self.some(
            [(workspace.left, "layers"), (workspace.left, "data"), (workspace.left, "outline"),
             (workspace.right, "code"), (workspace.right, "training"), (workspace.right, "help"),
             (workspace.bottom, "problems"), (workspace.bottom, "history"), (workspace.right, "layer")]
        )  # fmt: skip
        tabs.show_pane(key)
        QApplication.processEvents()
        part = self.some(self.shown(tabs, PARTS))
        if part is None:
            return str(key)
        words = ""
        if isinstance(part, (QPushButton, QToolButton)):
            words = part.text() or part.accessibleName()
            self.answering(lambda: QTest.mouseClick(part, Button.LeftButton, NONE, part.rect().center()))
        elif isinstance(part, QAbstractItemView):
            words = self.take_row(part)
        elif isinstance(part, QPlainTextEdit):
            spot = part.viewport().rect()
            at = spot.topLeft() + (spot.bottomRight() - spot.topLeft()) * self.chance.random()
            QTest.mouseClick(part.viewport(), Button.LeftButton, NONE, at)
        else:
            words = self.fill(part)
        return f"{key} {type(part).__name__} {words}"

    def take_row(self, rows: QAbstractItemView) -> str:
        """Click a row of a list, and perhaps use it by a key."""
        model = rows.model()
        count = model.rowCount() if model is not None else 0
        if not count:
            return ""
        index = model.index(self.chance.randrange(count), 0)
        if model.rowCount(index) and self.now_and_then(0.8):
            index = model.index(self.chance.randrange(model.rowCount(index)), 0, index)
        rows.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        place = rows.visualRect(index).center()
        words = str(index.data(Qt.ItemDataRole.DisplayRole))
        key = self.some([None, None, Key.Key_Return, Key.Key_Down, Key.Key_F2, Key.Key_Delete])

        def act() -> None:
            QTest.mouseClick(rows.viewport(), Button.LeftButton, NONE, place)
            if key is not None and usable(rows):
                QTest.keyClick(rows, key)

        self.answering(act)
        return f"{words} {key.name if key is not None else 'click'}"

    def undo(self) -> str:
        keys = self.some(["Ctrl+Z", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y"])
        times = self.chance.randrange(1, 6)
        for _ in range(times):
            self.press_key(keys)
        return f"{keys} {times}"

    def step_in_history(self) -> str:
        """Go to some step by a click in the list of steps."""
        self.press_key("Ctrl+H")
        steps = self.workspace.history.steps
        stack = self.session.stack
        at = min(stack.count(), max(0, stack.index() + self.chance.randrange(-6, 7)))
        index = steps.model().index(at, 0)
        steps.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        QTest.mouseClick(steps.viewport(), Button.LeftButton, NONE, steps.visualRect(index).center())
        assert stack.index() == at, (stack.index(), at)
        return str(at)

    def choose_look(self) -> str:
        """Take the chain or the graph by the bar, or another kind of script."""
        bars: Sequence[QWidget] = [self.window.bar.style_choice, self.workspace.code]
        bar = self.some(bars)
        if bar is self.workspace.code:
            self.workspace.right.show_pane("code")
            QApplication.processEvents()
        choices = [one for one in bar.findChildren(QPushButton) if usable(one) and one.isCheckable()]
        choice = self.some(choices)
        if choice is None:
            return ""
        self.tap(choice)
        return str(choice.text())
