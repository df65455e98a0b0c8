"""Models as graphs: everything between symbolic inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from engine.errors import EngineError, ShapeError
from engine.layers.families import LAYERS
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor
from engine.models import graph_config
from engine.models.graph import beginning, beginning_at_inputs, trace
from engine.models.matching import in_order
from engine.models.model import DirectPlan, Model, _reserved
from engine.models.plan import Plan
from engine.spec import TensorSpec
from engine.structure import flatten, is_shape, map_structure, ordered, pack_like, paths, per_class


class Functional(Model):
    """A model made of the calls between ``inputs`` and ``outputs``, each a tensor, a list or a dict.

    ``inputs`` may lie in the middle of another graph: the model then begins there, with Inputs of its own.
    Raises ``EngineError`` where an output does not depend on the inputs alone.  Keras:
    ``keras.models.Functional``.
    """

    supports_masking = True
    keras_module = "keras.src.models.functional"  # where configs written by Keras say that it lives
    _casts_inputs = False  # every Input has a type of its own
    _loose = False  # whether inputs of other sizes may come: a Sequential's that was built by its data
    _allow_non_tensor_positional_args = True

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        trainable = kwargs.pop("trainable", None)
        super().__init__(name=name, **kwargs)
        self._span(inputs, outputs)
        if trainable is not None:
            self.trainable = trainable

    def _span(self, inputs: Any, outputs: Any) -> None:
        for role, structure in (("inputs", inputs), ("outputs", outputs)):
            leaves = flatten(structure)
            if not leaves:
                raise EngineError(f"`{role}` argument cannot be empty. Received: {structure!r}", code="empty")
            for leaf in leaves:
                if not isinstance(leaf, KerasTensor):
                    raise EngineError(
                        f"All `{role}` values must be KerasTensors: what Input() returned and what layers "
                        f"made of it. Received: {role}={structure!r} with {leaf!r}",
                        code="not_symbolic",
                    )
        flat = flatten(inputs)
        if len({id(tensor) for tensor in flat}) != len(flat):
            raise EngineError("An Input stands twice among the model's inputs.", code="duplicate_input")
        given = outputs
        inputs, outputs = beginning(given, lambda: beginning_at_inputs(inputs, given))
        self._graph = beginning(given, lambda: trace(flatten(inputs), flatten(outputs)))
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self.inputs, self.outputs = flatten(inputs), flatten(outputs)
        names: set[str] = set()
        for index, layer in enumerate(self._graph.operations):
            if layer.name in names:
                raise EngineError(
                    f"Two layers of the model are called '{layer.name}'. All names should be unique: "
                    "give each a name of its own.",
                    code="duplicate_name",
                    name=layer.name,
                )
            names.add(layer.name)
            if isinstance(layer, Layer):
                self._modules[f"layer_{index}"] = layer
        self._plan: Plan | None = None
        self.built = True

    @property
    def layers(self) -> list[Layer]:
        """The layers that the graph calls, in Keras' order; setting it raises ``AttributeError``."""
        return list(self._graph.layers)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise _reserved()

    @property
    def operations(self) -> list[Any]:
        """The layers and operations that the graph calls, in Keras' order."""
        return list(self._graph.operations)

    _operations = operations

    @property
    def plan(self) -> Any:
        """The compiled graph; a subclass with a ``call`` of its own is called."""
        if type(self).call is not Functional.call:
            return DirectPlan(self)
        return self._compiled_graph()

    def _own_graph(self) -> Functional | None:
        return self if type(self).call is Functional.call else None

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes for copies; the compiled graph is made afresh."""
        return {**super().__getstate__(), "_plan": None}

    def _compiled_graph(self) -> Plan:
        if self._plan is None:
            nodes, layers = self._graph.nodes, self._graph.operations
            self._plan = Plan(
                self.inputs, self.outputs, nodes, layers, paths(self._inputs_struct), self._loose
            )
        return self._plan

    @property
    def input(self) -> Any:
        """The symbolic inputs, in the structure in which they were given."""
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The symbolic outputs, in the structure in which they were given."""
        return self._outputs_struct

    @property
    def input_shape(self) -> Any:
        """The shape of the only input, or a list of all."""
        shapes = [tensor.shape for tensor in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """The shape of the only output, or a list of all."""
        shapes = [tensor.shape for tensor in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order: keys where they were given as a dict, else of the Input layers."""
        if isinstance(self._inputs_struct, Mapping):
            return ordered(self._inputs_struct)
        return [tensor.node.layer.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:  # type: ignore[override]  # a model's depend on the model
        """Names of the layers from which the outputs come, in order."""
        return [tensor.node.layer.name for tensor in self.outputs]

    @property
    def _answer_names(self) -> list[str]:
        """How targets, losses and metrics name the outputs: by key in a dict, else by their layers."""
        if isinstance(self._outputs_struct, Mapping) and len(self._outputs_struct) == len(self.outputs):
            return ordered(self._outputs_struct)
        names: list[str] = []
        for tensor in self.outputs:
            name, count = tensor.node.layer.name, 1
            while name in names:
                name, count = f"{tensor.node.layer.name}_{count}", count + 1
            names.append(name)
        return names

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Run the graph; inputs come in the structure of ``inputs``, as a list, or as a dict by name.

        As in Keras ``training`` counts for every layer, also where its call in the graph says otherwise.
        """
        given = self._in_order(inputs)
        if mask is not None:
            for tensor, one in zip(given, flatten(mask), strict=False):
                if one is not None and tensor is not None:
                    tensor._keras_mask = one
        outputs = self._compiled_graph().run(given, training)
        return outputs[0] if isinstance(self._outputs_struct, KerasTensor) else self._packed(outputs)

    def _packed(self, outputs: list[Any]) -> Any:
        structure = self._outputs_struct
        if isinstance(structure, (list, tuple)) and len(structure) == 1:
            return outputs[0]  # as Keras: a list of one is that one
        return pack_like(structure, outputs)

    def _in_order(self, inputs: Any) -> list[Any]:
        if isinstance(self._inputs_struct, KerasTensor) and isinstance(inputs, torch.Tensor):
            return [inputs]
        return in_order(self, inputs)

    def check_input(self, *specs: TensorSpec) -> None:
        """Raise ``ShapeError`` where inputs do not fit an ``input_spec`` that was set by hand."""
        if self.input_spec is not None:
            super().check_input(*specs)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return nothing: the layers inside hang their masks on the outputs."""
        return None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the outputs for these shapes of the inputs, layer by layer."""
        if isinstance(input_shape, Mapping) and isinstance(self._inputs_struct, Mapping):
            shapes = [input_shape[name] for name in self.input_names]
        else:
            shapes = _shapes_in(input_shape)
        if len(shapes) != len(self.inputs):
            raise ShapeError(
                f"Model '{self.name}' takes {len(self.inputs)} inputs. Received: {len(shapes)} shapes.",
                code="input_count",
                expected=len(self.inputs),
                got=len(shapes),
            )
        specs = []
        for tensor, shape in zip(self.inputs, shapes, strict=True):
            _check_entry(tensor, shape)
            specs.append(TensorSpec(tuple(shape), tensor.dtype))
        return pack_like(self._outputs_struct, [spec.shape for spec in self._specs_out(specs)])

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Return symbolic tensors like the outputs for symbolic ``inputs``."""
        given = in_order(self, inputs, run=False)
        specs = []
        for own, tensor in zip(self.inputs, given, strict=True):
            shape = own.shape if tensor is None else tuple(tensor.shape)
            if tensor is not None:
                _check_entry(own, shape)
            specs.append(TensorSpec(shape, own.dtype))
        outputs = [KerasTensor(spec.shape, spec.dtype) for spec in self._specs_out(specs)]
        return outputs[0] if isinstance(self._outputs_struct, KerasTensor) else self._packed(outputs)

    def _specs_out(self, specs: Sequence[TensorSpec]) -> list[TensorSpec]:
        """Return what comes out for these inputs, from one call to the next."""
        if all(spec.shape == own.shape for spec, own in zip(specs, self.inputs, strict=True)):
            return [tensor.spec for tensor in self.outputs]
        known = {
            id(own): KerasTensor(_like_entry(own, spec.shape), spec.dtype)
            for own, spec in zip(self.inputs, specs, strict=True)
        }
        for node in self._graph.nodes:
            args, kwargs = map_structure(lambda leaf: known.get(id(leaf), leaf), (node.args, node.kwargs))
            made = flatten(node.layer.compute_output_spec(*args, **kwargs))
            for tensor, spec in zip(node.outputs_flat, made, strict=True):
                known[id(tensor)] = spec
        return [known[id(tensor)].spec for tensor in self.outputs]

    def build(self, input_shape: Any = None) -> None:
        """Graphs are built as they are made."""

    def get_config(self) -> dict[str, Any]:
        """Return layers, calls, inputs and outputs in Keras' format."""
        if not graph_config.takes_graph(type(self)):
            return Model.get_config(self)
        return graph_config.describe(self)


@per_class
def as_graph_class(cls: type[Model]) -> type[Model]:
    """Return the subclass of ``cls`` that is a ``Functional`` too, under the same name."""
    made: type[Model] = type(cls.__name__, (cls, Functional), {"__module__": cls.__module__})
    LAYERS.add(cls)  # configs name the class that the user wrote
    return made


def _shapes_in(structure: Any) -> list[Any]:
    if is_shape(structure):
        return [tuple(structure)]
    if isinstance(structure, Mapping):
        structure = [structure[key] for key in ordered(structure)]
    return [shape for value in structure for shape in _shapes_in(value)]


def _like_entry(tensor: KerasTensor, shape: Any) -> Any:
    """Return a shape with the rank of an Input, as Keras forgives a lone last axis."""
    if len(shape) == len(tensor.shape) + 1:
        return tuple(shape)[:-1]
    return (*shape, 1) if len(shape) == len(tensor.shape) - 1 else tuple(shape)


def _check_entry(tensor: KerasTensor, shape: Any) -> None:
    sizes = list(shape)
    if len(sizes) == len(tensor.shape) + 1 and sizes[-1] == 1:
        sizes.pop()
    elif len(sizes) == len(tensor.shape) - 1 and tensor.shape[-1] == 1:
        sizes.append(1)
    name = tensor.node.layer.name
    if len(sizes) != len(tensor.shape):
        raise ShapeError(
            f"Input '{name}' expected {len(tensor.shape)} axes (the batch axis among them). Received: "
            f"{len(sizes)} axes, shape {tuple(shape)}.",
            code="rank",
            layer=name,
            expected=len(tensor.shape),
            got=len(sizes),
            shape=tuple(shape),
        )
    for axis, (want, got) in enumerate(zip(tensor.shape, sizes, strict=True)):
        if axis and want is not None and got is not None and want != got:
            raise ShapeError(
                f"Input '{name}' expected size {want} on axis {axis}. Received: size {got}, shape "
                f"{tuple(shape)}.",
                code="axis",
                layer=name,
                axis=axis,
                expected=want,
                got=got,
                shape=tuple(shape),
            )
