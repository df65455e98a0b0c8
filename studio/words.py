"""The one place that words codes: problems, refusals, file errors, repairs and labels of undo steps.

Window and command line say the same.  No Qt here: the window installs its own ``translate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

CONTEXT = "Words"


def _identity(context: str, text: str) -> str:
    return text


translate: Callable[[str, str], str] = _identity
"""Takes context and English text; ``QCoreApplication.translate`` fits."""


class Coded(Protocol):
    """A problem, refusal or error: a code with fields."""

    @property
    def code(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...


def install(function: Callable[[str, str], str]) -> None:
    """Translate with ``function`` from now on."""
    global translate
    translate = function


def tr(text: str) -> str:
    """Mark a text for translation and return it as it is; ``_say`` translates it when it is needed."""
    return text


class _Plain(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _say(template: str, fields: Mapping[str, Any]) -> str:
    shown = {name: _shown(name, value) for name, value in fields.items()}
    return translate(CONTEXT, template).format_map(_Plain(shown))


def _shown(name: str, value: Any) -> str:
    if name in ("known", "shapes") and isinstance(value, (tuple, list)):
        texts = [each if isinstance(each, str) else shape_words(each) for each in value]
        return ", ".join(texts) or "–"
    if name in ("shape", "target_shape") and isinstance(value, (tuple, list)):
        return shape_words(value)
    return "–" if value is None else str(value)


def shape_words(shape: Any) -> str:
    """Return a shape for people, the batch axis left out: ``(None, 8, 8, 1)`` → ``8 × 8 × 1``."""
    sizes = [("?" if size is None else str(size)) for size in tuple(shape)[1:]]
    return " × ".join(sizes) if sizes else translate(CONTEXT, tr("one value"))


def size_words(shape: Any) -> str:
    """Return a shape that has no batch axis: ``(8, 8)`` → ``8 × 8``."""
    return shape_words((None, *shape))


def edit_text(code: str, fields: Mapping[str, Any]) -> str:
    """Return the label of an undo step, as in "Undo Add dense"."""
    several = fields.get("count", 1) != 1
    template = (EDITS_MANY.get(code) if several else None) or EDITS.get(code) or tr("Edit")
    return _say(template, fields)


def repair_text(repair: Coded) -> str:
    """Return what a repair's button says."""
    fields = dict(repair.fields)
    if repair.code == "insert_layer":
        target = fields.get("params", {}).get("target_shape")
        if target is not None:
            return _say(tr("Reshape to {sizes}"), {"sizes": size_words(target)})
    loss = fields.get("loss")
    if isinstance(loss, Mapping):
        fields["loss"] = str(loss.get("class_name", ""))
        config = loss.get("config")
        if isinstance(config, Mapping) and config.get("from_logits") is False:
            return _say(tr("Set from_logits to False in {loss}"), fields)
    return _say(REPAIRS.get(repair.code, repair.code), fields)


def text(thing: Coded | BaseException) -> str:
    """Return what is wrong, in the user's language; an unknown code gives the error's own English."""
    code, fields = getattr(thing, "code", ""), getattr(thing, "fields", {})
    if code == "shape":
        inner = SHAPES.get(str(fields.get("error")))
        return _say(inner, fields) if inner else str(fields.get("message", ""))
    if code == "param" and not isinstance(thing, BaseException):
        return str(fields.get("message", "")) or _say(tr("{name}: a parameter is wrong."), fields)
    if code == "bad_name" and "where" in fields:
        return _say(FILE_NAME, fields)
    if code == "cycle" and "source" in fields:
        return _say(WIRE_CYCLE, fields)
    template = TEXTS.get(str(code))
    if template is not None:
        return _say(template, fields)
    return str(thing) if isinstance(thing, BaseException) else str(fields.get("message") or code)


EDITS = {
    "add_layer": tr("Add {name}"), "add_input": tr("Add {name}"), "add_output": tr("Add {name}"),
    "connect": tr("Connect {source} to {target}"), "disconnect": tr("Remove wire"),
    "delete": tr("Delete {name}"), "move": tr("Move {name}"), "lay_out": tr("Lay out"),
    "set_params": tr("Change {params} of {name}"), "set_options": tr("Change {params} of {name}"),
    "set_settings": tr("Change {key} settings"), "rename": tr("Rename {old} to {name}"),
    "paste": tr("Paste"), "duplicate": tr("Duplicate"), "cut": tr("Cut"), "insert": tr("Insert {name}"),
    "repair": tr("Repair {name}"),
}  # fmt: skip
EDITS_MANY = {
    "delete": tr("Delete {count} nodes"), "move": tr("Move {count} nodes"), "lay_out": tr("Lay out"),
    "disconnect": tr("Remove {count} wires"), "paste": tr("Paste {count} nodes"),
    "duplicate": tr("Duplicate {count} nodes"), "cut": tr("Cut {count} nodes"),
    "set_params": tr("Change {params} of {count} layers"),
}  # fmt: skip
REPAIRS = {
    "insert_layer": tr("Insert {type}"), "use_loss": tr("Use {loss}"),
    "set_units": tr("Set units to {units}"),
    "set_activation": tr("Set activation to {activation}"),
}  # fmt: skip
SHAPES = {
    "rank": tr("{type} reads {expected} axes (examples counted). It gets {got}: {shape}."),
    "min_rank": tr("{type} reads at least {expected} axes (examples counted). It gets {got}: {shape}."),
    "max_rank": tr("{type} reads at most {expected} axes (examples counted). It gets {got}: {shape}."),
    "axis": tr("{type} needs size {expected} on axis {axis}. It gets {got}: {shape}."),
}
# one code in two places: the field "where" tells a file, "source" a wire
FILE_NAME = tr("{path}: at {where} there should be {expected}, but there is {got}.")
WIRE_CYCLE = tr("{target} leads to {source} already: the wire would close a loop.")
TEXTS = {
    # the graph
    "no_input": tr("There is no Input: add one and choose the data that goes in."),
    "no_output": tr("There is no Output: add one and choose what the model is to predict."),
    "unwired": tr("Nothing is connected to {name}: draw a wire into it."),
    "dead_branch": tr("{name} leads to no Output, so it takes no part in training."),
    "cycle": tr("{name} is part of a loop: data would run in a circle. Remove one of its wires."),
    "after_cycle": tr("{name} comes after a loop, so its shape is not known."),
    "unknown_layer": tr(
        "{name}: there is no layer called {type} here. It is kept as it is, "
        "but cannot train."
    ),
    "port_gone": tr("{name} has an input wired that it no longer has: remove the wire or change it back."),
    "output_gone": tr("{name} has an output wired that it no longer has: remove the wire or change it back."),
    "missing_field": tr("{name} uses the data field {field}, which the data does not have. It has: {known}."),
    "input_empty": tr("{name} has no data yet: choose a field, or give a shape."),
    "input_shape": tr("{name} needs a shape of whole numbers above 0, not {got}."),
    "shared_weights": tr(
        "{name} shares the weights of {other}, but its input asks for weights "
        "of other shapes."
    ),
    # losses
    "no_target": tr("{name} has no target: choose the data field that it is to predict."),
    "no_loss": tr("{name} has no loss: choose how its mistakes are measured."),
    "target_text": tr("{target} is text, which cannot be predicted: choose another field."),
    "loss_needs_classes": tr("{loss} needs a target of classes; {target} holds {kind}."),
    "loss_needs_one_hot": tr("{loss} needs one column for each class, but {target} holds class numbers."),
    "loss_needs_two": tr("{loss} tells two classes apart, but {target} has {classes}."),
    "loss_for_numbers": tr("{loss} treats the class numbers of {target} as amounts; that is rarely meant."),
    "width": tr("{target} asks for {expected} values, but {name} gets {got}."),
    "target_shape": tr("{target} has the shape {expected}, but {name} gets {got}."),
    "logits_twice": tr("{loss} applies {activation} itself (from_logits), and the last layer does so too."),
    "needs_activation": tr(
        "{loss} expects probabilities: the last layer should end in "
        "{activation}, not {got}."
    ),
    # refusals
    "no_node": tr("The node is not there any more."),
    "no_wire": tr("The wire is not there any more."),
    "into_input": tr("An Input begins the model: no wire goes into it."),
    "out_of_output": tr("An Output ends the model: no wire leaves it."),
    "self_loop": tr("{source} cannot feed itself."),
    "unknown_port": tr("{node} has no port called {port}."),
    "already_wired": tr("{source} and {target} are connected in this way already."),
    "port_taken": tr("{target} takes one wire at {port}, and has it. Dropping here replaces it."),
    "bad_name": tr(
        "{name} cannot be a name: use letters, digits and _, no digit first, "
        "no word of Python's own."
    ),
    "name_taken": tr("The name {name} is taken already."),
    "no_nodes": tr("The clipboard holds no nodes."),
    "no_input_port": tr("{name} has no input."),
    "no_output_port": tr("{name} has no output."),
    "no_params": tr("This node has no parameters."),
    "value": tr("A setting is a number, a text, yes or no, or a list of them, not {got}."),
    # files
    "cannot_read": tr("{path} cannot be read: {got}."),
    "cannot_write": tr("{path} cannot be written: {got}. The old file, if any, is as it was."),
    "too_large": tr("{path} is too large for a drawing: {got} bytes."),
    "not_text": tr("{path} is no Bunon file: it is not text."),
    "truncated": tr("{path} ends too early, at {where}: a part of it is missing."),
    "not_json": tr("{path} is no Bunon file: it is not JSON ({where})."),
    "not_bunon": tr("{path} is no Bunon file: its format is {got}."),
    "newer": tr("{path} was written by a newer Bunon (file version {got}). Update Bunon to open it."),
    "wrong_version": tr("{path} has the file version {got}, which never was."),
    "too_deep": tr("{path} nests lists too deeply to be a drawing."),
    "missing": tr("{path}: at {where}, {expected} is missing."),
    "wrong_type": tr("{path}: at {where} there should be {expected}, but there is {got}."),
    "dangling": tr("{path}: {where} should be {expected}, but is {got}, which is not there."),
    "duplicate": tr("{path}: at {where} there should be {expected}, but there is {got}."),
    "bad_id": tr("{path}: at {where} there should be {expected}, but there is {got}."),
}  # fmt: skip
