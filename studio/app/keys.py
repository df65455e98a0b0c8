"""The keys of the table of actions, and those of the user's own, kept in the settings."""

from __future__ import annotations

import json

from studio.app.actions import ACTIONS
from studio.app.settings import Settings
from studio.kit.keymap import keymap

SETTING, FORMAT = "keys", "bunon-keys"


def declare_keys() -> None:
    """Tell the keymap what the table of actions says."""
    keymap().declare({act.id: (act.shortcut, *act.also) for act in ACTIONS})


def load_keys(settings: Settings) -> None:
    """Take the user's keys; what cannot be understood there counts as never set."""
    declare_keys()
    try:
        own = json.loads(settings.text(SETTING) or "{}")
    except ValueError:
        own = {}
    keymap().take(own if isinstance(own, dict) else {})


def keys_text() -> str:
    """Return the user's keys as the text of a file, to take them to another computer."""
    return json.dumps({"format": FORMAT, "keys": keymap().own()}, indent=2) + "\n"


def take_keys_text(text: str) -> list[str]:
    """Take the keys of a file in place of the present ones; return the ids of actions that are not known.

    Raises ``ValueError`` for a text that holds no keys; then nothing changes.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("keys"), dict):
        raise ValueError("The file holds no keys.")
    known = {act.id for act in ACTIONS}
    keymap().take(data["keys"])
    return sorted(name for name in data["keys"] if name not in known)


def store_keys(settings: Settings) -> None:
    """Keep the user's keys."""
    settings.set_text(SETTING, json.dumps(keymap().own()))
