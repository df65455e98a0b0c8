"""Lambda: any function of tensors as a layer."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from engine.errors import ParamError
from engine.layers.function_config import from_function_config, function_config
from engine.layers.layer import Layer
from engine.params import Anything
from engine.structure import flatten, is_shape, map_shapes, map_structure


class Lambda(Layer):
    """Makes a layer of a function of tensors, for a step that no layer does.

    The function is called with the input and, where it has arguments of these names, ``mask`` and
    ``training``.  A function with a name is saved by it, and has to be registered or handed to the loader as
    one of ``custom_objects``; the code of a nameless one is never run from a file.  A class of your own
    derived from ``Layer`` travels better.  Keras: ``keras.layers.Lambda``.

    Args:
        function: The function to apply.
        output_shape: The shape that comes out without the batch axis, or a function of the input's shape.
        mask: The mask of the output, or a function of inputs and mask that returns it.
        arguments: Further arguments for the function, by name.
    """

    in_palette = False

    def __init__(
        self,
        function: Anything,
        output_shape: Anything = None,
        mask: Anything = None,
        arguments: Anything = None,
        **kwargs: Any,
    ) -> None:
        if not callable(function):
            raise ParamError(
                f"Lambda: function is a function of tensors. Received: function={function!r}",
                code="param",
                owner="Lambda",
                param="function",
                got=function,
            )
        super().__init__(**kwargs)
        self.function = function
        self.arguments = arguments or {}
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = output_shape
        takes = inspect.signature(function).parameters if _has_signature(function) else {}
        self._takes_mask, self._takes_training = "mask" in takes, "training" in takes
        self._build_at_init()

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Return the function of the inputs."""
        told = dict(self.arguments)
        if self._takes_mask:
            told["mask"] = mask
        if self._takes_training:
            told["training"] = training
        return self.function(inputs, **told)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask given, or what the function given for it returns."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape given, or found by a trial run, or raise ``NotImplementedError``."""
        given = self._output_shape
        if given is None:
            from engine.layers.symbolic import KerasTensor

            return map_structure(lambda spec: spec.shape, self._tried(map_shapes(KerasTensor, input_shape)))
        if callable(given):
            return given(input_shape)
        first = input_shape if is_shape(input_shape) else flatten(input_shape)
        return map_shapes(lambda shape: (first[0], *shape), given)

    def compute_output_spec(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Return symbolic tensors for what comes out."""
        if self._output_shape is None:
            return self._tried(inputs)
        return super().compute_output_spec(inputs)

    def _tried(self, inputs: Any) -> Any:
        """Return what comes out for zeros like ``inputs``, with either of two sizes for open axes."""
        from engine.layers.symbolic import KerasTensor
        from engine.layers.tracing import run_on_zeros

        try:
            one, others = (run_on_zeros(self, (inputs,), {}, size) for size in (2, 3))
        except Exception as error:  # the function is the user's own and may raise anything
            raise NotImplementedError(
                f"We could not automatically infer the shape of the output of Lambda layer '{self.name}': "
                f"{error}. Please specify the `output_shape` argument for this Lambda layer."
            ) from error
        rest = iter(flatten(others))

        def merged(left: torch.Tensor) -> KerasTensor:
            sizes = zip(left.shape, next(rest).shape, strict=True)
            shape = tuple(a if a == b else None for a, b in sizes)
            return KerasTensor(shape, str(left.dtype).removeprefix("torch."))

        return map_structure(merged, one)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, functions by name."""
        config = super().get_config()
        for name, value in (
            ("function", self.function), ("output_shape", self._output_shape), ("mask", self.mask),
        ):  # fmt: skip
            config.pop(name, None)
            if value is not None:
                config[name] = _as_config(value)
        return {**config, "arguments": self.arguments}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: bool | None = None
    ) -> Any:
        """Return the layer that ``get_config`` described; raises ``EngineError`` for unknown functions."""
        found = dict(config)
        for name in ("function", "output_shape", "mask"):
            value = found.get(name)
            if isinstance(value, dict) or (name == "function" and isinstance(value, str)):
                found[name] = _from_config(value, custom_objects, safe_mode)
            elif name == "output_shape" and isinstance(value, list) and is_shape(value):
                found[name] = tuple(value)
        if found.get("arguments"):
            found["arguments"] = _read_arguments(found["arguments"], custom_objects, safe_mode)
        return super().from_config(found)


def _read_arguments(arguments: Any, custom_objects: Any, safe_mode: bool | None) -> Any:
    """Return the further arguments of a config: arrays and tensors are written as their numbers."""
    from engine.serialization import deserialize_keras_object

    return deserialize_keras_object(arguments, custom_objects, safe_mode is not False)


def _has_signature(function: Any) -> bool:
    try:
        inspect.signature(function)
    except ValueError:  # some of torch's own functions are written in C
        return False
    return True


def _as_config(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        kind = str(value.dtype).removeprefix("torch.")
        return {"class_name": "__tensor__", "config": {"value": value.tolist(), "dtype": kind}}
    return function_config(value) if callable(value) else value


def _from_config(value: Any, custom_objects: Any, safe_mode: bool | None) -> Any:
    if isinstance(value, dict) and value.get("class_name") == "__tensor__":
        inner = value["config"]
        return torch.tensor(inner["value"], dtype=getattr(torch, inner["dtype"]))
    return from_function_config(value, custom_objects, safe_mode)
