"""The menu "View" and the search in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio import commands
from studio.app.window import MainWindow
from studio.document import files
from studio.document.layout import is_downward
from tests.end_to_end.user import User
from tests.studio.commands.test_blocks import residual


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.view.setFocus()
    return made


def ticked(user: User, *names: str) -> list[bool]:
    return [user.window.actions_by_id[name].isChecked() for name in names]


def test_top_down_is_ticked_undone_and_saved(user: User, tmp_path: Path) -> None:
    window = user.window
    window.actions_by_id["top_down"].trigger()
    assert is_downward(user.session.document)
    assert ticked(user, "top_down") == [True]
    user.session.save(tmp_path / "down.bunon")
    assert is_downward(files.load(tmp_path / "down.bunon"))
    user.key("Ctrl+Z")
    assert not is_downward(user.session.document)
    assert ticked(user, "top_down") == [False]
    user.key("Ctrl+Shift+Z")
    assert is_downward(user.session.document)
    assert user.session.analysis.ok
    assert not user.view.mirror_errors()
    window.actions_by_id["top_down"].trigger()
    assert not is_downward(user.session.document)


def test_the_style_of_the_wires_is_remembered(user: User, tmp_path: Path) -> None:
    window = user.window
    assert ticked(user, "wires_curved", "wires_square") == [True, False]
    window.actions_by_id["wires_square"].trigger()
    assert ticked(user, "wires_curved", "wires_square") == [False, True]
    assert user.view.mirror.leader.square
    assert window.settings.text("canvas/wires") == "square"
    files.save(residual(), tmp_path / "other.bunon")
    window.open_path(tmp_path / "other.bunon")
    assert user.view.mirror.leader.square
    user.view.select([user.node("one"), user.node("two")])
    user.key("Ctrl+G")
    user.session.enter("block")
    assert user.view.mirror.leader.square
    window.actions_by_id["wires_curved"].trigger()
    assert not user.view.mirror.leader.square


def test_the_heat_map_is_chosen_in_the_menu_and_left_by_its_legend(user: User) -> None:
    window = user.window
    names = ("heat_off", "heat_parameters", "heat_macs", "heat_memory", "heat_time")
    assert ticked(user, *names) == [True, False, False, False, False]
    for at, name in enumerate(names[1:], 1):
        window.actions_by_id[name].trigger()
        assert ticked(user, *names) == [each == at for each in range(5)]
        assert user.view.legend.isVisible()
    user.tap(user.view.legend.button)
    assert ticked(user, *names) == [True, False, False, False, False]


def test_ctrl_f_finds_and_escape_leaves(user: User) -> None:
    user.key("Ctrl+F")
    field = user.view.finder.field
    assert field.hasFocus()
    QTest.keyClicks(field, "two")
    assert user.workspace.selected() == [user.node("two")]
    user.key("Esc")
    assert not user.view.finder.isVisible()
    assert user.view.hasFocus()
    user.key("Ctrl+F")  # what was sought stands there still, to be typed over
    assert field.selectedText() == "two"


def test_times_are_measured_shown_and_told_to_be_old(user: User) -> None:
    window, legend = user.window, user.view.legend
    window.actions_by_id["heat_time"].trigger()
    assert ticked(user, "heat_time") == [True]
    assert legend.note.text().startswith("Not measured yet")
    assert {item.flags_.heat.value for item in user.view.mirror.nodes.values()} == {"not measured"}
    user.tap(legend.measure)
    assert not legend.measure.isEnabled()
    assert not window.actions_by_id["measure"].isEnabled()
    user.qtbot.waitUntil(lambda: user.view.times is not None, timeout=30000)
    heat = {name: user.item(name).flags_.heat for name in user.names()}
    assert "not measured" not in {each.value for each in heat.values()}
    assert max(each.level for each in heat.values()) == 1.0
    assert heat["image"].value == "0"
    assert heat["one"].level > 0
    assert legend.note.text() == "one pass of 32 examples forward, on CPU"
    assert legend.measure.text() == "Measure again"
    commands.set_params(user.session, user.node("one"), {"filters": 16})
    assert user.item("one").flags_.heat.value == "not measured"
    assert user.item("stem").flags_.heat.value == heat["stem"].value
    assert "changed since" in legend.note.text()
    user.key("Ctrl+Z")
    assert user.item("one").flags_.heat.value == heat["one"].value


def test_the_legend_goes_to_the_corner_where_it_hides_least(user: User) -> None:
    user.tidy()
    view = user.view
    view.set_heat("parameters")
    cards = [view.mapFromScene(item.card()).boundingRect() for item in view.mirror.nodes.values()]
    corner = view.legend.geometry()
    hidden = [card.intersected(corner) for card in cards if card.intersects(corner)]
    assert not hidden
    view.scroll_by(corner.center() - cards[0].center())  # a card comes to lie below it
    view.set_heat("memory")
    cards = [view.mapFromScene(item.card()).boundingRect() for item in view.mirror.nodes.values()]
    assert not any(card.intersects(view.legend.geometry()) for card in cards)


def test_ctrl_shift_enter_trains_one_batch_after_the_other(user: User) -> None:
    status = user.workspace.run.panel.status
    for count in (1, 2):
        user.view.setFocus()
        user.key("Ctrl+Shift+Return")
        user.qtbot.waitUntil(lambda: not user.session.running, timeout=30000)
        user.qtbot.waitUntil(lambda: "batch" in status.heading.text(), timeout=5000)
        assert status.heading.text() == ("1 batch trained" if count == 1 else "2 batches trained")
        assert status.message.accessibleName().startswith("Loss of this batch: ")
    assert user.workspace.bottom.current() == "training"
    assert user.workspace.run.panel.done == 0
    assert len(user.workspace.run.panel.curves["loss"].batches) == 2
    assert user.window.actions_by_id["continue"].isEnabled()
