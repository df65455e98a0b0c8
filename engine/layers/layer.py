"""The base of every layer: a torch module with Keras' meaning.

A layer states itself once, in its typed constructor, its docstring, ``build``, ``call`` and
``compute_output_shape``.  Checks, configs, the dry call and everything outside derive from these.
"""

from __future__ import annotations

import gc
import inspect
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch

from engine import config as settings
from engine.errors import EngineError, ParamError, ShapeError
from engine.layers.constructor import BASE_ARGUMENTS, given_shape, remembering
from engine.layers.families import FAMILIES, LAYERS
from engine.layers.weighted import Weighted
from engine.params import check_unknown, params_of
from engine.spec import InputSpec, TensorSpec
from engine.structure import per_class

_uids: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """Return ``"conv2d"`` for ``"Conv2D"``, as Keras names its layers."""
    split = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", split).lower()


def auto_name(base: str) -> str:
    """Return ``base``, ``base_1``, ... not given before in this process (until ``clear_session``)."""
    _uids[base] += 1
    count = _uids[base]
    return base if count == 1 else f"{base}_{count - 1}"


def clear_session(free_memory: bool = True) -> None:
    """Start the numbering of automatic names afresh; with ``free_memory`` collect what nobody holds any more.

    Keras: ``keras.utils.clear_session``.
    """
    if free_memory:
        gc.collect()
    _uids.clear()


@per_class
def call_parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Return the parameters of a class's ``call`` by name, ``self`` left out."""
    return dict(list(inspect.signature(cls.call).parameters.items())[1:])  # type: ignore[attr-defined]  # layers only


class Layer(Weighted):
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
    _config: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Wrap the constructor, so that arguments are normalised and remembered for ``get_config``."""
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = remembering(cls.__init__)  # type: ignore[method-assign]  # wraps just this class's own
        if not cls.__name__.startswith("_"):
            LAYERS.add(cls)

    def __init__(
        self, *, name: str | None = None, trainable: bool = True, dtype: str | None = None, **kwargs: Any
    ) -> None:
        known = (*BASE_ARGUMENTS, *(param.name for param in params_of(type(self))))
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
        self._weights = []
        self._losses: list[torch.Tensor] = []
        self._inbound: list[Any] = []
        self.activity_regularizer = getattr(self, "activity_regularizer", None)
        self._given_shape = given_shape(type(self).__name__, kwargs)

    def _remember(self, arguments: dict[str, Any]) -> None:
        object.__setattr__(self, "_config", arguments)

    @property
    def path(self) -> str:
        """The name: layers keep no record of the models that hold them."""
        return self.name

    @property
    def compute_dtype(self) -> str:
        """The dtype of the arithmetic: that of the weights, for there is no mixed precision."""
        return self.dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return self.dtype

    def run_inside(self, *args: Any, **kwargs: Any) -> Any:
        """Do the arithmetic as a part of another layer; a whole call where torch hooks hang on this one."""
        return self(*args, **kwargs) if self.hooked() else self.call(*args, **kwargs)

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
                value = [LAYERS.serialize(layer) for layer in value or ()]
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

    def extra_repr(self) -> str:
        """Return what torch prints of the layer."""
        return f"name={self.name}, built={self.built}"
