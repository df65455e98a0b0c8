"""The keys of the table of actions, and those of the user's own, kept in the settings."""

from __future__ import annotations

import json
from pathlib import Path

from studio.app.actions import ACTIONS
from studio.app.settings import Settings, parsed
from studio.kit.keymap import keymap

SETTING, FORMAT = "keys", "bunon-keys"
LARGEST = 2**20
"""Bytes; a larger file holds no keys."""


def declare_keys() -> None:
    """Tell the keymap what the table of actions says."""
    keymap().declare({act.id: (act.shortcut, *act.also) for act in ACTIONS})


def load_keys(settings: Settings) -> None:
    """Take the user's keys; what cannot be understood there counts as never set."""
    declare_keys()
    own = parsed(settings.text(SETTING))
    keymap().take(own if isinstance(own, dict) else {})


def keys_text() -> str:
    """Return the user's keys as the text of a file, to take them to another computer."""
    return json.dumps({"format": FORMAT, "keys": keymap().own()}, indent=2) + "\n"


def take_keys_file(path: Path) -> list[str]:
    """Take the keys of a file in place of the present ones; return the ids that were left out.

    Those name no action, or keys that no action can have.  Raises ``OSError``, and ``ValueError`` for a file
    that holds no keys; then nothing changes.
    """
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    data = parsed(raw.decode("utf-8-sig")) if len(raw) <= LARGEST else None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("keys"), dict):
        raise ValueError("The file holds no keys.")
    return sorted(keymap().take(data["keys"]))


def store_keys(settings: Settings) -> None:
    """Keep the user's keys."""
    settings.set_text(SETTING, json.dumps(keymap().own()))
