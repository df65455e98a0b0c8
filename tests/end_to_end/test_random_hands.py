"""Thousands of random gestures and edits: nothing falls, the scene and the script follow, all can be undone.

``BUNON_RANDOM_ACTS`` says how many acts there are for each seed, ``BUNON_RANDOM_SEEDS`` which seeds, and
``BUNON_RANDOM_ONLY`` which acts of them to do, by number, where one looks for the few that matter.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from studio.theme import switch
from tests.end_to_end.hands.checks import Watch
from tests.end_to_end.random_hands import RandomHands

ACTS = int(os.environ.get("BUNON_RANDOM_ACTS", "150"))
SEEDS = [int(seed) for seed in os.environ.get("BUNON_RANDOM_SEEDS", "1 2 3").split()]
ONLY = [int(number) for number in os.environ.get("BUNON_RANDOM_ONLY", "").split()]
STARTS = ("digits", "wine", "")


@pytest.fixture
def files_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RandomFiles:
    """Answer every question for a file: with one in a folder of the test's own, or with none."""
    chosen = RandomFiles(tmp_path)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, chosen.answer)
    return chosen


class RandomFiles:
    """Stands in for the dialogs of the system, which no test can press."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hands: RandomHands | None = None

    def answer(self, *_: object, **__: object) -> tuple[str, str]:
        assert self.hands is not None
        return str(self.hands.some(["", "", self._folder / "a.bunon", self._folder / "b.bunon"])), ""


@pytest.mark.timeout(max(300, 2 * ACTS))
@pytest.mark.parametrize("seed", SEEDS)
def test_random_hands_break_nothing(
    seed: int, window: MainWindow, qtbot: QtBot, files_chosen: RandomFiles
) -> None:
    hands = files_chosen.hands = RandomHands(window, qtbot, seed)
    example = STARTS[seed % len(STARTS)]
    if example:
        window.open_example(example)
    else:
        hands.begin("Handwritten digits")
    hands.session.set_catalog(window.loader.catalog)
    hands.come_back()
    hands.settle()
    watch = Watch(hands)
    watch.meet()
    hands.begins = watch.before
    try:
        with qtbot.capture_exceptions() as fallen:
            for number in ONLY or range(1, ACTS + 1):
                try:
                    wrong = watch.after(number, hands.act(number))
                except Exception as error:
                    raise AssertionError(report(hands)) from error
                wrong += [f"{kind.__name__}: {value}" for kind, value, _ in fallen]
                if wrong:
                    raise AssertionError(f"{wrong}\n{report(hands)}") from (fallen[0][1] if fallen else None)
            watch.at_the_end()
            assert not fallen
    finally:
        switch().set_mode("light")


def report(hands: RandomHands) -> str:
    last = "\n  ".join(hands.done[-15:])
    return f"seed {hands.seed}:\n  {last}"
