"""The one place that words codes: problems, refusals, file errors, repairs and labels of undo steps.

Window and command line say the same.  No Qt here: the window installs ``QCoreApplication.translate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from studio.words import files, graph, habits, layers
from studio.words.programs import program_text, run_text
from studio.words.say import install, say, shape_words, size_words, tr, translate

__all__ = [
    "Coded", "branch_text", "edit_text", "install", "lesson", "repair_text", "run_text", "shape_words",
    "size_words", "text", "tr", "translate",
]  # fmt: skip


class Coded(Protocol):
    """A problem, refusal or error: a code with fields."""

    @property
    def code(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...


# One code may mean two things in two rooms ("missing", "cycle", "shape"), so the class chooses the table.
# Classes go by name: wording an error need not import the room that it comes from.
_TABLES: dict[str, dict[str, str]] = {
    "Refusal": graph.REFUSALS,
    "DocumentError": graph.REFUSALS,
    "FileError": files.FILES,
    "DataError": files.DATA,
    "Problem": graph.PROBLEMS,
}


def edit_text(code: str, fields: Mapping[str, Any]) -> str:
    """Return the label of an undo step, as in "Undo Add dense"."""
    several = fields.get("count", 1) != 1
    template = (graph.EDITS_MANY.get(code) if several else None) or graph.EDITS.get(code) or tr("Edit")
    return say(template, fields)


def branch_text(code: str, node: str) -> str:
    """Return why a graph is no chain: ``code`` as in ``document.linear.Branch``, ``node`` the node's name."""
    return say(graph.BRANCHES[code], {"node": node})


def repair_text(repair: Coded) -> str:
    """Return what a repair's button says."""
    fields = dict(repair.fields)
    template = habits.REPAIRS.get(repair.code, repair.code)
    params, loss, value = fields.get("params"), fields.get("loss"), fields.get("value")
    if repair.code in ("insert_layer", "insert_after") and isinstance(params, Mapping):
        template, more = _inserted(template, params, bool(fields.get("rows")))
        fields |= more
    elif repair.code == "set_param" and fields.get("of"):
        template = habits.REPAIR_PARAM_OF
    elif repair.code == "set_param" and isinstance(value, (tuple, list)):
        template, fields["sizes"] = habits.REPAIR_SHAPE, size_words(value)
    elif repair.code == "remove_branch" and fields.get("count", 1) > 1:
        template = habits.REPAIR_BRANCH
    elif isinstance(loss, Mapping):
        fields["loss"] = str(loss.get("class_name", ""))
        config = loss.get("config")
        if isinstance(config, Mapping) and "from_logits" in config:
            template = habits.REPAIR_LOGITS_ON if config["from_logits"] else habits.REPAIR_LOGITS
    return say(template, fields)


def _inserted(template: str, params: Mapping[str, Any], rows: bool) -> tuple[str, dict[str, Any]]:
    """Return what says that a layer is inserted: what stands out of its parameters comes with it."""
    if params.get("target_shape") is not None:
        sizes = size_words(params["target_shape"])
        return (habits.REPAIR_ROWS if rows else habits.REPAIR_RESHAPE), {"sizes": sizes}
    if params.get("scale"):
        return habits.REPAIR_SCALE, {"top": f"{1 / params['scale']:g}"}
    for key, other in (("units", habits.REPAIR_UNITS), ("filters", habits.REPAIR_FILTERS)):
        if params.get(key):
            return other, {key: params[key]}
    return template, {}


def text(thing: Coded | BaseException) -> str:
    """Return what is wrong, in the user's language; an unknown code gives the error's own English."""
    code, fields = str(getattr(thing, "code", "")), getattr(thing, "fields", {})
    kinds = [cls.__name__ for cls in type(thing).__mro__]
    if "EngineError" in kinds:
        return layers.engine_text(code, {**fields, "message": str(thing)}) or str(thing)
    if code in ("shape", "param") and not isinstance(thing, BaseException):
        return layers.engine_text(str(fields.get("error")), fields) or str(fields.get("message", code))
    if "TranslateError" in kinds and "problem" in fields:
        return text(fields["problem"])
    cause = getattr(thing, "__cause__", None)
    if "TranslateError" in kinds and code == "data" and cause is not None:
        return text(cause)
    if "TranslateError" in kinds and code == "step" and cause is not None:
        return text(cause)
    if "TranslateError" in kinds:
        reason = {"reason": text(cause)} if isinstance(cause, Exception) else {}
        return program_text(code, {**fields, **reason}) or str(thing)
    if "DataError" in kinds and fields.get("near") and code in files.DATA_NEAR:
        return say(files.DATA_NEAR[code], fields)
    for kind in kinds:
        found = _TABLES.get(kind, {}).get(code)
        if found is not None:
            return say(found, fields)
    return str(thing) if isinstance(thing, BaseException) else str(fields.get("message") or code)


def lesson(thing: Coded | BaseException) -> tuple[str, str]:
    """Return what is wrong as a first sentence and the rest, which may be empty."""
    words = text(thing)
    ends = [place for stop in (". ", "। ") if (place := words.find(stop)) >= 0]
    return (words[: min(ends) + 1], words[min(ends) + 2 :].strip()) if ends else (words, "")
