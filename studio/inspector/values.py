"""Between the text of a field and the value of a parameter."""

from __future__ import annotations

import ast
import json
import math
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QCoreApplication

from engine.params import Param
from studio.document import freeze, thaw
from studio.inspector.arithmetic import ArithmeticFault, evaluate

_NOTHING = ("", "none", "null")


def write(param: Param, value: Any) -> str:
    """Return a value as it stands in a text field; nothing at all for ``None``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if param.kind.name in ("tuple", "texts") and isinstance(value, (tuple, list)):
        words = ", ".join(str(each) for each in value)
        return words + "," if param.kind.name == "tuple" and len(value) == 1 and _long(param) else words
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return json.dumps(thaw(value)) if isinstance(value, (dict, list, tuple)) else str(thaw(value))


def read(param: Param, text: str, owner: str = "") -> Any:
    """Return the value that a text stands for, checked by the parameter.

    Raises ``ValueError`` (``ArithmeticFault``, ``ParamError``, ``Refusal``), whose message is for the user.
    """
    value = _plain(param, text.strip())
    checked = param.check(value, owner)
    return freeze(thaw(checked))


def _plain(param: Param, text: str) -> Any:
    kind = param.kind.name
    if text.lower() in _NOTHING and kind != "text":
        if param.optional or param.default is None:
            return None
        if not text:
            raise ArithmeticFault(_tr("A value is needed here."))
    if kind == "int":
        return _whole(evaluate(text))
    if kind == "float":
        return float(evaluate(text))
    if kind == "tuple":
        return _numbers(param, text)
    if kind == "texts":
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind in ("array", "any", "layers", "layer", "object"):
        return _literal(text, lone_text=kind != "array")
    if kind == "text" and not text and param.optional:
        return None
    return text


def _numbers(param: Param, text: str) -> Any:
    inside = text.strip("()[] ")
    parts = [part.strip() for part in inside.split(",") if part.strip()]
    if not parts:
        return []
    numbers = [None if part.lower() in _NOTHING else _whole(evaluate(part)) for part in parts]
    if len(numbers) == 1 and param.kind.lone and "," not in inside:
        return numbers[0]
    return numbers


def _literal(text: str, *, lone_text: bool) -> Any:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
        if lone_text and not text.startswith(("[", "(", "{")):
            return text
        raise ArithmeticFault(_tr("Write numbers, or lists of them in brackets: [1, 2, 3].")) from error
    return value


def _whole(value: int | float) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _long(param: Param) -> bool:
    """Return whether one number and a tuple of one differ for this parameter."""
    return param.kind.lone and param.kind.length is None


def stepped(param: Param, value: int, up: bool) -> int:
    """Return the next value of a whole number: by one, or to the next power of two."""
    if param.kind.step == "power" and value >= 1:
        low = 1 << (value.bit_length() - 1)
        new = low * 2 if up else (low if low != value else low // 2)
    else:
        new = value + 1 if up else value - 1
    if param.kind.minimum is not None:
        new = max(new, math.ceil(param.kind.minimum))
    if param.kind.maximum is not None:
        new = min(new, math.floor(param.kind.maximum))
    return new


def same(param: Param, first: Any, second: Any) -> bool:
    """Return whether two values mean the same to a parameter: ``3`` and ``(3, 3)`` do for a kernel."""
    return _normal(param, first) == _normal(param, second)


def _normal(param: Param, value: Any) -> str:
    plain = thaw(value)
    with suppress(ValueError):
        plain = thaw(param.check(plain))
    if param.kind.name == "object" and plain == "linear":
        plain = None
    return json.dumps(plain, sort_keys=True, default=repr)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Values", text)
