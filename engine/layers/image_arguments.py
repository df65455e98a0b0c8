"""Checks of the arguments that layers for pictures share: amounts, ranges of values, names of methods."""

from __future__ import annotations

from typing import Annotated, Any

from engine.errors import ParamError
from engine.params import Kind

FillMode = Annotated[str, Kind("choice", choices=("reflect", "wrap", "constant", "nearest"))]
AnyFillMode = Annotated[str, Kind("choice", choices=("reflect", "wrap", "constant", "nearest", "mirror"))]
Interpolation = Annotated[str, Kind("choice", choices=("nearest", "bilinear"))]


def refused(owner: str, param: str, expected: str, got: Any) -> ParamError:
    """Return the error for an argument that does not do, ready to raise."""
    return ParamError(
        f"{owner}: The `{param}` argument should be {expected}. Received: {param}={got!r}",
        code="param",
        owner=owner,
        param=param,
        expected=expected,
        got=got,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def amount(owner: str, param: str, value: Any, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return the least and the greatest amount from one number or two.

    One number f stands for the range from -f to f, as far as ``bounds`` lets it; two may reach beyond the
    bounds at one end, as in Keras.
    """
    low, high = bounds
    expected = f"a number (or a list of two numbers) in the range [{low}, {high}]"
    if _is_number(value) and low <= value <= high:
        return max(-abs(value), low), abs(value)
    pair = isinstance(value, (tuple, list)) and len(value) == 2 and all(map(_is_number, value))
    if pair and value[0] <= high and value[1] >= low:
        return min(value), max(value)
    raise refused(owner, param, expected, value)


def strict_amount(
    owner: str,
    param: str,
    value: Any,
    bounds: tuple[float, float],
    lone: str = "both",
    open_low: bool = False,
) -> tuple[float, float]:
    """Return the least and the greatest amount; each given number lies inside ``bounds``.

    One number f stands for -f to f, or for 0 to f where ``lone`` is ``"above"``.
    """
    low, high = bounds
    expected = f"a number (or a list of two numbers) in the range {'(' if open_low else '['}{low}, {high}]"

    def fits(number: Any) -> bool:
        return _is_number(number) and number <= high and (number > low if open_low else number >= low)

    if fits(value):
        return (0, value) if lone == "above" else (-abs(value), abs(value))
    if isinstance(value, (tuple, list)) and len(value) == 2:
        mirrored = _is_number(value[1]) and value[0] == -value[1] and fits(value[1])
        if mirrored or all(map(fits, value)):  # -f to f is what a lone number becomes in a config
            return min(value), max(value)
    raise refused(owner, param, expected, value)


def value_range(owner: str, value: Any, ordered: bool = True) -> tuple[float, float]:
    """Return the least and the greatest value of a pixel."""
    if not isinstance(value, (tuple, list)) or len(value) != 2 or not all(map(_is_number, value)):
        raise refused(owner, "value_range", "a list of two numbers. ", value)
    return (min(value), max(value)) if ordered else (value[0], value[1])
