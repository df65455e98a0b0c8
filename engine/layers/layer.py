"""The base of every layer: a torch module with Keras' meaning.

A layer states itself once, in its typed constructor, its docstring, ``build``, ``call`` and
``compute_output_shape``.  Checks, configs, the dry call and everything outside derive from these.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import numpy as np
import torch

from engine import config as settings
from engine import constraints, initializers, regularizers
from engine.compat import translate
from engine.errors import EngineError, NotBuiltError, ParamError, ShapeError
from engine.layers.dry import declare, declaring
from engine.layers.families import FAMILIES, LAYERS
from engine.layers.variable import Variable
from engine.params import REQUIRED, check_unknown, params_of
from engine.spec import InputSpec, Shape, TensorSpec

_uids: Counter[str] = Counter()
_hook_epoch = [0]
_BASE_ARGUMENTS = ("name", "trainable", "dtype", "input_shape", "input_dim", "batch_input_shape", "autocast")


def snake_case(name: str) -> str:
    """Return ``"conv2d"`` for ``"Conv2D"``, as Keras names its layers."""
    split = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", split).lower()


def auto_name(base: str) -> str:
    """Return ``base``, ``base_1``, ... not given before in this process (until ``clear_session``)."""
    _uids[base] += 1
    count = _uids[base]
    return base if count == 1 else f"{base}_{count - 1}"


def clear_session() -> None:
    """Start the numbering of automatic names afresh.  Keras: ``keras.utils.clear_session``."""
    _uids.clear()


def hook_epoch() -> int:
    """Return a number that changes whenever a hook is registered on a layer."""
    return _hook_epoch[0]


@cache
def call_parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Return the parameters of a class's ``call`` by name, ``self`` left out."""
    return dict(list(inspect.signature(cls.call).parameters.items())[1:])  # type: ignore[attr-defined]  # layers only


class Layer(torch.nn.Module):
    """A step of a model: weights made in ``build``, arithmetic done in ``call``.

    Arguments that every layer takes: ``name``, ``trainable`` and ``dtype``.  The first call builds the layer
    for the shape that comes.  Raises ``ParamError`` for arguments that do not do and ``ShapeError`` for
    inputs that do not fit.  Keras: ``keras.layers.Layer``.
    """

    category: ClassVar[str] = "core"
    """The drawer of the palette in which the layer lies."""
    output_names: ClassVar[tuple[str, ...]] = ("output",)
    variadic: ClassVar[bool] = False
    """Whether ``call`` takes one list of any number of tensors, as merges do."""
    in_palette: ClassVar[bool] = True
    """Whether the layer can be drawn by itself; cells of recurrent layers cannot."""
    input_spec: InputSpec | Sequence[InputSpec] | None = None
    supports_masking: bool = False
    built: bool

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Wrap the constructor, so that arguments are normalised and remembered for ``get_config``."""
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = _remembering(cls.__init__)  # type: ignore[method-assign]  # wraps just this class's own
        if not cls.__name__.startswith("_"):
            LAYERS.add(cls)

    def __init__(
        self, *, name: str | None = None, trainable: bool = True, dtype: str | None = None, **kwargs: Any
    ) -> None:
        known = (*_BASE_ARGUMENTS, *(param.name for param in params_of(type(self))))
        check_unknown(kwargs, known, type(self).__name__)
        if not hasattr(self, "_config"):
            self._remember({})
        super().__init__()
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise ParamError(f"A layer's name is a text without '/'. Received: {name!r}", code="name")
        self.name = name or auto_name(snake_case(type(self).__name__))
        self.dtype = dtype or settings.floatx()
        self.built = False
        self._trainable = trainable
        self._weights: list[Variable] = []
        self._losses: list[torch.Tensor] = []
        self._inbound: list[Any] = []
        self.activity_regularizer = getattr(self, "activity_regularizer", None)
        self._given_shape = _given_shape(kwargs)

    def _remember(self, arguments: dict[str, Any]) -> None:
        object.__setattr__(self, "_config", arguments)

    # -- weights -----------------------------------------------------------------------------------

    def add_weight(
        self,
        shape: Iterable[int | None] = (),
        initializer: Any = "glorot_uniform",
        dtype: str | None = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str = "weight",
        torch_axes: tuple[int, ...] | None = None,
    ) -> Variable:
        """Make a weight of ``shape`` and keep it.

        ``torch_axes`` names the order in which torch's kernels read the axes: the numbers lie in memory that
        way and the weight is a view in Keras' order, so that neither a copy nor a transpose is needed.
        """
        sizes = tuple(shape)
        if any(size is None for size in sizes):
            raise ShapeError(
                f"Layer '{self.name}' cannot make its weight '{name}': shape {sizes} has an unknown size.",
                code="unknown_size",
                layer=self.name,
                weight=name,
                shape=sizes,
            )
        whole = tuple(int(size) for size in sizes if size is not None)
        type_name = dtype or self.dtype
        if declaring():
            tensor = torch.empty(whole, device="meta")
            declare(self, name, whole, trainable)
        else:
            value = initializers.get(initializer or "zeros")(whole, dtype=type_name)
            tensor = torch.as_tensor(value, dtype=getattr(torch, type_name))
            if torch_axes is not None:
                order = [torch_axes.index(axis) for axis in range(len(torch_axes))]
                tensor = tensor.permute(torch_axes).contiguous().permute(order)
            tensor = tensor.to(_device())
        floating = tensor.is_floating_point()
        variable = Variable(tensor, trainable and floating and self._trainable, name)
        variable.path = f"{self.name}/{name}"
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.wants_gradient = trainable and floating  # type: ignore[attr-defined]  # what unfreezing restores
        self._weights.append(variable)
        return variable

    def __setattr__(self, name: str, value: Any) -> None:
        """Track layers in plain lists and dicts too, as Keras does."""
        super().__setattr__(name, value)
        listed = isinstance(value, (list, tuple, dict)) and not name.startswith("_")
        if listed and "_modules" in self.__dict__:
            self._track(name, value)

    def _track(self, name: str, value: Any) -> None:
        for index, item in enumerate(value.values() if isinstance(value, dict) else value):
            if isinstance(item, Layer):
                self._modules[f"{name}_{index}"] = item

    def _sublayers(self) -> list[Layer]:
        """Return the layers directly inside this one, each once, in the order of their making."""
        for name, value in list(self.__dict__.items()):
            if isinstance(value, (list, tuple, dict)) and not name.startswith("_"):
                self._track(name, value)  # lists may have grown since they were set
        unique: dict[int, Layer] = {}
        for module in self._modules.values():
            if isinstance(module, Layer):
                unique.setdefault(id(module), module)
        return list(unique.values())

    @property
    def variables(self) -> list[Variable]:
        """Every weight, of this layer first and then of those inside, each once."""
        unique = {id(weight): weight for weight in self._weights}
        for layer in self._sublayers():
            unique |= {id(weight): weight for weight in layer.variables}
        return list(unique.values())

    @property
    def weights(self) -> list[Variable]:
        """Every weight but the states of random generators; ``get_weights`` follows this order."""
        return self.variables

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [weight for weight in self.weights if weight.requires_grad]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [weight for weight in self.weights if not weight.requires_grad]

    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it freezes or frees all that is inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for weight in self._weights:
            weight.requires_grad_(self._trainable and getattr(weight, "wants_gradient", True))
        for layer in self._sublayers():
            layer.trainable = value

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Return the weights as numpy arrays in Keras' shapes and order."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the weights from arrays as ``get_weights`` returns them; raises ``ShapeError``."""
        own = self.weights
        if len(own) != len(weights):
            raise ShapeError(
                f"Layer '{self.name}' has {len(own)} weights. Received: {len(weights)} arrays.",
                code="weight_count",
                layer=self.name,
                expected=len(own),
                got=len(weights),
            )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Return how many numbers the weights hold; raises ``NotBuiltError`` before the layer is built."""
        if not self.built:
            raise NotBuiltError(f"Layer '{self.name}' has no weights yet: call it or build it first.")
        return sum(weight.numel() for weight in self.weights)

    # -- calling -----------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of ``input_shape``; layers without weights need none of it."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Do the arithmetic.  Every layer says how."""
        raise NotImplementedError(f"{type(self).__name__} has no call(): write what it does with its input.")

    def check_input(self, *specs: TensorSpec) -> None:
        """Raise ``ShapeError`` where inputs do not fit ``input_spec``."""
        wanted = self.input_spec
        if wanted is None:
            return
        each = [wanted] * len(specs) if isinstance(wanted, InputSpec) else list(wanted)
        if len(each) != len(specs):
            raise ShapeError(
                f"Layer '{self.name}' expected {len(each)} inputs. Received: {len(specs)}.",
                code="input_count",
                layer=self.name,
                expected=len(each),
                got=len(specs),
            )
        for demand, spec in zip(each, specs, strict=True):
            demand.check(spec, self.name)

    @classmethod
    def port_names(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the outputs that a layer with these arguments has."""
        return cls.output_names

    def ensure_built(self, input_shape: Any) -> None:
        """Build once, for the shape that comes first."""
        if not self.built:
            with torch.no_grad():
                self.build(input_shape)
            self.built = True

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Torch's entry: resolves ``training``, checks and builds, then calls.  See ``call``."""
        from engine.layers.calling import run_layer

        return run_layer(self, args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on tensors and arrays, or extend the graph where symbolic tensors come."""
        from engine.layers.calling import call_layer

        return call_layer(self, args, kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that comes out; without a formula, a dry run on torch's meta device tells."""
        from engine.layers.dry import shape_by_meta

        return shape_by_meta(self, input_shape)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the dtype that comes out: the layer's own, unless a layer says otherwise."""
        return self.dtype

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return multiply-adds for one sample, where a layer has a count; 0 for cheap layers."""
        return 0

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask that travels on: the one that came, where ``supports_masking``."""
        return previous_mask if self.supports_masking else None

    def add_loss(self, loss: Any) -> None:
        """Add a term to the loss of the present step (a scalar tensor), from within ``call``."""
        self._losses.append(loss)

    @property
    def losses(self) -> list[torch.Tensor]:
        """Penalties of regularizers and the terms that ``add_loss`` gathered, of everything inside."""
        found = list(self._losses)
        for weight in self._weights:
            if weight.regularizer is not None and weight.requires_grad:
                found.append(weight.regularizer(weight))
        for layer in self._sublayers():
            found.extend(layer.losses)
        return found

    # -- graph -------------------------------------------------------------------------------------

    @property
    def input(self) -> Any:
        """The symbolic input of the only call of this layer; raises ``EngineError`` otherwise."""
        return self._only_call().inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the only call of this layer; raises ``EngineError`` otherwise."""
        return self._only_call().outputs

    def _only_call(self) -> Any:
        if len(self._inbound) != 1:
            raise EngineError(
                f"Layer '{self.name}' is called {len(self._inbound)} times in graphs: there is no one "
                "input or output.",
                code="calls",
            )
        return self._inbound[0]

    # -- config ------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON-able values; ``from_config`` makes a twin of it."""
        base: dict[str, Any] = {"name": self.name, "trainable": self._trainable, "dtype": self.dtype}
        for param in params_of(type(self)):
            value = getattr(self, param.name, self._config.get(param.name, param.default))
            family = FAMILIES.get(param.kind.family)
            if param.kind.name == "layers":
                value = [LAYERS.serialize(layer) for layer in value]
            elif family is not None and value is not None:
                value = family.serialize(value)
            elif isinstance(value, np.ndarray):
                value = value.tolist()
            base[param.name] = value
        return base

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a new layer from what ``get_config`` returned."""
        arguments = {key: value for key, value in config.items() if key != "quantization_config"}
        dtype = arguments.get("dtype")
        if isinstance(dtype, dict):  # Keras 3 writes a DTypePolicy
            arguments["dtype"] = dtype.get("config", {}).get("name")
        for param in params_of(cls):
            value = arguments.get(param.name)
            if param.kind.name == "layer" and isinstance(value, dict):
                arguments[param.name] = LAYERS.deserialize(value)
            elif param.kind.name == "layers" and value:
                arguments[param.name] = [
                    LAYERS.deserialize(item) if isinstance(item, dict) else item for item in value
                ]
        return cls(**arguments)

    # -- torch hooks -------------------------------------------------------------------------------

    def hooked(self) -> bool:
        """Return whether torch hooks hang on the layer, so that it must run through ``__call__``."""
        return bool(
            self._forward_hooks or self._forward_pre_hooks or self._backward_hooks or self._backward_pre_hooks
        )

    def register_forward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_forward_hook(*args, **kwargs)

    def register_forward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_forward_pre_hook(*args, **kwargs)

    def register_full_backward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_full_backward_hook(*args, **kwargs)

    def register_full_backward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_full_backward_pre_hook(*args, **kwargs)

    def extra_repr(self) -> str:
        """Return what torch prints of the layer."""
        return f"name={self.name}, built={self.built}"


def _device() -> torch.device:
    from engine.training.device import resolve

    return resolve(settings.device())


def _given_shape(kwargs: dict[str, Any]) -> Shape | None:
    """Return the batch shape that ``input_shape``, ``input_dim`` or ``batch_input_shape`` states."""
    if (batch_shape := kwargs.get("batch_input_shape")) is not None:
        return tuple(batch_shape)
    if (shape := kwargs.get("input_shape")) is not None:
        return (None, *shape)
    if (size := kwargs.get("input_dim")) is not None:
        return (None, int(size))
    return None


def _remembering(init: Any) -> Any:
    """Return ``init`` with its arguments checked, normalised and remembered, once for the whole class."""
    signature = inspect.signature(init)

    def checked(self: Layer, *args: Any, **kwargs: Any) -> None:
        if not hasattr(self, "_config"):  # the outermost constructor is the layer that was asked for
            cls = type(self)
            kwargs = translate(cls.__name__, kwargs, [param.name for param in params_of(cls)])
            try:
                bound = signature.bind(self, *args, **kwargs)
            except TypeError as error:
                missing = [param.name for param in params_of(cls) if param.default is REQUIRED]
                known = (*_BASE_ARGUMENTS, *(param.name for param in params_of(cls)))
                check_unknown(kwargs, known, cls.__name__)
                raise ParamError(
                    f"{cls.__name__} needs {', '.join(missing) or 'other arguments'}: {error}",
                    code="missing_param",
                    owner=cls.__name__,
                    param=missing[0] if missing else "",
                ) from None
            bound.apply_defaults()
            values = bound.arguments
            for param in params_of(cls):
                if param.name not in values:
                    continue
                value = param.check(values[param.name], cls.__name__)
                family = FAMILIES.get(param.kind.family)
                if param.kind.name == "object" and family is not None:
                    value = family.get(value)
                values[param.name] = value
            self._remember({param.name: values.get(param.name) for param in params_of(cls)})
            init(*bound.args, **bound.kwargs)
        else:
            init(self, *args, **kwargs)

    checked.__wrapped__ = init  # type: ignore[attr-defined]  # inspect.signature follows it
    checked.__doc__ = init.__doc__
    return checked
