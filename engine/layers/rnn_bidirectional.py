"""A layer around a recurrent one, that reads a sequence both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.families import LAYERS
from engine.layers.layer import Layer, call_parameters
from engine.layers.masks import only_passes_on
from engine.layers.rnn_cell_base import build_inside, in_own_type
from engine.layers.rnn_fused import may_run_together, run_together, runs_together
from engine.layers.rnn_gru import GRU
from engine.layers.rnn_lstm import LSTM
from engine.params import Array, Kind, LayerRef
from engine.spec import shape_text
from engine.structure import flatten

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
    config = layer.get_config() | changes
    config["name"] = prefix + layer.name.removeprefix(prefix)
    return type(layer).from_config(config)


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
            if hasattr(reader, "zero_output_for_mask"):
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

    @property
    def states(self) -> Any:
        """The states that both layers keep, or ``None``."""
        one, two = getattr(self.forward_layer, "states", None), getattr(self.backward_layer, "states", None)
        return (*one, *two) if one and two else None

    def reset_state(self) -> None:
        """Start the next batch from zeros; raises ``AttributeError`` where no states are kept."""
        if not self.stateful:
            raise AttributeError(f"Layer '{self.name}' must be stateful: it keeps no state to reset.")
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Do as ``reset_state``, whose older name this is."""
        self.reset_state()

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both layers; raises ``ShapeError``."""
        self.compute_output_shape(sequences_shape)
        build_inside(self.forward_layer, sequences_shape)
        build_inside(self.backward_layer, sequences_shape)
        self.input_spec = self.forward_layer.input_spec
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Any:
        """Return what both say, joined; ``initial_state`` holds the states of both, one after the other."""
        attempt = self._can_attempt_fused_lstm(mask, initial_state)
        attempt = attempt or self._can_attempt_fused_gru(mask, initial_state)
        if attempt and runs_together(sequences, self.forward_layer, self.backward_layer):
            return self._read_together(sequences, initial_state)
        half = len(initial_state) // 2 if initial_state is not None else 0
        starts = (initial_state[:half], initial_state[half:]) if half else (None, None)
        options = [
            _options(reader, mask=mask, training=training, **({"initial_state": start} if half else {}))
            for reader, start in zip((self.forward_layer, self.backward_layer), starts, strict=True)
        ]
        one = _read(self.forward_layer, sequences, options[0])
        two = _read(self.backward_layer, sequences, options[1])
        states: tuple[Tensor, ...] = ()
        if self.return_state:
            states = (*one[1:], *two[1:])
            one, two = one[0], two[0]
        one, two = in_own_type(self, one, two.flip(1) if self.return_sequences else two)
        if self.merge_mode is None:
            return (one, two, *states)
        joined = _merged(one, two, self.merge_mode)
        return (joined, *states) if states else joined

    def _can_attempt_fused_lstm(self, mask: Any, initial_state: Any = None) -> bool:
        """Return whether the arguments let one kernel run two LSTMs, as Keras asks it."""
        fits = mask is None and not self.stateful and (initial_state is None or len(initial_state) == 4)
        return fits and may_run_together(LSTM, self.forward_layer, self.backward_layer)

    def _can_attempt_fused_gru(self, mask: Any, initial_state: Any = None) -> bool:
        """Return whether the arguments let one kernel run two GRUs, as Keras asks it."""
        fits = mask is None and not self.stateful and (initial_state is None or len(initial_state) == 2)
        return fits and may_run_together(GRU, self.forward_layer, self.backward_layer)

    def _read_together(self, sequences: Tensor, initial_state: Any) -> Any:
        outputs, last = run_together(sequences, self.forward_layer, self.backward_layer, initial_state)
        outputs, last = in_own_type(self, outputs, last)
        states = (*(state[0] for state in last), *(state[1] for state in last)) if self.return_state else ()
        if self.return_sequences and self.merge_mode == "concat":
            return (outputs, *states) if states else outputs
        one, two = outputs.chunk(2, dim=-1) if self.return_sequences else last[0].unbind(0)
        if self.merge_mode is None:
            return (one, two, *states)
        joined = _merged(one, two, self.merge_mode)
        return (joined, *states) if states else joined

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Return the shape of what comes out, in a tuple where several things do."""
        one = self.forward_layer.compute_output_shape(sequences_shape)
        two = self.backward_layer.compute_output_shape(sequences_shape)
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

    @only_passes_on
    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask for each output: that which came for sequences, none for the rest."""
        mask = flatten(previous_mask)[0] if self.return_sequences else None
        outputs = [mask] if self.merge_mode else [mask, mask]
        states = 2 * len(self.forward_layer.state_size) if self.return_state else 0
        masks = (*outputs, *(None for _ in range(states)))
        return masks[0] if len(masks) == 1 else masks

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; given weights travel with the model's instead."""
        config: dict[str, Any] = super().get_config()
        config.pop("weights", None)
        config["backward_layer"] = LAYERS.serialize(self.backward_layer)
        return config


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
