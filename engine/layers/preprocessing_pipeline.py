"""Pipeline: layers one after the other, as one layer."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.errors import ParamError
from engine.layers.layer import Layer, call_parameters
from engine.params import LayerRefs
from engine.structure import map_structure


class Pipeline(Layer):
    """Runs layers one after the other: a chain of preparations that is itself one layer.

    Input and output are those of the first and the last layer.  Unlike a model it is in training mode
    unless told otherwise, so that random changes happen.  Keras: ``keras.layers.Pipeline``.

    Args:
        layers: The layers in their order.
    """

    category: ClassVar[str] = "preprocessing"
    in_palette: ClassVar[bool] = False
    _convert_input_args = False
    _allow_non_tensor_positional_args = True

    def __init__(self, layers: LayerRefs, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pipeline_layers: list[Any] = list(layers)
        for number, layer in enumerate(self._pipeline_layers):
            self.add_module(f"layer_{number}", layer)

    @property
    def layers(self) -> list[Any]:
        """The layers in their order."""
        return self._pipeline_layers

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        """Return what the last layer makes of what those before made."""
        for layer in self._pipeline_layers:
            taken = call_parameters(type(layer))
            options = {"mask": mask} if "mask" in taken else {}
            if "training" in taken and training is not None:
                options["training"] = training
            inputs = layer(inputs, **options)
            mask = map_structure(lambda leaf: getattr(leaf, "_keras_mask", None), inputs)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that comes out of the last layer."""
        for layer in self._pipeline_layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a new pipeline; raises ``ParamError`` where the config has no list of layers."""
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ParamError(
                "The config of a Pipeline has `layers`, a list of serialized layers. "
                f"Received: layers={layers}.",
                code="param",
                owner="Pipeline",
                param="layers",
                got=layers,
            )
        return super().from_config(config)
