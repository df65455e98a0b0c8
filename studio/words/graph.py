"""Words for the drawing: its problems, refusals, branches, repairs and the labels of undo steps."""

from __future__ import annotations

from studio.words.habits import HABITS
from studio.words.say import tr

EDITS = {
    "add_layer": tr("Add {name}"), "add_input": tr("Add {name}"), "add_output": tr("Add {name}"),
    "connect": tr("Connect {source} to {target}"), "disconnect": tr("Remove wire"),
    "delete": tr("Delete {name}"), "move": tr("Move {name}"), "lay_out": tr("Lay out"),
    "set_params": tr("Change {params} of {name}"), "set_options": tr("Change {params} of {name}"),
    "set_settings": tr("Change {key} settings"), "rename": tr("Rename {old} to {name}"),
    "paste": tr("Paste"), "duplicate": tr("Duplicate"), "cut": tr("Cut"), "insert": tr("Insert {name}"),
    "repair": tr("Repair {name}"), "repair_all": tr("Repair {count} problems"),
    "bypass": tr("Pass over {name}"), "unbypass": tr("Use {name} again"),
    "group": tr("Make the block {name}"), "dissolve": tr("Dissolve {name}"), "add_block": tr("Add {name}"),
    "set_repeat": tr("Repeat {name} {times} times"), "expose": tr("Let the uses choose {params}"),
    "conceal": tr("Keep {params} inside the block"),
    "use_again": tr("Share {name}"), "make_own": tr("Make {name} one of its own"),
    "move_in_chain": tr("Move {name} in the chain"),
    "add_frame": tr("Add a frame"), "add_note": tr("Add a note"), "move_mark": tr("Move a frame or note"),
    "delete_mark": tr("Delete a frame or note"), "write_mark": tr("Write on a frame or note"),
    "paint_mark": tr("Colour a frame or note"), "shape_mark": tr("Resize a frame or note"),
    "flow_down": tr("Draw top-down"), "flow_right": tr("Draw from left to right"),
    "align": tr("Line up"), "distribute": tr("Space out"),
    "go_back": tr("Go back to {name}"),
}  # fmt: skip
EDITS_MANY = {
    "bypass": tr("Pass over {count} layers"), "unbypass": tr("Use {count} layers again"),
    "group": tr("Make the block {name}"),
    "align": tr("Line up {count} nodes"), "distribute": tr("Space out {count} nodes"),
    "delete_mark": tr("Delete {count} frames and notes"),
    "move_mark": tr("Move {count} frames and notes"),
    "delete": tr("Delete {count} nodes"), "move": tr("Move {count} nodes"), "lay_out": tr("Lay out"),
    "disconnect": tr("Remove {count} wires"), "paste": tr("Paste {count} nodes"),
    "duplicate": tr("Duplicate {count} nodes"), "cut": tr("Cut {count} nodes"),
    "set_params": tr("Change {params} of {count} layers"),
}  # fmt: skip
BRANCHES = {
    "branches": tr("This cannot be shown as Sequential because {node} branches."),
    "joins": tr("This cannot be shown as Sequential because several wires join at {node}."),
    "shared": tr("This cannot be shown as Sequential because {node} shares its layer with another node."),
    "cycle": tr("This cannot be shown as Sequential because {node} is part of a loop."),
    "apart": tr("This cannot be shown as Sequential because {node} is not connected to the rest."),
}  # fmt: skip
PROBLEMS = {
    # the graph
    "no_input": tr("There is no Input: add one and choose the data that goes in."),
    "no_output": tr("There is no Output: add one and choose what the model is to predict."),
    "unwired": tr("Nothing is connected to {name}: draw a wire into it."),
    "dead_branch": tr("{name} leads to no Output, so it takes no part in training."),
    "cycle": tr("{name} is part of a loop: data would run in a circle. Remove one of its wires."),
    "after_cycle": tr("{name} comes after a loop, so its shape is not known."),
    "block_inside": tr("Inside {name} something is wrong: open the block to see it."),
    "block_itself": tr("{name} contains itself, so it would never end: remove it from inside the block."),
    "block_repeat": tr(
        "{name} repeats, so what leaves it must fit what enters it: it has {inputs} inputs and {outputs} "
        "outputs."
    ),
    "block_no_output": tr("This block has no Output: what it makes cannot leave it."),
    "adapts_inside": tr(
        "{name} learns from the data before training, and only the main drawing has data: put it before the "
        "block."
    ),
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
    # losses and habits
    "no_target": tr("{name} has no target: choose the data field that it is to predict."),
    "no_loss": tr("{name} has no loss: choose how its mistakes are measured."),
    "target_text": tr("{target} is text, which cannot be predicted: choose another field."),
    "loss_needs_classes": tr("{loss} needs a target of classes; {target} holds {kind}."),
    "loss_needs_one_hot": tr("{loss} needs one column for each class, but {target} holds class numbers."),
    "loss_needs_two": tr("{loss} tells two classes apart, but {target} has {classes}."),
    "loss_for_numbers": tr("{loss} treats the class numbers of {target} as amounts; that is rarely meant."),
    "width": tr("{target} asks for {expected} values, but {name} gets {got}."),
    "too_many_axes": tr(
        "{loss} needs one row of {expected} scores for each example, but {name} gets {shape}: bring it down "
        "to a vector first."
    ),
    "target_shape": tr("{target} has the shape {expected}, but {name} gets {got}."),
} | HABITS  # fmt: skip
REFUSALS = {
    "no_snapshot": tr("There is no snapshot called {name} any more."),
    "snapshot_unnamed": tr("A snapshot needs a name."),
    "snapshot_name": tr("The name is too long, or has signs that cannot be seen: at most {most} letters."),
    "snapshot_taken": tr("There is a snapshot called {name} already: choose another name."),
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
    "no_name": tr("A name cannot be empty."),
    "long_name": tr("A name has {most} letters at most."),
    "name_taken": tr("The name {name} is taken already."),
    "no_nodes": tr("The clipboard holds no nodes."),
    "too_many": tr("{count} nodes are too many at once: paste or duplicate {most} at most."),
    "no_input_port": tr("{name} has no input."),
    "no_output_port": tr("{name} has no output."),
    "no_params": tr("This node has no parameters."),
    "value": tr("A setting is a number, a text, yes or no, or a list of them, not {got}."),
    "cycle": tr("{target} leads to {source} already: the wire would close a loop."),
    "bypass_kind": tr("{name} cannot be passed over: only layers with one output can."),
    "bypass_shape": tr(
        "{name} cannot be passed over: what leaves it has another shape than what enters it."
    ),
    "no_block": tr("Select a block first."),
    "no_block_file": tr("The file holds no block: export one from the library to make such a file."),
    "again_kind": tr("{name} cannot be used again: only layers and blocks can."),
    "not_shared": tr("{name} shares nothing with another node."),
    "not_chain": tr("{name} can only be moved in a drawing that is one chain."),
    "chain_ends": tr("{name} begins or ends the chain and stays where it is."),
    "no_mark": tr("The frame or note is not there any more."),
    "too_few": tr("Select {least} layers or more."),
    "block_empty": tr("Select the layers that are to become a block."),
    "block_ends": tr("{name} begins or ends the model and cannot be part of a block."),
    "block_shared": tr("The layer of {name} is used outside of the selection too: select all its uses."),
    "block_loop": tr(
        "What leaves the selection comes back to {name}: select what lies between as well."
    ),
    "block_exposed": tr(
        "The uses of the block {block} choose {params} of {name}, which would lie too deep for them: "
        "take that back first."
    ),
    "block_itself": tr("The block {name} cannot contain itself."),
    "block_count": tr("A block repeats 1 to {most} times, not {got}."),
    "no_repair": tr("This repair ({repair}) is not possible here."),
    "stale_edit": tr("The drawing has changed since: this step does not fit it any more."),
}  # fmt: skip
