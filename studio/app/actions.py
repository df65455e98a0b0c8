"""Everything that can be done, in one table: menus, shortcuts, command palette and overlay derive from it."""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT = "Actions"


def tr(text: str) -> str:
    """Mark a text for translation; ``menus`` translates it when it builds the action."""
    return text


@dataclass(frozen=True, slots=True)
class Act:
    """One action.

    ``handler`` is a method of the main window.  ``when`` names a condition of ``conditions``: while it does
    not hold the action is disabled, and its tool tip says why.  ``group`` puts a line between neighbours of
    a menu that differ in it; ``submenu`` is the title of a menu inside the menu.  ``also`` are more keys that
    do the same.  The keys of an action of the ``scope`` "canvas" count only while the drawing has the focus:
    elsewhere they mean something else.
    """

    id: str
    text: str
    menu: str
    handler: str
    shortcut: str = ""
    icon: str = ""
    when: str = ""
    group: int = 0
    submenu: str = ""
    checkable: bool = False
    also: tuple[str, ...] = ()
    scope: str = "window"


MENUS = {
    "file": tr("&File"), "edit": tr("&Edit"), "view": tr("&View"), "layer": tr("&Layer"),
    "run": tr("&Run"), "help": tr("&Help"),
}  # fmt: skip

ACTIONS: tuple[Act, ...] = (
    Act("new", tr("New…"), "file", "new_file", "Ctrl+N", "file-plus"),
    Act("open", tr("Open…"), "file", "open_file", "Ctrl+O", "folder-open"),
    Act("start", tr("Start page"), "file", "show_start", "", "layers", "open", 1),
    Act("close_drawing", tr("Close"), "file", "close_drawing", "Ctrl+W", "x", "tab", 1),
    Act("reopen_closed", tr("Open the closed tab again"), "file", "reopen_closed", "Ctrl+Shift+T", "",
        "closed", 1),
    Act("close_others", tr("Close the others"), "file", "close_others", "", "", "tabs", 1),
    Act("reopen_tabs", tr("Open these tabs at the next start"), "file", "reopen_tabs", "", "", "", 1,
        checkable=True),
    Act("save", tr("Save"), "file", "save", "Ctrl+S", "save", "open", 2),
    Act("save_as", tr("Save as…"), "file", "save_as", "Ctrl+Shift+S", "save-all", "open", 2),
    Act("save_all", tr("Save all"), "file", "save_all", "Ctrl+Alt+S", "", "open", 2),
    Act("export_keras", tr("Script for Keras…"), "file", "export_keras", "Ctrl+E", "file-code", "open", 3,
        tr("Export")),
    Act("export_engine", tr("Script for Bunon's engine…"), "file", "export_engine", "", "file-code", "open",
        3, tr("Export")),
    Act("export_block", tr("Block as a Python function…"), "file", "export_block", "", "group", "block", 3,
        tr("Export")),
    Act("export_block_model", tr("Block as a nested model…"), "file", "export_block_model", "", "group",
        "block", 3, tr("Export")),
    Act("export_picture", tr("Picture of the drawing…"), "file", "export_picture", "", "image", "open", 3,
        tr("Export")),
    Act("export_curves", tr("Picture of the curves…"), "file", "export_curves", "", "chart-line", "has_run",
        3, tr("Export")),
    Act("print", tr("Print…"), "file", "print_drawing", "Ctrl+Alt+P", "printer", "open", 3),
    Act("quit", tr("Quit"), "file", "close", "Ctrl+Q", "x", "", 4),

    Act("undo", tr("Undo"), "edit", "undo", "Ctrl+Z", "undo-2", "can_undo"),
    Act("redo", tr("Redo"), "edit", "redo", "Ctrl+Shift+Z", "redo-2", "can_redo", also=("Ctrl+Y",)),
    Act("cut", tr("Cut"), "edit", "cut", "Ctrl+X", "scissors", "selected_items", 1),
    Act("copy", tr("Copy"), "edit", "copy", "Ctrl+C", "copy", "selected_items", 1),
    Act("paste", tr("Paste"), "edit", "paste", "Ctrl+V", "clipboard-paste", "open", 1),
    Act("paste_wired", tr("Paste with its incoming wires"), "edit", "paste_wired", "Ctrl+Shift+V", "", "open",
        1),
    Act("duplicate", tr("Duplicate"), "edit", "duplicate", "Ctrl+D", "copy-plus", "selected_items", 1),
    Act("delete", tr("Delete"), "edit", "delete", "Del", "trash-2", "selected_any", 1,
        also=("Backspace",)),
    Act("delete_heal", tr("Delete and join what is left"), "edit", "delete_heal", "Ctrl+Del", "", "selected",
        1),
    Act("rename", tr("Rename…"), "edit", "rename", "F2", "pencil", "selected_one", 2),
    Act("select_all", tr("Select all"), "edit", "select_all", "Ctrl+A", "", "open", 2),
    Act("next_problem", tr("Go to the next problem"), "edit", "next_problem", "F8", "triangle-alert",
        "problems", 3),
    Act("repair_all", tr("Repair all that is sure"), "edit", "repair_all", "Ctrl+Shift+R", "wrench", "sure",
        3),
    Act("find", tr("Find in the drawing…"), "edit", "find_in_drawing", "Ctrl+F", "search-code", "open", 3),
    Act("commands", tr("Find an action…"), "edit", "find_action", "Ctrl+Shift+P", "search", "", 3),
    Act("history", tr("History"), "edit", "show_history", "Ctrl+H", "history", "open", 4),
    Act("keep_snapshot", tr("Keep a snapshot…"), "edit", "keep_snapshot", "Ctrl+Alt+K", "camera", "open", 4),
    Act("go_back", tr("Go back to it"), "edit", "go_back", "", "undo-2", "snapshot", 4,
        tr("Chosen snapshot")),
    Act("open_snapshot", tr("Open"), "edit", "open_snapshot", "", "folder-open", "snapshot", 4,
        tr("Chosen snapshot")),
    Act("compare_snapshot", tr("Compare with it"), "edit", "compare_snapshot", "", "git-compare", "snapshot",
        4, tr("Chosen snapshot")),
    Act("rename_snapshot", tr("Rename the snapshot…"), "edit", "rename_snapshot", "", "pencil", "snapshot",
        4, tr("Chosen snapshot")),
    Act("delete_snapshot", tr("Delete the snapshot…"), "edit", "delete_snapshot", "", "trash-2", "snapshot",
        4, tr("Chosen snapshot")),
    Act("compare", tr("Compare with…"), "edit", "compare_with", "Ctrl+Alt+D", "git-compare", "open", 4),
    Act("link_compared", tr("Move both compared drawings together"), "edit", "link_compared", "", "link",
        "comparing", 4, checkable=True),

    Act("zoom_in", tr("Zoom in"), "view", "zoom_in", "Ctrl++", "zoom-in", "open", also=("Ctrl+=",)),
    Act("zoom_out", tr("Zoom out"), "view", "zoom_out", "Ctrl+-", "zoom-out", "open"),
    Act("zoom_reset", tr("100 %"), "view", "zoom_reset", "Ctrl+0", "", "open"),
    Act("fit_all", tr("Fit all"), "view", "fit_all", "Home", "maximize", "open", 1),
    Act("fit_selection", tr("Fit selection"), "view", "fit_selection", "F", "", "selected_items", 1),
    Act("auto_layout", tr("Lay out"), "view", "auto_layout", "L", "workflow", "open", 1),
    Act("top_down", tr("Top-down"), "view", "top_down", "T", "", "open", 1, checkable=True),
    Act("wires_curved", tr("Curved"), "view", "wires_curved", "", "", "open", 1, tr("Wires"), True),
    Act("wires_square", tr("With corners"), "view", "wires_square", "", "", "open", 1, tr("Wires"), True),
    Act("heat_off", tr("Off"), "view", "heat_off", "", "", "open", 1, tr("Heat map"), True),
    Act("heat_parameters", tr("Parameters"), "view", "heat_parameters", "", "", "open", 1, tr("Heat map"),
        True),
    Act("heat_macs", tr("Multiply-adds"), "view", "heat_macs", "", "", "open", 1, tr("Heat map"), True),
    Act("heat_memory", tr("Activation memory"), "view", "heat_memory", "", "", "open", 1, tr("Heat map"),
        True),
    Act("heat_time", tr("Time"), "view", "heat_time", "", "", "open", 1, tr("Heat map"), True),
    Act("outline", tr("Outline"), "view", "show_outline", "Ctrl+Alt+O", "list", "open", 2),
    Act("next_pane", tr("Next part of the window"), "view", "next_pane", "F6", "", "open", 2),
    Act("previous_pane", tr("Part of the window before"), "view", "previous_pane", "Shift+F6", "", "open", 2),
    Act("copy_outline", tr("Copy the outline as text"), "view", "copy_outline", "", "table", "open", 2),
    Act("next_drawing", tr("Next tab"), "view", "next_drawing", "Ctrl+Tab", "", "tabs", 2, tr("Tabs")),
    Act("previous_drawing", tr("Tab before"), "view", "previous_drawing", "Ctrl+Shift+Tab", "", "tabs", 2,
        tr("Tabs")),
    Act("move_drawing_right", tr("Move the tab right"), "view", "move_drawing_right", "Ctrl+Shift+PgDown", "",
        "tabs", 2, tr("Tabs")),
    Act("move_drawing_left", tr("Move the tab left"), "view", "move_drawing_left", "Ctrl+Shift+PgUp", "",
        "tabs", 2, tr("Tabs")),
    Act("theme_system", tr("As the system"), "view", "theme_system", "", "monitor", "", 2, tr("Theme"), True),
    Act("theme_light", tr("Light"), "view", "theme_light", "", "sun", "", 2, tr("Theme"), True),
    Act("theme_dark", tr("Dark"), "view", "theme_dark", "", "moon", "", 2, tr("Theme"), True),

    Act("add_layer", tr("Add a layer…"), "layer", "add_layer", "Shift+A", "plus", "catalog"),
    Act("insert_after", tr("Insert a layer after…"), "layer", "insert_after", "Shift+Return", "",
        "selected_one", scope="canvas"),
    Act("connect", tr("Connect to…"), "layer", "connect_layer", "W", "cable", "selected_node"),
    Act("remove_wire", tr("Remove a wire…"), "layer", "remove_wire", "Shift+W", "unplug", "selected_node"),
    Act("use_again", tr("Use this layer again"), "layer", "use_again", "Alt+D", "link", "again"),
    Act("make_own", tr("Make it a layer of its own"), "layer", "make_own", "Alt+Shift+D", "unlink", "shared"),
    Act("make_block", tr("Make a block"), "layer", "make_block", "Ctrl+G", "group", "selected", 1),
    Act("enter_block", tr("Enter the block"), "layer", "enter_block", "Return", "log-in", "block", 1,
        scope="canvas"),
    Act("leave_block", tr("Leave the block"), "layer", "leave_block", "Esc", "log-out", "inside", 1,
        scope="canvas"),
    Act("dissolve_block", tr("Dissolve the block"), "layer", "dissolve_block", "Ctrl+Shift+G", "ungroup",
        "block", 1),
    Act("bypass", tr("Pass over, or use again"), "layer", "bypass", "B", "eye-off", "selected", 1),
    Act("keep_block", tr("Keep the block in the library"), "layer", "keep_block", "", "library", "block", 1),
    Act("library", tr("Library of blocks…"), "layer", "show_library", "Ctrl+Alt+B", "library", "", 1),
    Act("import_block", tr("Take a block into the library…"), "layer", "import_block", "", "folder-open", "",
        1),
    Act("copy_block_code", tr("Copy the block's code"), "layer", "copy_block_code", "", "file-code", "block",
        1),
    Act("nudge_left", tr("Left, or earlier in the chain"), "layer", "nudge_left", "Alt+Left", "", "selected",
        2, tr("Move"), scope="canvas"),
    Act("nudge_right", tr("Right, or later in the chain"), "layer", "nudge_right", "Alt+Right", "",
        "selected", 2, tr("Move"), scope="canvas"),
    Act("nudge_up", tr("Up, or earlier in the chain"), "layer", "nudge_up", "Alt+Up", "", "selected", 2,
        tr("Move"), scope="canvas"),
    Act("nudge_down", tr("Down, or later in the chain"), "layer", "nudge_down", "Alt+Down", "", "selected", 2,
        tr("Move"), scope="canvas"),
    Act("frame", tr("Frame the selection…"), "layer", "frame_selection", "C", "frame", "selected_items", 2),
    Act("note", tr("Add a note…"), "layer", "add_note", "N", "sticky-note", "open", 2),
    Act("mark_wider", tr("Frame or note: wider"), "layer", "mark_wider", "Alt+Shift+Right", "",
        "selected_mark", 2, tr("Size of the frame or note"), scope="canvas"),
    Act("mark_narrower", tr("Frame or note: narrower"), "layer", "mark_narrower", "Alt+Shift+Left", "",
        "selected_mark", 2, tr("Size of the frame or note"), scope="canvas"),
    Act("mark_higher", tr("Frame or note: higher"), "layer", "mark_higher", "Alt+Shift+Down", "",
        "selected_mark", 2, tr("Size of the frame or note"), scope="canvas"),
    Act("mark_lower", tr("Frame or note: lower"), "layer", "mark_lower", "Alt+Shift+Up", "",
        "selected_mark", 2, tr("Size of the frame or note"), scope="canvas"),
    Act("align_left", tr("Align left edges"), "layer", "align_left", "Ctrl+Shift+Left",
        "align-start-vertical", "selected_two", 2, tr("Arrange"), scope="canvas"),
    Act("align_centre", tr("Align centres"), "layer", "align_centre", "Ctrl+Shift+C",
        "align-center-vertical", "selected_two", 2, tr("Arrange"), scope="canvas"),
    Act("align_right", tr("Align right edges"), "layer", "align_right", "Ctrl+Shift+Right",
        "align-end-vertical", "selected_two", 2, tr("Arrange"), scope="canvas"),
    Act("align_top", tr("Align tops"), "layer", "align_top", "Ctrl+Shift+Up",
        "align-start-horizontal", "selected_two", 2, tr("Arrange"), scope="canvas"),
    Act("align_middle", tr("Align middles"), "layer", "align_middle", "Ctrl+Shift+M",
        "align-center-horizontal", "selected_two", 2, tr("Arrange"), scope="canvas"),
    Act("align_bottom", tr("Align bottoms"), "layer", "align_bottom", "Ctrl+Shift+Down",
        "align-end-horizontal", "selected_two", 2, tr("Arrange"), scope="canvas"),
    Act("distribute_across", tr("Space out sideways"), "layer", "distribute_across", "Ctrl+Alt+H",
        "align-horizontal-space-between", "selected_three", 2, tr("Arrange"), scope="canvas"),
    Act("distribute_down", tr("Space out downwards"), "layer", "distribute_down", "Ctrl+Alt+V",
        "align-vertical-space-between", "selected_three", 2, tr("Arrange"), scope="canvas"),
    Act("view_sequential", tr("Draw as Sequential"), "layer", "view_sequential", "", "", "linear", 2),
    Act("turn_view", tr("Turn to a chain or a graph"), "layer", "turn_view", "Q", "", "open", 2),
    Act("view_graph", tr("Draw as graph"), "layer", "view_graph", "", "network", "open", 2),

    Act("train", tr("Train"), "run", "train", "Ctrl+Return", "play", "can_train"),
    Act("train_batch", tr("Train one batch"), "run", "train_batch", "Ctrl+Shift+Return", "skip-forward",
        "can_train"),
    Act("pause", tr("Pause or resume"), "run", "pause_or_resume", "Ctrl+P", "pause", "running"),
    Act("stop", tr("Stop"), "run", "stop", "Ctrl+.", "square", "running"),
    Act("continue", tr("Continue training"), "run", "continue_training", "Ctrl+Alt+Return", "step-forward",
        "can_continue"),

    Act("measure", tr("Measure the time of each layer"), "run", "measure", "Ctrl+Alt+M", "timer",
        "can_measure", 1),

    Act("layer_page", tr("Page of the layer"), "help", "show_layer_page", "F1", "book-open", "open"),
    Act("shortcuts", tr("Keyboard shortcuts"), "help", "show_shortcuts", "?", "keyboard"),
    Act("change_keys", tr("Change the keys…"), "help", "change_keys", "", "settings-2"),
    Act("about", tr("About Bunon"), "help", "show_about", "", "info"),
)  # fmt: skip

WHY_NOT = {
    "tab": tr("Nothing is open."),
    "tabs": tr("There is only one tab."),
    "comparing": tr("Compare two drawings first."),
    "closed": tr("No drawing was closed since the start."),
    "snapshot": tr("Choose a snapshot in the history first, or keep one."),
    "open": tr("Open or begin a drawing first."),
    "can_undo": tr("There is nothing to undo."),
    "can_redo": tr("There is nothing to redo."),
    "selected": tr("Select a layer first."),
    "selected_any": tr("Select a layer or a wire first."),
    "selected_one": tr("Select one layer first."),
    "selected_node": tr("Select one layer, block, Input or Output first."),
    "selected_items": tr("Select a layer, a frame or a note first."),
    "selected_mark": tr("Select one frame or note first."),
    "selected_two": tr("Select two layers or more first."),
    "selected_three": tr("Select three layers or more first."),
    "block": tr("Select a block first."),
    "again": tr("Select one layer or block first."),
    "shared": tr("Select one layer that is used at several places, or such a block."),
    "inside": tr("This is the model itself: there is no block to leave."),
    "catalog": tr("The layers are still loading."),
    "problems": tr("There are no problems."),
    "sure": tr("There is nothing that can be repaired without a choice."),
    "running": tr("Nothing is training."),
    "has_run": tr("Train first: there are no curves yet."),
    "can_measure": tr("The drawing has problems, or is training."),
    "can_continue": tr("There is no finished run to go on from."),
}
"""Why an action cannot be used; the window words "linear" and "can_train" itself, naming the node."""

KEYS = (
    (tr("Add a layer"), tr("drag from the list, or double-click the canvas")),
    (tr("Connect"), tr("drag from socket to socket")),
    (tr("Connect to a new layer"), tr("drag from a socket to an empty place")),
    (tr("Walk through the layers"), tr("Tab and Shift+Tab")),
    (tr("Walk along the wires"), tr("arrow keys")),
    (tr("Select several"), tr("Shift+click, drag a frame, or Shift and the arrow keys")),
    (tr("Select, or give up what is selected"), tr("Ctrl+click, or Ctrl and drag a frame")),
    (tr("Insert into a wire"), tr("drop a layer on it")),
    (tr("Take a wire's end away"), tr("drag it out of its socket, or by the wire beside it")),
    (tr("Break a wire"), tr("Alt+click")),
    (tr("Cut wires"), tr("Ctrl+right button, and draw across them")),
    (tr("Move without snapping"), tr("hold Alt while dragging")),
    (tr("Drag a copy away"), tr("Alt and drag")),
    (tr("Reorder a chain"), tr("in the Sequential view, drag a layer")),
    (tr("Write on a frame or note"), tr("double-click its words")),
    (tr("Size of a frame or note"), tr("drag its lower right corner")),
    (tr("Menu of what is under the pointer"), tr("right button")),
    (tr("What a layer, wire or socket holds"), tr("rest the pointer on it")),
    (tr("Zoom"), tr("wheel")),
    (tr("Enter a block"), tr("double-click")),
    (tr("Move the view"), tr("middle button, or Space and drag; click or drag in the map")),
)
"""Gestures that are no actions, for the overlay of shortcuts."""
