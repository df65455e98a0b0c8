"""Which keys do what: the keys of the actions, and those that the user gave them instead.

The table of actions declares its keys once; menus, tool tips, dialogs and the canvas all ask here, so that a
key that is given to another action changes everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

_NAME = "bunonKeymap"
FIXED = ("Space", "Tab", "Shift+Tab", "Left", "Right", "Up", "Down")
"""Keys that move the view, the focus or the choice in every list: no action may take them."""


def plain_text(keys: QKeySequence) -> str:
    """Return keys as they are stored, alike in every language."""
    return keys.toString(QKeySequence.SequenceFormat.PortableText)


class Keymap(QObject):
    """Keys by the id of an action; ``changed`` tells that some are others now."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._defaults: dict[str, tuple[str, ...]] = {}
        self._own: dict[str, str] = {}
        self._owners: dict[str, str] = {}

    def declare(self, defaults: Mapping[str, Iterable[str]]) -> None:
        """Say which actions there are, and which keys they have of themselves, the one to show first."""
        self._defaults = {
            name: tuple(plain_text(QKeySequence(key)) for key in keys if key)
            for name, keys in defaults.items()
        }
        self._settle()

    def keys(self, name: str) -> list[QKeySequence]:
        """Return the keys of an action, the one to show first; empty where it has none."""
        own = self._own.get(name)
        texts = self._defaults.get(name, ()) if own is None else (own,) if own else ()
        return [QKeySequence(text) for text in texts if self._owners.get(text) == name]

    def words(self, name: str) -> str:
        """Return the first keys of an action as this computer writes them; empty where it has none."""
        keys = self.keys(name)
        return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def owner(self, keys: QKeySequence) -> str:
        """Return the id of the action that keys do; empty where they do none."""
        return self._owners.get(plain_text(keys), "")

    def action_of(self, event: QKeyEvent) -> str:
        """Return the id of the action that a pressed key does; empty where it does none."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Enter:
            key = Qt.Key.Key_Return
        found = self.owner(QKeySequence(QKeyCombination(held, key)))
        if not found and held & Qt.KeyboardModifier.ShiftModifier and not event.text().isalnum():
            # Some signs need Shift to be typed at all: "?" is one key, whatever else is held for it.
            bare = held & ~Qt.KeyboardModifier.ShiftModifier
            found = self.owner(QKeySequence(QKeyCombination(bare, key))) if event.text().isprintable() else ""
        return found

    def is_changed(self, name: str) -> bool:
        """Return whether an action has other keys than of itself."""
        return [plain_text(keys) for keys in self.keys(name)] != list(self._defaults.get(name, ()))

    def is_fixed(self, keys: QKeySequence) -> bool:
        """Return whether keys cannot be given to an action."""
        return plain_text(keys) in FIXED

    def give(self, name: str, keys: QKeySequence) -> None:
        """Give an action these keys in place of its own, none for empty ones; who had them loses them."""
        text = plain_text(keys)
        loser = self._owners.get(text)
        if loser and loser != name:
            left = [each for each in map(plain_text, self.keys(loser)) if each != text]
            self._own[loser] = left[0] if left else ""
        self._own[name] = text
        self._settle()

    def reset(self, name: str) -> None:
        """Give an action its own keys back; whoever has them now loses them."""
        self._own.pop(name, None)
        for text in self._defaults.get(name, ()):
            for other, own in list(self._own.items()):
                if own == text:
                    self._own[other] = ""
        self._settle()

    def reset_all(self) -> None:
        """Give every action its own keys back."""
        self._own.clear()
        self._settle()

    def own(self) -> dict[str, str]:
        """Return what the user has changed, to be kept: keys by the id of the action."""
        return dict(self._own)

    def take(self, own: Mapping[str, object]) -> list[str]:
        """Take what was kept; actions and keys that are not known, or that cannot be, are left out.

        Returns the names of those.
        """
        self._own, left_out = {}, []
        for name, text in own.items():
            keys = QKeySequence(text) if isinstance(text, str) else None
            if name in self._defaults and keys is not None and (not text or self._can_be(keys)):
                self._own[name] = plain_text(keys)
            else:
                left_out.append(name)
        self._settle()
        return left_out

    def _can_be(self, keys: QKeySequence) -> bool:
        return keys.count() == 1 and bool(plain_text(keys)) and not self.is_fixed(keys)

    def _settle(self) -> None:
        """Find out whose each key is: the user's own choice first, then the order of the table."""
        own = {name: text for name, text in self._own.items() if self._defaults.get(name) != (text,)}
        self._own = own
        self._owners = {}
        for name, text in own.items():
            if text:
                self._owners.setdefault(text, name)
        for name, texts in self._defaults.items():
            if name not in own:
                for text in texts:
                    self._owners.setdefault(text, name)
        self.changed.emit()


def keymap() -> Keymap:
    """Return the application's one keymap, made when first asked for."""
    app = QCoreApplication.instance()
    found = app.findChild(Keymap, _NAME) if app is not None else None
    if isinstance(found, Keymap):
        return found
    made = Keymap(app)
    made.setObjectName(_NAME)
    return made
