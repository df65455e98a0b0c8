"""Words for drawings that become no program, and for runs that fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.words.say import say, tr

PROGRAMS = {
    "running": tr("A training is under way already: stop it first."),
    "loading": tr("The layers are not loaded yet. Try again in a moment."),
    "no_run": tr("There is no run to go on with: train first."),
    "weights": tr("The weights of the run {run} cannot be used: {reason}"),
    "device": tr(
        "The device {device} is not there: this computer has no CUDA device that PyTorch can use. "
        "Choose auto or cpu."
    ),
    "block_unwired": tr(
        "The shapes of the block {name} are not known, and a model needs them: "
        "connect it in the drawing first."
    ),
    "block_incomplete": tr(
        "The block {name} is not complete yet: something inside it is wrong or not connected."
    ),
    "setting": tr("The training setting “{setting}” cannot be {got}."),
    "setting_whole": tr("The training setting “{setting}” is a whole number of at least {least}, not {got}."),
    "setting_device": tr("The training setting “device” is auto, cpu, cuda or mps, not {got}."),
    "setting_optimizer": tr("The optimizer is a name, or an object with class_name and config, not {got}."),
    "object": tr("A name was expected, or an object with class_name and config, not {got}."),
    "object_list": tr("{name}: the metrics are a list of names or objects, not {got}."),
    "object_weight": tr("{name}: the weight of the loss is a number, not {got}."),
    "object_loss": tr("{name}: the loss “{thing}” cannot be made. {reason}"),
    "object_metric": tr("{name}: the metric “{thing}” cannot be made. {reason}"),
    "object_optimizer": tr("The optimizer “{thing}” cannot be made. {reason}"),
    "name_taken": tr("{name}: another layer is called “{got}” too. Give each a name of its own."),
    "bad_name": tr("“{got}” cannot stand in a script: a name has letters, digits and _."),
    "value": tr("A script cannot hold the value {got}."),
    "input_no_field": tr(
        "{name} reads no field of the data, so the layers after it cannot adapt to it."
    ),
    "incomplete_no_data": tr("No data is chosen yet."),
    "incomplete_drawing": tr("The drawing is not complete yet."),
    "incomplete_field": tr("{name} has no field in the data yet."),
    "incomplete_target": tr("{name} has no target in the data yet."),
    "incomplete_loss": tr("{name} has no loss yet."),
    "is_folder": tr("{path} is a folder. Give the path of the script, such as model.py in it."),
    "file_in_the_way": tr("{path} is there already and is another file. Choose an empty folder."),
}  # fmt: skip
RUNS = {
    "memory": tr("There is not enough memory for this. Use a smaller batch size or a smaller model."),
    "interrupted": tr("The run was interrupted."),
    "diverged": tr(
        "The loss is infinite from here on, so nothing more can be learned. A smaller learning rate often "
        "helps, and so do inputs near 1: put a Normalization or a Rescaling behind the Input."
    ),
    "diverged_nan": tr(
        "The loss is not a number from here on, so nothing more can be learned. A smaller learning rate "
        "often helps, and so do inputs near 1: put a Normalization or a Rescaling behind the Input."
    ),
    "cannot_store": tr("The run has ended, but it cannot be stored in {folder}: {reason}"),
}  # fmt: skip


def program_text(code: str, fields: Mapping[str, Any]) -> str:
    """Return why there is no program; ``fault`` among the fields tells kinds of one code apart."""
    template = PROGRAMS.get(f"{code}_{fields.get('fault', '')}") or PROGRAMS.get(code)
    return say(template, fields) if template else ""


def run_text(code: str, fields: Mapping[str, Any]) -> str:
    """Return why a run failed."""
    return say(RUNS[code], fields)
