"""Words for what runs but will hardly learn, and for what an Output and its loss do not like."""

from __future__ import annotations

from studio.words.say import tr

HABITS = {
    "linear_pair": tr(
        "{name} follows {other} with no activation between them: together they can learn no more than one "
        "layer alone."
    ),
    "heavy": tr(
        "{name} has {count} weights. Training keeps about {need} GB for them, and this computer has {have} "
        "GB: make the layer smaller."
    ),
    "lone_softmax": tr(
        "{name} takes softmax over one value, which is always 1. Softmax shares certainty among several "
        "values; for one, use sigmoid (yes or no) or no activation (an amount)."
    ),
    "unscaled": tr(
        "{name} holds values from 0 to {top}. Networks learn better from small numbers: bring them to 0 … 1."
    ),
    "unscaled_numbers": tr(
        "{name} holds numbers from {low} to {high}. Networks learn better from small numbers: bring each "
        "column to a mean of 0."
    ),
    "dropout_last": tr(
        "{name} ({type}) disturbs the answer itself while training. Put it before the last layer, or remove "
        "it."
    ),
    "norm_last": tr(
        "{name} comes after the last layer, so each answer depends on the others of its batch. Put it before "
        "the last layer, or remove it."
    ),
    "below_reach": tr(
        "{name} ends in {activation}, which gives nothing below {least}, but {target} goes down to {got}. "
        "For amounts, end without an activation."
    ),
    "above_reach": tr(
        "{name} ends in {activation}, which gives nothing above {most}, but {target} goes up to {got}. "
        "For amounts, end without an activation."
    ),
    "rate_high": tr(
        "The learning rate {rate} is very large for {optimizer}: training will jump about instead of "
        "learning. Usual is {usual}."
    ),
    "rate_low": tr(
        "The learning rate {rate} is so small for {optimizer} that almost nothing will change. Usual is "
        "{usual}."
    ),
    "logits_twice": tr("{loss} applies {activation} itself (from_logits), and the last layer does so too."),
    "logits_squashed": tr(
        "{loss} expects raw numbers (from_logits), but the last layer squeezes them with {activation}."
    ),
    "needs_activation": tr(
        "{loss} expects probabilities: the last layer should end in {activation}, not {got}."
    ),
    "sigmoid_classes": tr(
        "Just one of {classes} classes is right, but sigmoid judges each on its own. Softmax shares the "
        "certainty among them."
    ),
}  # fmt: skip
REPAIRS = {
    "insert_layer": tr("Insert {type}"), "insert_after": tr("Insert {type}"), "use_loss": tr("Use {loss}"),
    "set_units": tr("Set units to {units}"), "set_activation": tr("Set activation to {activation}"),
    "set_param": tr("Set {param} to {value}"), "set_rate": tr("Set the learning rate to {rate}"),
    "set_target": tr("Predict {target}"), "set_field": tr("Read {field}"),
    "remove": tr("Remove it"), "remove_branch": tr("Remove it"), "remove_wires": tr("Remove the wire"),
    "replace": tr("Use {type} instead"),
}  # fmt: skip
REPAIR_UNITS = tr("Insert {type} with {units} units")
REPAIR_FILTERS = tr("Insert {type} with {filters} filters")
REPAIR_BRANCH = tr("Remove these {count} nodes")
REPAIR_PARAM_OF = tr("Set {param} of {of} to {value}")
REPAIR_SHAPE = tr("Set {param} to {sizes}")
REPAIR_RESHAPE = tr("Reshape to {sizes}")
REPAIR_ROWS = tr("Read row by row: {sizes}")
REPAIR_LOGITS = tr("Set from_logits to False")
REPAIR_LOGITS_ON = tr("Set from_logits to True")
REPAIR_SCALE = tr("Insert Rescaling 1/{top}")
