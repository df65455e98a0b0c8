"""Models as graphs: everything between symbolic inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError, ShapeError
from engine.layers.calling import given_ports, infer_outputs
from engine.layers.families import LAYERS
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor
from engine.models import graph_config
from engine.models.graph import trace
from engine.models.model import DirectPlan, Model
from engine.models.plan import Plan
from engine.spec import TensorSpec
from engine.structure import flatten, is_shape, map_structure, pack_like, per_class


class Functional(Model):
    """A model made of the calls between ``inputs`` and ``outputs``, each a tensor, a list or a dict."""

    supports_masking = True
    keras_module = "keras.src.models.functional"  # where configs written by Keras say that it lives

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self._take(inputs, outputs)

    def _take(self, inputs: Any, outputs: Any) -> None:
        for role, structure in (("inputs", inputs), ("outputs", outputs)):
            for leaf in flatten(structure):
                if not isinstance(leaf, KerasTensor):
                    raise EngineError(
                        f"Model({role}=...) takes symbolic tensors: what Input() returned and what layers "
                        f"made of it. Received: {leaf!r}",
                        code="not_symbolic",
                    )
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self.inputs, self.outputs = flatten(inputs), flatten(outputs)
        if len({id(tensor) for tensor in self.inputs}) != len(self.inputs):
            raise EngineError("An Input stands twice among the model's inputs.", code="duplicate_input")
        self._graph = trace(self.inputs, self.outputs)
        names: set[str] = set()
        for index, layer in enumerate(self._graph.layers):
            if layer.name in names:
                raise EngineError(
                    f"Two layers of the model are called '{layer.name}'. Give each a name of its own.",
                    code="duplicate_name",
                    name=layer.name,
                )
            names.add(layer.name)
            self._modules[f"layer_{index}"] = layer
        self._plan: Plan | None = None
        self.built = True

    def _sublayers(self) -> list[Layer]:
        return list(self._graph.layers)

    @property
    def plan(self) -> Any:
        """The compiled graph; a subclass with a ``call`` of its own is called."""
        if type(self).call is not Functional.call:
            return DirectPlan(self)
        return self._compiled_graph()

    def _compiled_graph(self) -> Plan:
        if self._plan is None:
            self._plan = Plan(self.inputs, self.outputs, self._graph.nodes, self._graph.layers)
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
        """Shapes of the inputs."""
        return map_structure(lambda tensor: tensor.shape, self._inputs_struct)

    @property
    def output_shape(self) -> Any:
        """Shapes of the outputs."""
        return map_structure(lambda tensor: tensor.shape, self._outputs_struct)

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order: keys where they were given as a dict, else of the Input layers."""
        if isinstance(self._inputs_struct, Mapping):
            return list(self._inputs_struct)
        return [tensor.node.layer.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:  # type: ignore[override]  # a model's depend on the model
        """Names of the outputs, in order: keys where they were given as a dict, else of their layers."""
        if isinstance(self._outputs_struct, Mapping):
            return list(self._outputs_struct)
        names: list[str] = []
        for tensor in self.outputs:
            name, count = tensor.node.layer.name, 1
            while name in names:
                name, count = f"{tensor.node.layer.name}_{count}", count + 1
            names.append(name)
        return names

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Run the graph; inputs come in the structure of ``inputs``, as a list, or as a dict by name."""
        outputs = self._compiled_graph().run(self._in_order(inputs), training)
        return pack_like(self._outputs_struct, outputs)

    def _in_order(self, inputs: Any) -> list[Any]:
        if isinstance(inputs, Mapping):
            names = self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                names = [tensor.node.layer.name for tensor in self.inputs]
                missing = [name for name in names if name not in inputs]
            if missing:
                raise ShapeError(
                    f"Model '{self.name}' takes inputs named {', '.join(names)}. "
                    f"Missing: {', '.join(missing)}.",
                    code="missing_input",
                    missing=tuple(missing),
                )
            return [inputs[name] for name in names]
        return flatten(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the outputs for these shapes of the inputs, layer by layer."""
        shapes = _shapes_in(self._in_order(input_shape) if isinstance(input_shape, Mapping) else input_shape)
        if len(shapes) != len(self.inputs):
            raise ShapeError(
                f"Model '{self.name}' takes {len(self.inputs)} inputs. Received: {len(shapes)} shapes.",
                code="input_count",
                expected=len(self.inputs),
                got=len(shapes),
            )
        known: dict[int, TensorSpec] = {}
        for tensor, shape in zip(self.inputs, shapes, strict=True):
            _check_entry(tensor, shape)
            known[id(tensor)] = TensorSpec(tuple(shape), tensor.dtype)
        for node in self._graph.nodes:
            ports = map_structure(
                lambda leaf: known.get(id(leaf), leaf), given_ports(node.layer, node.args, node.kwargs)
            )
            for tensor, spec in zip(
                node.outputs_flat, flatten(infer_outputs(node.layer, ports)), strict=True
            ):
                known[id(tensor)] = spec
        return pack_like(self._outputs_struct, [known[id(tensor)].shape for tensor in self.outputs])

    def build(self, input_shape: Any = None) -> None:
        """Graphs are built as they are made."""

    def get_config(self) -> dict[str, Any]:
        """Return layers, calls, inputs and outputs in Keras' format."""
        return graph_config.describe(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a new model from what ``get_config`` returned."""
        inputs, outputs = graph_config.restore(config, custom_objects)
        made = Functional(inputs, outputs, name=config.get("name"))
        if not config.get("trainable", True):
            made.trainable = False
        return made


@per_class
def as_graph_class(cls: type[Model]) -> type[Model]:
    """Return the subclass of ``cls`` that is a ``Functional`` too, under the same name."""
    made: type[Model] = type(cls.__name__, (cls, Functional), {"__module__": cls.__module__})
    LAYERS.add(cls)  # configs name the class that the user wrote
    return made


def _shapes_in(structure: Any) -> list[Any]:
    if is_shape(structure):
        return [tuple(structure)]
    values = structure.values() if isinstance(structure, Mapping) else structure
    return [shape for value in values for shape in _shapes_in(value)]


def _check_entry(tensor: KerasTensor, shape: Any) -> None:
    sizes = list(shape)
    if len(sizes) == len(tensor.shape) + 1 and sizes[-1] == 1:
        sizes.pop()
    elif len(sizes) == len(tensor.shape) - 1 and tensor.shape[-1] == 1:
        sizes.append(1)
    if len(sizes) != len(tensor.shape):
        raise ShapeError(
            f"Input '{tensor.name}' expected {len(tensor.shape)} axes (the batch axis among them). Received: "
            f"{len(sizes)} axes, shape {tuple(shape)}.",
            code="rank",
            layer=tensor.name,
            expected=len(tensor.shape),
            got=len(sizes),
            shape=tuple(shape),
        )
    for axis, (want, got) in enumerate(zip(tensor.shape, sizes, strict=True)):
        if axis and want is not None and got is not None and want != got:
            raise ShapeError(
                f"Input '{tensor.name}' expected size {want} on axis {axis}. Received: size {got}, shape "
                f"{tuple(shape)}.",
                code="axis",
                layer=tensor.name,
                axis=axis,
                expected=want,
                got=got,
                shape=tuple(shape),
            )
