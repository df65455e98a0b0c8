"""QActions and menus, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from studio.app.actions import ACTIONS, CONTEXT, MENUS, WHY_NOT, Act
from studio.kit.keymap import keymap
from studio.theme import icon

_FILLED = ("pause", "play", "square")


def words(text: str) -> str:
    """Return a text of the table in the user's language."""
    return QCoreApplication.translate(CONTEXT, text)


def plain(text: str) -> str:
    """Return an action's name without the dots and the mark of its key, as sentences and tool tips use it."""
    return words(text).replace("&", "").rstrip("….")


class ActionSet(QObject):
    """The window's QActions by id; ``set_enabled`` keeps the tool tip honest about why one is disabled."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        for act in ACTIONS:
            action = QAction(words(act.text), window)
            if act.scope == "canvas":  # shown in menus; the drawing itself hears them
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            if act.icon:
                action.setIcon(icon(act.icon, filled=act.icon in _FILLED))
            action.setCheckable(act.checkable)
            action.triggered.connect(getattr(window, act.handler))
            action.setObjectName(act.id)
            window.addAction(action)
            self._actions[act.id] = action
        self.follow_keys()
        keymap().changed.connect(self.follow_keys)

    def follow_keys(self) -> None:
        """Give every action the keys that it has now."""
        for act in ACTIONS:
            action = self._actions[act.id]
            action.setShortcuts(keymap().keys(act.id))
            self._describe(act, action.statusTip())

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def update(self, holds: dict[str, bool], why: dict[str, str]) -> None:
        """Enable each action whose condition holds; ``why`` words what the table cannot."""
        for act in ACTIONS:
            enabled = not act.when or holds.get(act.when, False)
            action = self._actions[act.id]
            if action.isEnabled() != enabled:
                action.setEnabled(enabled)
            reason = "" if enabled else why.get(act.when) or words(WHY_NOT.get(act.when, ""))
            self._describe(act, reason)

    def _describe(self, act: Act, reason: str) -> None:
        action = self._actions[act.id]
        text = action.text().replace("&", "").rstrip("…")
        keys = keymap().words(act.id)
        tip = f"{text} ({keys})" if keys else text
        if reason:
            tip = f"{tip}\n{reason}"
        if action.toolTip() != tip:
            action.setToolTip(tip)
            action.setStatusTip(reason)


def build_menus(window: QMainWindow, actions: ActionSet) -> dict[str, QMenu]:
    """Fill the menu bar and return the menus by key, submenus as ``menu/title``."""
    menus: dict[str, QMenu] = {}
    for key, title in MENUS.items():
        menu = menus[key] = window.menuBar().addMenu(words(title))
        menu.setToolTipsVisible(True)
        last: Act | None = None
        for act in (one for one in ACTIONS if one.menu == key):
            if last is not None and last.group != act.group:
                menu.addSeparator()
            last = act
            if not act.submenu:
                menu.addAction(actions[act.id])
                continue
            inner = menus.get(f"{key}/{act.submenu}")
            if inner is None:
                inner = menus[f"{key}/{act.submenu}"] = menu.addMenu(words(act.submenu))
                inner.setToolTipsVisible(True)
            inner.addAction(actions[act.id])
    return menus
