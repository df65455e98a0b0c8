"""Parameters of layers and their kin, read from the typed constructor: the one place that states them.

A constructor writes ``units: PositiveInt`` or ``padding: Padding = "valid"``.  From these annotations come
the checks, ``get_config``, the forms of the inspector, the file format and the exported code.  The kinds
are a closed list; each has one control, one JSON form and one code form.  Imports no torch.
"""

from __future__ import annotations

import inspect
import math
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from engine.errors import ParamError, ParamTypeError, did_you_mean
from engine.structure import per_class

REQUIRED: Any = inspect.Parameter.empty

KINDS = (
    "int",
    "float",
    "bool",
    "choice",
    "text",
    "tuple",
    "array",
    "texts",
    "object",
    "layer",
    "layers",
    "any",
)


@dataclass(frozen=True)
class Kind:
    """How the values of a parameter look and between which bounds they lie.

    ``length`` is the number of elements of a tuple (``None``: any); ``lone`` lets one number stand for all of
    them (``kernel_size=3``).  ``family`` names the registry of an object ("initializers", "activations").
    ``step`` says how a control counts: "one" or "power" (16, 32, 64).  ``rule`` is the sentence that an error
    begins with, where the kind's own would not do.
    """

    name: str
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    length: int | None = None
    lone: bool = False
    family: str = ""
    step: str = "one"
    rule: str = ""


PositiveInt = Annotated[int, Kind("int", minimum=1)]
Units = Annotated[
    int,
    Kind(
        "int",
        minimum=1,
        step="power",
        rule="Received an invalid value for argument `{name}`, expected a positive integer.",
    ),
]
Filters = Annotated[int, Kind("int", minimum=1, step="power")]
Groups = Annotated[int, Kind("int", minimum=1, rule="The number of groups must be a positive integer.")]
Integer = Annotated[int, Kind("int")]
NonNegativeInt = Annotated[int, Kind("int", minimum=0)]
Real = Annotated[float, Kind("float")]
PositiveReal = Annotated[float, Kind("float", above=0.0)]
NonNegativeReal = Annotated[float, Kind("float", minimum=0.0)]
Rate = Annotated[
    float,
    Kind(
        "float",
        minimum=0.0,
        maximum=1.0,
        rule="Invalid value received for argument `{name}`. Expected a float value between 0 and 1.",
    ),
]
Flag = Annotated[bool, Kind("bool")]
Text = Annotated[str, Kind("text")]
Texts = Annotated[list[str], Kind("texts")]
Padding = Annotated[str, Kind("choice", choices=("valid", "same"))]
CausalPadding = Annotated[str, Kind("choice", choices=("valid", "same", "causal"))]
DataFormat = Annotated[str, Kind("choice", choices=("channels_last", "channels_first"))]
Size1 = Annotated[Any, Kind("tuple", minimum=1, length=1, lone=True)]
Size2 = Annotated[Any, Kind("tuple", minimum=1, length=2, lone=True)]
Size3 = Annotated[Any, Kind("tuple", minimum=1, length=3, lone=True)]
Extra1 = Annotated[Any, Kind("tuple", minimum=0, length=1, lone=True)]
Extra2 = Annotated[Any, Kind("tuple", minimum=0, length=2, lone=True)]
Extra3 = Annotated[Any, Kind("tuple", minimum=0, length=3, lone=True)]
TargetShape = Annotated[
    Any, Kind("tuple", minimum=-1, rule="Each size must be a non-negative integer, or -1 for what is left.")
]
AxisOrder = Annotated[
    Any, Kind("tuple", minimum=1, rule="Invalid permutation of axes: dims counts them from 1, each once.")
]
Pair = Annotated[Any, Kind("tuple", minimum=0, length=2, lone=True)]
Times = Annotated[
    int,
    Kind(
        "int",
        minimum=1,
        rule="Expected an integer value for `{name}`. Argument `{name}` should be a positive integer.",
    ),
]
Axes = Annotated[Any, Kind("tuple", lone=True)]
Array = Annotated[Any, Kind("array")]
Activation = Annotated[Any, Kind("object", family="activations")]
Initializer = Annotated[Any, Kind("object", family="initializers")]
Regularizer = Annotated[Any, Kind("object", family="regularizers")]
Constraint = Annotated[Any, Kind("object", family="constraints")]
LayerRef = Annotated[Any, Kind("layer", family="layers")]
LayerRefs = Annotated[Any, Kind("layers", family="layers")]
Anything = Annotated[Any, Kind("any")]


@dataclass(frozen=True)
class Param:
    """One constructor argument: name, kind, default (``REQUIRED`` where there is none) and its sentence."""

    name: str
    kind: Kind
    default: Any = REQUIRED
    optional: bool = False
    doc: str = ""

    @property
    def required(self) -> bool:
        """True where the constructor has no default."""
        return self.default is REQUIRED

    def check(self, value: Any, owner: str = "") -> Any:
        """Return ``value`` in the normal form of its kind; raises ``ParamError`` saying what was wanted."""
        if value is None:
            if self.optional or self.default is None:
                return None
            words = self.kind.rule.replace("{name}", self.name)
            raise self.error(value, owner, "a value", words, ParamTypeError)
        return _CHECKS[self.kind.name](self, value, owner)

    def error(
        self, value: Any, owner: str, expected: str, words: str = "", kind: type[ParamError] = ParamError
    ) -> ParamError:
        """Return the error for a value that does not do, ready to raise; ``words`` replace the usual ones."""
        where = f"{owner}: " if owner else ""
        words = words or f"{self.name} is {expected}."
        if f"{self.name}={value}" not in words:
            words = f"{words} Received: {self.name}={value!r}."
        return kind(
            where + words,
            code="param",
            owner=owner,
            param=self.name,
            expected=expected,
            got=value,
        )


def _bounds(kind: Kind, noun: str) -> str:
    if kind.above is not None:
        return f"{noun} above {kind.above:g}"
    if kind.minimum is not None and kind.maximum is not None:
        return f"{noun} from {kind.minimum:g} to {kind.maximum:g}"
    if kind.minimum is not None:
        return f"{noun} of at least {kind.minimum:g}"
    return noun


def _inside(kind: Kind, value: float) -> bool:
    if kind.above is not None and not value > kind.above:
        return False
    if kind.minimum is not None and value < kind.minimum:
        return False
    return not (kind.maximum is not None and value > kind.maximum)


def _int(param: Param, value: Any, owner: str) -> int:
    kind = param.kind
    if not hasattr(value, "__index__") or isinstance(value, bool):
        expected = _bounds(kind, "a whole number")
        words = kind.rule.replace("{name}", param.name)
        words = words or f"Expected an integer value for `{param.name}`, {expected}."
        raise param.error(value, owner, expected, words, ParamTypeError)
    if not _inside(kind, int(value)):
        words = kind.rule.replace("{name}", param.name)
        if not words and kind.minimum == 1:
            words = (
                f"Invalid value for argument `{param.name}`. Expected a strictly positive value. "
                f"Received {param.name}={value}. Give {_bounds(kind, 'a whole number')}."
            )
        raise param.error(value, owner, _bounds(kind, "a whole number"), words)
    return int(value)


def _float(param: Param, value: Any, owner: str) -> float:
    try:
        number = math.nan if isinstance(value, (str, bool)) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or not _inside(param.kind, number):
        words = param.kind.rule.replace("{name}", param.name)
        wrong = ParamError if isinstance(value, (int, float)) else ParamTypeError
        raise param.error(value, owner, _bounds(param.kind, "a number"), words, wrong)
    return number


def _bool(param: Param, value: Any, owner: str) -> bool:
    if value not in (True, False):
        raise param.error(value, owner, "True or False")
    return bool(value)


def _choice(param: Param, value: Any, owner: str) -> str:
    folded = value.lower() if isinstance(value, str) else value
    if folded not in param.kind.choices:
        one_of = " or ".join(repr(choice) for choice in param.kind.choices)
        near = did_you_mean(value, param.kind.choices)
        raise param.error(value, owner, one_of + near, param.kind.rule and param.kind.rule + near)
    return str(folded)


def _text(param: Param, value: Any, owner: str) -> str:
    if not isinstance(value, str):
        raise param.error(value, owner, "a text")
    return value


def _tuple(param: Param, value: Any, owner: str) -> Any:
    kind = param.kind
    if hasattr(value, "__index__") and not isinstance(value, bool):
        if not kind.lone or not _inside(kind, int(value)):
            raise _no_tuple(param, value, owner)
        return (int(value),) * kind.length if kind.length else int(value)
    if not isinstance(value, (tuple, list)) or (kind.length is not None and len(value) != kind.length):
        raise _no_tuple(param, value, owner)
    for item in value:
        if item is None and kind.length is None:
            continue
        if not hasattr(item, "__index__") or isinstance(item, bool) or not _inside(kind, int(item)):
            raise _no_tuple(param, value, owner)
    return tuple(None if item is None else int(item) for item in value)


def _no_tuple(param: Param, value: Any, owner: str) -> ParamError:
    """Return the error for what is no tuple of numbers, naming those that are out of bounds."""
    kind = param.kind
    if kind.length is None:
        words = kind.rule
        if not words and kind.minimum == 1:
            parts = value if isinstance(value, (tuple, list)) else None
            whole = parts and all(item is None or hasattr(item, "__index__") for item in parts)
            wanted = (
                "all dimensions to be positive integers or None" if whole else "a tuple or list of integers"
            )
            wanted = "all elements to be integers or None" if parts and not whole else wanted
            words = f"Invalid value received for argument `{param.name}`. Expected {wanted}."
        wrong = ParamError if isinstance(value, (tuple, list, int)) else ParamTypeError
        return param.error(value, owner, _bounds(kind, "whole numbers"), words, wrong)
    items = value if isinstance(value, (tuple, list)) else (value,)
    outside = {item for item in items if isinstance(item, int) and not _inside(kind, item)}
    words = f"The `{param.name}` argument must be a tuple of {kind.length} integers."
    words += f" Received {param.name}={value}"
    if outside:
        bound = "> 0" if kind.minimum == 1 else f">= {kind.minimum:g}"
        words += f", including values {outside} that do not satisfy `value {bound}`"
    count = "a whole number" if kind.length == 1 else f"{kind.length} whole numbers"
    return param.error(value, owner, _bounds(kind, count), words)


def _texts(param: Param, value: Any, owner: str) -> list[str]:
    if not isinstance(value, (tuple, list)) or not all(isinstance(item, str) for item in value):
        raise param.error(value, owner, "a list of texts")
    return list(value)


def _as_is(param: Param, value: Any, owner: str) -> Any:
    return value


def _list(param: Param, value: Any, owner: str) -> list[Any]:
    if not isinstance(value, (tuple, list)):
        raise param.error(value, owner, "a list of layers")
    return list(value)


_CHECKS: dict[str, Callable[[Param, Any, str], Any]] = {
    "int": _int, "float": _float, "bool": _bool, "choice": _choice, "text": _text, "tuple": _tuple,
    "array": _as_is, "texts": _texts, "object": _as_is, "layer": _as_is, "layers": _list, "any": _as_is,
}  # fmt: skip

_ARGUMENT = re.compile(r"^\s{4,}(\w+): (.+)$")


def argument_docs(docstring: str | None) -> dict[str, str]:
    """Return the sentence of each argument from the ``Args:`` block of a docstring."""
    docs: dict[str, str] = {}
    name, inside = "", False
    for line in inspect.cleandoc(docstring or "").splitlines():
        if line.strip() == "Args:":
            inside = True
        elif inside and line and not line.startswith(" "):
            inside = False
        elif inside and (match := _ARGUMENT.match(line)):
            name = match[1]
            docs[name] = match[2].strip()
        elif inside and name and line.strip():
            docs[name] += " " + line.strip()
    return docs


def _kind_of(annotation: Any) -> tuple[Kind, bool]:
    """Return the kind that an annotation states, and whether ``None`` is allowed."""
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is Annotated:
        found = next((item for item in arguments[1:] if isinstance(item, Kind)), None)
        if found is not None:
            return found, found.name == "object"
        return _kind_of(arguments[0])
    if type(None) in arguments:
        kinds = [_kind_of(item)[0] for item in arguments if item is not type(None)]
        return kinds[0], True
    plain = {int: "int", float: "float", bool: "bool", str: "text"}.get(annotation)
    return Kind(plain or "any"), plain is None


@per_class
def params_of(cls: type) -> tuple[Param, ...]:
    """Return the parameters of a class from its constructors, base classes' ``**kwargs`` left out.

    A class whose constructor passes ``**kwargs`` on states only what it adds; ``name``, ``trainable`` and
    ``dtype``, which every layer takes, are not listed.
    """
    init = cls.__init__  # type: ignore[misc]  # the constructor of just this class is what is read
    hints = typing.get_type_hints(
        inspect.unwrap(init), include_extras=True
    )  # a checked constructor is wrapped
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        docs |= argument_docs(base.__doc__)
    found = []
    for argument in list(inspect.signature(init).parameters.values())[1:]:
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            continue
        if argument.name in ("name", "dtype", "trainable"):
            continue
        kind, optional = _kind_of(hints.get(argument.name, Any))
        found.append(Param(argument.name, kind, argument.default, optional, docs.get(argument.name, "")))
    return tuple(found)


def check_unknown(given: Mapping[str, Any], known: tuple[str, ...], owner: str) -> None:
    """Raise ``ParamError`` for the first argument that ``owner`` does not take, with the nearest name."""
    for name in given:
        if name not in known:
            raise ParamError(
                f"{owner} takes no argument {name!r}.{did_you_mean(name, known)}",
                code="unknown_param",
                owner=owner,
                param=name,
            )
