"""Models: layers that hold layers, and can be trained, saved and printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from engine.compat import Keras1Model
from engine.errors import EngineError, ParamError, did_you_mean
from engine.layers import calling
from engine.layers.families import LAYERS
from engine.layers.layer import Layer
from engine.models.direct import Direct
from engine.structure import flatten
from engine.training.trainer import Trainer

if TYPE_CHECKING:
    from engine.models.functional import Functional


class DirectPlan:
    """The plan of a model that is code, not a graph: it calls the model."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def run(self, inputs: Sequence[Tensor], training: bool | None = None) -> list[Tensor]:
        """Return the outputs for the inputs, both flat: one input goes in alone, several as a list."""
        for layer in self._model._flatten_layers():
            layer._losses.clear()
        outer = getattr(calling._local, "running", False)
        calling._local.running = True
        try:
            outputs = self._model(inputs[0] if len(inputs) == 1 else list(inputs), training=training)
        finally:
            calling._local.running = outer
        return flatten(outputs)


def _reserved() -> AttributeError:
    return AttributeError(
        "`Model.layers` attribute is reserved and should not be used. Please use another name."
    )


class Model(Keras1Model, Trainer, Layer):
    """A network: ``Model(inputs, outputs)`` between symbolic tensors, or a subclass with its own ``call``.

    Keras: ``keras.Model``.
    """

    keras_module = "keras"
    inputs: Sequence[Any] = ()
    outputs: Sequence[Any] = ()
    _direct: Direct | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a ``Functional`` where inputs and outputs are given."""
        if cls is Model and (len(args) >= 2 or "inputs" in kwargs or "outputs" in kwargs):
            from engine.models.functional import Functional

            return super().__new__(Functional)
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) >= 2 or "inputs" in kwargs or "outputs" in kwargs:
            from engine.models.functional import Functional, as_graph_class

            # A subclass that says its graph: super().__init__(inputs, outputs).
            self.__class__ = as_graph_class(type(self))
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]  # it has become one
            return
        super().__init__(*args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on tensors and arrays, or extend the graph where symbolic tensors come."""
        if kwargs or len(args) != 1 or type(args[0]) is not Tensor:
            return super().__call__(*args, **kwargs)
        direct = self._direct
        if direct is not None and direct.fits(args[0]):
            return direct.run(args[0])
        made = super().__call__(*args)
        if direct is None or direct.stale:
            graph = self._own_graph()
            object.__setattr__(self, "_direct", None if graph is None else Direct(self, graph))
        return made

    def _own_graph(self) -> Functional | None:
        """Return the graph that a call of this model runs, where there is one."""
        return None

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes for copies; the short way into the graph is found afresh."""
        return {**super().__getstate__(), "_direct": None}

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, in order; setting it raises ``AttributeError``."""
        return self._sublayers()

    @layers.setter
    def layers(self, value: Any) -> None:
        raise _reserved()

    @property
    def plan(self) -> Any:
        """What runs the model on flat lists of tensors: ``plan.run(inputs, training)``."""
        return DirectPlan(self)

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order; a model that is code has none."""
        return []

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its place; raises ``EngineError`` where there is none."""
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise EngineError(
                    f"The model has {len(layers)} layers. Received: index={index}.", code="no_layer"
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise EngineError(
            f"The model has no layer called {name!r}.{did_you_mean(name, [layer.name for layer in layers])}",
            code="no_layer",
            name=name,
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers with their output shapes and numbers of parameters.

        ``print_fn`` takes the whole text; for the other arguments see ``engine.models.summary``.
        """
        from engine.models.summary import print_summary

        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor; a subclass adds its own."""
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a new model from what ``get_config`` returned; a graph where it describes one.

        Raises ``TypeError`` where the constructor does not take what the config holds.
        """
        from engine.models import graph_config

        if graph_config.is_graph(config) and graph_config.takes_graph(cls):
            return graph_config.revive(cls, config, custom_objects)
        try:
            return super().from_config(config)
        except (TypeError, ParamError) as error:
            raise TypeError(
                f"Unable to revive model from config: {cls.__name__} does not take what its get_config() "
                f"returned. Write get_config(), from_config() or a constructor that fit. {error}"
            ) from error

    def to_json(self, **kwargs: Any) -> str:
        """Return the structure of the model, without weights, as JSON that ``model_from_json`` reads."""
        return json.dumps(LAYERS.serialize(self), **kwargs)

    def _named_weights(self) -> dict[str, Tensor]:
        """Return the weights by path, each once; equal paths of different weights are numbered."""
        found: dict[str, Tensor] = {}
        seen: set[int] = set()

        def gather(layer: Layer, prefix: str) -> None:
            for weight in layer._weights:
                if id(weight) in seen:
                    continue
                seen.add(id(weight))
                key, count = f"{prefix}{weight.name}", 1
                while key in found:
                    key, count = f"{prefix}{weight.name}_{count}", count + 1
                found[key] = weight
            for inner in layer._sublayers():
                gather(inner, f"{prefix}{inner.name}/")

        gather(self, "")
        return found

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
        """Write the whole model to a ``.keras`` file; see ``engine.saving.save_model``."""
        from engine.saving.archive import save_model

        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None, **kwargs: Any
    ) -> None:
        """Write the weights to ``.weights.h5`` or ``.safetensors``; see ``engine.saving.save_weights``."""
        from engine.saving.weights import save_weights

        save_weights(self, filepath, overwrite, max_shard_size, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Set the weights from a file of ``save_weights``; see ``engine.saving.load_weights``."""
        from engine.saving.weights import load_weights

        load_weights(self, filepath, skip_mismatch, **kwargs)

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> str:
        """Write the model for inference elsewhere: ``format`` is ``"torch"`` or ``"onnx"``; see
        ``engine.saving.export``.
        """
        from engine.saving.export import export

        return export(self, filepath, format, verbose, input_signature, **kwargs)

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """Return all numbers as nested dicts by path: of weights, optimizer and metrics.

        ``value_format`` is ``"backend_tensor"`` or ``"numpy_array"``.  Raises for paths that stand twice.
        """
        from engine.models.state_tree import groups_of, tree_of

        return {word: tree_of(variables, value_format) for word, variables in groups_of(self).items()}

    def set_state_tree(self, state_tree: Mapping[str, Any]) -> None:
        """Set the numbers that a tree of ``get_state_tree`` holds; raises ``ParamError`` for other words."""
        from engine.models.state_tree import assign_tree, groups_of

        groups = groups_of(self)
        for word, tree in state_tree.items():
            if word not in groups:
                raise ParamError(f"Unknown variable name: {word}. Known: {', '.join(groups)}", code="param")
            assign_tree(groups[word], tree)

    def build_from_shapes(self, shapes: Sequence[Any]) -> None:
        """Build for data of these shapes (batch axis first): one shape for each input, in order."""
        if not self.built:
            structure = tuple(shapes[0]) if len(shapes) == 1 else [tuple(shape) for shape in shapes]
            calling.ensure_built(self, {"inputs": structure})


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """Return the model that ``to_json`` described, with new weights."""
    return LAYERS.deserialize(json.loads(json_string), custom_objects)
