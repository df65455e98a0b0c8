"""Hands that do anything at all in the open drawings: every act is a gesture, a key, a menu or an edit."""

from __future__ import annotations

import random
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from tests.end_to_end.hands.blocks import OnBlocks
from tests.end_to_end.hands.canvas import OnCanvas
from tests.end_to_end.hands.documents import MOST_TABS, OnDocuments
from tests.end_to_end.hands.panes import OnPanes
from tests.end_to_end.user import event_loop

MOST = 32
"""With more nodes than this, more is deleted than added, so that thousands of acts stay quick."""
OFTEN = {
    "drop": 9, "wire_two": 12, "drag_a_wire_to_nowhere": 5, "wire_by_keys": 4, "search": 5, "cut_wires": 3,
    "click_a_wire": 3, "drag_a_card": 8, "click_a_card": 8, "band": 3, "letters": 3, "half_gesture": 3,
    "menu": 6, "new_mark": 2, "use_a_mark": 3, "wheel": 2, "pan": 2, "hover": 3, "find": 2,
    "group": 2, "group_and_dissolve": 2, "into_a_block": 4, "out_of_a_block": 3, "set_a_block": 4,
    "expose": 3, "drop_a_block": 2,
    "edit": 14, "rename": 4, "repair": 4, "turn_to": 1, "use_a_pane": 8, "undo": 8, "step_in_history": 2,
    "choose_look": 2,
    "action": 12, "shortcut": 12, "paste": 4, "copy_across": 2, "open_a_tab": 1, "go_to_a_tab": 2,
    "close_a_tab": 1, "resize_window": 1, "theme": 1,
}  # fmt: skip
"""The acts, and how often each comes beside the others."""
QUIET = {"wheel", "pan", "hover", "find", "turn_to", "resize_window", "go_to_a_tab", "click_a_card"}
"""Acts that leave every drawing as it was."""


class RandomHands(OnCanvas, OnBlocks, OnPanes, OnDocuments):
    """One act after another, each with a chance of its own: an act can be left out and the others stay."""

    def __init__(self, window: MainWindow, qtbot: QtBot, seed: int) -> None:
        super().__init__(window, qtbot)
        self.seed = seed
        self.done: list[str] = []
        self.begins: Callable[[], None] = lambda: None

    def act(self, number: int) -> str:
        """Do one thing and return its name."""
        self.chance = random.Random(self.seed * 1_000_003 + number)
        self.tidy_up()
        name = self._choose()
        self.done.append(f"{number} {name}")
        if name in QUIET:
            self.view.setFocus()  # a field that was written in is done with
            event_loop()
        self.begins()
        act: Callable[[], str] = getattr(self, name)
        self.done[-1] = f"{number} {name} {act()}"
        event_loop()
        return name

    def _choose(self) -> str:
        if self.window.workspace is None:
            return "come_home"
        if self.window.tabs.bar.count() > MOST_TABS:
            return "close_a_tab"
        if len(self.view.mirror.nodes) > MOST and self.now_and_then(0.3):
            return "delete_some"
        (name,) = self.chance.choices(list(OFTEN), list(OFTEN.values()))
        return name
