"""Wrapper: the base of layers that add something to another layer."""

from __future__ import annotations

from typing import Any

from engine.errors import ParamError
from engine.layers.layer import Layer
from engine.params import LayerRef


class Wrapper(Layer):
    """A layer around a layer: the base of wrappers, which say in ``call`` what they add.

    Its weights are those of the layer inside.  Raises ``ParamError`` where ``layer`` is none.
    Keras: ``keras.layers.Wrapper``.

    Args:
        layer: The layer inside.
    """

    in_palette = False

    def __init__(self, layer: LayerRef, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ParamError(
                f"Layer {layer!r} supplied to {type(self).__name__} isn't a supported layer type. "
                "Please ensure wrapped layer is a valid Keras layer, such as Dense(8).",
                code="param",
                owner=type(self).__name__,
                param="layer",
                got=layer,
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
