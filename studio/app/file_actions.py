"""What the menu "File" does: begin, open, save and export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QFileDialog, QMainWindow

from studio import words
from studio.app import ask
from studio.app.autosave import Recovered
from studio.app.document_tabs import DocumentTabs
from studio.app.new_dialog import NewDialog
from studio.app.settings import Settings
from studio.app.start_page import examples_path
from studio.app.workspace import Workspace
from studio.document.errors import DocumentError
from studio.session import Session

EXAMPLES = {"digits": "digits", "wine": "wine", "sunspots": "sunspots", "auto_mpg": "auto-mpg"}
"""Key of an example's card to the name of its file."""


class FileActions(QMainWindow):
    """The part of the main window that knows about files."""

    settings: Settings
    workspace: Workspace | None
    tabs: DocumentTabs
    file_name: Callable[[], str]
    show_session: Callable[..., None]
    update_actions: Callable[[], None]
    workspace_of: Callable[[Path], Workspace | None]
    remember_tabs: Callable[..., None]

    def new_file(self) -> None:
        """Ask for the data, then begin an empty drawing."""
        dialog = NewDialog(self)
        if dialog.exec():
            self.show_session(dialog.session())
        dialog.deleteLater()

    def open_file(self) -> None:
        """Ask for a file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open"), self.folder(), self.tr("Bunon drawings (*.bunon)")
        )
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> bool:
        """Open a file, or bring its tab to the front; says why where that fails."""
        there = self.workspace_of(path)
        if there is not None:
            self.tabs.bring(there)
            return True
        return self._open(path)

    def open_example(self, key: str) -> bool:
        """Open an example as a drawing of its own, which saving asks a name for."""
        return self._open(examples_path() / f"{EXAMPLES[key]}.bunon", key)

    def _open(self, path: Path, example: str = "") -> bool:
        try:
            session = Session.open(path)
        except (OSError, DocumentError) as error:
            ask.tell(
                self,
                self.tr("{name} cannot be opened").format(name=path.name),
                words.text(error),
            )
            return False
        if example:
            session.path = None
        else:
            self.settings.add_recent(path)
        self.show_session(session, path.name, example=example)
        return True

    def recover(self, left: Recovered) -> bool:
        """Open a copy that a crash left, as unsaved work on its original; says whether it is open."""
        try:
            session = Session.open(left.copy)
        except (OSError, DocumentError) as error:
            ask.tell(self, self.tr("The copy cannot be opened"), words.text(error))
            return False
        session.path = left.original
        session.stack.resetClean()
        self.show_session(session)
        return True

    def save(self) -> bool:
        """Save under the name it has, or ask for one; says whether it is saved now."""
        workspace = self.workspace
        if workspace is None:
            return False
        if workspace.session.path is None:
            return self.save_as()
        return self._save(workspace.session.path)

    def save_as(self) -> bool:
        """Ask for a name and save; says whether it is saved now."""
        workspace = self.workspace
        if workspace is None:
            return False
        start = str(Path(self.folder()) / self.file_name())
        path = ask.new_file(self, self.tr("Save as"), start, self.tr("Bunon drawings (*.bunon)"), ".bunon")
        if path is None:
            return False
        there = self.workspace_of(path)
        if there is not None and there is not workspace:
            reason = self.tr("It is open in another tab. Choose another name, or close that tab first.")
            ask.tell(self, self.tr("{name} cannot be saved").format(name=path.name), reason)
            return False
        return self._save(path)

    def _save(self, path: Path) -> bool:
        assert self.workspace is not None
        try:
            self.workspace.session.save(path)
        except (OSError, DocumentError) as error:
            ask.tell(self, self.tr("{name} cannot be saved").format(name=path.name), words.text(error))
            return False
        self.workspace.autosave.watch(self.workspace.session.document, path)
        self.settings.add_recent(path)
        self.remember_tabs()
        self.update_actions()
        return True

    def export_keras(self) -> None:
        """Write the script for Keras."""
        self.export_script("keras")

    def export_engine(self) -> None:
        """Write the script for the engine."""
        self.export_script("engine")

    def export_script(self, framework: Literal["keras", "engine"]) -> None:
        """Ask for a name and write the script of the drawing in front."""
        assert self.workspace is not None
        from studio.translate.script import export

        start = Path(self.folder()) / (Path(self.file_name()).stem + ".py")
        path = ask.new_file(
            self, self.tr("Export script"), str(start), self.tr("Python scripts (*.py)"), ".py"
        )
        if path is None:
            return
        session = self.workspace.session
        try:
            style = self.workspace.code.style_of_model()
            export(session.document, session.catalog, framework, path, session.base_folder, style=style)
        except (OSError, ValueError) as error:
            ask.tell(self, self.tr("The script cannot be written"), words.text(error))

    def export_curves(self) -> None:
        """Write a picture of the curves."""
        assert self.workspace is not None
        path = self._picture_name(self.tr("Export curves"))
        if path is not None and not self.workspace.run.panel.save_picture(path):
            self._tell_unwritten(path)

    def _picture_name(self, title: str) -> Path | None:
        start = Path(self.folder()) / (Path(self.file_name()).stem + ".png")
        return ask.new_file(self, title, str(start), self.tr("Pictures (*.png)"), ".png")

    def _tell_unwritten(self, path: Path) -> None:
        ask.tell(
            self,
            self.tr("The picture cannot be written"),
            self.tr("{path}: check the folder and the ending, such as .png.").format(path=path),
        )

    def folder(self) -> str:
        """Return the folder where a dialog for files begins."""
        recent = self.settings.recent()
        return str(recent[0].parent if recent else Path.home())
