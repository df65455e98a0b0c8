"""Whether a loss fits the target and the layer before the output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from engine.spec import Shape, TensorSpec
from studio.document.data import DataField, untold_target
from studio.document.findings import NodeInfo
from studio.document.problems import Problem, Repair
from studio.document.rows import INPUT_PORT, Wire
from studio.document.state import State
from studio.document.tracing import Ending, as_numbers, ending, set_by_name
from studio.document.values import Frozen

Units: TypeAlias = Callable[[int], tuple[Repair, ...]]

SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"
BINARY = "binary_crossentropy"
REGRESSION = ("mse", "mae", "huber", "mean_squared_error", "mean_absolute_error")
_CLASSES = {
    "SparseCategoricalCrossentropy": SPARSE, "CategoricalCrossentropy": CATEGORICAL,
    "BinaryCrossentropy": BINARY,
    "MeanSquaredError": "mse", "MeanAbsoluteError": "mae", "Huber": "huber",
}  # fmt: skip


def loss_of(options: Frozen) -> tuple[str, bool]:
    """Return the plain name of an output's loss ("" for none) and whether it reads logits."""
    loss = options.get("loss")
    if isinstance(loss, Mapping):
        name = str(loss.get("class_name", ""))
        logits = as_numbers(loss.get("config")).get("from_logits") is True
        return _CLASSES.get(name, name), logits
    name = str(loss or "")
    return _CLASSES.get(name, name), False


def default_loss(field: DataField) -> str:
    """Return the loss that suits a target whose last layer has a matching activation."""
    return SPARSE if field.kind == "category" else "mse"


def check_output(
    state: State, graph: str, node: str, nodes: Mapping[str, NodeInfo], fields: Mapping[str, DataField]
) -> list[Problem]:
    """Return what is wrong between the target, the loss and the tensor that arrives at an output."""
    row = state.node(node, graph)
    given = nodes[node].inputs[INPUT_PORT][0]
    name, logits = loss_of(row.options)
    target = row.options.get("target")
    common = {"name": row.name, "loss": name, "target": str(target or "")}

    def say(code: str, *repairs: Repair, warning: bool = False, **more: object) -> list[Problem]:
        severity: Literal["error", "warning"] = "warning" if warning else "error"
        words = Frozen({**common, **more})
        return [Problem(code, severity, graph, node, INPUT_PORT, words, repairs)]

    if not target:
        return say("no_target", *_offered_target(state, graph, fields))
    field = fields.get(str(target))
    if field is None:
        offered = _offered_target(state, graph, fields)
        return say("missing_field", *offered, field=str(target), known=sorted(fields))
    if not name:
        return say("no_loss", _use(default_loss(field)))
    problems: list[Problem] = []
    if field.kind == "text":
        return say("target_text")
    width = given.shape[-1] if len(given.shape) > 1 else 1
    shape = given.shape
    source = state.incoming(node, INPUT_PORT, graph)[0]
    end = ending(state, graph, source)
    last = {SPARSE: "softmax", BINARY: "sigmoid"}.get(name) if field.kind == "category" else None
    units = _units(end, len(shape), None if logits else last)
    if field.kind == "category" and name in (SPARSE, BINARY) and len(shape) > len(field.shape) + 2:
        count = field.classes if name == SPARSE or field.classes != 2 else 1
        return say("too_many_axes", *_flatter(state, graph, source, nodes), expected=count, shape=shape)
    if name == SPARSE:
        if field.kind != "category":
            return say("loss_needs_classes", _use("mse"), kind=field.kind)
        if width != field.classes:
            repairs = units(field.classes)
            if width == 1 and field.classes == 2:
                repairs += (_use(BINARY),)
            problems += say("width", *repairs, expected=field.classes, got=width, shape=shape)
    elif name == CATEGORICAL:
        if field.kind == "category":
            return say("loss_needs_one_hot", _use(SPARSE))
        problems += _same_shape(say, field, given, units, _flatter(state, graph, source, nodes))
    elif name == BINARY:
        if field.kind == "category" and field.classes != 2:
            return say("loss_needs_two", _use(SPARSE), classes=field.classes)
        if field.kind == "category" and width != 1:
            repairs = (*units(1), _use(SPARSE)) if width == 2 else units(1)
            problems += say("width", *repairs, expected=1, got=width, shape=shape)
        elif field.kind != "category":
            problems += _same_shape(say, field, given, units, _flatter(state, graph, source, nodes))
    elif name in REGRESSION:
        if field.kind == "category" and field.classes > 2:
            # the loss is what is wrong, so one unit is no repair for classes
            problems += say("loss_for_numbers", _use(SPARSE), warning=True, classes=field.classes)
            units = _no_units
        problems += _same_shape(say, field, given, units, _flatter(state, graph, source, nodes))
    if name in (SPARSE, CATEGORICAL, BINARY):
        problems += _last_activation(say, row.options["loss"], name, logits, end, width)
    return problems


def _offered_target(state: State, graph: str, fields: Mapping[str, DataField]) -> tuple[Repair, ...]:
    """Return what lets an Output predict the one target that is left."""
    left = fields.get(untold_target(state, graph))
    if left is None:
        return ()
    return (Repair("set_target", Frozen(target=left.name, loss=default_loss(left))),)


def _last_activation(
    say: Callable[..., list[Problem]], loss: object, name: str, logits: bool, end: Ending, width: int | None
) -> list[Problem]:
    """Say where a loss and the activation before it do not go together."""
    wanted, has = "sigmoid" if name == BINARY else "softmax", end.activation
    if has is None or (has == "softmax" and width == 1):  # of a softmax over one value another warning tells
        return []
    if logits:
        if has not in ("softmax", "sigmoid", "relu", "tanh"):
            return []
        repairs = (
            (_use(loss, False), *_activate(end, "linear")) if has == wanted else _activate(end, "linear")
        )
        if has == wanted:
            return say("logits_twice", *repairs, warning=True, activation=has)
        return say("logits_squashed", *repairs, warning=True, activation=has)
    if has == wanted:
        return []
    repairs = _activate(end, wanted)
    if has == "sigmoid" and isinstance(width, int) and width > 1:
        return say("sigmoid_classes", *repairs, warning=True, classes=width)
    if not has:
        by_class = next(cls for cls, plain in _CLASSES.items() if plain == name)
        repairs += (_use({"class_name": by_class, "config": as_numbers(loss).get("config", {})}, True),)
    return say("needs_activation", *repairs, warning=True, activation=wanted, got=has or "linear")


def _activate(end: Ending, activation: str) -> tuple[Repair, ...]:
    """Return what makes a tensor end in an activation: another name, or another layer in its place."""
    if end.layer is None:
        return ()
    if set_by_name(end.layer):
        return (Repair("set_activation", Frozen(layer=end.node, activation=activation)),)
    if activation == "linear":
        return (Repair("remove", Frozen(nodes=(end.node,))),)
    if activation == "softmax":
        return (Repair("replace", Frozen(layer=end.node, type="Softmax", params={})),)
    return (Repair("replace", Frozen(layer=end.node, type="Activation", params={"activation": activation})),)


def _use(loss: object, from_logits: bool | None = None) -> Repair:
    if isinstance(loss, Mapping) and from_logits is not None:
        config = {**as_numbers(loss.get("config")), "from_logits": from_logits}
        return Repair("use_loss", Frozen(loss={**loss, "config": config}))
    return Repair("use_loss", Frozen(loss=loss))


def _same_shape(
    say: Callable[..., list[Problem]],
    field: DataField,
    given: TensorSpec,
    units: Units,
    flatter: tuple[Repair, ...],
) -> list[Problem]:
    """Keras compares element by element and forgives one missing last axis of size 1."""
    wanted: Shape = (None, *field.shape)
    got = given.shape
    if len(got) == len(wanted) + 1 and got[-1] == 1:
        got = got[:-1]
    elif len(wanted) == len(got) + 1 and wanted[-1] == 1:
        wanted = wanted[:-1]
    same = len(got) == len(wanted) and all(
        a == b or a is None or b is None for a, b in zip(got, wanted, strict=True)
    )
    if same:
        return []
    last_only = (len(got) == len(wanted) and got[:-1] == wanted[:-1]) or (not field.shape and len(got) == 2)
    repairs = units(field.shape[-1] if field.shape else 1) if last_only else ()
    if len(given.shape) > max(2, len(wanted)):
        repairs = flatter
    return say("target_shape", *repairs, expected=(None, *field.shape), got=given.shape)


def _no_units(count: int) -> tuple[Repair, ...]:
    return ()


def _flatter(state: State, graph: str, wire: Wire, nodes: Mapping[str, NodeInfo]) -> tuple[Repair, ...]:
    """Return what brings the tensor at an output down to a vector, before the last Dense if there is one."""
    last = state.layer_of(wire.source, graph)
    before: dict[str, str] = {}
    if last is not None and last.type == "Dense":
        wires = state.incoming(wire.source, graph=graph)
        if len(wires) != 1:
            return ()
        before, wire = {"before": wire.source}, wires[0]
    info = nodes.get(wire.source)
    spec = info.output(wire.source_port) if info else None
    if spec is None or spec.rank < 3:
        return ()
    kinds = ["Flatten", *{3: ["GlobalAveragePooling1D"], 4: ["GlobalAveragePooling2D"]}.get(spec.rank, [])]
    found = [Repair("insert_layer", Frozen(type=kind, params={}, **before)) for kind in kinds]
    layer = state.layer_of(wire.source, graph)
    if layer is not None and layer.params.get("return_sequences") is True:
        of = state.node(wire.source, graph).name
        last_only = Frozen(param="return_sequences", value=False, layer=wire.source, of=of)
        found.insert(0, Repair("set_param", last_only))
    return tuple(found)


def _units(end: Ending, rank: int, activation: str | None) -> Units:
    """Return what sets the number of values at an output: the last Dense, or one more."""

    def repairs(count: int) -> tuple[Repair, ...]:
        if end.layer is not None and end.layer.type == "Dense" and not end.shaped:
            return (Repair("set_units", Frozen(layer=end.node, units=count)),)
        if rank != 2:
            return ()
        params = {"units": count, **({"activation": activation} if activation else {})}
        return (Repair("insert_layer", Frozen(type="Dense", params=params)),)

    return repairs
