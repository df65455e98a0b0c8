"""Sharing, the chain and the library of blocks, by keys and clicks in the real window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMenu, QTreeWidget
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.library_dialog import LibraryDialog
from studio.app.settings import data_path
from studio.app.window import MainWindow
from studio.commands import disconnect, expose
from studio.document import files
from studio.document.library import BlockLibrary
from studio.document.linear import chain
from studio.document.rows import MAIN
from tests.end_to_end.user import User
from tests.studio.commands.test_blocks import residual

Key, Alt, Shift = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.view.setFocus()
    return made


@pytest.fixture
def digits(window: MainWindow, qtbot: QtBot) -> User:
    window.open_example("digits")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.come_back()
    made.settle()
    return made


def pick(user: User, *names: str) -> None:
    document, graph = user.session.document, user.session.graph
    user.view.select([document.node_named(name, graph) for name in names])


def order(user: User) -> list[str]:
    document = user.session.document
    return [document.node(node).name for node in chain(document)]


def block(user: User) -> None:
    pick(user, "one", "two", "added")
    user.key("Ctrl+G")
    assert user.view.selected_block()


# -- sharing ------------------------------------------------------------------------------------------------


def test_a_layer_is_used_again_and_made_one_of_its_own(digits: User) -> None:
    user = digits
    name = order(user)[1]
    user.click_node(name)
    count = len(user.view.mirror.nodes)
    user.key("Alt+D")
    assert len(user.view.mirror.nodes) == count + 1
    (new,) = user.workspace.selected()
    assert user.view.mirror.nodes[new].look.shared
    sharing = user.workspace.inspector.sharing
    assert sharing.isVisible()
    assert name in sharing.words.text()
    user.tap(sharing.button)
    assert not sharing.isVisible()
    assert not user.view.mirror.nodes[new].look.shared
    user.key("Ctrl+Z")
    user.key("Ctrl+Z")
    assert len(user.view.mirror.nodes) == count
    assert not user.view.mirror_errors()


def test_another_use_of_a_block_is_named_in_the_inspector(user: User) -> None:
    block(user)
    user.key("Alt+D")
    sharing = user.workspace.inspector.sharing
    assert sharing.words.text() == "block uses this block too, and follows its edits."
    user.key("Alt+Shift+D")
    assert user.session.document.graph_names() == ["main", "block", "block_1"]
    assert not sharing.isVisible()


# -- the chain ----------------------------------------------------------------------------------------------


def test_alt_and_arrows_move_a_layer_along_the_chain(digits: User) -> None:
    user = digits
    before = order(user)
    assert user.view.mirror.stacked()
    user.click_node(before[2])
    QTest.keyClick(user.view, Key.Key_Left, Alt)
    assert order(user) == [before[0], before[2], before[1], *before[3:]]
    QTest.keyClick(user.view, Key.Key_Down, Alt)
    assert order(user) == before
    QTest.keyClick(user.view, Key.Key_Right, Alt)
    user.key("Ctrl+Z")
    assert order(user) == before
    user.click_node(before[0])
    QTest.keyClick(user.view, Key.Key_Right, Alt)
    assert user.view.hint.isVisible()
    assert order(user) == before


def test_a_card_is_dragged_between_two_others(digits: User) -> None:
    user = digits
    before = order(user)
    count = user.session.stack.count()
    user.press(user.card(before[1]))
    user.move(user.card(before[1]) + QPoint(20, 5))
    user.move(user.card(before[3]))
    assert "Between" in user.view.hint.text()
    user.release(user.card(before[3]))
    user.settle()
    assert order(user) == [before[0], before[2], before[3], before[1], *before[4:]]
    assert user.session.stack.count() == count + 1
    places = user.view.mirror.places()
    assert all(user.view.mirror.nodes[node].pos() == place for node, place in places.items())
    user.key("Ctrl+Z")
    user.settle()
    assert order(user) == before
    user.press(user.card(before[1]))
    user.move(user.card(before[3]))
    QTest.keyClick(user.view, Key.Key_Escape)
    user.release(user.card(before[3]))
    assert order(user) == before
    assert not user.view.mirror_errors()


def test_a_plus_between_two_cards_inserts_there(digits: User) -> None:
    user = digits
    before = order(user)
    plus = user.view.plus
    wire = user.session.document.outgoing(user.node(before[1]))[0]
    middle = user.view.mapFromScene(user.view.mirror.wires[wire].middle())
    user.send(QEvent.Type.MouseMove, middle, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
              Qt.KeyboardModifier.NoModifier)  # fmt: skip
    assert plus.isVisible()
    user.tap(plus)
    user.search("batchn")
    assert order(user) == [*before[:2], "batch_normalization", *before[2:]]
    user.key("Ctrl+Z")
    user.click_node(before[1])
    QTest.keyClick(user.view, Key.Key_Return, Shift)
    user.search("batchn")
    assert order(user) == [*before[:2], "batch_normalization", *before[2:]]


def test_the_shape_stands_between_each_pair(digits: User) -> None:
    user = digits
    assert user.view.mirror.stacked()
    labels = {user.session.document.node(w.source).name: i.label() for w, i in user.view.mirror.wires.items()}
    first = order(user)[0]
    assert labels[first] == "8×8×1"
    flat = [user.view.mirror.wires[w] for w in user.view.mirror.wires]
    rows = {round(item.ends()[0].y()) for item in flat if item.ends()[0].x() < item.ends()[1].x()}
    assert rows
    assert sum(bool(item.label()) for item in flat) >= len(flat) - len(rows)


def test_one_key_turns_a_chain_to_a_graph_and_back(digits: User) -> None:
    user = digits
    assert user.view.mirror.sequential
    user.key("Q")
    assert not user.view.mirror.sequential
    assert user.window.bar.style_choice.value() == "graph"
    user.key("Q")
    assert user.view.mirror.sequential


def test_what_is_no_chain_says_why_it_does_not_turn(user: User) -> None:
    user.key("Q")
    assert not user.view.mirror.sequential
    assert "Sequential" in user.view.hint.text()


# -- the library --------------------------------------------------------------------------------------------


def rows_of(user: User) -> dict[str, str]:
    tree = user.workspace.palette_panel.findChild(QTreeWidget)
    return {item.text(0): item.data(0, Qt.ItemDataRole.UserRole) for item in tree._layers()}


def menu_on(user: User, name: str) -> dict[str, Any]:
    """Ask for the menu of a row of the palette by the menu key; return its rows by their words."""
    tree = user.workspace.palette_panel.findChild(QTreeWidget)
    tree.setCurrentItem(next(item for item in tree._layers() if item.text(0) == name))
    at = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, tree.viewport().mapToGlobal(at))
    QApplication.sendEvent(tree.viewport(), event)
    menu = user.workspace.palette_panel.menu
    assert isinstance(menu, QMenu)
    found = {action.text(): action for action in menu.actions()}
    menu.close()
    return found


def test_a_block_is_kept_and_used_in_another_drawing(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    window = user.window
    block(user)
    assert rows_of(user)["block"] == "block:block"
    window.actions_by_id["keep_block"].trigger()
    assert (data_path() / "library" / "block.bunon").is_file()
    assert "in the library" in user.view.hint.text()

    window.workspace.session.stack.setClean()
    window.open_example("digits")
    user.session.set_catalog(window.loader.catalog)
    user.come_back()
    assert rows_of(user)["block"] == "kept:block"
    user.key("Q")
    user.drop("kept:block", QPoint(300, 330))
    assert "block" in user.session.document.graph_names()
    assert rows_of(user)["block"] == "block:block"  # it is part of this drawing now
    user.key("Ctrl+Z")
    assert user.session.document.graph_names() == [MAIN]
    user.key("Shift+A")
    user.search("block")
    assert user.view.selected_block()
    user.key("Ctrl+Z")

    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("skip", True))
    menu_on(user, "block")["Rename…"].trigger()
    assert rows_of(user)["skip"] == "kept:skip"
    given = data_path() / "given.bunon"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(given), ""))
    menu_on(user, "skip")["Export as a file…"].trigger()
    assert given.is_file()
    monkeypatch.setattr(ask, "yes", lambda *a: True)
    menu_on(user, "skip")["Delete from the library…"].trigger()
    assert "skip" not in rows_of(user)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(given), ""))
    window.actions_by_id["import_block"].trigger()
    assert rows_of(user)["skip"] == "kept:skip"


def library_dialog(user: User) -> LibraryDialog:
    user.key("Ctrl+Alt+B")
    return next(each for each in user.window.findChildren(LibraryDialog) if each.isVisible())


def test_the_library_by_keys(user: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dialog = library_dialog(user)
    assert not dialog.list.isVisible(), "a sentence where there are none"
    assert not dialog.buttons["delete"].isEnabled()
    assert dialog.buttons["delete"].toolTip() == "Choose a block first."
    dialog.accept()
    user.come_back()
    block(user)
    user.window.keep_block()
    dialog = library_dialog(user)
    assert dialog.current() == "block"
    assert dialog.facts.text().startswith("3 layers  ·  in: ")
    assert dialog.buttons["delete"].toolTip() == "Remove the block from the library (Del)"
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("skip", True))
    QTest.keyClick(dialog.list, Key.Key_F2)
    assert dialog.current() == "skip"
    given = tmp_path / "given.bunon"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(given), ""))
    user.tap(dialog.buttons["export"])
    monkeypatch.setattr(ask, "yes", lambda *a: True)
    QTest.keyClick(dialog.list, Key.Key_Delete)
    assert dialog.list.count() == 0
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(given), ""))
    user.tap(dialog.buttons["import"])
    assert dialog.current() == "skip"
    before = len(user.view.mirror.nodes)
    QTest.keyClick(dialog.list, Key.Key_Return)
    assert not dialog.isVisible()
    assert len(user.view.mirror.nodes) == before + 1
    assert {"block", "skip"} <= set(user.session.document.graph_names())


def test_a_block_that_another_window_keeps_is_seen_at_once(user: User) -> None:
    watch = user.window.library_watch
    watch.start()
    block(user)
    BlockLibrary(data_path() / "library").keep(user.session.document, "block")
    user.view.dissolve_block()
    user.qtbot.waitUntil(lambda: rows_of(user).get("block") == "kept:block", timeout=5000)
    assert user.window.library.damaged == {}
    folder = data_path() / "library"
    newer = (folder / "block.bunon").read_text(encoding="utf-8").replace('"version": 1', '"version": 99')
    (folder / "late.bunon").write_text(newer, encoding="utf-8")
    told = user.workspace.palette_panel.own.told
    user.qtbot.waitUntil(lambda: "late.bunon" in told.accessibleDescription(), timeout=5000)
    assert rows_of(user).get("block") == "kept:block", "what can be read stays"
    watch.stop()


def test_the_palette_says_which_files_of_the_library_it_leaves_out(window: MainWindow, qtbot: QtBot) -> None:
    folder = data_path() / "library"
    folder.mkdir(parents=True)
    (folder / "torn.bunon").write_text('{"format": "bunon"')
    window.open_example("digits")
    user = User(window, qtbot)
    user.session.set_catalog(window.loader.catalog)
    told = user.workspace.palette_panel.own.told
    assert told.isVisible()
    assert "torn.bunon" in told.accessibleDescription()
    assert "My blocks" not in rows_of(user)


# -- code ---------------------------------------------------------------------------------------------------


def test_a_block_is_exported_as_a_function_that_runs(
    user: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    block(user)
    user.workspace.code.library.set_value("engine")
    made = tmp_path / "made"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(made), ""))
    user.window.actions_by_id["export_block"].trigger()
    text = made.with_suffix(".py").read_text(encoding="utf-8")
    assert text.count("def ") == 1
    done = subprocess.run(
        [sys.executable, str(made.with_suffix(".py"))],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "block-one" in done.stdout
    user.window.actions_by_id["copy_block_code"].trigger()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("def ")
    assert copied.strip() in text


def test_a_block_is_exported_as_a_nested_model_that_is_called_twice(
    user: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    block(user)
    graph = user.session.document.node(user.view.selected_block()).ref
    expose(user.session, str(user.session.document.node_named("one", graph)), "filters", "width", graph=graph)
    user.workspace.code.library.set_value("engine")
    made = tmp_path / "made.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(made), ""))
    user.window.actions_by_id["export_block_model"].trigger()
    text = made.read_text(encoding="utf-8")
    assert 'def make_block_model(name="block", width=8):' in text
    text += (
        "    narrow = make_block_model('narrow', width=2)\n"
        "    print(narrow(narrow(x)).shape, narrow.name, narrow.count_params() < model.count_params())\n"
    )
    made.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(made)],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "(None, 8, 8, 8) narrow True" in done.stdout


def test_a_block_without_wires_has_no_nested_model_and_says_why(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    block(user)
    told: list[str] = []
    monkeypatch.setattr(ask, "tell", lambda _window, *texts: told.extend(texts))
    disconnect(user.session, user.session.document.incoming(user.view.selected_block()))
    user.window.actions_by_id["export_block_model"].trigger()
    assert "connect it in the drawing first" in told[1]
