"""The main window: start page or one open drawing, the menus, and what each action does."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from studio.app import ask
from studio.app.arrange_actions import ArrangeActions
from studio.app.check_actions import CheckActions
from studio.app.command_palette import CommandPalette, with_recent
from studio.app.document_actions import DocumentActions
from studio.app.document_tabs import DocumentTabs
from studio.app.file_actions import FileActions
from studio.app.history_actions import HistoryActions
from studio.app.key_dialog import KeyDialog
from studio.app.keys import load_keys, store_keys
from studio.app.library_watch import LibraryWatch
from studio.app.loader import CatalogLoader
from studio.app.measure_actions import MeasureActions
from studio.app.menus import ActionSet, build_menus
from studio.app.pane_actions import PaneActions
from studio.app.picture_actions import PictureActions
from studio.app.project_actions import ProjectActions
from studio.app.reuse_actions import ReuseActions
from studio.app.settings import Settings, data_path
from studio.app.shortcuts import ShortcutOverlay
from studio.app.start_page import StartPage
from studio.app.tab_memory import TabMemory
from studio.app.workspace import Workspace
from studio.document.library import BlockLibrary
from studio.theme import switch


class MainWindow(
    ArrangeActions, CheckActions, FileActions, DocumentActions, HistoryActions, MeasureActions,
    PictureActions, PaneActions, ReuseActions, TabMemory, ProjectActions, QMainWindow,
):  # fmt: skip
    """One window with tabs; ``workspace`` is the drawing in front, ``None`` on the start page."""

    def __init__(self, settings: Settings | None = None, loader: CatalogLoader | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.loader = loader or CatalogLoader(self)
        self.workspace: Workspace | None = None
        self.closed = []
        self.library = BlockLibrary(data_path() / "library")
        self.library_watch = LibraryWatch(self.library, self)
        self.setWindowTitle("Bunon")
        self.setMinimumSize(900, 560)
        self.setAnimated(False)
        load_keys(self.settings)
        self.actions_by_id = ActionSet(self)
        self.add_recent_menu(build_menus(self, self.actions_by_id)["file"])
        self.mark_reopening()
        self.pages = QStackedWidget()
        self.start_page = StartPage()
        self.pages.addWidget(self.start_page)
        self.tabs = DocumentTabs()
        self.tabs.chosen.connect(self.on_page)
        self.tabs.close_wanted.connect(self.close_page)
        self.tabs.others_wanted.connect(self.close_all_but)
        self.tabs.new_wanted.connect(self.new_file)
        self.tabs.bar.tabMoved.connect(self.remember_tabs)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(middle)
        self.start_page.new_wanted.connect(self.new_file)
        self.start_page.open_wanted.connect(self.open_file)
        self.start_page.opened.connect(self.open_path)
        self.start_page.example.connect(self.open_example)
        self.loader.loaded.connect(self._on_catalog)
        self.loader.failed.connect(self._on_catalog_failed)
        switch().changed.connect(self._mark_theme)
        self._mark_theme()
        state = self.settings.state("layout/window")
        if state is None or not self.restoreGeometry(state):
            self.resize(1440, 900)
        self.start_page.set_recent(self.settings.recent())
        self.update_actions()

    def begin(self) -> None:
        """Load the layers and bring back lost work and the last tabs, once the window has been seen."""
        QTimer.singleShot(0, self.loader.start)
        QTimer.singleShot(50, self.bring_back)
        self.library_watch.start()

    def find_action(self) -> None:
        """Open the command palette."""
        recent = self.settings.text("palette/recent").split()
        palette = CommandPalette(self.actions(), self, recent)
        palette.taken.connect(
            lambda name: self.settings.set_text("palette/recent", " ".join(with_recent(recent, name)))
        )
        corner = self.mapToGlobal(self.rect().topLeft())
        palette.move(corner.x() + (self.width() - palette.width()) // 2, corner.y() + 70)
        palette.open()

    def show_shortcuts(self) -> None:
        """Show all keys."""
        overlay = ShortcutOverlay(self)
        overlay.change_wanted.connect(self.change_keys)
        overlay.open()

    def change_keys(self) -> None:
        """Let the user give actions other keys."""
        dialog = KeyDialog(self)
        dialog.changed.connect(lambda: store_keys(self.settings))
        dialog.open()

    def show_about(self) -> None:
        """Say what this is."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("bunon")
        except PackageNotFoundError:  # run from its sources
            number = self.tr("from source")
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(self.tr("About Bunon"))
        box.setText(self.tr("Bunon {version}").format(version=number))
        box.setInformativeText(
            self.tr(
                "Draw neural networks, train them, and take the script away. "
                "Free software under the MIT licence."
            )
        )
        box.open()

    def theme_system(self) -> None:
        """Follow the desktop's theme."""
        self._set_theme("system")

    def theme_light(self) -> None:
        """Take the light theme."""
        self._set_theme("light")

    def theme_dark(self) -> None:
        """Take the dark theme."""
        self._set_theme("dark")

    def _set_theme(self, mode: str) -> None:
        switch().set_mode(mode)
        self.settings.set_text("theme", mode)
        self._mark_theme()

    def _mark_theme(self) -> None:
        for mode in ("system", "light", "dark"):
            self.actions_by_id[f"theme_{mode}"].setChecked(switch().mode == mode)

    def _on_catalog(self, catalog: object) -> None:
        for workspace in self.workspaces():
            workspace.session.set_catalog(catalog)
            workspace.predict_stored()
        self.update_actions()

    def _on_catalog_failed(self, reason: str) -> None:
        ask.tell(
            self,
            self.tr("The layers cannot be loaded"),
            self.tr("Drawings open, but without shapes, and cannot be trained. Install Bunon again."),
            reason,
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_leave():
            event.ignore()
            return
        self.stop_remembering()
        self.library_watch.stop()
        self.settings.set_state("layout/window", self.saveGeometry())
        for workspace in self.workspaces():
            self.leave(workspace)
        self.settings.sync()
        self.loader.wait()
        event.accept()
        super().closeEvent(event)
