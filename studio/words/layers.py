"""Words for what layers refuse: shapes are told as vector, sequence, picture, volume, the batch left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from studio.words.say import say, tr

READS = {
    0: tr("{type} reads one value for each example."),
    1: tr("{type} reads a vector: features."),
    2: tr("{type} reads a sequence: steps × features."),
    3: tr("{type} reads a picture: height × width × channels."),
    4: tr("{type} reads a volume: depth × height × width × channels."),
}
READS_CHANNELS_FIRST = {
    2: tr("{type} reads a sequence: channels × steps."),
    3: tr("{type} reads a picture: channels × height × width."),
}
READS_MANY = tr("{type} reads examples with {expected} axes.")
READS_LEAST = {
    1: tr("{type} needs at least a vector: one axis of features."),
    2: tr("{type} needs at least a sequence: steps × features."),
    3: tr("{type} needs at least a picture: height × width × channels."),
}
READS_LEAST_MANY = tr("{type} needs examples with at least {expected} axes.")
READS_MOST = {
    1: tr("{type} reads at most a vector: one axis of features."),
    2: tr("{type} reads at most a sequence: steps × features."),
    3: tr("{type} reads at most a picture: height × width × channels."),
}
READS_MOST_MANY = tr("{type} reads examples with at most {expected} axes.")
GETS = {
    0: tr("It gets one value for each example."),
    1: tr("It gets a vector of {shape}."),
    2: tr("It gets a sequence: {shape}."),
    3: tr("It gets a picture: {shape}."),
    4: tr("It gets a volume: {shape}."),
}
GETS_MANY = tr("It gets {got} axes: {shape}.")
_RANKS = {
    "rank": (READS, READS_MANY),
    "min_rank": (READS_LEAST, READS_LEAST_MANY),
    "max_rank": (READS_MOST, READS_MOST_MANY),
}

TOO_SMALL = {
    (2, 1): tr(
        "{type} slides a window over the steps and needs at least {expected} of them. It gets {got}: "
        "{shape}. Use a smaller window, padding same, or fewer layers that shrink the sequence before it."
    ),
    (3, 1): tr(
        "{type} slides a window over the picture that needs a height of at least {expected}. The height is "
        "{got}: {shape}. Use a smaller window, padding same, or fewer layers that shrink the picture "
        "before it."
    ),
    (3, 2): tr(
        "{type} slides a window over the picture that needs a width of at least {expected}. The width is "
        "{got}: {shape}. Use a smaller window, padding same, or fewer layers that shrink the picture "
        "before it."
    ),
}
AXIS_LAST = tr("{name} has weights for {expected} values on the last axis. It gets {got} there: {shape}.")
UNKNOWN_NAME_NEAR = tr("{name}: nothing is called {unknown} there. Did you mean {near}?")
UNKNOWN_ALONE = tr("Nothing is called “{unknown}” there.")
UNKNOWN_ALONE_NEAR = tr("Nothing is called “{unknown}” there. Did you mean {near}?")
TOO_LARGE = tr("{name} would be larger than any computer's memory: make its numbers smaller.")
PARAM_RANGE = tr("{name}: {param} should be {expected}, not {got}.")
PARAM_ONLY = tr("{name}: {param} does not go with the other parameters. {message}")
ENGINE = {
    "rank": READS_MANY,
    "min_rank": READS_LEAST_MANY,
    "max_rank": READS_MOST_MANY,
    "axis": tr("{name} needs the size {expected} on axis {axis}. It gets {got} there."),
    "too_small": tr("{name} needs a size of at least {expected} on axis {axis}. It gets {got}: {shape}."),
    "channels": tr("{name} needs pictures with {expected} channels. It gets {got}: {shape}."),
    "flat_picture": tr("{name} needs pictures of at least 2 × 2 pixels. It gets {shape}."),
    "bounding_boxes": tr("{name}: the boxes and their labels do not fit. {message}"),
    "dtype": tr("{name} cannot work with numbers of this type. {message}"),
    "unknown_size": tr("{name} needs to know all sizes of {shape}: give the Input a number where ? stands."),
    "merge_shapes": tr("{name} cannot join inputs of different shapes: {shapes}. Make them the same first."),
    "merge_ranks": tr("{name} joins inputs with the same number of axes. It gets {shapes}."),
    "missing_input": tr("{name} needs something at its input {port}: draw a wire into it."),
    "input_count": tr("{name} needs {expected} inputs. It has {got}."),
    "no_axis": tr("{name} works along axis {axis}, which {shape} does not have."),
    "noise_shape": tr("{name}: the noise shape {expected} does not fit {shape}."),
    "reshape": tr(
        "{name} cannot arrange {got} values as {expected}: the sizes must multiply to {got}. "
        "It gets {shape}."
    ),
    "groups": tr("{name} splits the channels into {expected} equal groups, which {got} channels forbid."),
    "weight_count": tr("{name} has {expected} weights, but {got} were given."),
    "weight_shape": tr("The weight {weight} has the shape {expected}, but {got} was given."),
    "param": tr("{name}: a parameter does not fit. {message}"),
    "unknown_param": tr("{name} has no parameter called {param}."),
    "missing_param": tr("{name} needs a value for {param}."),
    "unknown_name": tr("{name}: nothing is called {unknown} there."),
    "config": tr("{name}: a parameter is neither a name nor an object that is known. {message}"),
    "name": tr("A layer's name is a text without a slash. {message}"),
    "crash": tr("{name} fails. {message}"),
    "initial_state": tr("{name} cannot begin with this state. {message}"),
    "merge": tr("{name} merges outputs of the same shape. They have {expected} and {got}."),
    "range": tr(
        "{name} knows the whole numbers from 0 to {expected}, but {got} came. Set input_dim higher, and "
        "number from 0 on."
    ),
    "adapt": tr("{name} was given its mean and variance: there is nothing for it to learn from the data."),
    "locked": tr("{name} makes its weights when it is built, not later. {message}"),
    "build_signature": tr("{name} cannot be built for these inputs. {message}"),
    "not_a_tensor": tr("A layer is called on arrays or tensors. {message}"),
    "equation": tr("{name}: the equation does not fit its input. {message}"),
    "mask": tr("{name}: the mask does not fit the input. {message}"),
    "attention": tr("{name}: queries, values and keys do not go together. {message}"),
    "flash": tr("{name} cannot use the flash kernel here. {message}"),
    "lora": tr("{name} cannot be adapted. {message}"),
    "unsafe": tr("{name} holds code that is not run. {message}"),
}  # fmt: skip


def engine_text(code: str, fields: Mapping[str, Any]) -> str:
    """Return the sentence for an engine error; "" for a code that has none of its own.

    ``fields`` are the error's, with ``name`` and ``type`` of the node where they are known, ``message``
    being the engine's own English.
    """
    fields = dict(fields)
    if code == "unknown_name" and "unknown" not in fields:
        fields["unknown"] = fields.pop("name", "")
    named = fields.get("name") or fields.get("layer") or fields.get("owner") or fields.get("type")
    fields["name"] = named or say(tr("A layer"), {})
    fields.setdefault("type", fields["name"])
    shape = fields.get("shape")
    rank = len(shape) - 1 if isinstance(shape, (tuple, list)) else None
    if code in _RANKS and isinstance(fields.get("expected"), int) and rank is not None:
        wanted = fields["expected"] - 1
        table, many = _RANKS[code]
        if code == "rank" and fields.get("channels_first"):
            table = READS | READS_CHANNELS_FIRST
        fields |= {"expected": wanted, "got": rank}
        parts = say(table.get(wanted, many), fields), say(GETS.get(rank, GETS_MANY), fields)
        return say(tr("{first} {second}"), {"first": parts[0], "second": parts[1]})
    sides = rank, fields.get("axis")
    if (
        code == "too_small"
        and not fields.get("channels_first")
        and fields.get("expected", 0) > 1
        and sides in TOO_SMALL
    ):
        return say(TOO_SMALL[sides], fields)
    if code == "axis" and shape and fields.get("axis") in (-1, rank):
        return say(AXIS_LAST, fields)
    if code == "unknown_name":
        near = re.search(r"'(.+)'", str(fields.get("near", "")))
        if near:
            return say(UNKNOWN_NAME_NEAR if named else UNKNOWN_ALONE_NEAR, {**fields, "near": near[1]})
        if not named:  # a loss, a metric or an optimizer
            return say(UNKNOWN_ALONE, fields)
    if code == "crash" and re.search("overflow", str(fields.get("message")), re.IGNORECASE):
        return say(TOO_LARGE, fields)
    if code == "param" and fields.get("param"):
        fields["got"] = repr(fields.get("got"))
        return say(PARAM_RANGE if fields.get("expected") else PARAM_ONLY, fields)
    template = ENGINE.get(code)
    return say(template, fields) if template else ""
