"""What can be done with the past of a drawing: its steps, its snapshots, and how it differs from another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMainWindow, QWidget

from studio import words
from studio.app import ask
from studio.app.compare_dialog import CompareDialog, Source
from studio.app.compare_page import ComparePage
from studio.app.document_tabs import DocumentTabs
from studio.app.settings import Settings
from studio.app.workspace import Workspace
from studio.commands import go_back, state_at
from studio.document import Document, files
from studio.document.errors import DocumentError
from studio.document.snapshots import drawing, forget, keep, rename, snapshots
from studio.session import Session

if TYPE_CHECKING:
    from studio.app.loader import CatalogLoader

LINKED = "compare/linked"
MOST_STEPS = 12
"""Steps back that can be compared with; the first one of all can be, too."""


class HistoryActions(QMainWindow):
    """The part of the main window that knows about steps, snapshots and comparing."""

    workspace: Workspace | None
    settings: Settings
    tabs: DocumentTabs
    loader: CatalogLoader
    update_actions: Callable[[], None]
    workspaces: Callable[[], list[Workspace]]
    name_of: Callable[[Workspace], str]
    show_page: Callable[[QWidget, str], None]
    show_session: Callable[..., None]

    def show_history(self) -> None:
        """Show the list of steps, the keyboard in it."""
        assert self.workspace is not None
        self.workspace.bottom.show_pane("history")
        self.workspace.history.steps.setFocus()

    def show_outline(self) -> None:
        """Show the model as a table, the keyboard in it."""
        assert self.workspace is not None
        self.workspace.left.show_pane("outline")
        self.workspace.outline.table.setFocus()

    def copy_outline(self) -> None:
        """Copy the model's table as text."""
        assert self.workspace is not None
        self.workspace.outline.copy()

    # -- snapshots ----------------------------------------------------------------------------------------

    def keep_snapshot(self) -> None:
        """Ask for a name and keep the drawing as it is now."""
        assert self.workspace is not None
        document = self.workspace.session.document
        taken = {one.name for one in snapshots(document)}
        number = next(at for at in range(1, len(taken) + 2) if self._numbered(at) not in taken)
        title, label = self.tr("Keep a snapshot"), self.tr("Its name:")
        name = self._asked(title, label, self._numbered(number), lambda name: keep(document, name))
        if name:
            self._snapshots_changed(name)

    def rename_snapshot(self) -> None:
        """Give the chosen snapshot another name."""
        old, document = self._chosen()
        title, label = self.tr("Rename the snapshot"), self.tr("Its name:")
        name = self._asked(title, label, old, lambda name: rename(document, old, name))
        if name:
            self._snapshots_changed(name)

    def delete_snapshot(self) -> None:
        """Delete the chosen snapshot, after asking."""
        name, document = self._chosen()
        title = self.tr("Delete the snapshot {name}?").format(name=name)
        if ask.yes(self, title, self.tr("It cannot be brought back."), self.tr("Delete")):
            forget(document, name)
            self._snapshots_changed("")

    def go_back(self) -> None:
        """Make the drawing what the chosen snapshot holds: one step, which undo takes back."""
        name, document = self._chosen()
        kept = self._snapshot(document, name)
        if kept is not None and self.workspace is not None:
            go_back(self.workspace.session, kept, name)

    def open_snapshot(self) -> None:
        """Open the chosen snapshot as a drawing of its own."""
        name, document = self._chosen()
        kept = self._snapshot(document, name)
        if kept is not None and self.workspace is not None:
            base = self.workspace.session.base_folder
            stem = Path(self.name_of(self.workspace)).stem
            self.show_session(Session(kept, base_folder=base), f"{stem} – {name}.bunon".replace("/", "-"))

    def compare_snapshot(self) -> None:
        """Show how the drawing differs from the chosen snapshot."""
        name, document = self._chosen()
        if self._snapshot(document, name) is not None:
            self._compare(
                Source(self.tr("Snapshot {name}").format(name=name), lambda: drawing(document, name))
            )

    def _numbered(self, number: int) -> str:
        return self.tr("Snapshot {number}").format(number=number)

    def _chosen(self) -> tuple[str, Document]:
        assert self.workspace is not None
        return self.workspace.history.chosen(), self.workspace.session.document

    def _snapshot(self, document: Document, name: str) -> Document | None:
        try:
            return drawing(document, name)
        except DocumentError as error:
            ask.tell(self, self.tr("The snapshot cannot be opened"), words.text(error))
            return None

    def _asked(self, title: str, label: str, start: str, act: Callable[[str], None]) -> str:
        """Ask for a name until it will do; returns it, or an empty text where the user gave up."""
        reason = ""
        while True:
            name = ask.line(self, title, f"{reason}\n\n{label}" if reason else label, start)
            if name is None:
                return ""
            try:
                act(name)
            except DocumentError as error:
                reason, start = words.text(error), name
                continue
            return name.strip()

    def _snapshots_changed(self, name: str) -> None:
        workspace = self.workspace
        assert workspace is not None
        workspace.session.stack.resetClean()  # the file does not hold it yet
        workspace.autosave.touch()
        workspace.history.refresh()
        if name:
            workspace.history.choose(name)
        workspace.bottom.show_pane("history")
        self.update_actions()

    # -- comparing ----------------------------------------------------------------------------------------

    def compare_with(self) -> None:
        """Ask what to compare the drawing with, and show both side by side."""
        dialog = CompareDialog(self.sources(), self)
        if dialog.exec():
            source = dialog.source()
            self._compare(source if source is not None else self._file_source())
        dialog.deleteLater()

    def sources(self) -> list[Source]:
        """Return what the drawing in front can be compared with."""
        workspace = self.workspace
        assert workspace is not None
        session = workspace.session
        found: list[Source] = []
        path = session.path
        if path is not None and path.is_file():
            found.append(Source(self.tr("The saved file"), lambda: files.load(path), "save"))
        for one in reversed(snapshots(session.document)):
            title = self.tr("Snapshot {name}").format(name=one.name)
            found.append(Source(title, partial(drawing, session.document, one.name), "camera"))
        found += self._steps()
        stored = session.last_run()
        run = session.run.document if session.run is not None else stored.document if stored else None
        if run is not None:
            found.append(Source(self.tr("The drawing of the last run"), lambda: run, "play"))
        for other in self.workspaces():
            if other is not workspace:
                found.append(Source(self.name_of(other), partial(_document_of, other), "workflow"))
        return found

    def link_compared(self) -> None:
        """Let the two drawings that are compared move together, or each by itself."""
        page = self.tabs.current()
        if isinstance(page, ComparePage):
            page.link.toggle()

    def _keep_linked(self, on: bool) -> None:
        self.settings.set_text(LINKED, "yes" if on else "no")
        self.update_actions()

    def _steps(self) -> list[Source]:
        """Return the drawing as it was before each of the last steps, the latest first."""
        assert self.workspace is not None
        session = self.workspace.session
        stack, found = session.stack, []
        last = stack.index()
        first = max(0, last - MOST_STEPS)
        for at in [*range(last - 1, first - 1, -1), *([0] if first > 0 else [])]:
            if at == 0:
                title = self.tr("As it was opened")
            else:
                title = self.tr("After the step: {step}").format(step=stack.text(at - 1))
            before = state_at(session.stack, session.document, at)
            found.append(Source(title, partial(_itself, before), "history"))
        return found

    def _file_source(self) -> Source | None:
        assert self.workspace is not None
        start = str(self.workspace.session.base_folder)
        filters = self.tr("Bunon drawings (*.bunon)")
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Compare with"), start, filters)
        return Source(Path(name).name, lambda: files.load(name), "folder-open") if name else None

    def _compare(self, source: Source | None) -> None:
        workspace = self.workspace
        if source is None or workspace is None:
            return
        try:
            source.read()
        except (OSError, DocumentError) as error:
            ask.tell(self, self.tr("{name} cannot be opened").format(name=source.title), words.text(error))
            return
        name = self.name_of(workspace)
        document = workspace.session.document
        linked = self.settings.text(LINKED, "yes") == "yes"
        page = ComparePage(self.loader.catalog, source, Source(name, lambda: document), linked=linked)
        page.link_changed.connect(self._keep_linked)
        self.show_page(page, self.tr("{old} ↔ {new}").format(old=source.title, new=name))


def _itself(document: Document) -> Document:
    return document


def _document_of(workspace: Workspace) -> Document:
    return workspace.session.document
