"""What lies over the drawing: the footer, the words of an empty canvas, and the lesson beside a node."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio import commands
from studio.canvas.look import number
from studio.canvas.trail import Trail
from studio.document.problems import Problem, Repair
from studio.kit import Callout
from studio.kit.keymap import keymap
from studio.theme import current, switch, ui_font
from studio.words import lesson, repair_text, text

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

MARGIN = 14
BUBBLE = 400
SMALLEST_ZOOM = 0.3


class Footer(QLabel):
    """Zoom, parameters, multiply-adds and problems, at the lower left."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(ui_font(11))

    def refresh(self) -> None:
        """Say the numbers of now."""
        analysis = self._view.session.here
        parts = [self.tr("{zoom} %").format(zoom=round(self._view.zoom() * 100))]
        if self._view.mirror.nodes:
            parts.append(self.tr("{count} parameters").format(count=number(analysis.params)))
            parts.append(self.tr("{count} multiply-adds").format(count=_short(analysis.macs)))
            errors = sum(problem.severity == "error" for problem in analysis.problems)
            warnings = len(analysis.problems) - errors
            if errors:
                one, many = self.tr("1 error"), self.tr("{count} errors")
                parts.append(one if errors == 1 else many.format(count=number(errors)))
            if warnings:
                one, many = self.tr("1 warning"), self.tr("{count} warnings")
                parts.append(one if warnings == 1 else many.format(count=number(warnings)))
        words = "   ·   ".join(parts)
        if words != self.text():
            self.setText(words)
        theme = current()
        self.setStyleSheet(
            f"color: {theme.muted}; background: {theme.canvas}; border-radius: 4px; padding: 2px 6px;"
        )
        self.adjustSize()
        self.move(MARGIN - 6, self._view.height() - self.height() - MARGIN + 4)


def _short(count: int) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g} {letter}"
    return number(count)


class EmptyWords(QLabel):
    """What to do first, in the middle of an empty canvas."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFont(ui_font(14))

    def refresh(self) -> None:
        """Show while there are no nodes."""
        self.setVisible(not self._view.mirror.nodes)
        keys = keymap().words("add_layer")
        words = self.tr("Drag a layer here, or press {keys}") if keys else self.tr("Drag a layer here")
        self.setText(words.format(keys=keys))
        self.setStyleSheet(f"color: {current().muted}; background: transparent;")
        self.adjustSize()
        self.move(self._view.rect().center() - self.rect().center())


class Lesson(QObject):
    """The callout beside the erroneous node that is selected, or under the pointer."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.node = ""
        self.callout: Callout | None = None
        self._shown: tuple[Problem, ...] = ()
        self._followed: list[str] = []
        self._away = False

    def show_for(self, node: str) -> None:
        """Show what is wrong with a node; hide where nothing is, or for an empty id."""
        mirror = self._view.mirror
        problems = tuple(mirror.problems.get(node, ())) if node in mirror.nodes else ()
        if not problems:
            self._hide()
        elif node != self.node or problems != self._shown:
            self._hide()
            self.node, self._shown = node, problems
            self._build(problems)
        self.place()

    def hover(self, at: QPoint) -> None:
        """Show what is wrong with the node under the pointer, as long as it is near; else the selected's."""
        mirror = self._view.mirror
        card, selected = mirror.node_at(self._view.mapToScene(at)), mirror.selected_nodes()
        if card is not None and mirror.problems.get(card.node):
            self.show_for(card.node)
        elif not self._on_the_way(at):
            self.show_for(selected[0] if len(selected) == 1 else "")

    def follow(self, selected: Sequence[str]) -> None:
        """Show what is wrong with the only selected node; what a hand is in stays until others are chosen."""
        focus = QApplication.focusWidget()
        same, self._followed = list(selected) == self._followed, list(selected)
        held = same and self.callout is not None and focus is not None and self.callout.isAncestorOf(focus)
        if not held or tuple(self._view.mirror.problems.get(self.node, ())) != self._shown:
            self.show_for(selected[0] if len(selected) == 1 else "")

    def _on_the_way(self, at: QPoint) -> bool:
        """Return whether a point lies between the node and what is said of it: the hand goes to a button."""
        if self.callout is None or not self.callout.isVisible() or self.node not in self._view.mirror.nodes:
            return False
        return self._anchor().united(self.callout.geometry()).adjusted(-6, -6, 6, 6).contains(at)

    def _build(self, problems: Sequence[Problem]) -> None:
        first = min(problems, key=lambda problem: problem.severity != "error")
        title, body = lesson(first)
        callout = Callout("error" if first.severity == "error" else "warning", title, body, self._view)
        more = [text(each) for each in problems if each is not first and each.severity == first.severity]
        if more:
            callout.set_message(title, "\n".join([*([body] if body else []), *more]))
        for at, repair in enumerate(first.repairs):
            callout.add_action(repair_text(repair), partial(self._mend, first, repair), primary=at == 0)
        callout.setAutoFillBackground(True)
        callout.setFixedWidth(BUBBLE)
        callout.adjustSize()
        tall = callout.heightForWidth(BUBBLE) if callout.hasHeightForWidth() else callout.sizeHint().height()
        callout.resize(BUBBLE, tall)
        self.callout = callout

    def _mend(self, problem: Problem, repair: Repair) -> None:
        view = self._view
        view.attempt(lambda: commands.apply_repair(view.session, problem, repair), self._anchor().topLeft())
        view.setFocus()

    def set_away(self, on: bool) -> None:
        """Step aside while something is carried over the canvas: a callout would catch what is dropped."""
        self._away = on
        self.place()

    def _anchor(self) -> QRect:
        return self._view.mapFromScene(self._view.mirror.nodes[self.node].card()).boundingRect()

    def place(self) -> None:
        """Stand beside the node: to its right, else below, else above, inside the canvas."""
        if self.callout is None:
            return
        if self.node not in self._view.mirror.nodes:
            self._hide()
            return
        card, room, bubble = self._anchor(), self._view.rect().adjusted(6, 6, -6, -6), self.callout.rect()
        along = max(room.left(), min(card.left(), room.right() - bubble.width()))
        spots = [
            QPoint(card.right() + 16, card.center().y() - bubble.height() // 2),
            QPoint(along, card.bottom() + 14),
            QPoint(along, card.top() - bubble.height() - 14),
            QPoint(card.left() - bubble.width() - 16, card.center().y() - bubble.height() // 2),
        ]
        taken = [
            self._view.mapFromScene(item.card()).boundingRect()
            for node, item in self._view.mirror.nodes.items()
            if node != self.node and len(self._view.mirror.nodes) < 500
        ]

        def cost(spot: QPoint) -> int:
            area = QRect(spot, bubble.size())
            covered = sum(_size(area.intersected(other)) for other in taken)
            return covered + 3 * (_size(area) - _size(area.intersected(room)))

        self.callout.move(min(spots, key=cost))
        near = card.intersects(room) and self._view.zoom() >= SMALLEST_ZOOM
        self.callout.setVisible(near and not self._away)

    def _hide(self) -> None:
        self.node, self._shown = "", ()
        while self.callout is not None:
            callout, self.callout = self.callout, None
            focus = QApplication.focusWidget()
            if focus is not None and (focus is callout or callout.isAncestorOf(focus)):
                # Hidden with the focus it would hand it on as Tab does, and the next node would be selected.
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)  # which leads here again
            callout.hide()
            callout.deleteLater()


def _size(area: QRect) -> int:
    return area.width() * area.height() if area.isValid() else 0


class Overlays(QWidget):
    """Never shown itself; it keeps the overlays of a view in step."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        from studio.canvas.minimap import MiniMap  # it needs this module's MARGIN

        self.hide()
        self._view = view
        self.footer, self.empty, self.lesson = Footer(view), EmptyWords(view), Lesson(view)
        self.minimap = MiniMap(view)
        self.trail = Trail(view.session.enter, view)
        self._told: tuple[str, ...] = ()
        switch().changed.connect(self._dress)

    def _dress(self, *_: object) -> None:
        """Take the colours of another theme."""
        self._view.hint.hide()
        self.refresh()

    def _tell_trail(self, view: CanvasView) -> None:
        """Say where one is, where that changed."""
        trail = view.session.trail
        if tuple(trail) != self._told:
            self._told = tuple(trail)
            self.trail.show_trail(trail)
            self.trail.move(MARGIN, MARGIN)

    def refresh(self) -> None:
        """Follow the view and the scene."""
        self._tell_trail(self._view)
        self.footer.refresh()
        self.empty.refresh()
        self.minimap.refresh()
        self.lesson.place()
