"""Models that are one chain of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.errors import EngineError, NotBuiltError
from engine.layers.families import LAYERS
from engine.layers.input_layer import InputLayer
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor
from engine.models.functional import Functional
from engine.models.model import Model


class Sequential(Model):
    """A chain: each layer takes what the one before it made.

    Built at once where the first is an ``Input`` (or a layer with ``input_shape``), else by the first data.
    """

    supports_masking = True

    def __init__(
        self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self._entry: InputLayer | None = None
        self._chain: list[Layer] = []
        self._last: KerasTensor | None = None
        self._functional: Functional | None = None
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end of the chain."""
        if isinstance(layer, KerasTensor):
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            raise EngineError(
                f"Sequential holds layers. Received: {layer!r} of type {type(layer).__name__}",
                code="not_a_layer",
            )
        if isinstance(layer, InputLayer):
            if self._entry is not None or self._chain:
                raise EngineError("A Sequential begins with its only Input.", code="second_input")
            self._entry, self._last = layer, layer.output
            return
        if any(one.name == layer.name for one in self._chain):
            raise EngineError(
                f"Two layers of the model are called '{layer.name}'. Give each a name of its own.",
                code="duplicate_name",
                name=layer.name,
            )
        if self._entry is None and not self._chain:
            if layer._given_shape is not None:
                self._begin(layer._given_shape)
            elif isinstance(layer, Functional) and len(layer.inputs) == 1:
                self._begin(layer.inputs[0].shape, layer.inputs[0].dtype)
        if self._last is not None:
            self._extend(layer)
        self._chain.append(layer)
        self._modules[f"layer_{len(self._chain) - 1}"] = layer
        self._functional = None
        self.built = self._last is not None

    def _begin(self, batch_shape: Any, dtype: str | None = None) -> None:
        self._entry = InputLayer(batch_shape=tuple(batch_shape), dtype=dtype)
        self._last = self._entry.output

    def _extend(self, layer: Layer) -> None:
        made = layer(self._last)
        if not isinstance(made, KerasTensor):
            raise EngineError(
                f"Layer '{layer.name}' returns several tensors: a Sequential takes layers with one output.",
                code="many_outputs",
                layer=layer.name,
            )
        self._last = made

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away and return it."""
        if not self._chain:
            raise EngineError("The model has no layer to take away.", code="no_layer")
        layer = self._chain.pop()
        del self._modules[f"layer_{len(self._chain)}"]
        self._functional = None
        if self._last is not None and self._entry is not None:
            node = self._last.node
            layer._inbound.remove(node)
            self._last = node.inputs_flat[0]
        self.built = self._last is not None and bool(self._chain)
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers of the chain; the Input is not among them."""
        return list(self._chain)

    def _sublayers(self) -> list[Layer]:
        return list({id(layer): layer for layer in self._chain}.values())

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for data of this shape (batch axis first)."""
        if self._last is not None:
            return
        if input_shape is None:
            raise NotBuiltError(f"Sequential '{self.name}' does not know the shape of its input yet.")
        self._begin((None, *tuple(input_shape)[1:]))
        for layer in self._chain:
            self._extend(layer)
        self.built = True

    def _as_graph(self) -> Functional:
        if self._last is None or self._entry is None or not self._chain:
            raise NotBuiltError(
                f"Sequential '{self.name}' does not know the shape of its input yet: begin it with an "
                "Input, or call it on data first."
            )
        if self._functional is None:
            self._functional = _Chain(self._entry.output, self._last, name=self.name)
        return self._functional

    @property
    def _graph(self) -> Any:
        return self._as_graph()._graph if self._last is not None and self._chain else None

    @property
    def plan(self) -> Any:
        """The compiled chain."""
        return self._as_graph().plan

    @property
    def inputs(self) -> Any:  # type: ignore[override]  # follows the chain
        """The symbolic input, as a list; empty before the shape is known."""
        return [self._entry.output] if self._entry is not None else []

    @property
    def outputs(self) -> Any:  # type: ignore[override]  # follows the chain
        """The symbolic output, as a list; empty before the shape is known."""
        return [self._last] if self._last is not None and self._chain else []

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return self._as_graph().input

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return self._as_graph().output

    @property
    def input_shape(self) -> Any:
        """The shape of the input."""
        return self._as_graph().input_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the output."""
        return self._as_graph().output_shape

    @property
    def input_names(self) -> list[str]:
        """The name of the Input."""
        return self._as_graph().input_names

    @property
    def output_names(self) -> list[str]:  # type: ignore[override]  # a model's depend on the model
        """The name of the last layer."""
        return self._as_graph().output_names

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Run the chain."""
        return self._as_graph().call(inputs, training=training)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that comes out of the chain."""
        shape = input_shape
        for layer in self._chain:
            shape = layer.compute_output_shape(shape)
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return name and layers, the Input first, in Keras' format."""
        layers = [*([self._entry] if self._entry else []), *self._chain]
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        config["layers"] = [LAYERS.serialize(layer) for layer in layers]
        if self._entry is not None:
            config["build_input_shape"] = list(self._entry.batch_shape)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a new model from what ``get_config`` returned."""
        made = cls(name=config.get("name"))
        for entry in config["layers"]:
            made.add(LAYERS.deserialize(entry, custom_objects))
        shape = config.get("build_input_shape")
        if made._entry is None and shape:
            made.build(tuple(shape))
        if not config.get("trainable", True):
            made.trainable = False
        return made


class _Chain(Functional):
    """The graph inside a ``Sequential``; its layers are the Sequential's own."""
