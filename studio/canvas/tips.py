"""What the canvas says when the pointer rests: shapes and what their axes mean, problems, full names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint

from engine.spec import TensorSpec
from studio.canvas.look import Look, Socket
from studio.document.rows import MAIN, Wire
from studio.words import shape_words, text

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


def axes_words(rank: int) -> str:
    """Return what the axes of a batch of this rank mean, by Keras' order of axes."""
    return {
        1: translate("Canvas", "one value for each example"),
        2: translate("Canvas", "features"),
        3: translate("Canvas", "steps × features"),
        4: translate("Canvas", "height × width × channels"),
        5: translate("Canvas", "depth × height × width × channels"),
    }.get(rank, translate("Canvas", "{count} axes").format(count=rank - 1))


def spec_words(spec: TensorSpec | None) -> str:
    """Return a shape with its meaning and dtype, for a tool tip."""
    if spec is None:
        return translate("Canvas", "The shape is not known yet.")
    return f"{shape_words(spec.shape)}\n{axes_words(spec.rank)} · {spec.dtype}"


def wire_tip(view: CanvasView, wire: Wire) -> str:
    """Return what flows in a wire."""
    info = view.session.here.nodes.get(wire.source)
    words = spec_words(info.output(wire.source_port) if info is not None else None)
    if view.mirror.wires[wire].broken:
        return translate(
            "Canvas", "One end of this wire has lost its socket. Remove the wire, or undo the change."
        )
    source, target = (view.session.document.node(end, view.graph).name for end in (wire.source, wire.target))
    return f"{source} → {target}\n{words}"


def port_words(look: Look, socket: Socket) -> str:
    """Return what a socket is called: its name, and how many others are beside it."""
    row = look.inputs if socket.is_input else look.outputs
    ports = list(dict.fromkeys(each.port for each in row))
    if len(ports) < 2:
        return socket.port
    words = translate("Canvas", "{port} (input {number} of {count})")
    if not socket.is_input:
        words = translate("Canvas", "{port} (output {number} of {count})")
    return words.format(port=socket.port, number=ports.index(socket.port) + 1, count=len(ports))


def _port_of(view: CanvasView, node: str) -> list[str]:
    """Return what an Input or Output of a block is, seen from outside."""
    row = view.session.document.node(node, view.graph)
    if view.graph == MAIN or row.kind not in ("input", "output"):
        return []
    words = translate("Canvas", "The socket {name} at the left of the block")
    if row.kind == "output":
        words = translate("Canvas", "The socket {name} at the right of the block")
    return [words.format(name=row.name)]


def tip_at(view: CanvasView, at: QPoint) -> str:
    """Return the tool tip for a point of the viewport; empty where there is nothing to say."""
    place = view.mapToScene(at)
    hit = view.mirror.socket_at(place, view.reach())
    if hit is not None:
        item, socket = hit
        info = view.session.here.nodes.get(item.node)
        spec = None
        if info is not None and socket.is_input:
            given = info.inputs.get(socket.port, ())
            spec = given[socket.index] if socket.index < len(given) else None
        elif info is not None:
            spec = info.output(socket.port)
        named = f"{item.look.name or item.look.title} · {port_words(item.look, socket)}"
        if spec is None and socket.state in ("open", "free") and socket.is_input:
            return f"{named}\n" + translate("Canvas", "Draw a wire here.")
        return f"{named}\n{spec_words(spec)}"
    card = view.mirror.node_at(place)
    if card is not None:
        problems = view.mirror.problems.get(card.node, ())
        look = card.look
        head = f"{look.title} · {look.name}" if look.name else look.title
        shared = [translate("Canvas", "Its weights are shared with other nodes.")] if look.shared else []
        words = "\n".join(
            [head, *look.lines, *_port_of(view, card.node), *shared, *(text(problem) for problem in problems)]
        ).strip()
    else:
        wire = view.mirror.wire_at(place)
        words = wire_tip(view, wire.wire) if wire is not None else ""
    return words
