"""Which drawings are open: kept in mind, to open them again at the next start or after a tab was closed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from studio import words
from studio.app import ask
from studio.app.autosave import Recovered, forget, left_behind
from studio.app.document_tabs import DocumentTabs
from studio.app.file_actions import EXAMPLES
from studio.app.menus import ActionSet
from studio.app.settings import Settings, data_path, parsed
from studio.app.workspace import Workspace
from studio.document.errors import DocumentError
from studio.session import Session

OPEN, REOPEN = "tabs/open", "tabs/reopen"
Entry = dict[str, str]
"""What brings a tab back: a ``file``, or the key of an ``example``."""
MOST_CLOSED = 20


class TabMemory(QMainWindow):
    """The part of the main window that knows which tabs there were.

    Of several windows that are open at once the first one remembers: a lock in the data folder says which.
    """

    settings: Settings
    tabs: DocumentTabs
    actions_by_id: ActionSet
    workspace: Workspace | None
    recover: Callable[[Recovered], bool]
    open_path: Callable[[Path], bool]
    open_example: Callable[[str], bool]
    show_session: Callable[..., None]
    update_actions: Callable[[], None]
    workspace_of: Callable[[Path], Workspace | None]
    _lock: QLockFile | None = None
    closed: list[Entry]

    def bring_back(self) -> None:
        """Offer lost work, open the tabs of the last time, and remember from now on which are open."""
        lost = self._wanted_back()
        before = self.tabs.current()
        if self._is_first() and self.reopens():
            self._reopen(lost)
        for left in lost.values():
            self._recover(left)
        if before is not None:  # the file that was asked for stays in front
            self.tabs.bring(before)
        self.remember_tabs()

    def reopens(self) -> bool:
        """Return whether the tabs are to come back at the next start."""
        return self.settings.text(REOPEN, "yes") == "yes"

    def reopen_tabs(self) -> None:
        """Let the tabs come back at the next start, or no longer."""
        self.settings.set_text(REOPEN, "no" if self.reopens() else "yes")
        self.mark_reopening()

    def mark_reopening(self) -> None:
        """Show in the menu whether the tabs come back."""
        self.actions_by_id["reopen_tabs"].setChecked(self.reopens())

    def remember_tabs(self, *_: object) -> None:
        """Keep which drawings are open, in their order, and which is in front."""
        if self._lock is None or not self._lock.isLocked():
            return
        front = self.tabs.current()
        entries: list[Entry] = []
        at = -1
        for page in self.tabs.pages():
            entry = entry_of(page)
            if entry:
                at = len(entries) if page is front else at
                entries.append(entry)
        self.settings.set_text(OPEN, json.dumps({"tabs": entries, "front": at}))

    def stop_remembering(self) -> None:
        """Leave the list as it is: the window closes."""
        if self._lock is not None:
            self._lock.unlock()

    # -- closed tabs, recent files ------------------------------------------------------------------------

    def note_closed(self, page: QWidget) -> None:
        """Remember a tab that goes, to open it again."""
        entry = entry_of(page)
        if entry:
            self.closed = [*(each for each in self.closed if each != entry), entry][-MOST_CLOSED:]

    def reopen_closed(self) -> None:
        """Open the tab again that was closed last and is not open."""
        while self.closed:
            entry = self.closed.pop()
            if "example" in entry:
                self.open_example(entry["example"])
                break
            if self.workspace_of(Path(entry["file"])) is None:
                self.open_path(Path(entry["file"]))
                break
        self.update_actions()

    def add_recent_menu(self, menu: QMenu) -> None:
        """Put the list of recent files behind "Open"."""
        recent = QMenu(self.tr("Open recent"), menu)
        recent.setToolTipsVisible(True)
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        actions = menu.actions()
        at = actions.index(self.actions_by_id["open"]) + 1
        menu.insertMenu(actions[at], recent)

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        paths = self.settings.recent()
        names = [path.name for path in paths]
        for path in paths:
            alike = names.count(path.name) > 1
            text = f"{path.name}  –  {path.parent}" if alike else path.name
            action = menu.addAction(text.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _on=False, one=path: self.open_path(one))
        if not paths:
            menu.addAction(self.tr("Drawings that you save will be listed here.")).setEnabled(False)

    # -- the last time ------------------------------------------------------------------------------------

    def _is_first(self) -> bool:
        folder = data_path()
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = QLockFile(str(folder / "tabs.lock"))
        self._lock.setStaleLockTime(0)  # a lock is old when its process is gone, not after a time
        return self._lock.tryLock(0)

    def _wanted_back(self) -> dict[Path, Recovered]:
        """Ask about each copy that a crash left; returns those to be recovered by their copies' paths."""
        wanted = {}
        for left in left_behind(data_path() / "autosave"):
            name = left.original.name if left.original else self.tr("a drawing without a name")
            yes = ask.yes(
                self,
                self.tr("Recover your work?"),
                self.tr("Bunon ended unexpectedly while {name} had unsaved changes.").format(name=name),
                self.tr("Recover"),
                self.tr("Discard"),
            )
            if yes:
                wanted[left.copy] = left
            else:
                forget(left.copy)
        return wanted

    def _recover(self, left: Recovered) -> bool:
        """Open a copy; it goes once its work is kept anew, and stays where it cannot be opened."""
        if not self.recover(left):
            return False
        if self.workspace is not None and self.workspace.autosave.write():
            forget(left.copy)
        return True

    def _reopen(self, lost: dict[Path, Recovered]) -> None:
        """Open the tabs of the last time; lost work takes the place of its file and leaves ``lost``."""
        entries, front = remembered(self.settings)
        originals = {left.original: copy for copy, left in lost.items() if left.original is not None}
        failed: list[str] = []
        shown: list[QWidget | None] = []
        for entry in entries:
            path = Path(entry.get("file", ""))
            if "example" in entry:
                self.open_example(entry["example"])
            elif path in originals and self._recover(lost.pop(originals[path])):
                pass
            elif self.workspace_of(path) is None:
                try:
                    self.show_session(Session.open(path), path.name)
                except (OSError, DocumentError) as error:
                    failed.append(f"{words.text(error)}\n{path}")
                    shown.append(None)
                    continue
            shown.append(self.tabs.current())
        chosen = shown[front] if 0 <= front < len(shown) else None
        if chosen is not None:
            self.tabs.bring(chosen)
        if failed:
            one = self.tr("A drawing of the last time cannot be opened")
            many = self.tr("{count} drawings of the last time cannot be opened")
            title = one if len(failed) == 1 else many.format(count=len(failed))
            ask.tell(self, title, "\n\n".join(failed))


def entry_of(page: QWidget) -> Entry:
    """Return what brings a page back; empty for what cannot come back."""
    if not isinstance(page, Workspace):
        return {}
    path = page.session.path
    return {"file": str(path)} if path is not None else {"example": page.example} if page.example else {}


def remembered(settings: Settings) -> tuple[list[Entry], int]:
    """Return the tabs of the last time and which of them was in front; whatever is damaged is left out."""
    data = parsed(settings.text(OPEN))
    rows, front = (data.get("tabs"), data.get("front")) if isinstance(data, dict) else ([], -1)
    entries: list[Entry] = []
    at = -1
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        entry = _entry(row)
        if entry and entry not in entries:
            at = len(entries) if number == front else at
            entries.append(entry)
    return entries, at


def _entry(row: object) -> Entry:
    """Return what a row of the list says, as far as it can be used."""
    named = row if isinstance(row, dict) else {}
    file, example = named.get("file"), named.get("example")
    if isinstance(file, str) and file and "\0" not in file:
        return {"file": file}
    return {"example": example} if isinstance(example, str) and example in EXAMPLES else {}
