"""How a function on tensors becomes an operation: called on symbolic tensors, it extends the graph.

``@op`` marks the functions.  With tensors they simply run.  Where a symbolic tensor is among the arguments,
the call is recorded as an ``Operation``: an object with a name and the function's settings, which runs as a
plain call in compiled models and has the config that Keras writes for it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

from engine.errors import ParamError, UnknownNameError, did_you_mean
from engine.ops.operation import NESTED, Operation, has_symbols
from engine.symbolic import KerasTensor, Node

F = TypeVar("F", bound=Callable[..., Any])

_WATCHED: frozenset[type] = frozenset({KerasTensor, *NESTED})


class Spec(NamedTuple):
    """What is known of an operation: its function, Keras' home and class name, and how its shape is found.

    ``tensors`` are the arguments that tensors come in; the others are settings of the object.  ``rule`` is
    ``"same"``, ``"broadcast"``, a function of the arguments that returns symbolic tensors, or ``None``: the
    function is tried on small tensors.  ``torch`` is the torch function that does the same where all inputs
    and the output are of one float type.  ``check`` is called with the settings when the object is made.
    """

    function: Callable[..., Any]
    module: str
    name: str
    tensors: tuple[str, ...]
    rule: Any
    torch: Callable[..., Any] | None
    check: Callable[..., None] | None = None

    @property
    def leading(self) -> bool:
        """Whether the tensors are the function's first arguments, so that they can be given by place."""
        first = list(inspect.signature(self.function).parameters)[: len(self.tensors)]
        return tuple(first) == self.tensors


_specs: dict[tuple[str, str], Spec] = {}
_public: dict[str, dict[str, Callable[..., Any]]] = {}


def homes_of(name: str) -> list[str]:
    """Return the modules that have an operation class called ``name``."""
    return [home for home, known in _specs if known == name]


def public(module: str) -> dict[str, Callable[..., Any]]:
    """Return the functions of one of Keras' modules (``"numpy"``), as far as they are defined by now."""
    return _public.get(module, {})


def op(
    *tensors: str, module: str, cls: str | None = None, rule: Any = None, torch: Any = None, check: Any = None
) -> Callable[[F], F]:
    """Return the decorator of a function on tensors; see ``Spec``.  Without ``tensors``, its first
    argument.
    """

    def decorate(function: F) -> F:
        names = tensors or (next(iter(inspect.signature(function).parameters)),)
        name = cls or "".join(part[:1].upper() + part[1:] for part in function.__name__.split("_"))
        spec = Spec(function, module, name, names, rule, torch, check)
        _specs[module, name] = spec

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            for value in args:
                kind = type(value)
                if kind in _WATCHED and (kind is KerasTensor or has_symbols((value,))):
                    return _record(spec, args, kwargs)
            if kwargs and has_symbols(kwargs.values()):
                return _record(spec, args, kwargs)
            return function(*args, **kwargs)

        run.spec = spec  # type: ignore[attr-defined]  # what activations and tests read
        _public.setdefault(module, {})[function.__name__] = run
        return cast(F, run)

    return decorate


def _record(spec: Spec, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Extend the graph: settings go into the operation's object, tensors into its call."""
    signature = inspect.signature(spec.function)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ParamError(f"ops.{spec.function.__name__}: {error}", code="missing_param") from None
    call_args: list[Any] = []
    call_kwargs: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    in_row = True
    for name, parameter in signature.parameters.items():
        given = name in bound.arguments
        value = bound.arguments.get(name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            call_args.extend(value or ())
        elif parameter.kind is parameter.VAR_KEYWORD:
            call_kwargs.update(value or {})
        elif name in spec.tensors:
            in_row = in_row and given
            if in_row:
                call_args.append(value)
            elif given:
                call_kwargs[name] = value
        elif given and has_symbols((value,)):
            call_kwargs[name] = value
        else:
            in_row = in_row and f"*{name}" not in spec.tensors and not call_args
            if given:
                settings[name] = value
    return operation_class(spec.module, spec.name)(**settings).symbolic_call(*call_args, **call_kwargs)


class FunctionOperation(Operation):
    """An operation that is a function of ``engine.ops``; ``operation_class`` makes one class for each."""

    spec: ClassVar[Spec]

    def __init__(self, *args: Any, name: str | None = None, **settings: Any) -> None:
        super().__init__(name)
        names = [parameter.name for parameter in setting_parameters(self.spec)]
        if len(args) > len(names):
            raise TypeError(f"{self.spec.name} takes {len(names)} arguments. Received: {args}")
        given = dict(zip(names, args, strict=False)) | settings
        unknown = [key for key in given if key not in names]
        if unknown:
            raise TypeError(
                f"{self.spec.name} takes no argument {unknown[0]!r}.{did_you_mean(unknown[0], names)}"
            )
        self.settings = {
            parameter.name: given.get(parameter.name, parameter.default)
            for parameter in setting_parameters(self.spec)
            if parameter.name in given or parameter.default is not parameter.empty
        }
        if self.spec.check is not None:
            self.spec.check(**self.settings)
        self._straighten()

    def _straighten(self) -> None:
        """Let calls of compiled models go straight to the function."""
        if self.spec.leading:
            straight: Any = functools.partial(self.spec.function, **self.settings)
            self.__dict__["call"] = straight if self.settings else self.spec.function

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the function, which a copy finds by its class."""
        return {name: value for name, value in self.__dict__.items() if name != "call"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._straighten()

    def __getattr__(self, name: str) -> Any:
        """Return a setting by its name."""
        settings = self.__dict__.get("settings", {})
        if name in settings:
            return settings[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def call(self, *args: Any, **kwargs: Any) -> Any:
        function, settings = self.spec.function, self.settings
        if any(name.startswith("*") for name in self.spec.tensors):
            first = [settings[name] for name in self._before_tensors()]
            rest = {name: settings[name] for name in settings if name not in self._before_tensors()}
            return function(*first, *args, **rest, **kwargs)
        return function(**dict(zip(self.spec.tensors, args, strict=False)), **{**settings, **kwargs})

    def _before_tensors(self) -> list[str]:
        found = []
        for parameter in inspect.signature(self.spec.function).parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                break
            if parameter.name not in self.spec.tensors:
                found.append(parameter.name)
        return found

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        from engine.ops import inference

        rule = self.spec.rule
        if rule in ("same", "broadcast"):
            return inference.elementwise(self.call, args, kwargs, self.name)
        if rule is not None:
            found = rule(*args, **{**self.settings, **kwargs})
            if found is not None:
                return found
        return inference.by_running(self.call, args, kwargs, self.name)

    def _quickest(self, node: Node) -> Callable[..., Any] | None:
        kinds = {tensor.dtype for tensor in (*node.inputs_flat, *node.outputs_flat)}
        plain = len(kinds) == 1 and "float" in next(iter(kinds)) and not self.settings
        return self.spec.torch if plain else None

    def get_config(self) -> dict[str, Any]:
        """Return the name and the settings."""
        return {"name": self.name, **{name: _plain(value) for name, value in self.settings.items()}}


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


@functools.cache
def setting_parameters(spec: Spec) -> tuple[inspect.Parameter, ...]:
    """Return the arguments of an operation's function that are settings, not tensors."""
    tensors = {name.lstrip("*") for name in spec.tensors}
    return tuple(
        parameter
        for parameter in inspect.signature(spec.function).parameters.values()
        if parameter.name not in tensors and parameter.kind is not parameter.VAR_KEYWORD
    )


@functools.cache
def operation_class(module: str, name: str) -> type[Operation]:
    """Return the class called ``name`` (``"Mean"``) of the module ``module`` (``"numpy"``), as Keras has it.

    Raises ``UnknownNameError`` where there is none.
    """
    spec = _specs.get((module, name))
    if spec is None:
        known = [known for home, known in _specs if home == module]
        raise UnknownNameError(
            f"There is no operation called {name!r} in ops.{module}.{did_you_mean(name, known)}",
            code="unknown_name",
            name=name,
        )
    doc = f"The operation ``ops.{spec.function.__name__}`` as an object."
    home = {"keras_module": f"keras.src.ops.{module}", "__module__": f"engine.ops.{module}"}
    return type(name, (FunctionOperation,), {"spec": spec, "__doc__": doc, **home})


def class_or_error(module: str, name: str) -> type[Operation]:
    """Return ``operation_class``; raises ``AttributeError`` where there is none, as modules do."""
    try:
        return operation_class(module, name)
    except UnknownNameError as error:
        raise AttributeError(f"engine.ops.{module} has no {name!r}. {error}") from None


def any_operation_class(name: str) -> type[Operation]:
    """Return the class called ``name`` of whichever module has it; raises ``AttributeError`` where
    none has.
    """
    for module, known in _specs:
        if known == name and module != "image":
            return operation_class(module, name)
    names = [known for module in _public.values() for known in module]
    raise AttributeError(f"engine.ops has no {name!r}.{did_you_mean(name, names)}")
