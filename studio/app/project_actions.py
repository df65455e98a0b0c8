"""What the menus "Edit" and "Layer" do to the open drawing, and which actions can be used now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from studio import words
from studio.app.compare_page import ComparePage
from studio.app.document_tabs import DocumentTabs
from studio.app.look_actions import LookActions
from studio.app.run_actions import RunActions
from studio.app.start_page import StartPage
from studio.app.workspace import Workspace
from studio.document.library import BlockLibrary
from studio.document.linear import is_linear
from studio.session import Session


class ProjectActions(LookActions, RunActions):
    """The part of the main window that acts on what is drawn."""

    file_name: Callable[[], str]
    name_of: Callable[[Workspace], str]
    mark_tab: Callable[[Workspace], None]
    training_elsewhere: Callable[[], Workspace | None]
    tabs: DocumentTabs
    library: BlockLibrary
    closed: list[dict[str, str]]
    manage_block: Callable[[str, str], None]
    start_page: StartPage
    _left_chain: tuple[Session, int] | None = None
    """The drawing that began to branch in the Sequential view, and its step of undo that made it so."""

    def undo(self) -> None:
        """Take the last step back."""
        assert self.workspace is not None
        self.workspace.session.stack.undo()

    def redo(self) -> None:
        """Do the step again that was taken back."""
        assert self.workspace is not None
        self.workspace.session.stack.redo()

    def cut(self) -> None:
        """Cut the selection."""
        self.canvas.cut()

    def copy(self) -> None:
        """Copy the selection."""
        self.canvas.copy()

    def paste(self) -> None:
        """Paste what was copied."""
        self.canvas.paste()

    def duplicate(self) -> None:
        """Copy the selection and paste it beside."""
        self.canvas.duplicate()

    def delete(self) -> None:
        """Delete the selection."""
        self.canvas.delete_selection()

    def delete_heal(self) -> None:
        """Delete the selection and join what it had between."""
        self.canvas.delete_selection(heal=True)

    def nudge_left(self) -> None:
        """Move the selection to the left, or earlier in a chain."""
        self.canvas.nudge(-1, 0)

    def nudge_right(self) -> None:
        """Move the selection to the right, or later in a chain."""
        self.canvas.nudge(1, 0)

    def nudge_up(self) -> None:
        """Move the selection up, or earlier in a chain."""
        self.canvas.nudge(0, -1)

    def nudge_down(self) -> None:
        """Move the selection down, or later in a chain."""
        self.canvas.nudge(0, 1)

    def rename(self) -> None:
        """Edit the name of the selected layer in place."""
        self.canvas.rename_selected()

    def select_all(self) -> None:
        """Select everything."""
        self.canvas.select_all()

    def add_layer(self) -> None:
        """Open the search for layers."""
        self.canvas.add_by_search()

    def bypass(self) -> None:
        """Pass the selected layers over, or use them again."""
        self.canvas.bypass_selection()

    def show_layer_page(self) -> None:
        """Show what the layer in question does."""
        assert self.workspace is not None
        self.workspace.show_page()

    def make_block(self) -> None:
        """Make a block of the selection."""
        self.canvas.make_block()

    def enter_block(self) -> None:
        """Show the selected block from inside."""
        self.canvas.enter_block()

    def leave_block(self) -> None:
        """Show what the block lies in."""
        self.canvas.leave_block()

    def dissolve_block(self) -> None:
        """Put the layers of the selected block in its place."""
        self.canvas.dissolve_block()

    def view_sequential(self) -> None:
        """Draw as a chain in which a dropped layer wires itself."""
        self._set_view("sequential")

    def view_graph(self) -> None:
        """Draw freely."""
        self._set_view("graph")

    def turn_view(self) -> None:
        """Draw as a chain what is drawn as a graph, and back."""
        assert self.workspace is not None
        if self.canvas.mirror.sequential:
            self._set_view("graph")
        elif self.actions_by_id["view_sequential"].isEnabled():
            self._set_view("sequential")
        else:
            self.canvas.say(
                self.actions_by_id["view_sequential"].statusTip(), self.canvas.pointer(), True, True
            )

    def _set_view(self, key: str) -> None:
        assert self.workspace is not None
        self.canvas.set_sequential(key == "sequential")
        self.workspace.code.set_style_of_model("sequential" if key == "sequential" else "functional")
        self.bar.style_choice.set_value(key)

    def connect_session(self) -> None:
        """Listen to the drawing in front, from now on until it is closed."""
        workspace = self.workspace
        assert workspace is not None
        session, bar = workspace.session, self.bar
        session.stack.indexChanged.connect(partial(self._on_edit, workspace))
        session.stack.cleanChanged.connect(partial(self.on_state, workspace))
        session.analysed.connect(self._on_analysed)
        workspace.selection_changed.connect(self.update_actions)
        workspace.history.selection_changed.connect(self.update_actions)
        workspace.history.wanted.connect(lambda name: self.actions_by_id[name].trigger())
        workspace.run.progressed.connect(partial(self.on_progress, workspace))
        workspace.run.ended.connect(partial(self.on_ended, workspace))
        workspace.run.idle.connect(partial(self.on_state, workspace))
        workspace.canvas.heat_changed.connect(self.mark_look)
        workspace.canvas.measure_wanted.connect(self.actions_by_id["measure"].trigger)
        bar.style_choice.value_changed.connect(self._set_view)
        workspace.canvas.graph_view_wanted.connect(self.view_graph)
        self._set_view("sequential" if is_linear(session.document) is None else "graph")
        workspace.set_library(self.library)
        workspace.palette_panel.block_wanted.connect(self.manage_block)
        workspace.show_last_run()

    def update_actions(self) -> None:
        """Enable what can be done now, and say why of the rest."""
        workspace = self.workspace
        count = self.tabs.bar.count()
        tabs = {"tab": count > 0, "tabs": count > 1, "closed": bool(self.closed), "comparing": False}
        if workspace is None:
            looking = self.tabs.current() not in (None, self.start_page)
            why_not = self.tr("This tab only compares: go to the tab of a drawing first.")
            page = self.tabs.current()
            if isinstance(page, ComparePage):
                tabs["comparing"] = True
                self.actions_by_id["link_compared"].setChecked(page.link.isChecked())
            self.actions_by_id.update(tabs, {"open": why_not} if looking else {})
            self.setWindowTitle("Bunon")
            return
        session = workspace.session
        nodes, marks = workspace.selected(), self.canvas.mirror.marks.selected()
        branch = is_linear(session.document)
        trouble = next((one for one in session.analysis.problems if one.severity == "error"), None)
        elsewhere = self.training_elsewhere()
        holds = {
            **tabs,
            "open": True,
            "snapshot": bool(workspace.history.chosen()),
            "can_undo": session.stack.canUndo(),
            "can_redo": session.stack.canRedo(),
            "selected": bool(nodes),
            "selected_node": len(nodes) == 1,
            "selected_two": len(nodes) > 1,
            "selected_three": len(nodes) > 2,
            "selected_mark": len(marks) == 1 and not nodes,
            "selected_items": bool(nodes or marks),
            "selected_any": bool(nodes or marks or self.canvas.mirror.selected_wires()),
            "selected_one": len(nodes) == 1 or (not nodes and len(marks) == 1),
            "block": bool(self.canvas.selected_block()),
            "again": self.canvas.can_use_again(),
            "shared": self.canvas.is_used_twice(),
            "inside": len(session.trail) > 1,
            "problems": bool(session.document.node_ids() and session.analysis.problems),
            "sure": workspace.problems.sure() > 0,
            "catalog": session.catalog is not None,
            "linear": branch is None,
            "running": session.running,
            "has_run": workspace.run.panel.done > 0,
            "can_continue": session.can_continue and elsewhere is None,
            "can_train": trouble is None
            and session.catalog is not None
            and not session.running
            and elsewhere is None,
        }
        measuring = session.timing is not None and session.timing.active
        holds["can_measure"] = holds["can_train"] and not measuring
        why = {"linear": "", "can_train": self.tr("It is training already.")}
        if elsewhere is not None:  # two runs at once would take each other's cores
            busy = self.tr("{name} is training in another tab: wait for it, or stop it.")
            why["can_train"] = why["can_continue"] = busy.format(name=self.name_of(elsewhere))
        if branch is not None:
            name = session.document.node(branch.node).name
            why["linear"] = self._why_graph(branch.code).format(name=name)
        if session.catalog is None:
            why["can_train"] = self.tr("The layers are still loading.")
        elif trouble is not None:
            why["can_train"] = words.text(trouble)
        why["can_measure"] = self.tr("It is being measured already.") if measuring else why["can_train"]
        self.actions_by_id.update(holds, why)
        bar = self.bar
        bar.style_choice.set_segment_enabled("sequential", branch is None, why["linear"])
        if branch is not None and bar.style_choice.value() == "sequential":
            bar.style_choice.set_value("graph")
            self._left_chain = (session, session.stack.index())
        elif branch is None and self._left_chain is not None and self._left_chain[0] is session:
            done = session.stack.index() - self._left_chain[1]  # told during a step and after it
            if done <= 0:  # what made it branch was undone
                bar.style_choice.set_value("sequential")
            if done != 1:
                self._left_chain = None
        saved = session.stack.isClean()
        name = self.file_name()
        bar.set_file(name, saved, str(session.path or ""))
        bar.set_device(workspace.device_words())
        bar.set_running(session.running)
        self.setWindowTitle(self.tr("{name} – Bunon").format(name=name if saved else f"• {name}"))
        workspace.run.results.set_changed(session.changed_since_run)
        self.mark_look()
        self.mark_tab(workspace)

    def _why_graph(self, code: str) -> str:
        return {
            "branches": self.tr("{name} leads to more than one layer: a Sequential model is one chain."),
            "joins": self.tr("{name} takes more than one wire: a Sequential model is one chain."),
            "shared": self.tr("{name} is shared: a Sequential model calls every layer once."),
            "cycle": self.tr("{name} is part of a loop: a Sequential model is one chain."),
        }.get(code, self.tr("{name} is not connected to the rest: a Sequential model is one chain."))

    def _on_edit(self, workspace: Workspace, _index: int) -> None:
        if not workspace.session.stack.isClean():
            workspace.autosave.touch()
        self.on_state(workspace)

    def on_state(self, workspace: Workspace, *_: object) -> None:
        """Say anew what can be done: a drawing was edited, saved or trained."""
        self.mark_tab(workspace)
        self.update_actions()

    def _on_analysed(self, *_: object) -> None:
        self.update_actions()
