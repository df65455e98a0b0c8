"""The keys of the table of actions, and those of the user's own, kept in the settings."""

from __future__ import annotations

import json

from studio.app.actions import ACTIONS
from studio.app.settings import Settings
from studio.kit.keymap import keymap

SETTING = "keys"


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


def store_keys(settings: Settings) -> None:
    """Keep the user's keys."""
    settings.set_text(SETTING, json.dumps(keymap().own()))
