"""Words for the differences between two drawings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.document.values import thaw
from studio.words.say import say, shown_value, tr, translate

CHANGES = {
    "added": tr("{name} ({type}) was added"),
    "removed": tr("{name} ({type}) was removed"),
    "block_added": tr("The block {name} was added"),
    "block_removed": tr("The block {name} was removed"),
    "renamed": tr("{name} was called {old}"),
    "type": tr("{name} was {old}, and is {new}"),
    "param": tr("{name}: {param} was {old}, and is {new}"),
    "param_set": tr("{name}: {param} is {new} now"),
    "param_unset": tr("{name}: {param} was {old}, and is the default now"),
    "shared": tr("{name} shares its layer with another node now"),
    "unshared": tr("{name} has a layer of its own now"),
    "rewired": tr("{name} reads {new} instead of {old}"),
    "rewired_from": tr("{name} reads {new} now"),
    "rewired_off": tr("{name} does not read {old} any more"),
    "setting": tr("Settings: {key} was {old}, and is {new}"),
    "setting_set": tr("Settings: {key} is {new} now"),
    "setting_unset": tr("Settings: {key} was {old}, and is the default now"),
}  # fmt: skip
BRIEF = {
    "renamed": tr("was called {old}"),
    "param": tr("{param}: {old} → {new}"),
    "param_set": tr("{param}: default → {new}"),
    "param_unset": tr("{param}: {old} → default"),
}
LONGEST = 60


def change_text(code: str, fields: Mapping[str, Any]) -> str:
    """Return what a difference is, in one sentence."""
    plain = {key: _value(value) if key in ("old", "new") else value for key, value in fields.items()}
    return say(CHANGES[code], plain)


def change_brief(code: str, fields: Mapping[str, Any]) -> str:
    """Return a changed value in the few words that fit below a card; empty for other differences."""
    if code == "renamed":
        return say(BRIEF[code], fields)
    if code not in BRIEF:
        return ""
    plain = {key: _value(value) if key in ("old", "new") else value for key, value in fields.items()}
    return say(BRIEF[code], {**plain, "param": str(fields["param"]).replace("_", " ")})


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        named = value.get("class_name")
        parts = [f"{key} {_value(each)}" for key, each in value.items() if key != "class_name"]
        text = str(named) if named else ", ".join(parts)
    elif isinstance(value, bool):
        text = translate("Words", tr("on") if value else tr("off"))
    elif value is None:
        text = translate("Words", tr("none"))
    elif isinstance(value, (tuple, list)) and all(isinstance(each, int) for each in value):
        text = shown_value("size", value)
    elif isinstance(value, (tuple, list)):
        text = ", ".join(_value(each) for each in thaw(value))
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
