"""Steps of a graph that keep no weights.  Keras: ``keras.Operation``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from engine.errors import ParamError
from engine.structure import flatten, map_structure
from engine.symbolic import KerasTensor, Node

NESTED: frozenset[type] = frozenset({list, tuple, dict})
"""The containers in which arguments are looked for symbolic tensors."""


def has_symbols(values: Iterable[Any]) -> bool:
    """Return whether a symbolic tensor is among ``values``, however nested."""
    for value in values:
        kind = type(value)
        if kind is KerasTensor:
            return True
        if kind in NESTED and has_symbols(value.values() if kind is dict else value):
            return True
    return False


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
        nameless = any(
            bound.arguments.get(parameter.name)
            for parameter in parameters.values()
            if parameter.kind is parameter.VAR_POSITIONAL
        )
        plain = all(isinstance(leaf, (str, int, float, bool, type(None))) for leaf in flatten(found))
        made._auto_config = found if plain and not nameless else None
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
