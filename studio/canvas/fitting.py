"""Which sockets a wire under way may go to, and what each would make of it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.canvas.look import Socket
from studio.canvas.session import CanvasSession
from studio.document import Refusal
from studio.document.problems import Problem
from studio.document.rows import Wire
from studio.document.rules import check_connect, fits
from studio.document.values import thaw
from studio.words import shape_words, text


@dataclass(frozen=True, slots=True)
class Loose:
    """A wire with one end in a socket; ``moved`` is the wire whose end was taken out."""

    node: str
    socket: Socket
    moved: Wire | None = None

    def to(self, node: str, socket: Socket) -> Wire:
        """Return the wire that a drop on another socket would make."""
        if self.socket.is_input:
            at = self.socket.index if self.socket.state == "wired" else -1
            return Wire(node, socket.port, self.node, self.socket.port, max(at, 0))
        at = socket.index if socket.state != "open" else 0
        return Wire(self.node, self.socket.port, node, socket.port, at)


def beyond(session: CanvasSession, loose: Loose, graph: str) -> set[str]:
    """Return the nodes that would close a loop: all before an output, all after an input."""
    document, seen, todo = session.document, {loose.node}, [loose.node]
    near = document.targets if loose.socket.is_input else document.sources
    while todo:
        new = near(todo.pop(), graph) - seen
        seen |= new
        todo += new
    return seen


def quick(session: CanvasSession, loose: Loose, node: str, socket: Socket, graph: str) -> str | None:
    """Return the shape that would come out (empty where unknown), or ``None`` where the wire cannot be.

    It looks at the one layer alone, so it costs little; ``verdict`` looks at everything.
    """
    if socket.is_input == loose.socket.is_input or socket.state == "gone":
        return None
    document, analysis, catalog = session.document, session.here, session.catalog
    wire = loose.to(node, socket)
    if wire != loose.moved and any(
        (old.source, old.source_port) == (wire.source, wire.source_port)
        for old in document.incoming(wire.target, wire.target_port, graph)
    ):
        return None
    info = analysis.nodes.get(wire.source)
    spec = info.output(wire.source_port) if info is not None else None
    layer = document.layer_of(wire.target, graph)
    kind = catalog.get(layer.type) if catalog is not None and layer is not None else None
    if spec is None or kind is None or layer is None:
        return shape_words(spec.shape) if spec is not None and layer is None else ""
    target = analysis.nodes.get(wire.target)
    given: dict[str, TensorSpec | tuple[TensorSpec, ...]] = {}
    for port in kind.inputs:
        have = target.inputs.get(port.name, ()) if target is not None else ()
        if port.name == wire.target_port:
            have = (*have[: wire.position], spec, *have[wire.position :]) if port.variadic else (spec,)
        if have:
            given[port.name] = have if port.variadic else have[0]
        elif not port.optional:
            return ""
    if (
        any(port.variadic for port in kind.inputs)
        and sum(len(each) for each in given.values() if isinstance(each, tuple)) < 2
    ):
        return ""
    try:
        outputs = kind.infer(thaw(layer.params), given).outputs
    except EngineError as error:
        return "" if error.code == "param" else None
    return shape_words(outputs[0].shape) if outputs else ""


def verdict(session: CanvasSession, loose: Loose, node: str, socket: Socket, graph: str) -> tuple[bool, str]:
    """Return whether a wire may be drawn to a socket, and the shape or the reason in words.

    A wire whose shape does not fit may be drawn all the same: its lesson then stands on the node.
    """
    if socket.is_input == loose.socket.is_input:
        return False, ""
    wire = loose.to(node, socket)
    state = session.document
    try:
        if session.catalog is None:
            draft = state.draft()
            if loose.moved is not None:
                draft.put("wires", (graph, loose.moved), None)
            check_connect(draft, None, wire, graph, replace=True)
            return True, ""
        result = fits(state, session.catalog, wire, graph, known=session.here, without=loose.moved)
    except Refusal as refusal:
        return False, text(refusal)
    if isinstance(result, Problem):
        return True, text(result)
    return True, "→ " + shape_words(result[0].shape) if result else ""
