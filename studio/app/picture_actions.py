"""Taking the drawing away as a picture, and printing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMainWindow

from studio.app import ask
from studio.app.picture_dialog import PictureDialog
from studio.app.settings import Settings
from studio.app.workspace import Workspace
from studio.canvas.paper import inside_of, lay_page, path_of_block, print_on, write, write_blocks


class PictureActions(QMainWindow):
    """The part of the main window that knows about pictures and printers."""

    settings: Settings
    workspace: Workspace | None
    file_name: Callable[[], str]
    folder: Callable[[], str]

    def export_picture(self) -> None:
        """Ask how the picture of the drawing is to be, and where it goes."""
        assert self.workspace is not None
        scene = self.workspace.canvas.mirror
        stem = Path(self.file_name()).stem
        session = self.workspace.session
        blocks = inside_of(session, scene.graph)
        dialog = PictureDialog(scene, self.settings, stem, self, len(blocks))
        wanted, choices, kind = dialog.exec(), dialog.choices(), dialog.format()
        inside = dialog.blocks.isChecked()
        dialog.deleteLater()
        if not wanted:
            return
        filters = {
            "svg": self.tr("SVG pictures (*.svg)"),
            "pdf": self.tr("PDF documents (*.pdf)"),
            "png": self.tr("PNG pictures (*.png)"),
        }
        start = str(Path(self.folder()) / f"{stem}.{kind}")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Export picture"), start, filters[kind])
        if not name:
            return
        path = Path(name)
        path = path if path.suffix.lower() == f".{kind}" else path.with_name(f"{path.name}.{kind}")
        # Of what the user named, the dialog of files has asked already.
        others = [path] if path != Path(name) else []
        others += [path_of_block(path, block) for block in blocks] if inside else []
        there = [each.name for each in others if each.exists()]
        if there and not ask.yes(
            self, self.tr("Replace what is there?"), "\n".join(there), self.tr("Replace")
        ):
            return
        try:
            write(scene, path, choices)
            if inside:
                write_blocks(session, blocks, path, choices)
        except OSError as error:
            reason = self.tr("{path}: {reason}. Choose another folder, or a smaller scale.")
            text = reason.format(path=path, reason=error.strerror or error)
            ask.tell(self, self.tr("The picture cannot be written"), text)

    def print_drawing(self) -> None:
        """Ask for the printer and print the drawing on one page."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # it asks for printers when it is loaded

        assert self.workspace is not None
        scene = self.workspace.canvas.mirror
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(Path(self.file_name()).stem)
        lay_page(printer, scene)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle(self.tr("Print the drawing"))
        agreed = dialog.exec()
        dialog.deleteLater()
        if agreed:
            print_on(printer, scene)
