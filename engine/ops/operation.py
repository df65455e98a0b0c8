"""How a function on tensors becomes an operation: called on symbolic tensors, it extends the graph.

``@op`` marks the functions.  With tensors they simply run.  Where a symbolic tensor is among the arguments,
the call is recorded as an ``Operation``: an object with a name and the function's settings, which runs as a
plain call in compiled models and has the config that Keras writes for it.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

from engine.errors import EngineError, ParamError, UnknownNameError, did_you_mean
from engine.structure import flatten, map_structure
from engine.symbolic import KerasTensor, Node

F = TypeVar("F", bound=Callable[..., Any])

_NESTED: frozenset[type] = frozenset({list, tuple, dict})
_WATCHED: frozenset[type] = frozenset({KerasTensor, *_NESTED})


class Spec(NamedTuple):
    """What is known of an operation: its function, Keras' home and class name, and how its shape is found.

    ``tensors`` are the arguments that tensors come in; the others are settings of the object.  ``rule`` is
    ``"same"``, ``"broadcast"``, a function of the arguments that returns symbolic tensors, or ``None``: the
    function is tried on small tensors.  ``torch`` is the torch function that does the same where all inputs
    and the output are of one float type.
    """

    function: Callable[..., Any]
    module: str
    name: str
    tensors: tuple[str, ...]
    rule: Any
    torch: Callable[..., Any] | None

    @property
    def leading(self) -> bool:
        """Whether the tensors are the function's first arguments, so that they can be given by place."""
        first = list(inspect.signature(self.function).parameters)[: len(self.tensors)]
        return tuple(first) == self.tensors


_specs: dict[tuple[str, str], Spec] = {}
_public: dict[str, dict[str, Callable[..., Any]]] = {}


def public(module: str) -> dict[str, Callable[..., Any]]:
    """Return the functions of one of Keras' modules (``"numpy"``), as far as they are defined by now."""
    return _public.get(module, {})


def has_symbols(values: Iterable[Any]) -> bool:
    """Return whether a symbolic tensor is among ``values``, however nested."""
    for value in values:
        kind = type(value)
        if kind is KerasTensor:
            return True
        if kind in _NESTED and has_symbols(value.values() if kind is dict else value):
            return True
    return False


def op(
    *tensors: str, module: str, cls: str | None = None, rule: Any = None, torch: Any = None
) -> Callable[[F], F]:
    """Return the decorator of a function on tensors; see ``Spec``.  Without ``tensors``, its first
    argument.
    """

    def decorate(function: F) -> F:
        names = tensors or (next(iter(inspect.signature(function).parameters)),)
        name = cls or "".join(part[:1].upper() + part[1:] for part in function.__name__.split("_"))
        spec = Spec(function, module, name, names, rule, torch)
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


class Operation:
    """A step of a graph that keeps no weights; layers do.

    Override ``call``, and ``compute_output_spec`` where running ``call`` on small tensors cannot tell the
    shape.  The constructor's arguments are its config, where they are plain values.  Keras:
    ``keras.Operation``.
    """

    name: str
    activity_regularizer = None
    supports_masking = False
    variadic = False
    built = True
    trainable = False
    _auto_config: Mapping[str, Any] | None
    keras_module: ClassVar[str]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Remember the constructor's arguments for ``get_config``."""
        made = super().__new__(cls)
        try:
            bound = inspect.signature(cls.__init__).bind(made, *args, **kwargs)
        except TypeError:
            made._auto_config = None  # the constructor itself will say what is wrong
            return made
        bound.apply_defaults()
        found = dict(list(bound.arguments.items())[1:])
        parameters = inspect.signature(cls.__init__).parameters
        for parameter in parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                found |= found.pop(parameter.name, {})
            elif parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
                found.pop(parameter.name, None)
        found.pop("name", None)
        plain = all(isinstance(leaf, (str, int, float, bool, type(None))) for leaf in flatten(found))
        made._auto_config = found if plain else None
        return made

    def __init__(self, name: str | None = None) -> None:
        from engine.naming import auto_name, snake_case

        name = auto_name(snake_case(type(self).__name__)) if name is None else name
        if not isinstance(name, str) or "/" in name:
            raise ParamError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name!r}",
                code="name",
            )
        self.name = name
        self._inbound: list[Node] = []
        self._losses: list[Any] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on tensors, or extend the graph where symbolic tensors come."""
        if has_symbols(args) or has_symbols(kwargs.values()):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Do the arithmetic.  Every operation says how."""
        raise NotImplementedError(f"{type(self).__name__} has no call(): write what it does with its input.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record the call in the graph and return the symbolic tensors that come out."""
        outputs = self.compute_output_spec(*args, **kwargs)
        node = Node(self, args, kwargs)
        count = 0

        def tensor(leaf: Any) -> Any:
            nonlocal count
            made = KerasTensor(leaf.shape, leaf.dtype, name=f"{self.name}_output" if not count else None)
            made.node, made.index = node, count
            count += 1
            return made

        node.output_struct = map_structure(tensor, outputs)
        return node.output_struct

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic tensors like those that come out; ``call`` is tried on small tensors."""
        from engine.ops.inference import by_running

        return by_running(self.call, args, kwargs, self.name)

    def compute_output_shape(self, *shapes: Any) -> Any:
        """Return the shapes that come out for tensors of the default type and these shapes."""
        given = [KerasTensor(shape) for shape in shapes]
        return map_structure(lambda tensor: tensor.shape, self.compute_output_spec(*given))

    def get_config(self) -> dict[str, Any]:
        """Return name and constructor's arguments; raises ``NotImplementedError`` where they are not
        plain.
        """
        if type(self).get_config is not Operation.get_config:
            return {"name": self.name}
        if self._auto_config is None:
            raise NotImplementedError(
                f"{type(self).__name__} was made with arguments that are no plain values: write its "
                "get_config(), which returns them as values that fit into JSON."
            )
        named = "name" in inspect.signature(type(self).__init__).parameters or any(
            parameter.kind is parameter.VAR_KEYWORD
            for parameter in inspect.signature(type(self).__init__).parameters.values()
        )
        return {**({"name": self.name} if named else {}), **self._auto_config}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the operation that ``get_config`` described."""
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(f"{cls.__name__} cannot be made from config={config}: {error}") from error

    def __repr__(self) -> str:
        return f"<Operation name={self.name}>"

    @property
    def input(self) -> Any:
        """The symbolic tensors of the first call in a graph; raises ``AttributeError`` before one."""
        return self._first_call("input").inputs

    @property
    def output(self) -> Any:
        """What came out of the first call in a graph; raises ``AttributeError`` before one."""
        return self._first_call("output").outputs

    def _first_call(self, wanted: str) -> Node:
        if not self._inbound:
            raise AttributeError(f"The layer {self.name} has never been called and thus has no {wanted}.")
        return self._inbound[0]

    def bound_call(self, node: Node) -> Callable[..., Any]:
        """Return a function of the symbolic tensors of one call, in order: what compiled models run."""
        args, kwargs, call = node.args, node.kwargs, self.call
        if not kwargs and all(isinstance(argument, KerasTensor) for argument in args):
            return self._quickest(node) or call
        if not kwargs and len(args) == 2 and not has_symbols(args[1:]):
            constant = args[1]
            quick = self._quickest(node) if isinstance(constant, (int, float)) else None
            return lambda x, run=quick or call: run(x, constant)
        if not kwargs and len(args) == 1 and all(isinstance(item, KerasTensor) for item in args[0]):
            return lambda *parts: call(parts)

        def fill(*values: Any) -> Any:
            rest = iter(values)

            def place(leaf: Any) -> Any:
                return next(rest) if isinstance(leaf, KerasTensor) else leaf

            return call(*map_structure(place, args), **map_structure(place, kwargs))

        return fill

    def _quickest(self, node: Node) -> Callable[..., Any] | None:
        """Return torch's own function where it does the same with the types of this call."""
        return None

    # -- what compiled models ask of every step -----------------------------------------------------

    losses: ClassVar[tuple[Any, ...]] = ()
    variables: ClassVar[tuple[Any, ...]] = ()
    weights = trainable_weights = non_trainable_weights = trainable_variables = variables

    def _sublayers(self) -> list[Any]:
        return []

    def hooked(self) -> bool:
        """Return False: torch hooks hang on modules only."""
        return False

    def count_params(self) -> int:
        """Return 0: operations have no weights."""
        return 0


class _FunctionOperation(Operation):
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
        if self.spec.leading:  # calls of compiled models go straight to the function
            straight: Any = functools.partial(self.spec.function, **self.settings)
            self.__dict__["call"] = straight if self.settings else self.spec.function

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
    body = {"spec": spec, "keras_module": f"keras.src.ops.{module}", "__doc__": doc, "__module__": __name__}
    return type(name, (_FunctionOperation,), body)


_HOMES = re.compile(r"keras\.(?:src\.)?ops(?:\.(\w+))?$")


def is_operation_config(config: Mapping[str, Any]) -> bool:
    """Return whether a serialized object is an operation of ``keras.ops``."""
    return bool(_HOMES.match(str(config.get("module") or "")))


def serialize(operation: Operation) -> dict[str, Any]:
    """Return an operation as Keras writes it."""
    from engine.registry import get_registered_name

    built_in = isinstance(operation, _FunctionOperation)
    name = type(operation).__name__ if built_in else get_registered_name(type(operation))
    return {
        "module": operation.keras_module if built_in else type(operation).__module__,
        "class_name": type(operation).__name__,
        "config": operation.get_config(),
        "registered_name": name,
    }


def deserialize(config: Mapping[str, Any]) -> Operation:
    """Return the operation that ``serialize`` or Keras described; raises ``EngineError`` for other
    configs.
    """
    match = _HOMES.match(str(config.get("module") or ""))
    if match is None:
        raise EngineError(f"This is no config of an operation: {config!r}", code="config")
    name = str(config["class_name"])
    homes = [match[1]] if match[1] else [home for home, known in _specs if known == name]
    cls = operation_class(homes[0] if homes else "numpy", name)
    arguments = {
        key: value
        for key, value in (config.get("config") or {}).items()
        if key != "dtype" or _takes_dtype(cls)
    }
    found: Operation = cls.from_config(arguments)
    return found


def _takes_dtype(cls: type[Operation]) -> bool:
    spec: Spec = cls.spec  # type: ignore[attr-defined]  # made by operation_class
    return any(parameter.name == "dtype" for parameter in setting_parameters(spec))


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
