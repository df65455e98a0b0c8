"""From a symbolic tensor back to the inputs that it depends on."""

from __future__ import annotations

from typing import Any

from engine.layers.input_layer import InputLayer


def get_source_inputs(tensor: Any) -> list[Any]:
    """Return the symbolic inputs on which ``tensor`` depends, each once.  Keras:
    ``keras.utils.get_source_inputs``.
    """
    found: dict[int, Any] = {}
    seen: set[int] = set()
    waiting = [tensor]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        node = getattr(one, "node", None)
        if node is None or isinstance(node.layer, InputLayer) or not node.inputs_flat:
            found[id(one)] = one
        else:
            waiting.extend(reversed(node.inputs_flat))
    return list(found.values())
