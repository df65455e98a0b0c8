"""What a user can do to a drawing: each verb is one gesture, one edit and one step of undo."""

from studio.commands.block_verbs import (
    add_block,
    bypass,
    conceal,
    dissolve,
    expose,
    group,
    rename_block,
    set_block_param,
    set_repeat,
)
from studio.commands.chain_verbs import move_in_chain
from studio.commands.clipboard_verbs import cut, duplicate, paste
from studio.commands.command import Editing, push, state_at
from studio.commands.layout_verbs import lay_out, set_direction
from studio.commands.library_verbs import place_block
from studio.commands.mark_verbs import add_mark, align, distribute, paint_marks, shape_mark, write_mark
from studio.commands.option_verbs import set_call_option
from studio.commands.removal_verbs import delete, disconnect
from studio.commands.repair_verbs import repair_all
from studio.commands.sharing_verbs import make_own, use_again
from studio.commands.snapshot_verbs import go_back
from studio.commands.value_verbs import (
    apply_repair,
    replace_params,
    set_options,
    set_params,
    set_settings,
)
from studio.commands.verbs import (
    add_input,
    add_layer,
    add_output,
    append,
    connect,
    insert_on_wire,
    move,
    rename,
)  # fmt: skip

__all__ = [
    "Editing", "add_block", "add_input", "add_layer", "add_mark", "add_output", "align", "append",
    "apply_repair", "bypass", "conceal", "connect", "cut", "delete", "disconnect", "dissolve",
    "distribute", "duplicate", "expose", "go_back", "group", "insert_on_wire", "lay_out", "make_own", "move",
    "move_in_chain", "paint_marks", "paste", "place_block", "push", "rename",
    "rename_block", "repair_all", "replace_params", "set_block_param", "set_call_option", "set_direction",
    "set_options", "set_params", "set_repeat", "set_settings", "shape_mark", "state_at", "use_again",
    "write_mark",
]  # fmt: skip
