"""The user's own blocks: each a small ``.bunon`` text in a folder, read with suspicion, never run.

Its main drawing holds one block and nothing else; the blocks that lie inside it come along.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from psygnal import Signal

from studio.document import files, names
from studio.document.blocks import graphs_inside
from studio.document.document import Document
from studio.document.errors import DocumentError, FileError, Refusal
from studio.document.graph_copies import called_like, content, copy_graph, same_block
from studio.document.rows import MAIN, Node
from studio.document.state import State

SUFFIX = ".bunon"
LARGEST = 8 * 2**20
"""Bytes; a larger file in the library is passed over."""


@dataclass(frozen=True)
class KeptBlock:
    """A block of the library: its name, its text, and how many layers it has."""

    name: str
    path: Path
    text: str
    layers: int


class BlockLibrary:
    """The blocks in a folder; ``changed`` tells that some came or went.

    ``damaged`` has what is wrong with the files that could not be read, by their names.
    """

    changed = Signal()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: dict[str, DocumentError] = {}
        self._read: dict[Path, tuple[tuple[int, int], KeptBlock | DocumentError]] = {}

    def blocks(self) -> list[KeptBlock]:
        """Return the blocks, by name; files that are no blocks go to ``damaged``."""
        found: list[KeptBlock] = []
        self.damaged = {}
        seen: dict[Path, tuple[tuple[int, int], KeptBlock | DocumentError]] = {}
        try:
            paths = sorted(path for path in self.folder.iterdir() if path.suffix == SUFFIX)
        except OSError:  # nobody has kept a block yet
            paths = []
        for path in paths:
            stamp = _stamp(path)
            old = self._read.get(path)
            made = old[1] if old is not None and old[0] == stamp else _read(path)
            seen[path] = (stamp, made)
            if isinstance(made, KeptBlock):
                found.append(made)
            else:
                self.damaged[path.name] = made
        self._read = seen
        return sorted(found, key=lambda each: each.name.casefold())

    def find(self, name: str) -> KeptBlock | None:
        """Return the block of a name, or ``None``."""
        return next((each for each in self.blocks() if each.name == name), None)

    def has_other(self, state: State, graph: str) -> bool:
        """Return whether another block than this one of a drawing is kept under its name."""
        kept = self.find(graph)
        return kept is not None and content(files.loads(kept.text), graph) != content(state, graph)

    def keep(self, state: State, graph: str, *, replace: bool = False) -> str:
        """Keep a block of a drawing and return the name that it has in the library.

        Where another block has its name already, it takes that one's place (``replace``) or another name.
        Raises ``FileError`` where it cannot be written.
        """
        name = graph
        if not replace and self.has_other(state, graph):
            name = names.unique(graph, {*self._taken(), *graphs_inside(state, graph)})
        self._write(name, block_text(state, graph, name))
        return name

    def rename(self, name: str, new: str) -> None:
        """Give a block another name; raises ``Refusal`` for one that cannot be, or is taken."""
        kept = self.find(name)
        if kept is None or name == new:
            return
        part = files.loads(kept.text)
        names.check(new, {*self._taken(), *part.graph_names()} - {name})
        self._write(new, block_text(part, name, new))
        if not _same_file(kept.path, self._path(new)):
            kept.path.unlink(missing_ok=True)
        self.changed.emit()

    def delete(self, name: str) -> None:
        """Remove a block from the library; drawings that use it keep it."""
        kept = self.find(name)
        if kept is not None:
            kept.path.unlink(missing_ok=True)
            self.changed.emit()

    def bring(self, path: Path) -> str:
        """Take a file into the library and return the name of its block.

        Raises ``FileError`` for what cannot be read, and ``Refusal`` (``"no_block_file"``) for a drawing that
        is not just one block.
        """
        made = _read(path)
        if isinstance(made, DocumentError):
            raise made
        return self.keep(files.loads(made.text), made.name)

    def export(self, name: str, path: Path) -> None:
        """Write a block as a file elsewhere; raises ``FileError``."""
        kept = self.find(name)
        if kept is not None:
            files.save(files.loads(kept.text), path)

    def _taken(self) -> set[str]:
        return {each.name for each in self.blocks()} | {Path(name).stem for name in self.damaged}

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _write(self, name: str, text: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(
                f"{self.folder} cannot be made.", code="cannot_write", path=str(self.folder),
                got=str(error.strerror or error),
            ) from error  # fmt: skip
        files.save(files.loads(text), self._path(name))
        self.changed.emit()


def block_text(state: State, graph: str, name: str = "") -> str:
    """Return a block of a drawing as the text of the library, under ``name``."""
    name = name or graph
    part = Document()
    draft = part.draft()
    for inner in sorted(graphs_inside(state, graph) - {graph}):
        copy_graph(state, inner, draft, inner)
    copy_graph(state, graph, draft, name)
    draft.put("nodes", (MAIN, "n1"), Node("block", name, name))
    draft.put("places", (MAIN, "n1"), (0.0, 0.0))
    part.apply(draft.edit("copy"))
    return files.dumps(part)


def block_in(state: State) -> str:
    """Return the block that a drawing of the library holds; raises ``Refusal`` (``"no_block_file"``)."""
    nodes = [state.node(node) for node in state.node_ids()]
    if len(nodes) != 1 or nodes[0].kind != "block" or nodes[0].ref not in state.graph_names():
        raise Refusal("The file holds no block.", code="no_block_file")
    graph = nodes[0].ref
    if graph in graphs_inside(state, graph):
        raise Refusal(f"The block {graph} contains itself.", code="block_itself", name=graph)
    return graph


def shown_once(kept: Iterable[KeptBlock], state: State) -> list[KeptBlock]:
    """Return the blocks of the library that a drawing does not have already, just the same."""
    return [
        each
        for each in kept
        if not called_like(each.name, state) or not same_block(files.loads(each.text), each.name, state)
    ]


def _read(path: Path) -> KeptBlock | DocumentError:
    try:
        if path.stat().st_size > LARGEST:
            raise FileError(
                f"{path} is too large.", code="too_large", path=str(path), where="",
                expected=f"at most {LARGEST} bytes", got=str(path.stat().st_size),
            )  # fmt: skip
        document = files.load(path)
        graph = block_in(document)
    except DocumentError as error:
        return error
    except OSError as error:
        return FileError(
            f"{path} cannot be read.", code="cannot_read", path=str(path), got=str(error.strerror or error)
        )
    layers = sum(
        document.node(node, each).kind == "layer"
        for each in {graph, *graphs_inside(document, graph)}
        for node in document.node_ids(each)
    )
    return KeptBlock(graph, path, files.dumps(document), layers)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = os.stat(path)
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size


def _same_file(one: Path, other: Path) -> bool:
    """Return whether two paths are one file, as on disks that do not tell "a" from "A"."""
    try:
        return one.samefile(other)
    except OSError:
        return False
