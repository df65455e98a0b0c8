"""A model as a graph of pydot, for those who draw with Graphviz; ``plot_model`` needs neither."""

from __future__ import annotations

from typing import Any

from engine.errors import NotBuiltError, ParamError
from engine.utils.plotting import Drawing, _gather


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Return the layers of ``model`` and what flows between them as a ``pydot.Dot``.

    With ``subgraph`` it is a ``pydot.Cluster``, a part of a larger graph; ``expand_nested`` shows the layers
    of models inside as such.  Raises ``ImportError`` without the package pydot, ``NotBuiltError`` for a
    model without weights and ``ParamError`` for other words.  Keras: ``keras.utils.model_to_dot``.
    """
    if not model.built:
        raise NotBuiltError(
            "This model has not yet been built, so its shapes are unknown: call `build()`, or the model on "
            "some rows."
        )
    try:
        import pydot
    except ImportError:
        raise ImportError(
            "You must install pydot (`pip install pydot`) for model_to_dot to work. plot_model needs neither "
            "pydot nor Graphviz."
        ) from None
    if kwargs:
        raise ParamError(f"Unrecognized keyword arguments: {kwargs}", code="param")
    drawing = Drawing()
    shown = (show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    _gather(model, drawing, shown, expand_nested)
    if subgraph:
        dot: Any = pydot.Cluster(model.name, style="dashed", label=model.name)
    else:
        dot = pydot.Dot("model", rankdir=rankdir, concentrate=True, dpi=dpi, splines=splines)
        dot.set_node_defaults(shape="box")
    names = {id(box): f"layer_{index}" for index, box in enumerate(drawing.boxes)}
    homes: dict[int, Any] = {}
    frames: list[tuple[Any, set[int]]] = []
    for number, (title, boxes) in reversed(list(enumerate(drawing.frames))):  # the outer frame comes last
        cluster: Any = pydot.Cluster(f"{model.name}_{number}", style="dashed", label=title)
        inside = {id(box) for box in boxes}
        around = next((one for one, held in reversed(frames) if inside <= held), dot)
        around.add_subgraph(cluster)
        frames.append((cluster, inside))
        homes |= dict.fromkeys(inside, cluster)
    for box in drawing.boxes:
        label = "\\n".join(box.lines).replace('"', "'")
        homes.get(id(box), dot).add_node(pydot.Node(names[id(box)], label=f'"{label}"'))
        for parent in box.parents:
            dot.add_edge(pydot.Edge(names[id(parent)], names[id(box)]))
    return dot
