"""Sums in number fields: ``32 * 4`` is worked out as it stands, nothing else is."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

_LONGEST = 60
_LARGEST = 1e18
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}


class ArithmeticFault(ValueError):
    """A text is no sum of numbers; the message is for the user, in their language."""


def evaluate(text: str) -> int | float:
    """Return the value of a number or of a sum with ``+ - * / // % **`` and brackets.

    A whole result stays whole, also that of ``/`` (``64 / 2`` is 32). Raises ``ArithmeticFault`` for anything
    else: names, calls, division by zero, and results beyond 10¹⁸.
    """
    if len(text) > _LONGEST:
        raise ArithmeticFault(_tr("This is too long for a number."))
    try:
        tree = ast.parse(text.strip().replace("×", "*").replace("−", "-"), mode="eval")
        value = _value(tree.body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        if isinstance(error, ArithmeticFault):
            raise
        raise _no_number(text) from error
    except ZeroDivisionError as error:
        raise ArithmeticFault(_tr("This divides by zero.")) from error
    except OverflowError as error:
        raise ArithmeticFault(_tr("This number is too large.")) from error
    return value


def _value(node: ast.expr) -> int | float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        if isinstance(node.value, bool):
            raise _no_number(str(node.value))
        return _checked(node.value)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _checked(_UNARY[type(node.op)](_value(node.operand)))
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and abs(right) > 64:
            raise ArithmeticFault(_tr("This number is too large."))
        result = _BINARY[type(node.op)](left, right)
        if isinstance(node.op, ast.Div) and isinstance(left, int) and isinstance(right, int):
            exact = left // right
            result = exact if exact * right == left else result
        return _checked(result)
    raise _no_number(ast.unparse(node))


def _checked(value: object) -> int | float:
    if not isinstance(value, (int, float)):  # a root of a negative number is complex
        raise _no_number(str(value))
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise ArithmeticFault(_tr("This number is too large."))
    return value


def _no_number(text: str) -> ArithmeticFault:
    words = _tr("“{text}” is no number. Write one, such as 32, or a sum, such as 32*4.")
    return ArithmeticFault(words.format(text=text.strip()))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Arithmetic", text)
