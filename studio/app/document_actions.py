"""Several drawings in one window: showing, closing and ordering their tabs, and asking before any is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from studio.app import ask
from studio.app.compare_page import ComparePage
from studio.app.document_tabs import DocumentTabs
from studio.app.settings import Settings
from studio.app.start_page import StartPage
from studio.app.top_bar import TopBar
from studio.app.workspace import Workspace
from studio.session import Session

if TYPE_CHECKING:
    from studio.app.loader import CatalogLoader
    from studio.app.menus import ActionSet


class DocumentActions(QMainWindow):
    """The part of the main window that holds the tabs; ``workspace`` is the drawing in front, if one is."""

    settings: Settings
    loader: CatalogLoader
    workspace: Workspace | None
    pages: QStackedWidget
    tabs: DocumentTabs
    start_page: StartPage
    actions_by_id: ActionSet
    bar: TopBar
    update_actions: Callable[[], None]
    connect_session: Callable[[], None]
    save: Callable[[], bool]
    remember_tabs: Callable[..., None]
    note_closed: Callable[[QWidget], None]
    export_script: Callable[[Literal["keras", "engine"]], None]

    def workspaces(self) -> list[Workspace]:
        """Return the open drawings in the order of their tabs."""
        return [page for page in self.tabs.pages() if isinstance(page, Workspace)]

    def show_session(self, session: Session, title: str = "", *, example: str = "") -> None:
        """Open a drawing in a tab of its own; ``title`` names it until it has a file."""
        if self.loader.catalog is not None:
            session.set_catalog(self.loader.catalog)
        workspace = Workspace(session, TopBar(self.actions_by_id))
        workspace.title, workspace.example = title, example
        workspace.code.export_requested.connect(self.export_script)
        self.show_page(workspace, self.name_of(workspace))
        self.connect_session()
        self.update_actions()

    def show_page(self, page: QWidget, title: str) -> None:
        """Bring a page to the front, in a new tab where it has none."""
        if self.tabs.index_of(page) < 0:
            self.pages.addWidget(page)
            self.tabs.add(page, title)
        else:
            self.tabs.bring(page)

    def show_start(self) -> None:
        """Go to the start page, which stands in a tab beside what is open."""
        self.start_page.set_recent(self.settings.recent())
        if self.tabs.bar.count():
            self.show_page(self.start_page, self.tr("Start"))
        else:
            self.pages.setCurrentWidget(self.start_page)
        self.update_actions()

    def on_page(self, page: QWidget) -> None:
        """Follow the tabs: this page is in front now."""
        before = self.workspace
        if before is not None and before is not page:
            before.remember(self.settings)
        self.workspace = page if isinstance(page, Workspace) else None
        if self.workspace is not None:
            self.bar = self.workspace.bar
            self.workspace.restore(self.settings)
        self.pages.setCurrentWidget(page)
        if self.workspace is not None:
            self.bar.set_paused(self.workspace.session.paused)
            if not self.tabs.bar.hasFocus():  # the hand goes to the drawing first, not to a button
                self.workspace.canvas.setFocus()
        self.remember_tabs()
        self.update_actions()

    # -- closing ------------------------------------------------------------------------------------------

    def close_drawing(self) -> None:
        """Close the tab in front."""
        page = self.tabs.current()
        if page is not None:
            self.close_page(page)

    def close_others(self) -> None:
        """Close all tabs but the one in front."""
        page = self.tabs.current()
        if page is not None:
            self.close_all_but(page)

    def close_all_but(self, page: QWidget) -> None:
        """Close all tabs but one; stops where a question is answered with no."""
        for other in self.tabs.pages():
            if other is not page and not self.close_page(other):
                return
        self.tabs.bring(page)

    def close_page(self, page: QWidget) -> bool:
        """Close a tab, after asking where something would be lost; says whether it is gone."""
        if isinstance(page, Workspace) and not self.may_close(page):
            return False
        self.leave(page)
        return True

    def leave(self, page: QWidget) -> None:
        """Take a page away without asking."""
        if isinstance(page, Workspace):
            page.remember(self.settings)
            page.close_session()
            page.session.stack.blockSignals(True)  # it tells its end, when the page is gone
            page.autosave.clear()
        if isinstance(page, ComparePage):
            page.release()
        if page is self.workspace:
            self.workspace = None
        self.note_closed(page)
        self.tabs.remove(page)
        self.remember_tabs()
        if page is not self.start_page:
            self.pages.removeWidget(page)
            page.hide()
            page.deleteLater()
        if not self.tabs.bar.count():
            self.show_start()
        self.update_actions()

    def may_leave(self) -> bool:
        """Ask about every open drawing that would lose something; says whether the window may close."""
        return all(self.may_close(workspace) for workspace in self.workspaces())

    def may_close(self, workspace: Workspace) -> bool:
        """Ask about a run and unsaved changes of a drawing where there are any; says whether to go on."""
        session = workspace.session
        if session.running:
            self.tabs.bring(workspace)
            stop = ask.yes(
                self,
                self.tr("Stop the training?"),
                self.tr("The model is still training. What it has learned so far is kept."),
                self.tr("Stop it"),
            )
            if not stop:
                return False
            session.stop()
        if session.stack.isClean():
            return True
        self.tabs.bring(workspace)
        answer = ask.save_first(self, self.name_of(workspace))
        return answer == "discard" or (answer == "save" and self.save())

    # -- names, order -------------------------------------------------------------------------------------

    def file_name(self) -> str:
        """Return the name of the drawing in front."""
        return self.name_of(self.workspace) if self.workspace is not None else self.tr("untitled.bunon")

    def name_of(self, workspace: Workspace) -> str:
        """Return the name of a drawing's file, or one for a drawing that has none."""
        path = workspace.session.path
        return path.name if path is not None else workspace.title or self.tr("untitled.bunon")

    def workspace_of(self, path: Path) -> Workspace | None:
        """Return the open drawing of a file."""
        wanted = path.resolve()
        for workspace in self.workspaces():
            own = workspace.session.path
            if own is not None and own.resolve() == wanted:
                return workspace
        return None

    def training_elsewhere(self) -> Workspace | None:
        """Return the drawing that trains in a tab that is not in front."""
        others = (each for each in self.workspaces() if each is not self.workspace)
        return next((each for each in others if each.session.running), None)

    def mark_tab(self, workspace: Workspace) -> None:
        """Say on a drawing's tab whether it is saved and whether it trains."""
        session = workspace.session
        self.tabs.say(
            workspace,
            self.name_of(workspace),
            saved=session.stack.isClean(),
            running=session.running,
            where=str(session.path or ""),
        )

    def next_drawing(self) -> None:
        """Go to the tab at the right."""
        self.tabs.turn(1)

    def previous_drawing(self) -> None:
        """Go to the tab at the left."""
        self.tabs.turn(-1)

    def move_drawing_right(self) -> None:
        """Move the tab in front one place to the right."""
        self.tabs.shift(1)

    def move_drawing_left(self) -> None:
        """Move the tab in front one place to the left."""
        self.tabs.shift(-1)

    def save_all(self) -> None:
        """Save every drawing that has changes; stops where one cannot be saved."""
        front = self.tabs.current()
        for workspace in self.workspaces():
            if not workspace.session.stack.isClean():
                self.tabs.bring(workspace)
                if not self.save():
                    return
        if front is not None:
            self.tabs.bring(front)
