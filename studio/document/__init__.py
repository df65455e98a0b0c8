"""The drawing without a window: nodes, wires, settings, edits, rules, shapes and files.  No Qt, no torch."""

from studio.document.document import Document, Draft
from studio.document.errors import DocumentError, FileError, Refusal
from studio.document.rows import MAIN, Edit, Graph, LayerEntry, Mark, Node, Place, Put, Wire
from studio.document.values import EMPTY, Frozen, freeze, thaw

__all__ = [
    "EMPTY",
    "MAIN",
    "Document",
    "DocumentError",
    "Draft",
    "Edit",
    "FileError",
    "Frozen",
    "Graph",
    "LayerEntry",
    "Mark",
    "Node",
    "Place",
    "Put",
    "Refusal",
    "Wire",
    "freeze",
    "thaw",
]
