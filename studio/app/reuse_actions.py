"""What the menus do with layers and blocks that are used again, and with the library of blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMainWindow

from studio import words
from studio.app import ask
from studio.app.library_dialog import LibraryDialog
from studio.app.workspace import Workspace
from studio.canvas.reuse_actions import HERE, KEPT
from studio.document.errors import DocumentError
from studio.document.library import BlockLibrary
from studio.document.whole import write_whole
from studio.translate.block_script import block_functions, block_script
from studio.translate.errors import TranslateError


class ReuseActions(QMainWindow):
    """The part of the main window that uses things again."""

    workspace: Workspace | None
    library: BlockLibrary

    def _workspace(self) -> Workspace:
        assert self.workspace is not None
        return self.workspace

    def use_again(self) -> None:
        """Call the selected layer, or use the selected block, once more."""
        self._workspace().canvas.use_again()

    def make_own(self) -> None:
        """Give the selected node a layer, or a block, of its own."""
        self._workspace().canvas.make_own()

    def insert_after(self) -> None:
        """Search a layer to come after the selected one."""
        self._workspace().canvas.insert_after()

    def connect_layer(self) -> None:
        """Search where a wire of the selected node goes."""
        self._workspace().canvas.connect_by_search()

    def remove_wire(self) -> None:
        """Search a wire of the selected node, to remove it."""
        self._workspace().canvas.disconnect_by_search()

    # -- the library --------------------------------------------------------------------------------------

    def keep_block(self) -> None:
        """Keep the selected block in the library."""
        canvas = self._workspace().canvas
        self._keep(canvas.block_of(canvas.selected_block()))

    def _keep(self, graph: str) -> None:
        workspace = self._workspace()
        document = workspace.session.document
        replace = False
        if self.library.has_other(document, graph):
            replace = ask.yes(
                self,
                self.tr("Replace {name} in the library?").format(name=graph),
                self.tr("Another block has this name there. Drawings that use it keep theirs."),
                self.tr("Replace it"),
                self.tr("Keep both"),
            )
        try:
            name = self.library.keep(document, graph, replace=replace)
        except DocumentError as error:
            ask.tell(self, self.tr("The block cannot be kept"), words.text(error))
            return
        workspace.canvas.say(
            self.tr("{name} is in the library now.").format(name=name),
            workspace.canvas.pointer(),
            False,
            True,
        )

    def show_library(self) -> None:
        """Show the library of blocks and what can be done with it."""
        dialog = LibraryDialog(self.library, self.workspace is not None, self)
        dialog.wanted.connect(partial(self._from_library, dialog))
        dialog.open()

    def _from_library(self, dialog: LibraryDialog, what: str, name: str) -> None:
        if what == "use":
            dialog.accept()
            self._workspace().canvas.add_type(KEPT + name)
        else:
            self.manage_block(what, KEPT + name)

    def import_block(self) -> None:
        """Ask for a file with a block and take it into the library."""
        title = self.tr("Take a block into the library")
        name, _ = QFileDialog.getOpenFileName(self, title, str(Path.home()), self.tr("Blocks (*.bunon)"))
        if name:
            self._attempt(
                lambda: self.library.bring(Path(name)),
                self.tr("{name} cannot be taken").format(name=Path(name).name),
            )

    def manage_block(self, what: str, key: str) -> None:
        """Do what the palette's menu asks with a block: keep, rename, delete, export or import."""
        name = key.removeprefix(KEPT).removeprefix(HERE)
        if what == "keep":
            self._keep(name)
        elif what == "import":
            self.import_block()
        elif what == "rename":
            self._rename(name)
        elif what == "export":
            self._export_kept(name)
        elif ask.yes(
            self,
            self.tr("Delete {name} from the library?").format(name=name),
            self.tr("Drawings that use it keep it. This cannot be undone."),
            self.tr("Delete"),
        ):
            self._attempt(lambda: self.library.delete(name), self.tr("The block cannot be deleted"))

    def _rename(self, name: str) -> None:
        new, agreed = QInputDialog.getText(
            self, self.tr("Rename the block"), self.tr("Name in the library:"), text=name
        )
        if agreed:
            self._attempt(
                lambda: self.library.rename(name, new.strip()), self.tr("The block cannot be renamed")
            )

    def _export_kept(self, name: str) -> None:
        start = str(Path.home() / f"{name}.bunon")
        path = ask.new_file(self, self.tr("Export the block"), start, self.tr("Blocks (*.bunon)"), ".bunon")
        if path is not None:
            self._attempt(lambda: self.library.export(name, path), self.tr("The block cannot be exported"))

    def _attempt(self, act: Callable[[], object], title: str) -> None:
        try:
            act()
        except (DocumentError, OSError) as error:
            ask.tell(self, title, words.text(error))

    # -- code ---------------------------------------------------------------------------------------------

    def export_block(self) -> None:
        """Write the selected block as a Python file with its function and an example."""
        self._export_block(nested=False)

    def export_block_model(self) -> None:
        """Write the selected block as a Python file that makes a model of it, to be called like a layer."""
        self._export_block(nested=True)

    def _export_block(self, *, nested: bool) -> None:
        workspace = self._workspace()
        session, canvas = workspace.session, workspace.canvas
        graph = canvas.block_of(canvas.selected_block())
        try:
            text = block_script(
                session.document,
                session.catalog,
                session.analysis,
                graph,
                workspace.code.framework(),
                nested=nested,
            )
        except TranslateError as error:
            ask.tell(self, self.tr("The block cannot be exported"), words.text(error))
            return
        start = str((session.path.parent if session.path else Path.home()) / f"{graph}.py")
        path = ask.new_file(self, self.tr("Export the block"), start, self.tr("Python scripts (*.py)"), ".py")
        if path is None:
            return
        try:
            write_whole(path, text)
        except OSError as error:
            ask.tell(self, self.tr("The block cannot be exported"), words.text(error))

    def copy_block_code(self) -> None:
        """Put the function of the selected block on the clipboard."""
        workspace = self._workspace()
        session, canvas = workspace.session, workspace.canvas
        graph = canvas.block_of(canvas.selected_block())
        try:
            text, name = block_functions(session.document, session.catalog, session.analysis, graph)
        except TranslateError as error:
            canvas.say(words.text(error), canvas.pointer(), True, True)
            return
        QGuiApplication.clipboard().setText(text + "\n")
        canvas.say(
            self.tr("The function {name} is on the clipboard.").format(name=name),
            canvas.pointer(),
            False,
            True,
        )
