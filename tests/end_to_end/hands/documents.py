"""Random hands on whole drawings: the clipboard, tabs, the table of actions, the window."""

from __future__ import annotations

import json

from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app.actions import ACTIONS
from studio.app.compare_page import ComparePage
from studio.document import clipboard
from studio.kit.keymap import keymap
from tests.end_to_end.hands.chance import LEFT_ALONE, NONE, Button, Chance

MOST_TABS = 3
FOREIGN = (
    "", "hello", "{", "{}", "[]", '{"format": "bunon"}', '{"format": "bunon", "version": 999}',
    '{"format": "bunon", "version": 1, "graphs": {"main": {"nodes": 3}}}', "import keras\nkeras.Input((3,))",
    "<p>words</p>", "\u0000\ufffd𝄞" * 20, "1\t2\n3\t4", '{"format": "bunon", "graphs": null, "layers": []}',
    "x" * 2_000_000, "[" * 100_000, json.dumps([{"n": 1}] * 50_000),
)  # fmt: skip


class OnDocuments(Chance):
    """Each method is an act; it returns in words what it did."""

    # -- the table of actions --------------------------------------------------------------------------

    def action(self) -> str:
        """Trigger any row of the table that can be used now, as a menu would."""
        themes = {act.id for act in ACTIONS if act.id.startswith("theme")}  # an act of its own
        acts = [act for act in ACTIONS if act.id not in LEFT_ALONE | themes]
        act = self.some([act for act in acts if self.window.actions_by_id[act.id].isEnabled()])
        self.answering(self.window.actions_by_id[act.id].trigger)
        return f"{act.id} {self.after_in_drawing()}"

    def shortcut(self) -> str:
        """Press the keys of any row of the table, usable or not."""
        act = self.some([one for one in ACTIONS if one.id not in LEFT_ALONE and keymap().keys(one.id)])
        keys = self.some(keymap().keys(act.id)).toString()
        self.answering(lambda: self.press_key(keys))
        return f"{act.id} {self.after_in_drawing()}"

    def after_in_drawing(self) -> str:
        return self.after() if self.window.workspace is not None else ""

    # -- the clipboard ---------------------------------------------------------------------------------

    def paste(self) -> str:
        """Paste something foreign, or a piece of a drawing that was spoiled on its way."""
        text = self.some(FOREIGN)
        if self.now_and_then(0.4) and self.view.mirror.nodes:
            nodes = list(self.view.mirror.nodes)[:3]
            text = clipboard.copy_text(self.session.document, nodes, self.view.graph)
            if self.now_and_then(0.5):  # as it comes out of a chat: cut off, or with a letter changed
                at = self.chance.randrange(len(text))
                text = text[:at] if self.now_and_then(0.5) else text[:at] + "7" + text[at + 1 :]
        QGuiApplication.clipboard().setText(text)
        self.press_key(self.some(["Ctrl+V", "Ctrl+Shift+V"]))
        return f"{text[:80]!r}"

    def copy_across(self) -> str:
        """Cut or copy some cards, go to another tab, and paste them there."""
        nodes = list(self.view.mirror.nodes)
        self.view.select(self.chance.sample(nodes, min(len(nodes), self.chance.randrange(1, 5))))
        keys = self.some(["Ctrl+C", "Ctrl+X"])
        self.press_key(keys)
        others = [one for one in self.window.workspaces() if one is not self.window.workspace]
        if others:
            self.window.tabs.bring(self.some(others))
            QApplication.processEvents()
        self.press_key(self.some(["Ctrl+V", "Ctrl+Shift+V"]))
        return f"{keys} to {self.window.windowTitle()}"

    # -- tabs ------------------------------------------------------------------------------------------

    def open_a_tab(self) -> str:
        if self.window.tabs.bar.count() >= MOST_TABS:
            return self.close_a_tab()
        key = self.some(["digits", "wine", "auto_mpg", "sunspots", ""])
        if key:
            self.window.open_example(key)
        else:
            self.answering(self.window.actions_by_id["new"].trigger)
        return str(key)

    def go_to_a_tab(self) -> str:
        bar = self.window.tabs.bar
        if bar.count() < 2:
            return self.open_a_tab()
        at = self.chance.randrange(bar.count())
        QTest.mouseClick(bar, Button.LeftButton, NONE, bar.tabRect(at).center())
        return str(at)

    def close_a_tab(self) -> str:
        bar = self.window.tabs.bar
        if bar.count() < 2:
            return self.open_a_tab()
        at = self.chance.randrange(bar.count())
        self.answering(lambda: QTest.mouseClick(bar, Button.MiddleButton, NONE, bar.tabRect(at).center()))
        return str(at)

    def come_home(self) -> str:
        """Go back to a drawing where a page that compares, or the start page, is in front."""
        page = self.window.tabs.current()
        if isinstance(page, ComparePage) and self.now_and_then(0.5):
            if page.list.count():
                page.list.setCurrentRow(self.chance.randrange(page.list.count()))
            self.window.resize(*self.some(SIZES))
            return "looked"
        drawings = self.window.workspaces()
        if drawings:
            if page is not None and self.now_and_then(0.5):
                self.window.close_page(page)
            self.window.tabs.bring(self.some(self.window.workspaces()))
            return "back"
        self.window.open_example(self.some(["digits", "wine"]))
        return "opened"

    # -- the window ------------------------------------------------------------------------------------

    def resize_window(self) -> str:
        size = self.some(SIZES)
        self.window.resize(*size)
        return str(size)

    def theme(self) -> str:
        """Change the theme, now and then while something is open that is painted in the old one."""
        act = self.some(["theme_light", "theme_dark", "theme_system"])
        if self.now_and_then(0.3):
            self.press_key(self.some(["Shift+A", "Ctrl+F", "F2", "N", "Ctrl+Shift+P"]))
        self.answering(self.window.actions_by_id[act].trigger)
        return f"{act} {self.after_in_drawing()}"


SIZES = ((1280, 800), (1440, 900), (1100, 700), (1920, 1080), (900, 560))
