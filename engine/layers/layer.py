"""The base of every layer: a torch module with Keras' meaning.

A layer states itself once, in its typed constructor, its docstring, ``build``, ``call`` and
``compute_output_shape``.  Checks, configs, the dry call and everything outside derive from these.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from weakref import WeakSet

import torch

from engine import dtype_policies, regularizers
from engine.dtype_policies import DTypePolicy
from engine.errors import ParamError, ShapeError
from engine.layers.constructor import BASE_ARGUMENTS, given_shape, remembering
from engine.layers.described import Described
from engine.layers.families import LAYERS
from engine.layers.scope import building
from engine.layers.variable import note_losses
from engine.layers.weighted import note_change
from engine.metrics.metric import Metric
from engine.naming import auto_name, forget_names, snake_case
from engine.params import check_unknown, params_of
from engine.rematerializing import rematerialized
from engine.spec import InputSpec, TensorSpec
from engine.structure import flatten, per_class

_holding_losses: WeakSet[Any] = WeakSet()


def clear_session(free_memory: bool = True) -> None:
    """Start the numbering of automatic names afresh; with ``free_memory`` collect what nobody holds any more.

    Keras: ``keras.utils.clear_session``.
    """
    if free_memory:
        gc.collect()
    forget_names()


@per_class
def call_parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Return the parameters of a class's ``call`` by name, ``self`` left out."""
    return dict(list(inspect.signature(cls.call).parameters.items())[1:])  # type: ignore[attr-defined]  # layers only


class Layer(Described):
    """A step of a model: weights made in ``build``, arithmetic done in ``call``.

    Arguments that every layer takes, by name: ``activity_regularizer``, ``trainable``, ``dtype`` (a type or a
    ``DTypePolicy``), ``autocast`` (whether float inputs and weights are brought to the type of the
    arithmetic) and ``name``.  The first call builds the layer for the shape that comes.  Raises
    ``ParamError`` for arguments that do not do and ``ShapeError`` for inputs that do not fit.  Keras:
    ``keras.layers.Layer``.
    """

    category: ClassVar[str] = "core"
    """The drawer of the palette in which the layer lies."""
    output_names: ClassVar[tuple[str, ...]] = ("output",)
    variadic: ClassVar[bool] = False
    """Whether ``call`` takes one list of any number of tensors, as merges do."""
    in_palette: ClassVar[bool] = True
    """Whether the layer can be drawn by itself; cells of recurrent layers cannot."""
    rare: ClassVar[bool] = False
    """Whether the palette keeps the layer behind "more": few drawings need it.  A subclass says so itself."""
    input_spec: InputSpec | Sequence[InputSpec] | None = None
    supports_masking: bool = False
    built: bool = False
    _convert_input_args: bool = True
    """Whether arrays become tensors of the layer's type before ``call``."""
    _casts_inputs: bool = True
    """Whether floats are brought to the layer's type; models leave that to their Inputs."""
    _allow_non_tensor_positional_args: bool = False
    _context_args: frozenset[str] = frozenset()
    _called: bool = False
    _path: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Wrap constructor and ``build``: arguments are normalised and kept, building marks the layer."""
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = remembering(cls.__init__, cls)  # type: ignore[method-assign]  # wraps just this class's own
        if "build" in cls.__dict__:
            cls.build = building(cls.build)  # type: ignore[method-assign]  # wraps just this class's own
        if "compute_mask" in cls.__dict__ and "supports_masking" not in cls.__dict__:
            cls.supports_masking = True
        if not cls.__name__.startswith("_"):
            LAYERS.add(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a torch module at once, so that weights may be set before ``super().__init__()``."""
        made = super().__new__(cls)
        torch.nn.Module.__init__(made)
        object.__setattr__(made, "_weights", [])
        return made

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        known = (*BASE_ARGUMENTS, *(param.name for param in params_of(type(self))))
        check_unknown(kwargs, known, type(self).__name__)
        if not hasattr(self, "_config"):
            self._remember({})
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise ParamError(
                "Argument `name` must be a string and cannot contain character `/`: it names the layer. "
                f"Received: name={name!r}",
                code="name",
            )
        if not isinstance(trainable, bool):
            raise ParamError(
                f"Expected `trainable` to be a boolean. Received: trainable={trainable!r}",
                code="param",
                param="trainable",
                got=trainable,
            )
        self._initialized = True
        self.name = name or auto_name(snake_case(type(self).__name__))
        self.autocast = autocast
        self._set_policy(dtype_policies.get(dtype))
        self.built = False
        self._trainable = trainable
        self._losses: list[torch.Tensor] = []
        self._inbound: list[Any] = []
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._given_shape = given_shape(type(self).__name__, kwargs)
        rematerialized(self)

    def _before_arguments(self, given: Mapping[str, Any]) -> None:
        """Do what comes before the arguments become objects: unseeded initializers draw their seeds then."""

    def _remember(self, arguments: dict[str, Any]) -> None:
        object.__setattr__(self, "_config", arguments)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes for copies; the loss terms of the last call stay behind."""
        return {**self.__dict__, "_losses": []}

    def _set_policy(self, policy: DTypePolicy) -> None:
        self._dtype_policy = policy
        policy = self.dtype_policy
        self.compute_dtype = policy.compute_dtype
        self.variable_dtype = policy.variable_dtype
        self._mixed = policy.compute_dtype != policy.variable_dtype

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The types of weights and arithmetic; may be set to another policy or its name."""
        policy: Any = self._dtype_policy
        if self._path is not None and hasattr(policy, "default_policy"):
            policy = policy[self._path]  # a DTypePolicyMap
        found: DTypePolicy = policy
        return found

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._set_policy(dtype_policies.replaced(self._dtype_policy, self._path, value))
        note_change()

    @property
    def dtype(self) -> str:
        """The type of the weights."""
        return self.variable_dtype

    @property
    def input_dtype(self) -> str:
        """The type to which float inputs are brought."""
        return self.compute_dtype

    @property
    def path(self) -> str | None:
        """The names of the layers in which this one was built and its own, by slashes; ``None`` before."""
        return self._path

    def run_inside(self, *args: Any, **kwargs: Any) -> Any:
        """Do the arithmetic as a part of another layer; a whole call where torch hooks hang on this one."""
        whole = self.hooked() or self._mixed
        return self(*args, **kwargs) if whole else self.call(*args, **kwargs)

    # -- calling -----------------------------------------------------------------------------------

    @property
    def _call_context_args(self) -> set[str]:
        return {"training", *self._context_args}

    def _register_call_context_args(self, *names: str) -> None:
        """Let arguments of a call by these names reach all layers inside that register them too."""
        if self._called:
            raise RuntimeError("Cannot add call-context args after the layer has been called.")
        self._context_args = self._context_args | set(names)
        note_change()

    @building
    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of ``input_shape``; layers without weights need none of it.

        A layer that only holds others is run once on zeros of that shape, so that they are built.
        """
        from engine.layers.dry import build_by_running

        if input_shape is not None and any(not layer.built for layer in self._sublayers()):
            build_by_running(self, input_shape)

    def _build_at_init(self) -> None:
        """Mark a layer that has no ``build`` of its own as built, from its constructor."""
        if type(self).build is Layer.build:
            self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Do the arithmetic.  Every layer says how."""
        raise self._missing("call", "write what it does with its input")

    def _missing(self, method: str, advice: str) -> NotImplementedError:
        return NotImplementedError(
            f"Layer {type(self).__name__} does not have a `{method}` method implemented: {advice}."
        )

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

        if type(self).call is Layer.call:
            raise self._missing("compute_output_shape", "say which shape comes of `input_shape`")
        return shape_by_meta(self, input_shape)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the dtype that comes out: that of the arithmetic, unless a layer says otherwise."""
        return self.compute_dtype

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic tensors for what a call on these (symbolic) arguments would give."""
        from engine.layers.calling import output_spec

        return output_spec(self, args, kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Return what ``compute_output_spec`` returns; Keras' word for it."""
        return self.compute_output_spec(*args, **kwargs)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return multiply-adds for one sample, where a layer has a count; 0 for cheap layers."""
        return 0

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask that travels on: the one that came, where ``supports_masking``."""
        return previous_mask if self.supports_masking else None

    def add_loss(self, loss: Any) -> None:
        """Add a term, or several, to the loss of the present step (scalar tensors), from within ``call``."""
        for term in flatten(loss):
            if not isinstance(term, torch.Tensor):
                raise ParamError(
                    f"add_loss() takes tensors, made in build() or call(). Received invalid value: {term!r}",
                    code="not_a_tensor",
                )
            self._losses.append(term)
        _holding_losses.add(self)
        note_losses(loss)

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Nothing any more: raises ``NotImplementedError``, as in Keras 3."""
        raise NotImplementedError(
            "Layer `add_metric()` method is deprecated. Add your metric in `compile(metrics=[...])`, or make "
            "it an attribute of the layer and call its `update_state()`."
        )

    @property
    def losses(self) -> list[torch.Tensor]:
        """The terms that ``add_loss`` gathered in everything inside, then the penalties on weights."""
        found = list(self._losses)
        for layer in self._flatten_layers(include_self=False):
            found.extend(layer._losses)
        found += [weight.regularizer(weight) for weight in self.trainable_weights if weight.regularizer]
        return found

    def _clear_losses(self) -> None:
        """Forget the terms of the step before, of everything inside."""
        self._losses.clear()
        for layer in self._flatten_layers(include_self=False):
            layer._losses.clear()
        for layer in [layer for layer in _holding_losses if not layer._losses]:
            _holding_losses.discard(layer)

    # -- metrics and state -------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Any]:
        """The metrics that are attributes of this layer and of those inside."""
        found = self._attributes_of(Metric)
        for layer in self._sublayers():
            found += [metric for metric in layer.metrics if metric not in found]
        return found

    @property
    def metrics_variables(self) -> list[Any]:
        """The states of all metrics."""
        return [state for metric in self.metrics for state in getattr(metric, "variables", ())]

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run with other weights and leave this layer's as they are.

        Returns the outputs and the values of the non-trainable variables afterwards, and with
        ``return_losses`` the loss terms too.  Raises ``NotBuiltError`` before the layer is built and
        ``ShapeError`` for lists of the wrong length.
        """
        from engine.layers.borrowed import call_with

        given = (trainable_variables, non_trainable_variables)
        outputs, after, losses = call_with(self, *given, args, kwargs)
        return (outputs, after, losses) if return_losses else (outputs, after)

    # -- graph -------------------------------------------------------------------------------------

    @property
    def input(self) -> Any:
        """The symbolic input of the first call of this layer; raises ``AttributeError`` before one."""
        return self._first_call("input").inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the first call of this layer; raises ``AttributeError`` before one."""
        return self._first_call("output").outputs

    def _first_call(self, what: str) -> Any:
        if not self._inbound:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined {what}: call it on "
                "what Input() returns."
            )
        return self._inbound[0]

    @property
    def _inbound_nodes(self) -> list[Any]:
        return self._inbound

    def extra_repr(self) -> str:
        """Return what torch prints of the layer."""
        return f"name={self.name}, built={self.built}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={getattr(self, 'name', '?')}, built={self.built}>"
