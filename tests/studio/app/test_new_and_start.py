"""Beginning: the choice of data, the start page, and what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.app.new_dialog import NewDialog
from studio.app.settings import Settings
from studio.app.start_page import StartPage
from studio.app.window import MainWindow


def test_a_bundled_set_brings_its_inputs_and_outputs(qtbot: QtBot) -> None:
    dialog = NewDialog()
    qtbot.addWidget(dialog)
    keys = [dialog.list.item(row).data(256) for row in range(dialog.list.count())]
    assert keys[0] == ""
    dialog.list.setCurrentRow(keys.index("auto_mpg"))
    dialog._take()
    session = dialog.session()
    kinds = [session.document.node(node).kind for node in session.document.node_ids()]
    assert kinds.count("input") == 2
    assert kinds.count("output") == 2
    assert session.stack.isClean()
    assert session.load_data().rows == 392


def test_no_data_is_a_choice(qtbot: QtBot) -> None:
    dialog = NewDialog()
    qtbot.addWidget(dialog)
    dialog._take()
    assert dialog.session().document.node_ids() == []


def test_a_file_of_the_users(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = NewDialog()
    qtbot.addWidget(dialog)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("a,b,kind\n" + "1,2,x\n3,4,y\n" * 10, encoding="utf-8")
    bad.write_text("a,b\n1,2\n3\n", encoding="utf-8")
    assert not dialog.choose_file(bad)
    assert "bad.csv" in dialog.trouble.accessibleName()
    assert "3" in dialog.trouble.accessibleDescription(), "the row is named"
    assert dialog.choose_file(good)
    assert dialog.session().load_data().rows == 20


def test_the_start_page_lists_recent_files(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "x.ini")
    paths = [tmp_path / f"{number}.bunon" for number in range(3)]
    for path in paths:
        path.write_text("{}", encoding="utf-8")
        settings.add_recent(path)
    settings.add_recent(paths[0])
    paths[1].unlink()
    settings.sync()
    assert Settings(tmp_path / "x.ini").recent() == [paths[0], paths[2]]
    page = StartPage()
    qtbot.addWidget(page)
    page.set_recent(settings.recent())
    page.resize(1200, 800)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: all(card._picture is not None for card in page.cards))


@pytest.mark.usefixtures("own_folders")
def test_sizes_are_remembered(window: MainWindow) -> None:
    window.open_example("wine")
    assert window.workspace is not None
    window.workspace.across.setSizes([300, 600, 380])
    sizes = window.workspace.across.sizes()
    window.open_example("digits")
    assert window.workspace.across.sizes() == sizes
