"""The compiled form of a graph: a flat list of steps over numbered slots, the fast path of every model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers import calling
from engine.layers.layer import Layer, call_parameters
from engine.layers.symbolic import KerasTensor, Node
from engine.layers.weighted import hook_epoch
from engine.structure import flatten, map_structure
from engine.training.checks import not_optional

_PLAIN, _TRAINING, _LIST, _SPREAD, _GENERAL = range(5)


class _Step(NamedTuple):
    mode: int
    function: Callable[..., Any]
    source: Any
    target: Any
    free: tuple[int, ...]
    layer: Any


@dataclass(frozen=True)  # a tuple would be taken apart as a nesting of arguments
class _Slot:
    """Stands in a call's arguments for the tensor that will lie in a slot."""

    number: int


class _Entry(NamedTuple):
    """What one input must be, and where it lies among the inputs."""

    name: str
    dtype: torch.dtype | None
    """``None`` for texts."""
    rank: int
    sizes: tuple[tuple[int, int], ...]
    shape: tuple[int | None, ...]
    path: str
    tail: tuple[int | None, ...]
    """The shape without the batch axis."""
    optional: bool


class Plan:
    """Runs a graph on flat lists of tensors.

    Layers are called directly (``layer.call``), without torch's ``__call__``, unless hooks are registered:
    a new hook makes the plan compile itself afresh.  Inputs of other sizes than the graph states are refused,
    or, where it is ``loose``, run through whole calls, in which every layer checks for itself.
    """

    def __init__(
        self,
        inputs: Sequence[KerasTensor],
        outputs: Sequence[KerasTensor],
        nodes: Sequence[Node],
        layers: Sequence[Any],
        paths: Sequence[str] = (),
        loose: bool = False,
    ) -> None:
        self._loose = loose
        self._inputs, self._outputs, self._nodes = list(inputs), list(outputs), list(nodes)
        self._losses = [inner._losses for layer in layers for inner in _with_sublayers(layer)]
        self._entries = [
            _Entry(
                tensor.name,
                getattr(torch, tensor.dtype, None),
                len(tensor.shape),
                tuple((axis, size) for axis, size in enumerate(tensor.shape) if size is not None and axis),
                (None, *tensor.shape[1:]),
                path,
                tuple(tensor.shape[1:]),
                _may_lack(tensor),
            )
            for tensor, path in zip(inputs, paths or [""] * len(inputs), strict=True)
        ]
        self._epoch = -1
        self._steps: list[_Step] = []
        self._chain: list[_Step] = []
        self._masked_steps: list[_Step] = []
        self._outs: list[int] = []
        self._count = 0
        self._walk: Callable[..., list[Tensor]] = _walk

    def run(self, inputs: Sequence[Tensor | None], training: bool | None = None) -> list[Tensor]:
        """Return the outputs for the inputs, both flat; raises ``ShapeError`` for inputs that do not fit.

        As in Keras ``training`` counts for every layer, also where its call in the graph says otherwise;
        with ``None`` those hold, and the defaults of the layers.
        An error from inside a layer carries that layer's name in its notes and as ``layer_name``.
        """
        if self._epoch != hook_epoch():
            self._compile()
        if len(inputs) != len(self._entries):
            raise ShapeError(
                f"The model expects {len(self._entries)} input(s). Received: {len(inputs)}.",
                code="input_count",
                expected=len(self._entries),
                got=len(inputs),
            )
        slots: list[Any] = [None] * self._count
        steps, chain = self._steps, self._chain
        for number, (tensor, entry) in enumerate(zip(inputs, self._entries, strict=True)):
            if tensor is not None:
                if self._loose and tensor.dim() == entry.rank and tensor.shape[1:] != entry.tail:
                    fitted = tensor.to(entry.dtype)  # other sizes: every layer looks for itself
                    steps = self._masked_steps = self._masked_steps or self._steps_for(masked=True)
                    chain = []
                else:
                    fitted = _fitted(tensor, entry)
                slots[number] = fitted
                mask = getattr(tensor, "_keras_mask", None)
                if mask is not None:
                    fitted._keras_mask = mask  # type: ignore[attr-defined]  # as Keras hangs it there
                    steps = self._masked_steps = self._masked_steps or self._steps_for(masked=True)
                    chain = []
            elif not entry.optional:
                raise not_optional(entry.name)
        local = calling._local
        outer, nested = getattr(local, "training", None), getattr(local, "running", False)
        local.training = training
        if not nested:
            local.running = True
            for losses in self._losses:
                if losses:
                    losses.clear()
        try:
            return self._walk(steps, chain, slots, self._outs, training)
        finally:
            local.training, local.running = outer, nested

    def jit(self, wanted: bool) -> None:
        """Let ``torch.compile`` make the arithmetic faster from now on, or not any more."""
        if wanted and self._walk is _walk:
            self._walk = torch.compile(_walk)
        elif not wanted:
            self._walk = _walk

    def _compile(self) -> None:
        self._epoch = hook_epoch()
        self._numbers = {id(tensor): number for number, tensor in enumerate(self._inputs)}
        for node in self._nodes:
            for tensor in node.outputs_flat:
                self._numbers.setdefault(id(tensor), len(self._numbers))
        self._outs = [self._numbers[id(tensor)] for tensor in self._outputs]
        self._count = len(self._numbers)
        self._steps = self._steps_for(masked=False)
        self._chain = self._steps if self._is_chain() else []
        self._masked_steps = []

    def _is_chain(self) -> bool:
        """Return whether each step takes just what the one before it made, and the last makes the output."""
        place = 0
        for step in self._steps:
            if step.mode not in (_PLAIN, _TRAINING) or step.source != place or type(step.target) is not int:
                return False
            place = step.target
        return len(self._entries) == 1 and self._outs == [place]

    def _steps_for(self, masked: bool) -> list[_Step]:
        """Return the steps, for inputs with masks or without."""
        numbers = self._numbers
        last_use: dict[int, int] = {}
        for index, node in enumerate(self._nodes):
            for tensor in (*node.inputs_flat, *node.outputs_flat):
                last_use[numbers[id(tensor)]] = index
        kept = set(self._outs)
        free: dict[int, list[int]] = {}
        for number, index in last_use.items():
            if number not in kept:
                free.setdefault(index, []).append(number)
        masks = {id(tensor) for tensor in self._inputs} if masked else set()
        steps = []
        for index, (node, may_mask) in enumerate(
            zip(self._nodes, follow_masks(self._nodes, masks), strict=True)
        ):
            mode, function, source = _road(node, numbers, may_mask)
            single = isinstance(node.output_struct, KerasTensor)
            outs = tuple(numbers[id(tensor)] for tensor in node.outputs_flat)
            target = outs[0] if single else outs
            steps.append(_Step(mode, function, source, target, tuple(free.get(index, ())), node.layer))
        return steps


def _walk(
    steps: list[_Step], chain: list[_Step], slots: list[Any], outs: list[int], training: bool | None
) -> list[Tensor]:
    """Run the steps on what lies in ``slots`` and return the outputs."""
    step: _Step | None = None
    told = training is not None
    try:
        if chain:
            made = slots[0]
            slots = []  # nothing keeps what a later step has read
            for step in chain:
                made = step[1](made, training=training) if step[0] and told else step[1](made)
            return [made]
        for step in steps:
            mode, function, source, target, free, _ = step
            if mode == _PLAIN or (mode == _TRAINING and not told):
                made = function(slots[source])
            elif mode == _TRAINING:
                made = function(slots[source], training=training)
            elif mode == _LIST:
                made = function([slots[number] for number in source])
            elif mode == _SPREAD:
                made = function(*[slots[number] for number in source])
            else:
                args, kwargs = _filled(source, slots)
                made = function(args, kwargs, training)
            if type(target) is int:
                slots[target] = made
            else:
                for number, leaf in zip(target, flatten(made), strict=True):
                    slots[number] = leaf
            for number in free:
                slots[number] = None
    except Exception as error:
        if step is not None and not hasattr(error, "layer_name"):
            error.layer_name = step.layer.name  # type: ignore[attr-defined]  # read by whoever reports it
            error.add_note(f"In layer '{step.layer.name}' ({type(step.layer).__name__}).")
        raise
    return [slots[number] for number in outs]


def _filled(source: Any, slots: list[Any]) -> Any:
    """Return arguments with the tensors that lie in slots."""
    return map_structure(lambda leaf: slots[leaf.number] if isinstance(leaf, _Slot) else leaf, source)


def follow_masks(nodes: Sequence[Node], masked: set[int]) -> list[bool]:
    """Return for each call whether masks go in or come out; ``masked`` gathers tensors that may have one."""
    found = []
    for node in nodes:
        layer = node.layer
        may_mask = any(id(tensor) in masked for tensor in node.inputs_flat)
        makes = isinstance(layer, Layer) and _makes_masks(layer)
        if makes or (may_mask and layer.supports_masking):
            masked.update(id(tensor) for tensor in node.outputs_flat)
        found.append(may_mask or makes)
    return found


def _makes_masks(layer: Layer) -> bool:
    """Return whether masks may come out of a layer, or of a model inside, where none go in."""
    graph = getattr(layer, "_graph", None)
    if graph is None:
        return calling.makes_masks(layer)
    masked: set[int] = set()
    follow_masks(graph.nodes, masked)
    outputs: Any = layer.outputs  # models have them
    return any(id(tensor) in masked for tensor in outputs)


def _road(node: Node, numbers: dict[int, int], masked: bool) -> tuple[int, Callable[..., Any], Any]:
    """Return how a call is run: its mode, the function to call and where its arguments lie."""
    layer = node.layer
    whole = isinstance(layer, Layer)
    if not whole and hasattr(layer, "bound_call"):  # an operation knows its quickest form
        places = tuple(numbers[id(tensor)] for tensor in node.inputs_flat)
        one = len(places) == 1
        return _PLAIN if one else _SPREAD, layer.bound_call(node), places[0] if one else places
    takes_training = whole and "training" in call_parameters(type(layer))
    passes = "training" in node.kwargs and not takes_training  # on to layers inside, by a whole call
    careful = whole and (masked or passes or _needs_call(node))
    if not careful and not node.kwargs and len(node.args) == 1:
        argument = node.args[0]
        if isinstance(argument, KerasTensor):
            return _TRAINING if takes_training else _PLAIN, layer.call, numbers[id(argument)]
        flat = isinstance(argument, (list, tuple)) and all(isinstance(a, KerasTensor) for a in argument)
        if flat and not takes_training:
            return _LIST, layer.call, tuple(numbers[id(tensor)] for tensor in argument)
    spread = not careful and not node.kwargs and not takes_training
    if spread and all(isinstance(argument, KerasTensor) for argument in node.args):
        return _SPREAD, layer.call, tuple(numbers[id(tensor)] for tensor in node.args)

    def place(leaf: Any) -> Any:
        return _Slot(numbers[id(leaf)]) if isinstance(leaf, KerasTensor) else leaf

    switched = takes_training or passes

    def through_call(args: Any, kwargs: Any, training: bool | None) -> Any:
        told = {**kwargs, "training": training} if training is not None and switched else kwargs
        return layer(*args, **told)

    def direct(args: Any, kwargs: Any, training: bool | None) -> Any:
        told = {**kwargs, "training": training} if training is not None and switched else kwargs
        return layer.call(*args, **told)

    source = (map_structure(place, tuple(node.args)), map_structure(place, node.kwargs))
    return _GENERAL, through_call if careful else direct, source


def _needs_call(node: Node) -> bool:
    """Return whether a layer must run through ``__call__``: hooks, penalties, other types than its own."""
    layer = node.layer
    if layer.hooked() or layer.activity_regularizer is not None or layer._mixed or layer._context_args:
        return True
    if not layer.autocast or not layer._casts_inputs:
        return False
    own = layer.compute_dtype
    return any("float" in tensor.dtype and tensor.dtype != own for tensor in node.inputs_flat)


def _with_sublayers(layer: Any) -> list[Any]:
    found = [layer]
    for inner in layer._sublayers():
        found.extend(_with_sublayers(inner))
    return found


def _may_lack(tensor: KerasTensor) -> bool:
    """Return whether ``None`` may come for an input: where an ``Input`` does not insist."""
    node = getattr(tensor, "node", None)
    return node is None or bool(getattr(node.layer, "optional", True))


def _fitted(tensor: Tensor, entry: _Entry) -> Tensor:
    """Return an input in the dtype and rank that the graph states, as Keras forgives a lone last axis."""
    if tensor.dtype is not entry.dtype and isinstance(tensor, Tensor):
        tensor = tensor.to(entry.dtype)
    if tensor.shape[1:] == entry.tail and tensor.dim() == entry.rank:
        return tensor
    rank = tensor.dim()
    if rank != entry.rank:
        if rank == entry.rank - 1 and (entry.rank - 1, 1) in entry.sizes:
            tensor = tensor.unsqueeze(-1)
        elif rank == entry.rank + 1 and tensor.shape[-1] == 1:
            tensor = tensor.squeeze(-1)
        else:
            raise ShapeError(
                f"Invalid input shape for the input with name '{entry.name}' and path '{entry.path}'. "
                f"Expected shape {entry.shape}: {entry.rank} axes, the batch axis among them. Received: "
                f"{rank} axes, shape {tuple(tensor.shape)}.",
                code="rank",
                layer=entry.name,
                expected=entry.rank,
                got=rank,
                shape=tuple(tensor.shape),
            )
    for axis, size in entry.sizes:
        if tensor.shape[axis] != size:
            raise ShapeError(
                f"Input '{entry.name}' is incompatible with the model: expected shape={entry.shape}, found "
                f"shape={tuple(tensor.shape)}: size {size} on axis {axis}. "
                f"Received: size {tensor.shape[axis]}.",
                code="axis",
                layer=entry.name,
                axis=axis,
                expected=size,
                got=tensor.shape[axis],
                shape=tuple(tensor.shape),
            )
    return tensor
