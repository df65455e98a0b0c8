"""The picture's dialog and the printer, as a hand uses them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import ask
from studio.app.picture_dialog import PictureDialog
from studio.app.window import MainWindow
from studio.canvas.paper import lay_page, print_on
from tests.end_to_end.user import User


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot) -> User:
    window.open_example("digits")
    made = User(window, qtbot)
    made.view.setFocus()
    return made


def export(user: User, kind: str, ground: str = "") -> str:
    """Choose in the dialog and press its button; returns what it says of the size."""
    failed: list[BaseException] = []
    said: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        try:
            assert isinstance(dialog, PictureDialog)
            if kind:
                user.press_segment(dialog.formats, kind.upper())
            if ground:
                user.choose(dialog.ground, ground)
            assert not dialog.preview.pixmap().isNull()
            assert dialog.outlines.isEnabled() == (dialog.format() == "svg")
            said.append(dialog.size_words.text())
            user.tap(dialog.save)
        except BaseException as error:
            failed.append(error)
            if dialog is not None:
                dialog.close()

    QTimer.singleShot(0, answer)
    user.window.actions_by_id["export_picture"].trigger()
    assert not failed, failed
    return said[0]


def test_a_picture_in_each_format(user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = {"svg": b"<?xml", "pdf": b"%PDF-", "png": b"\x89PNG"}
    for kind, head in heads.items():
        start: list[str] = []

        def name(_parent: object, _title: str, *given: str, start: list[str] = start) -> tuple[str, str]:
            start.append(given[0])
            return str(tmp_path / "digits"), ""

        monkeypatch.setattr(QFileDialog, "getSaveFileName", name)
        words = export(user, kind)
        assert ("pixels" in words) == (kind == "png")
        assert start[0].endswith(f"digits.{kind}")
        assert (tmp_path / f"digits.{kind}").read_bytes().startswith(head), "the ending is added"


def test_the_choices_are_remembered(user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "one.png"), ""))
    export(user, "png", "Transparent")
    again = PictureDialog(user.view.mirror, user.window.settings, "", user.window)
    assert again.format() == "png"
    assert again.choices().ground == "none"
    assert again.choices().scale == 3.0
    again.deleteLater()


def test_a_folder_that_is_not_there_is_told(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(ask, "tell", lambda _parent, *texts: said.extend(texts))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "one.svg"), ""))
    export(user, "svg")
    assert said[0] == "The picture cannot be written"
    assert "one.svg" in said[1]


def test_printing_fits_one_page_the_long_way(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "printed.pdf"
    printers: list[QPrinter] = []

    def agree(dialog: QPrintDialog) -> int:
        printer = dialog.printer()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(out))
        printers.append(printer)
        return int(QDialog.DialogCode.Accepted)

    monkeypatch.setattr(QPrintDialog, "exec", agree)
    user.window.view_graph()
    user.key("Ctrl+Alt+P")
    assert out.is_file()
    raw = out.read_bytes()
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", raw)
    assert box is not None
    assert float(box[1]) > float(box[2]), "a wide drawing lies on its side"
    assert raw.count(b"/Type /Page\n") == 1
    assert b"/FontFile" in raw


def test_a_high_drawing_stands_upright(user: User, tmp_path: Path) -> None:
    session = user.session
    from studio import commands

    document = session.document
    places = {node: (0.0, 200.0 * at) for at, node in enumerate(document.node_ids())}
    user.window.view_graph()
    commands.move(session, places)
    user.settle()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "high.pdf"))
    lay_page(printer, user.view.mirror)
    print_on(printer, user.view.mirror)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "high.pdf").read_bytes())
    assert box is not None
    assert float(box[1]) < float(box[2])


def test_a_picture_of_what_is_selected_and_of_the_blocks_from_inside(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.commands import group
    from studio.document import files
    from tests.studio.commands.test_blocks import residual

    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    user = User(window, qtbot)
    session, view = user.session, user.view
    dialog = PictureDialog(view.mirror, window.settings)
    assert not dialog.part.isVisibleTo(dialog)
    assert not dialog.blocks.isVisibleTo(dialog)
    dialog.deleteLater()
    group(session, [str(session.document.node_named(name)) for name in ("one", "two", "added")])
    view.select([str(session.document.node_named(name)) for name in ("stem", "pooled")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "part.svg"), ""))
    failed: list[BaseException] = []
    sizes: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        try:
            assert isinstance(dialog, PictureDialog)
            user.press_segment(dialog.formats, "SVG")
            sizes.append(dialog.size_words.text())
            user.choose(dialog.part, "What is selected")
            sizes.append(dialog.size_words.text())
            dialog.outlines.setChecked(False)
            QTest.keyClick(dialog.blocks, Qt.Key.Key_Space)
            user.tap(dialog.save)
        except BaseException as error:
            failed.append(error)
            if dialog is not None:
                dialog.close()

    QTimer.singleShot(0, answer)
    window.actions_by_id["export_picture"].trigger()
    assert not failed, failed
    assert sizes[0] != sizes[1]
    text = (tmp_path / "part.svg").read_text(encoding="utf-8")
    assert ">Conv2D</text>" in text
    assert ">Dense</text>" not in text
    assert ">Add</text>" in (tmp_path / "part-block.svg").read_text(encoding="utf-8")
    asked: list[str] = []

    def refuse(_window: object, _title: str, text: str, *_: str) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr(ask, "yes", refuse)
    (tmp_path / "part-block.svg").write_text("mine", encoding="utf-8")
    QTimer.singleShot(0, answer)
    window.actions_by_id["export_picture"].trigger()
    assert not failed, failed
    assert asked == ["part-block.svg"]
    assert (tmp_path / "part-block.svg").read_text(encoding="utf-8") == "mine"
    assert len(view.mirror.selected_nodes()) == 2, "the selection stays"
    assert all(item.isVisible() for item in view.mirror.nodes.values())
