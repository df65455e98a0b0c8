"""What the menu "File" does: begin, open, save, export, and asking before something is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget

from studio import words
from studio.app import ask
from studio.app.autosave import Autosave, Recovered
from studio.app.new_dialog import NewDialog
from studio.app.settings import Settings
from studio.app.start_page import StartPage, examples_path
from studio.app.top_bar import TopBar
from studio.app.workspace import Workspace
from studio.document.errors import DocumentError
from studio.session import Session

if TYPE_CHECKING:
    from studio.app.loader import CatalogLoader
    from studio.app.menus import ActionSet

EXAMPLES = {"digits": "digits", "wine": "wine", "sunspots": "sunspots", "auto_mpg": "auto-mpg"}
"""Key of an example's card to the name of its file."""


class FileActions(QMainWindow):
    """The part of the main window that knows about files."""

    settings: Settings
    loader: CatalogLoader
    workspace: Workspace | None
    autosave: Autosave
    pages: QStackedWidget
    start_page: StartPage
    actions_by_id: ActionSet
    bar: TopBar
    update_actions: Callable[[], None]
    connect_session: Callable[[], None]

    def new_file(self) -> None:
        """Ask for the data, then begin an empty drawing."""
        if not self.may_leave():
            return
        dialog = NewDialog(self)
        if dialog.exec():
            self.show_session(dialog.session())
        dialog.deleteLater()

    def open_file(self) -> None:
        """Ask for a file and open it."""
        if not self.may_leave():
            return
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open"), self._folder(), self.tr("Bunon drawings (*.bunon)")
        )
        if name:
            self._open(Path(name))

    def open_path(self, path: Path) -> bool:
        """Open a file; says why where that fails, and keeps what is open."""
        return self.may_leave() and self._open(path)

    def open_example(self, key: str) -> bool:
        """Open an example as a drawing of its own, which saving asks a name for."""
        if not self.may_leave():
            return False
        return self._open(examples_path() / f"{EXAMPLES[key]}.bunon", example=True)

    def _open(self, path: Path, example: bool = False) -> bool:
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
        self.show_session(session, path.name)
        return True

    def recover(self, left: Recovered) -> None:
        """Open a copy that a crash left, as unsaved work on its original."""
        try:
            session = Session.open(left.copy)
        except (OSError, DocumentError) as error:
            ask.tell(self, self.tr("The copy cannot be opened"), words.text(error))
            return
        session.path = left.original
        session.stack.resetClean()
        self.show_session(session)

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
        start = str(Path(self._folder()) / self.file_name())
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save as"), start, self.tr("Bunon drawings (*.bunon)")
        )
        if not name:
            return False
        path = Path(name)
        return self._save(path if path.suffix else path.with_suffix(".bunon"))

    def _save(self, path: Path) -> bool:
        assert self.workspace is not None
        try:
            self.workspace.session.save(path)
        except (OSError, DocumentError) as error:
            ask.tell(self, self.tr("{name} cannot be saved").format(name=path.name), words.text(error))
            return False
        self.autosave.watch(self.workspace.session.document, path)
        self.settings.add_recent(path)
        self.update_actions()
        return True

    def export_keras(self) -> None:
        """Write the script for Keras."""
        self._export("keras")

    def export_engine(self) -> None:
        """Write the script for the engine."""
        self._export("engine")

    def _export(self, framework: Literal["keras", "engine"]) -> None:
        assert self.workspace is not None
        from studio.translate.script import export

        start = Path(self._folder()) / (Path(self.file_name()).stem + ".py")
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export script"), str(start), self.tr("Python scripts (*.py)")
        )
        if not name:
            return
        session = self.workspace.session
        try:
            style = self.workspace.code.style_of_model()
            export(session.document, session.catalog, framework, Path(name), session.base_folder, style=style)
        except (OSError, ValueError) as error:
            ask.tell(self, self.tr("The script cannot be written"), words.text(error))

    def export_picture(self) -> None:
        """Write a picture of the whole drawing."""
        assert self.workspace is not None
        path = self._picture_name(self.tr("Export picture"))
        if path is not None and not self.workspace.canvas.render_image(2.0).save(str(path)):
            self._tell_unwritten(path)

    def export_curves(self) -> None:
        """Write a picture of the curves."""
        assert self.workspace is not None
        path = self._picture_name(self.tr("Export curves"))
        if path is not None and not self.workspace.run.panel.save_picture(path):
            self._tell_unwritten(path)

    def _picture_name(self, title: str) -> Path | None:
        start = Path(self._folder()) / (Path(self.file_name()).stem + ".png")
        name, _ = QFileDialog.getSaveFileName(self, title, str(start), self.tr("Pictures (*.png)"))
        return Path(name) if name else None

    def _tell_unwritten(self, path: Path) -> None:
        ask.tell(
            self,
            self.tr("The picture cannot be written"),
            self.tr("{path}: check the folder and the ending, such as .png.").format(path=path),
        )

    def show_start(self) -> None:
        """Go back to the start page."""
        if self.may_leave():
            self.leave_project()
            self.start_page.set_recent(self.settings.recent())
            self.pages.setCurrentWidget(self.start_page)
            self.update_actions()

    def show_session(self, session: Session, title: str = "") -> None:
        """Show a drawing in place of what is shown; ``title`` names it until it has a file."""
        self.leave_project()
        if self.loader.catalog is not None:
            session.set_catalog(self.loader.catalog)
        bar = TopBar(self.actions_by_id)
        self.workspace = Workspace(session, bar)
        self.workspace.title = title
        self.bar = bar
        self.workspace.restore(self.settings)
        self.pages.addWidget(self.workspace)
        self.pages.setCurrentWidget(self.workspace)
        self.workspace.code.export_requested.connect(self._export)
        self.autosave.watch(session.document, session.path)
        self.connect_session()
        self.update_actions()
        self.workspace.canvas.setFocus()  # the hand goes to the drawing first, not to a button

    def leave_project(self) -> None:
        """Take the open drawing away; a run that is under way ends first."""
        workspace, self.workspace = self.workspace, None
        if workspace is None:
            return
        workspace.remember(self.settings)
        workspace.close_session()
        self.pages.removeWidget(workspace)
        workspace.hide()
        workspace.deleteLater()
        self.autosave.clear()

    def may_leave(self) -> bool:
        """Ask about a run and unsaved changes where there are any; says whether to go on."""
        workspace = self.workspace
        if workspace is None:
            return True
        if workspace.session.running:
            stop = ask.yes(
                self,
                self.tr("Stop the training?"),
                self.tr("The model is still training. What it has learned so far is kept."),
                self.tr("Stop it"),
            )
            if not stop:
                return False
            workspace.session.stop()
        if workspace.session.stack.isClean():
            return True
        answer = ask.save_first(self, self.file_name())
        return answer == "discard" or (answer == "save" and self.save())

    def file_name(self) -> str:
        """Return the name of the open file, or one for a drawing that has none."""
        session = self.workspace.session if self.workspace is not None else None
        if session is not None and session.path is not None:
            return session.path.name
        title = self.workspace.title if self.workspace is not None else ""
        return title or self.tr("untitled.bunon")

    def _folder(self) -> str:
        recent = self.settings.recent()
        return str(recent[0].parent if recent else Path.home())
