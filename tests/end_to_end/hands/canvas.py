"""Random hands on the drawing itself: dragging, wiring, cutting, searching, looking around."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.end_to_end.hands.chance import ALT, ARROWS, COMMON, CTRL, NONE, SHIFT, Button, Chance, Key, rows_of


class OnCanvas(Chance):
    """Each method is an act; it returns in words what it did."""

    # -- adding and wiring -----------------------------------------------------------------------------

    def drop(self, type_name: str = "", at: QPoint | None = None) -> str:  # type: ignore[override]  # by chance
        """Drag a layer from the list to a free place, onto a wire or onto a card."""
        types = [spec.name for spec in self.session.catalog or ()]
        name = type_name or (self.some(COMMON) if self.now_and_then(0.6) else self.some(types))
        wire = self.a_wire() if self.now_and_then(0.3) else None
        super().drop(name, at or wire or self.spot())
        return str(name)

    def wire_two(self) -> str:
        start, end = self.a_socket(), self.a_socket()
        self.drag(start, end)
        return f"{start} {end} {self.answer_popup()}"

    def drag_a_wire_to_nowhere(self) -> str:
        start, end = self.a_socket(), self.spot()
        self.drag(start, end)
        return f"{start} {end} {self.answer_popup()}"

    def wire_by_keys(self) -> str:
        """Choose a card, press the key that wires or unwires, and answer the search."""
        card = self.a_card()
        if card is None:
            return ""
        self.view.select([card.node])
        keys = self.some(["W", "W", "Shift+W"])
        self.press_key(keys)
        popup = self.view.popup
        if popup is not None and self.now_and_then(0.5):
            QTest.keyClick(popup.field, Key.Key_Return)
        return f"{card.node} {keys} {self.answer_popup()}"

    def search(self, letters: str = "", down: int = 0) -> str:  # type: ignore[override]  # by chance
        if self.now_and_then(0.5):
            self.double_click(self.spot())
        else:
            self.press_key(self.some(["Shift+A", "Shift+Return"]))
        return self.after()

    def cut_wires(self) -> str:
        self.drag(self.spot(), self.spot(), Button.RightButton, CTRL)
        return ""

    def click_a_wire(self) -> str:
        at = self.a_wire()
        if at is not None:
            self.click(at, self.some([ALT, NONE]))
        return str(at)

    # -- moving and selecting --------------------------------------------------------------------------

    def drag_a_card(self) -> str:
        """Move a card, drag a copy away, or let it go on a wire or on another card."""
        card = self.a_card()
        if card is None:
            return ""
        other, wire = self.a_card(), self.a_wire()
        ends = [self.middle(other) if other is not None else self.spot(), wire or self.spot()]
        end = self.some(ends) if self.now_and_then(0.3) else self.spot()
        held = self.held()
        self.drag(self.middle(card), end, keys=held)
        return f"{card.node} to {end} {held.name}"

    def click_a_card(self) -> str:
        card = self.a_card()
        at = self.middle(card) if card is not None and self.now_and_then(0.8) else self.spot()
        held = self.some([NONE, NONE, SHIFT, CTRL])
        self.click(at, held)
        return f"{at} {held.name}"

    def band(self) -> str:
        start, end = self.spot(), self.spot()
        self.drag(start, end, keys=self.some([NONE, SHIFT]))
        return f"{start} {end}"

    def letters(self) -> str:
        """Arrows, Tab and other keys that move no layer."""
        keys = [self.some([*ARROWS, Key.Key_Tab, Key.Key_Escape, Key.Key_Space, Key.Key_Z]) for _ in "four"]
        self.view.setFocus()
        for key in keys:
            QTest.keyClick(self.view, key, self.some([NONE, NONE, SHIFT]))
        return " ".join(key.name for key in keys)

    def half_gesture(self) -> str:
        """Begin to drag, and do something else before the button is let go."""
        start, end = self.some([self.a_socket(), self.spot()]), self.spot()
        self.press(start)
        self.move(end)
        keys = self.some(["Ctrl+Z", "Esc", "Del", "Ctrl+Shift+Z", "L", "Q", "Ctrl+G"])
        self.key(keys)
        self.move(self.spot())
        self.release(self.spot())
        return f"{keys} {self.answer_popup()}"

    def delete_some(self) -> str:
        nodes = list(self.view.mirror.nodes)
        self.view.select(self.chance.sample(nodes, min(len(nodes), len(nodes) // 3 + 1)))
        keys = self.some(["Del", "Ctrl+Del", "Ctrl+X"])
        self.press_key(keys)
        return str(keys)

    def menu(self) -> str:
        """Open the menu of a card, a wire, a mark or the ground, and take a row."""
        card, mark = self.a_card(), self.a_mark()
        places = [self.spot(), self.a_wire(), self.middle(card) if card is not None else None]
        places += [self.view.mapFromScene(mark.title_rect().center())] if mark is not None else []
        at = self.some([place for place in places if place is not None])
        port = self.view.viewport()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
        QApplication.sendEvent(port, event)
        if self.view.menu is None:
            return ""
        action = self.some([one for one in rows_of(self.view.menu) if one.isEnabled()])
        words = action.text() if action is not None else ""
        if action is not None:
            self.answering(action.trigger)
        self.view.menu.close()
        return f"{words} {self.after()}"

    # -- frames and notes ------------------------------------------------------------------------------

    def new_mark(self) -> str:
        if self.now_and_then(0.3):
            self.view.select_all()
        keys = self.some(["N", "C"])
        self.press_key(keys)
        return f"{keys} {self.write_here()}"

    def use_a_mark(self) -> str:
        """Drag a frame or note by its title, by its corner, or write on it."""
        mark = self.a_mark()
        if mark is None:
            return self.new_mark()
        title = self.view.mapFromScene(mark.title_rect().center())
        corner = self.view.mapFromScene(mark.rect().bottomRight()) - QPoint(3, 3)
        what = self.some(["title", "corner", "write"])
        if what == "write":
            self.double_click(title)
        else:
            self.drag(title if what == "title" else corner, self.spot())
        return f"{what} {self.after()}"

    # -- looking ---------------------------------------------------------------------------------------

    def wheel(self) -> str:
        at, turn = self.spot(), self.some([-240, -120, 120, 240])
        where = QPointF(self.view.viewport().mapToGlobal(at))
        event = QWheelEvent(QPointF(at), where, QPoint(), QPoint(0, turn), Button.NoButton, self.held(),
                            Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)
        if self.now_and_then(0.7):
            self.view.fit_all()
        return str(turn)

    def pan(self) -> str:
        """Move the view with the middle button, or with Space held."""
        start, end = self.spot(), self.spot()
        if self.now_and_then(0.5):
            self.drag(start, end, Button.MiddleButton)
        else:
            self.view.setFocus()
            QTest.keyPress(self.view, Key.Key_Space)
            self.drag(start, end)
            QTest.keyRelease(self.view, Key.Key_Space)
        if self.now_and_then(0.7):
            self.view.fit_all()
        return f"{start} {end}"

    def hover(self) -> str:
        """Rest on a card, a socket or a wire until its tool tip shows."""
        card = self.a_card()
        at = self.some(
            [self.a_socket(), self.a_wire() or self.spot(), self.middle(card) if card else self.spot()]
        )
        port = self.view.viewport()
        self.move(at, Button.NoButton)
        QApplication.sendEvent(port, QHelpEvent(QEvent.Type.ToolTip, at, port.mapToGlobal(at)))
        return str(at)

    def find(self) -> str:
        """Search in the drawing and walk along what was found."""
        self.press_key("Ctrl+F")
        field = self.view.finder.field
        words = self.some(["d", "conv", "units", "8x8", "zzz", "", "layer 3", "é"])
        QTest.keyClick(field, Key.Key_A, CTRL)
        QTest.keyClicks(field, words) if words.isascii() else field.setText(words)
        for _ in range(self.chance.randrange(4)):
            QTest.keyClick(field, Key.Key_Return, self.some([NONE, SHIFT]))
        if self.now_and_then(0.7):
            QTest.keyClick(field, Key.Key_Escape)
        return str(words)
