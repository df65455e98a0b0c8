"""Models that are one chain of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import dtype_policies
from engine.errors import EngineError, NotBuiltError
from engine.layers.families import LAYERS
from engine.layers.input_layer import InputLayer
from engine.layers.layer import Layer, call_parameters
from engine.layers.scope import inside
from engine.layers.symbolic import KerasTensor
from engine.models.functional import Functional
from engine.models.model import DirectPlan, Model
from engine.structure import is_shape


class Sequential(Model):
    """A chain: each layer takes what the one before it made.

    Built at once where the first is an ``Input`` (or a layer with ``input_shape``), else by the first data.
    """

    supports_masking = True
    _casts_inputs = False  # its Input has a type of its own

    def __init__(
        self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self._entry: InputLayer | None = None
        self._chain: list[Layer] = []
        self._last: KerasTensor | None = None
        self._made: Functional | None = None
        self._shapeless = False
        self._by_data = False  # whether data, not an Input, said the shape
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end of the chain; with ``rebuild=False`` it is connected at the next call."""
        if isinstance(layer, KerasTensor) and hasattr(layer, "node"):
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            raise EngineError(
                "Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                f"{layer!r} of type {type(layer).__name__}",
                code="not_a_layer",
            )
        if isinstance(layer, InputLayer):
            if self._entry is not None or self._chain:
                shape = self._entry.batch_shape if self._entry is not None else None
                raise EngineError(
                    f"A Sequential begins with its only Input: model '{self.name}' has already been "
                    f"configured to use input shape {shape}.",
                    code="second_input",
                )
            self._entry, self._last = layer, layer.output
            return
        if any(one.name == layer.name and one is not layer for one in self._chain):
            raise EngineError(
                f"Two layers of the model are called '{layer.name}': all layers of a Sequential model should "
                "have unique names. Give each a name of its own.",
                code="duplicate_name",
                name=layer.name,
            )
        if self._entry is None and not self._chain:
            if layer._given_shape is not None:
                self._begin(layer._given_shape)
            elif isinstance(layer, Model) and len(getattr(layer, "inputs", ())) == 1:
                self._begin(layer.inputs[0].shape, layer.inputs[0].dtype)
        self._chain.append(layer)
        self._modules[f"layer_{len(self._chain) - 1}"] = layer
        self._made = self._direct = None
        if self._last is not None:
            self._extend(layer)
        self.built = self._last is not None

    def _begin(self, batch_shape: Any, dtype: str | None = None) -> None:
        self._entry = InputLayer(batch_shape=tuple(batch_shape), dtype=dtype)
        self._last = self._entry.output

    def _extend(self, layer: Layer) -> bool:
        """Connect ``layer`` at the end; returns whether the shapes are known that far."""
        try:
            with inside(self):
                made = layer(self._last)
        except NotImplementedError:  # its shapes cannot be known: the chain runs layer by layer
            self._entry = self._last = None
            self._shapeless = True
            return False
        except TypeError as error:
            raise _not_in_a_chain(layer) or error from error
        if not isinstance(made, KerasTensor):
            raise EngineError(
                f"Layer '{layer.name}' returns several tensors: a Sequential takes layers with one output.",
                code="many_outputs",
                layer=layer.name,
            )
        self._last = made
        return True

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away and return it."""
        if not self._chain:
            raise EngineError("The model has no layer to take away.", code="no_layer")
        layer = self._chain.pop()
        del self._modules[f"layer_{len(self._chain)}"]
        self._made = self._direct = None
        if self._last is not None and self._entry is not None:
            node = self._last.node
            layer._inbound.remove(node)
            self._last = node.inputs_flat[0]
        self.built = self._last is not None and bool(self._chain)
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers of the chain; the Input is not among them.  Setting it raises ``AttributeError``."""
        return list(self._chain)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Sequential.layers` attribute is reserved and should not be used. Use `add()` and `pop()` to "
            "change the layers of this model."
        )

    def _sublayers(self) -> list[Layer]:
        return list({id(layer): layer for layer in self._chain}.values())

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for data of this shape (batch axis first).

        Nestings of shapes do nothing: the chain then runs layer by layer.  Raises ``EngineError`` without
        layers, and where an Input says another shape.
        """
        if not self._chain:
            raise EngineError(
                f"Sequential model '{self.name}' cannot be built because it has no layers. "
                "Call model.add(layer).",
                code="no_layer",
            )
        if input_shape is not None and not is_shape(input_shape):
            return
        if self._last is not None:
            if input_shape is not None and not self._fits(tuple(input_shape)):
                raise EngineError(
                    f"Sequential model '{self.name}' has already been configured to use input shape "
                    f"{self._entry.batch_shape if self._entry else None}. "
                    f"Received: input_shape={input_shape}",
                    code="second_input",
                )
            return
        if input_shape is None:
            raise NotBuiltError(f"Sequential '{self.name}' does not know the shape of its input yet.")
        if self._shapeless:
            return
        self._by_data = True
        self._begin((None, *tuple(input_shape)[1:]), self._chain[0].compute_dtype)
        for layer in self._chain:
            if not self._extend(layer):
                break
        self.built = True

    def _fits(self, shape: tuple[int | None, ...]) -> bool:
        own = self._entry.batch_shape if self._entry else ()
        return len(own) == len(shape) and all(a is None or a == b for a, b in zip(own, shape, strict=True))

    def _as_graph(self) -> Functional:
        if self._last is None or self._entry is None or not self._chain:
            raise NotBuiltError(
                f"Sequential '{self.name}' does not know the shape of its input yet: begin it with an "
                "Input, or call it on data first."
            )
        if self._made is None:
            self._made = Functional(self._entry.output, self._last, name=self.name)
            self._made._loose = self._by_data
        return self._made

    @property
    def _functional(self) -> Functional | None:
        return self._as_graph() if self._last is not None and self._chain else None

    @property
    def _graph(self) -> Any:
        return self._as_graph()._graph if self._last is not None and self._chain else None

    def _own_graph(self) -> Functional | None:
        known = type(self).call is Sequential.call and self._last is not None and self._chain
        return self._as_graph() if known else None

    @property
    def plan(self) -> Any:
        """The compiled chain; without known shapes the model itself is called."""
        return self._as_graph().plan if self._last is not None else DirectPlan(self)

    def _known(self, what: str) -> Functional:
        try:
            return self._as_graph()
        except NotBuiltError:
            raise AttributeError(f"Sequential model '{self.name}' has no defined {what} yet.") from None

    @property
    def inputs(self) -> Any:  # type: ignore[override]  # follows the chain
        """The symbolic input, as a list; raises ``AttributeError`` before the shape is known."""
        return self._known("inputs").inputs

    @property
    def outputs(self) -> Any:  # type: ignore[override]  # follows the chain
        """The symbolic output, as a list; raises ``AttributeError`` before the shape is known."""
        return self._known("outputs").outputs

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
        """The shape of the input; raises ``AttributeError`` before it is known."""
        return self._known("input shape").input_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the output; raises ``AttributeError`` before it is known."""
        return self._known("output shape").output_shape

    @property
    def input_names(self) -> list[str]:
        """The name of the Input."""
        return self._as_graph().input_names if self._last is not None else []

    @property
    def output_names(self) -> list[str]:  # type: ignore[override]  # a model's depend on the model
        """The name of the last layer."""
        return self._as_graph().output_names

    @property
    def _answer_names(self) -> list[str]:
        return self._as_graph()._answer_names

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Run the chain; layer by layer where its input is no single tensor."""
        if self._last is not None and self._chain:
            return self._as_graph().call(inputs, training=training, mask=mask)
        if not self._chain:
            raise EngineError(
                f"Sequential model '{self.name}' has no layers. Call model.add(layer).", code="no_layer"
            )
        outputs = inputs
        for index, layer in enumerate(self._chain):
            taken = call_parameters(type(layer))
            told = {"mask": mask} if index == 0 and mask is not None and "mask" in taken else {}
            if training is not None and "training" in taken:
                told["training"] = training
            outputs = layer(outputs, **told)
        return outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return nothing: the layers inside hang their masks on the outputs."""
        return None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that comes out of the chain."""
        shape = input_shape
        for layer in self._chain:
            shape = layer.compute_output_shape(shape)
        return shape

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Return a symbolic tensor like the output for a symbolic one."""
        outputs = inputs
        for layer in self._chain:
            outputs = layer.compute_output_spec(outputs)
        return outputs

    def get_config(self) -> dict[str, Any]:
        """Return name and layers, the Input first, in Keras' format."""
        layers = [*([self._entry] if self._entry else []), *self._chain]
        policy = dtype_policies.serialize(self.dtype_policy)
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable, "dtype": policy}
        config["layers"] = [LAYERS.serialize(layer) for layer in layers]
        if self._entry is not None:
            config["build_input_shape"] = self._entry.batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a new model from what ``get_config`` returned; raises ``EngineError`` for other configs."""
        if "name" not in config or "layers" not in config:
            raise EngineError(
                "A Sequential model configuration must be a dictionary containing the 'name' and 'layers' "
                f"keys. Received: config={config}",
                code="config",
            )
        made = cls(name=config["name"])
        for entry in config["layers"]:
            if "config" not in entry:
                raise EngineError(
                    "A layer of a Sequential model is described wrongly. Expected a dictionary containing a "
                    f"'config' key. Received: {entry}",
                    code="config",
                )
            made.add(LAYERS.deserialize(entry, custom_objects))
        shape = config.get("build_input_shape")
        if made._entry is None and shape:
            made.build(tuple(shape))
        if not config.get("trainable", True):
            made.trainable = False
        return made


def _not_in_a_chain(layer: Layer) -> EngineError | None:
    """Return the error for a layer whose ``call`` takes none or several tensors; else ``None``."""
    parameters = [
        one
        for one in call_parameters(type(layer)).values()
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]
    needed = [one.name for one in parameters if one.default is one.empty]
    if parameters and len(needed) <= 1:
        return None
    what = f"needs several: {', '.join(needed)}" if parameters else "has none"
    return EngineError(
        "Layers of a Sequential model can only have a single required positional argument, the input tensor. "
        f"Layer '{layer.name}' ({type(layer).__name__}) {what}.",
        code="many_inputs",
        layer=layer.name,
    )
