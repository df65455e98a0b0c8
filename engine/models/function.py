"""Operations between symbolic tensors as one function.  Keras: ``keras.Function``."""

from __future__ import annotations

from typing import Any

import torch

from engine.errors import EngineError, ShapeError
from engine.models.graph import beginning, trace
from engine.models.plan import Plan
from engine.ops.operation import Operation
from engine.spec import shape_text
from engine.structure import flatten, map_structure, pack_like, paths, same_nesting
from engine.symbolic import KerasTensor


class Function(Operation):
    """What lies between ``inputs`` and ``outputs``, run on tensors or written into another graph.

    Raises ``EngineError`` where an output depends on more than the inputs, and ``ShapeError`` for calls that
    do not fit.  Keras: ``keras.Function``.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self.inputs, self.outputs = flatten(inputs), flatten(outputs)
        for role, tensors in (("inputs", self.inputs), ("outputs", self.outputs)):
            if not tensors:
                raise EngineError(f"`{role}` argument cannot be empty. Received: {tensors!r}", code="empty")
        self._graph = beginning(outputs, lambda: trace(self.inputs, self.outputs))
        self._plan = Plan(self.inputs, self.outputs, self._graph.nodes, self.operations, paths(inputs))

    @property
    def operations(self) -> list[Any]:
        """The layers and operations inside, in Keras' order."""
        return list(self._graph.operations)

    def call(self, inputs: Any) -> Any:
        """Return the outputs for tensors or arrays nested as ``inputs``."""
        flat = [torch.as_tensor(leaf) for leaf in self._checked(inputs)]
        made = self._plan.run(flat)
        return pack_like(self._outputs_struct, made)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return symbolic tensors like the outputs for symbolic ``inputs``."""
        known = dict(zip(map(id, self.inputs), self._checked(inputs), strict=True))
        for node in self._graph.nodes:
            args, kwargs = map_structure(lambda leaf: known.get(id(leaf), leaf), (node.args, node.kwargs))
            made = flatten(node.layer.compute_output_spec(*args, **kwargs))
            known.update(zip(map(id, node.outputs_flat), made, strict=True))
        return map_structure(lambda tensor: known[id(tensor)], self._outputs_struct)

    def compute_output_shape(self, *shapes: Any) -> Any:
        """Return the shapes of the outputs for shapes nested as ``inputs``."""
        given = shapes[0] if len(self.inputs) == 1 or len(shapes) == 1 else list(shapes)
        flat = [given] if isinstance(self._inputs_struct, KerasTensor) else flatten_shapes(given)
        tensors = [KerasTensor(shape, own.dtype) for own, shape in zip(self.inputs, flat, strict=True)]
        made = self.compute_output_spec(pack_like(self._inputs_struct, tensors))
        return map_structure(lambda tensor: tensor.shape, made)

    def get_config(self) -> dict[str, Any]:
        """Raise ``NotImplementedError``: a Model of the same tensors has a config."""
        raise NotImplementedError("A Function has no config: make a Model of its inputs and outputs.")

    def _checked(self, inputs: Any) -> list[Any]:
        """Return the tensors in order; raise ``ShapeError`` where they do not fit."""
        if not same_nesting(self._inputs_struct, inputs):
            wanted = map_structure(lambda tensor: tensor.name, self._inputs_struct)
            raise ShapeError(
                f"Function '{self.name}' was called with an invalid input structure. Expected: {wanted}. "
                f"Received: {inputs!r}",
                code="structure",
            )
        flat = flatten(inputs)
        for own, leaf in zip(self.inputs, flat, strict=True):
            shape = tuple(leaf.shape)
            fits = len(shape) == len(own.shape) and all(
                want is None or got is None or want == got for want, got in zip(own.shape, shape, strict=True)
            )
            if not fits:
                raise ShapeError(
                    f"Function '{self.name}' was called with incompatible inputs. Expected: shape "
                    f"{shape_text(own.shape)} for '{own.name}'. Received: shape {shape_text(shape)}.",
                    code="shape",
                    expected=own.shape,
                    shape=shape,
                )
        return flat


def flatten_shapes(structure: Any) -> list[Any]:
    """Return the shapes of a nesting of shapes, in order."""
    from engine.structure import map_shapes

    found: list[Any] = []
    map_shapes(found.append, structure)
    return found
