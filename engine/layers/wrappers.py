"""Layers around a layer: read a sequence both ways, or do the same at every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.families import LAYERS
from engine.layers.layer import Layer, call_parameters
from engine.layers.rnn_cell_base import build_inside
from engine.params import Array, Kind, LayerRef
from engine.spec import Shape, TensorSpec, shape_text

MergeMode = Annotated[str, Kind("choice", choices=("concat", "sum", "mul", "ave"))]


def _layer_only(owner: str, name: str, layer: Any) -> Layer:
    if not isinstance(layer, Layer):
        raise ParamError(
            f"{owner}: {name} is a layer. Received: {name}={layer!r}",
            code="param",
            owner=owner,
            param=name,
            got=layer,
        )
    return layer


def _renamed(layer: Any, prefix: str, **changes: Any) -> Any:
    """Return an unbuilt twin of ``layer`` whose name starts with ``prefix``."""
    config = layer.get_config()
    config["name"] = prefix + config["name"].removeprefix(prefix)
    return type(layer).from_config(config | changes)


def _options(layer: Layer, **given: Any) -> dict[str, Any]:
    """Return those of the options that the layer's ``call`` takes."""
    cls: Any = type(layer)
    taken = call_parameters(cls)
    return {name: value for name, value in given.items() if name in taken}


class Bidirectional(Layer):
    """Reads a sequence twice, from its start and from its end, and joins what both readers say.

    Input (batch, steps, features); output as the layer's own, with twice the units where both are put side by
    side.  ``merge_mode=None`` gives both outputs apart; with ``return_state`` the states of both follow.
    Schuster and Paliwal 1997.  Keras: ``keras.layers.Bidirectional``.

    Args:
        layer: The recurrent layer that reads forwards, such as LSTM(8).
        merge_mode: How both outputs are joined: side by side, sum, product or mean; None leaves them apart.
        weights: The weights of both to start from, in the order of get_weights.
        backward_layer: The layer that reads backwards; a twin of the first, if not given.
    """

    category: ClassVar[str] = "recurrent"
    supports_masking = True

    def __init__(
        self,
        layer: LayerRef,
        merge_mode: MergeMode | None = "concat",
        weights: Array | None = None,
        backward_layer: LayerRef | None = None,
        **kwargs: Any,
    ) -> None:
        inner: Any = _layer_only("Bidirectional", "layer", layer)
        if not hasattr(inner, "go_backwards") or not hasattr(inner, "return_sequences"):
            raise ParamError(
                f"Bidirectional: layer is a recurrent layer, such as LSTM(8). Received: layer={inner.name!r}",
                code="param",
                owner="Bidirectional",
                param="layer",
                got=inner.name,
            )
        super().__init__(**kwargs)
        self.forward_layer = _renamed(inner, "forward_")
        if backward_layer is None:
            self.backward_layer = _renamed(inner, "backward_", go_backwards=True)
        else:
            self.backward_layer = _layer_only("Bidirectional", "backward_layer", backward_layer)
        for name in ("go_backwards", "stateful", "return_sequences", "return_state"):
            one, two = getattr(self.forward_layer, name), getattr(self.backward_layer, name, None)
            if (one == two) == (name == "go_backwards"):
                wanted = "different" if name == "go_backwards" else "equal"
                raise ParamError(
                    f"Bidirectional: both layers need {wanted} values of {name}. Received: {one} and {two}",
                    code="param",
                    owner="Bidirectional",
                    param="backward_layer",
                    got=two,
                )
        for reader in (self.forward_layer, self.backward_layer):
            reader.zero_output_for_mask = reader.return_sequences
        self.merge_mode = merge_mode
        self.stateful = inner.stateful
        self.return_sequences = inner.return_sequences
        self.return_state = inner.return_state
        self.input_spec = inner.input_spec
        self._initial_weights = weights
        if not self._trainable:
            self.trainable = False

    @classmethod
    def port_names(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the outputs for these constructor arguments."""
        apart = params.get("merge_mode", "concat") is None
        layer = params.get("layer")
        states: tuple[str, ...] = ()
        if getattr(layer, "return_state", False):
            inner = type(layer).port_names({"return_state": True, "cell": getattr(layer, "cell", None)})  # type: ignore[union-attr]  # a layer with return_state is an RNN
            states = tuple(f"{way}_{name}" for way in ("forward", "backward") for name in inner[1:])
        first = ("forward", "backward") if apart else ("sequence",) if states else ("output",)
        return first + states

    @property
    def layer(self) -> Any:
        """The layer that reads forwards."""
        return self.forward_layer

    def reset_state(self) -> None:
        """Start the next batch from fresh states."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def build(self, input_shape: Any) -> None:
        """Build both layers; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        build_inside(self.forward_layer, input_shape)
        build_inside(self.backward_layer, input_shape)
        self.input_spec = self.forward_layer.input_spec
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)

    def call(
        self,
        x: Tensor,
        initial_state: Any = None,
        mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Any:
        """Return what both say, joined; ``initial_state`` holds the states of both, one after the other."""
        half = len(initial_state) // 2 if initial_state is not None else 0
        starts = (initial_state[:half], initial_state[half:]) if half else (None, None)
        options = [
            _options(reader, mask=mask, training=training, **({"initial_state": start} if half else {}))
            for reader, start in zip((self.forward_layer, self.backward_layer), starts, strict=True)
        ]
        one = _read(self.forward_layer, x, options[0])
        two = _read(self.backward_layer, x, options[1])
        states: tuple[Tensor, ...] = ()
        if self.return_state:
            states = (*one[1:], *two[1:])
            one, two = one[0], two[0]
        if self.return_sequences:
            two = two.flip(1)
        if self.merge_mode is None:
            return (one, two, *states)
        joined = _merged(one, two, self.merge_mode)
        return (joined, *states) if states else joined

    def compute_output_shape(self, input_shape: Any, *_states: Any) -> Any:
        """Return the shape of what comes out, in a tuple where several things do."""
        one = self.forward_layer.compute_output_shape(input_shape)
        two = self.backward_layer.compute_output_shape(input_shape)
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = (*one[1:], *two[1:])
            one, two = one[0], two[0]
        if self.merge_mode is None:
            return (one, two, *states)
        if self.merge_mode == "concat":
            one = (*one[:-1], one[-1] + two[-1])
        elif one != two:
            raise ShapeError(
                f"Layer '{self.name}' merges outputs of equal shapes. Received: {shape_text(one)} and "
                f"{shape_text(two)}.",
                code="merge",
                layer=self.name,
                expected=one,
                got=two,
            )
        return (one, *states) if states else one

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the multiply-adds of both layers."""
        return int(
            self.forward_layer.compute_macs(input_shape, None)
            + self.backward_layer.compute_macs(input_shape, None)
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask for each output: that which came for sequences, none for the rest."""
        mask = previous_mask if self.return_sequences else None
        outputs = [mask] if self.merge_mode else [mask, mask]
        states = 2 * len(self.forward_layer.state_size) if self.return_state else 0
        masks = [*outputs, *(None for _ in range(states))]
        return masks[0] if len(masks) == 1 else masks

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; given weights travel with the model's instead."""
        config = {name: value for name, value in super().get_config().items() if name != "weights"}
        config["backward_layer"] = LAYERS.serialize(self.backward_layer)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a new layer from what ``get_config`` returned."""
        inner = {
            name: LAYERS.deserialize(config[name])
            for name in ("layer", "backward_layer")
            if isinstance(config.get(name), dict)
        }
        return super().from_config(config | inner)


def _read(reader: Any, x: Tensor, options: dict[str, Any]) -> Any:
    """Return what a reader says; its penalty on what it says is only taken by a whole call."""
    if reader.activity_regularizer is not None:
        return reader(x, **options)
    return reader.run_inside(x, **options)


def _merged(one: Tensor, two: Tensor, mode: str) -> Tensor:
    if mode == "concat":
        return torch.cat([one, two], dim=-1)
    if mode == "mul":
        return one * two
    return one + two if mode == "sum" else (one + two) / 2


class TimeDistributed(Layer):
    """Does the same to every step of a sequence: one layer, shared by all steps.

    Input (batch, steps, ...), output (batch, steps, ...) with what the layer makes of each step.
    Keras: ``keras.layers.TimeDistributed``.

    Args:
        layer: The layer that is applied to each step.
    """

    category: ClassVar[str] = "recurrent"
    supports_masking = True

    def __init__(self, layer: LayerRef, **kwargs: Any) -> None:
        inner = _layer_only("TimeDistributed", "layer", layer)
        super().__init__(**kwargs)
        self.layer: Any = inner
        if not self._trainable:
            self.trainable = False

    def _step_shape(self, input_shape: Any) -> Shape:
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        if len(shape) < 3:
            raise ShapeError(
                f"Layer '{self.name}' expected an input with at least 3 axes (batch, steps, what the steps "
                f"hold). Received: {len(shape)} axes, shape {shape_text(shape)}.",
                code="min_rank",
                layer=self.name,
                expected=3,
                got=len(shape),
                shape=shape,
            )
        if shape[1] == 0:
            raise ShapeError(
                f"Layer '{self.name}' expected at least one step on axis 1. Received: shape "
                f"{shape_text(shape)}.",
                code="too_small",
                layer=self.name,
                axis=1,
                expected=1,
                got=0,
                shape=shape,
            )
        return (shape[0], *shape[2:])

    def build(self, input_shape: Any) -> None:
        """Build the layer for one step; raises ``ShapeError``."""
        build_inside(self.layer, self._step_shape(input_shape))

    def _steps_are_apart(self) -> bool:
        """Return whether a step could tell that others stand beside it in one big batch."""
        keeps = any(not getattr(weight, "wants_gradient", True) for weight in self.layer.weights)
        ours = type(self.layer).__module__.startswith("engine.layers.")
        return keeps or not ours or getattr(self.layer, "stateful", False) or hasattr(self.layer, "function")

    def call(self, x: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        """Return what the layer makes of each step."""
        options = _options(self.layer, training=training)
        if mask is None and not self._steps_are_apart():
            y = self.layer.run_inside(x.reshape(-1, *x.shape[2:]), **options)
            return y.reshape(*x.shape[:2], *y.shape[1:])  # type: ignore[no-any-return]  # the inner layer is of any kind
        steps = []
        for step in range(x.shape[1]):
            here = {} if mask is None else _options(self.layer, mask=mask[:, step])
            steps.append(self.layer.run_inside(x[:, step], **options, **here))
        return torch.stack(steps, 1)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the layer's output shape with the steps put in."""
        inner = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (inner[0], input_shape[1], *inner[1:])

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the multiply-adds of the layer, for every step."""
        step = self._step_shape(input_shape)
        return int(
            (input_shape[1] or 0) * self.layer.compute_macs(step, self.layer.compute_output_shape(step))
        )
