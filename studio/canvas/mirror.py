"""Whether a scene shows its document: the check that tests run after every edit."""

from __future__ import annotations

from studio.canvas.look import Socket
from studio.canvas.scene import CanvasScene


def differences(scene: CanvasScene) -> list[str]:
    """Return what the scene shows otherwise than the document says; an empty list means a true mirror."""
    document, graph = scene.session.document, scene.graph
    found = []
    ids, wires = set(document.node_ids(graph)), set(document.wires(graph))
    found += [f"node {node} is not shown" for node in sorted(ids - scene.nodes.keys())]
    found += [f"node {node} is shown but gone" for node in sorted(scene.nodes.keys() - ids)]
    found += [f"{wire} is not shown" for wire in wires - scene.wires.keys()]
    found += [f"{wire} is shown but gone" for wire in scene.wires.keys() - wires]
    marks = {mark: document.mark(mark, graph) for mark in document.mark_ids(graph)}
    found += [f"mark {mark} is not shown" for mark in marks.keys() - scene.marks.items.keys()]
    for mark, mark_item in scene.marks.items.items():
        if marks.get(mark) != mark_item.row:
            found.append(f"mark {mark} is shown as it was before")
    if not found:
        for node, place in scene.places().items():
            item = scene.nodes[node]
            if item.pos() != place and not scene.gliding():
                found.append(f"node {node} stands at {item.pos()}, not at {place}")
            if item.look != scene.look_of(node, item.picture):
                found.append(f"node {node} looks as it was before")
            if item.scene() is not scene:
                found.append(f"node {node} is not in the scene")
        for wire, wire_item in scene.wires.items():
            source, target = scene.nodes[wire.source], scene.nodes[wire.target]
            start = source.find_socket(False, wire.source_port) or Socket(wire.source_port, 0, False)
            end = target.find_socket(True, wire.target_port, wire.position) or Socket(
                wire.target_port, 0, True
            )
            if wire_item.ends() != (source.socket_pos(start), target.socket_pos(end)):
                found.append(f"{wire} ends beside its sockets")
    return found
