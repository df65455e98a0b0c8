"""Arithmetic, comparison and logic, number by number.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.backend import convert_to_tensor, result_type, to_torch_dtype
from engine.dtypes import INT_TYPES, standardize_dtype
from engine.errors import ParamError
from engine.ops.convert import binary, floating, mixed_dtype, numpy_op, same, tensor, unary, weak
from engine.symbolic import KerasTensor

arccos = unary("arccos", torch.arccos, "the angles whose cosine is x.")
arccosh = unary("arccosh", torch.arccosh, "the numbers whose hyperbolic cosine is x.")
arcsin = unary("arcsin", torch.arcsin, "the angles whose sine is x.")
arcsinh = unary("arcsinh", torch.arcsinh, "the numbers whose hyperbolic sine is x.")
arctan = unary("arctan", torch.arctan, "the angles whose tangent is x.")
arctanh = unary("arctanh", torch.arctanh, "the numbers whose hyperbolic tangent is x.")
cos = unary("cos", torch.cos, "the cosine, of radians.")
cosh = unary("cosh", torch.cosh, "the hyperbolic cosine.")
deg2rad = unary("deg2rad", torch.deg2rad, "degrees as radians.")
exp = unary("exp", torch.exp, "e to the power of x.")
exp2 = unary("exp2", torch.exp2, "2 to the power of x.")
expm1 = unary("expm1", torch.expm1, "exp(x) - 1, exact near 0.")
fabs = unary("fabs", torch.abs, "the size of numbers without their sign, as floats.")
i0 = unary("i0", torch.i0, "the modified Bessel function of the first kind, order 0.")
log = unary("log", torch.log, "the natural logarithm.")
log10 = unary("log10", torch.log10, "the logarithm to base 10.")
log1p = unary("log1p", torch.log1p, "log(1 + x), exact near 0.")
log2 = unary("log2", torch.log2, "the logarithm to base 2.")
rad2deg = unary("rad2deg", torch.rad2deg, "radians as degrees.")
reciprocal = unary("reciprocal", torch.reciprocal, "1 / x.")
sin = unary("sin", torch.sin, "the sine, of radians.")
sinc = unary("sinc", torch.sinc, "sin(pi x) / (pi x), 1 at 0.")
sinh = unary("sinh", torch.sinh, "the hyperbolic sine.")
sqrt = unary("sqrt", torch.sqrt, "the square root.")
tan = unary("tan", torch.tan, "the tangent, of radians.")
tanh = unary("tanh", torch.tanh, "the hyperbolic tangent, between -1 and 1.")
ceil = unary("ceil", torch.ceil, "the next whole number above, as a float.")
floor = unary("floor", torch.floor, "the next whole number below, as a float.")

angle = unary("angle", torch.angle, "the angle of complex numbers, in radians.", floats=False)
bitwise_invert = unary(
    "bitwise_invert", torch.bitwise_not, "the numbers with every bit turned.", floats=False
)
bitwise_not = unary("bitwise_not", torch.bitwise_not, "the numbers with every bit turned.", floats=False)
copy = unary("copy", torch.clone, "a copy.", floats=False)
isfinite = unary("isfinite", torch.isfinite, "where numbers are finite.", floats=False)
isinf = unary("isinf", torch.isinf, "where numbers are infinite.", floats=False)
isnan = unary("isnan", torch.isnan, "where numbers are no numbers (NaN).", floats=False)
isneginf = unary("isneginf", torch.isneginf, "where numbers are minus infinity.", floats=False)
isposinf = unary("isposinf", torch.isposinf, "where numbers are plus infinity.", floats=False)
isreal = unary("isreal", torch.isreal, "where numbers have no imaginary part.", floats=False)
logical_not = unary("logical_not", torch.logical_not, "where x is 0 or false.", floats=False)
negative = unary("negative", torch.negative, "the numbers with the other sign.", floats=False)
sign = unary("sign", torch.sign, "-1, 0 or 1.", floats=False)
signbit = unary("signbit", torch.signbit, "where the sign is minus, of -0.0 too.", floats=False)

add = binary("add", torch.add, "x1 + x2.")
multiply = binary("multiply", torch.multiply, "x1 * x2.")
equal = binary("equal", torch.eq, "where x1 and x2 are equal.")
greater = binary("greater", torch.greater, "where x1 > x2.")
greater_equal = binary("greater_equal", torch.greater_equal, "where x1 >= x2.")
less = binary("less", torch.less, "where x1 < x2.")
less_equal = binary("less_equal", torch.less_equal, "where x1 <= x2.")
not_equal = binary("not_equal", torch.not_equal, "where x1 and x2 differ.")
logical_and = binary("logical_and", torch.logical_and, "where both hold.")
logical_or = binary("logical_or", torch.logical_or, "where one of them holds.")
logical_xor = binary("logical_xor", torch.logical_xor, "where just one of them holds.")
gcd = binary("gcd", torch.gcd, "the greatest common divisor.")
lcm = binary("lcm", torch.lcm, "the least common multiple.")
maximum = binary("maximum", torch.maximum, "the greater of both, NaN where one is.", mixed=True)
minimum = binary("minimum", torch.minimum, "the lesser of both, NaN where one is.", mixed=True)
fmax = binary("fmax", torch.fmax, "the greater of both, the other where one is NaN.", mixed=True)
fmin = binary("fmin", torch.fmin, "the lesser of both, the other where one is NaN.", mixed=True)


def _bits(name: str, function: Any, doc: str) -> Any:
    def apply(x: Any, y: Any) -> Tensor:
        return function(tensor(x), tensor(y))

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"Return {doc}"
    return numpy_op("x", "y", rule="broadcast")(apply)


bitwise_and = _bits("bitwise_and", torch.bitwise_and, "the bits that both have.")
bitwise_or = _bits("bitwise_or", torch.bitwise_or, "the bits that one of them has.")
bitwise_xor = _bits("bitwise_xor", torch.bitwise_xor, "the bits that just one of them has.")
bitwise_left_shift = _bits("bitwise_left_shift", torch.bitwise_left_shift, "x with its bits moved left by y.")
left_shift = _bits("left_shift", torch.bitwise_left_shift, "x with its bits moved left by y.")
bitwise_right_shift = _bits("bitwise_right_shift", torch.bitwise_right_shift, "x, its bits moved right by y.")
right_shift = _bits("right_shift", torch.bitwise_right_shift, "x with its bits moved right by y.")


@numpy_op(rule="same")
def absolute(x: Any) -> Tensor:
    """Return the size of numbers without their sign."""
    x = tensor(x)
    return x if x.dtype is torch.bool else torch.abs(x)


@numpy_op(rule="same")
def abs(x: Any) -> Tensor:
    """Return the size of numbers without their sign."""
    return absolute(x)


@numpy_op("x1", "x2", rule="broadcast", torch=torch.subtract)
def subtract(x1: Any, x2: Any) -> Tensor:
    """Return x1 - x2."""
    x1, x2 = tensor(x1), tensor(x2)
    if x1.dtype is torch.bool:  # torch subtracts no bools
        x1 = x1.to(x2.dtype)
    if x2.dtype is torch.bool:
        x2 = x2.to(x1.dtype)
    return torch.subtract(x1, x2)


def _divided(x1: Any, x2: Any) -> Tensor:
    x1, x2 = weak(x1), weak(x2)
    if isinstance(x1, Tensor) or isinstance(x2, Tensor):
        return torch.divide(x1, x2)
    return torch.divide(tensor(x1), x2)


@numpy_op("x1", "x2", rule="broadcast", torch=torch.divide)
def divide(x1: Any, x2: Any) -> Tensor:
    """Return x1 / x2; whole numbers give floats."""
    return _divided(x1, x2)


@numpy_op("x1", "x2", rule="broadcast", torch=torch.divide)
def true_divide(x1: Any, x2: Any) -> Tensor:
    """Return x1 / x2; whole numbers give floats."""
    return _divided(x1, x2)


@numpy_op("x1", "x2", rule="broadcast")
def divide_no_nan(x1: Any, x2: Any) -> Tensor:
    """Return x1 / x2, and 0 where x2 is 0, with gradients that are finite too."""
    x1, x2 = same(x1, x2, float)
    if not x1.is_floating_point():
        x1, x2 = floating(x1), floating(x2)
    nil = x2 == 0
    return torch.where(nil, 0, torch.divide(x1, torch.where(nil, torch.ones_like(x2), x2)))


@numpy_op("x1", "x2", rule="broadcast")
def floor_divide(x1: Any, x2: Any) -> Tensor:
    """Return x1 / x2 rounded down."""
    x1, x2 = weak(x1), weak(x2)
    dtype = mixed_dtype(x1, x2)
    return torch.floor_divide(tensor(x1), x2).to(dtype)


@numpy_op("x1", "x2", rule="broadcast")
def mod(x1: Any, x2: Any) -> Tensor:
    """Return what is left of x1 / x2, with the sign of x2."""
    x1, x2 = tensor(x1), tensor(x2)
    if x1.dtype is torch.bool and x2.dtype is torch.bool:
        x1, x2 = x1.int(), x2.int()
    return torch.remainder(x1, x2)


@numpy_op("x1", "x2", rule="broadcast")
def fmod(x1: Any, x2: Any) -> Tensor:
    """Return what is left of x1 / x2, with the sign of x1."""
    x1, x2 = tensor(x1), tensor(x2)
    if x1.dtype is torch.bool and x2.dtype is torch.bool:
        x1, x2 = x1.int(), x2.int()
    return torch.fmod(x1, x2)


@numpy_op("x1", "x2", rule="broadcast", torch=torch.pow)
def power(x1: Any, x2: Any) -> Tensor:
    """Return x1 to the power of x2."""
    return torch.pow(
        tensor(x1),
        x2 if type(x2) in (int, float) and isinstance(x1, Tensor) and x1.is_floating_point() else tensor(x2),
    )


@numpy_op(rule="same")
def square(x: Any) -> Tensor:
    """Return x * x."""
    x = tensor(x)
    return torch.square(x.int() if x.dtype is torch.bool else x)


@numpy_op(rule="same")
def cbrt(x: Any) -> Tensor:
    """Return the cube root, negative for negative numbers."""
    x = floating(x)
    return torch.sign(x) * torch.abs(x) ** (1.0 / 3.0)


@numpy_op(rule="same")
def trunc(x: Any) -> Tensor:
    """Return the numbers without what stands behind the point."""
    x = tensor(x)
    return x if x.dtype is torch.bool else torch.trunc(x)


@numpy_op(rule="same")
def round(x: Any, decimals: int = 0) -> Tensor:
    """Return the numbers rounded to ``decimals`` places, halves to the even neighbour."""
    x = tensor(x)
    if x.is_floating_point():
        return torch.round(x, decimals=decimals)
    if x.dtype is torch.bool:
        return x
    return torch.round(floating(x), decimals=decimals).to(x.dtype)


@numpy_op(rule="same")
def clip(x: Any, x_min: Any, x_max: Any) -> Tensor:
    """Return x cut to the range from ``x_min`` to ``x_max``."""
    x = tensor(x)
    if x.dtype is torch.bool:
        x = x.int()
    if isinstance(x_min, (int, float)) and isinstance(x_max, (int, float)):
        return torch.clip(x, x_min, x_max)
    return torch.clip(x, tensor(x_min), tensor(x_max))


@numpy_op(rule="same")
def conjugate(x: Any) -> Tensor:
    """Return the complex conjugate."""
    return torch.conj(tensor(x)).resolve_conj()


@numpy_op(rule="same")
def conj(x: Any) -> Tensor:
    """Return the complex conjugate."""
    return torch.conj(tensor(x)).resolve_conj()


@numpy_op(rule="same")
def imag(x: Any) -> Tensor:
    """Return the imaginary part, zeros of real numbers."""
    x = tensor(x)
    return torch.imag(x) if x.is_complex() else torch.zeros_like(x)


@numpy_op(rule="same")
def real(x: Any) -> Tensor:
    """Return the real part."""
    return torch.real(tensor(x))


@numpy_op("x1", "x2", rule="broadcast")
def arctan2(x1: Any, x2: Any) -> Tensor:
    """Return the angle from the positive x axis to the point (x2, x1), in radians."""
    x1, x2 = same(x1, x2, float)
    return torch.arctan2(floating(x1), floating(x2))


@numpy_op("x1", "x2", rule="broadcast")
def heaviside(x1: Any, x2: Any) -> Tensor:
    """Return 0 where x1 is negative, 1 where it is positive, x2 where it is 0."""
    x1, x2 = same(x1, x2)
    if x1.dtype in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64):
        x1, x2 = floating(x1), floating(x2)
    return torch.heaviside(x1, x2)


@numpy_op("x1", "x2", rule="broadcast")
def hypot(x1: Any, x2: Any) -> Tensor:
    """Return sqrt(x1² + x2²), without overflow."""
    x1, x2 = same(x1, x2)
    return torch.hypot(floating(x1), floating(x2))


def _close(x1: Any, x2: Any, rtol: Any, atol: Any, equal_nan: bool) -> Tensor:
    x1, x2 = tensor(x1), tensor(x2)
    dtype = mixed_dtype(x1, x2)
    x1, x2 = x1.to(dtype), x2.to(dtype)
    if not dtype.is_floating_point and not dtype.is_complex:
        return torch.eq(x1, x2)
    return torch.isclose(x1, x2, rtol=rtol, atol=atol, equal_nan=equal_nan)


@numpy_op("x1", "x2", "rtol", "atol")
def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Return where |x1 - x2| <= atol + rtol * |x2|."""
    return _close(x1, x2, rtol, atol, equal_nan)


@numpy_op("x1", "x2", cls="AllClose")
def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Return whether |x1 - x2| <= atol + rtol * |x2| everywhere."""
    return torch.all(_close(x1, x2, rtol, atol, equal_nan))


@numpy_op("x1", "x2", rule="broadcast")
def ldexp(x1: Any, x2: Any) -> Tensor:
    """Return x1 * 2**x2; raises ``TypeError`` where x2 are no whole numbers."""
    x1, x2 = tensor(x1), tensor(x2)
    if standardize_dtype(x2.dtype) not in INT_TYPES:
        raise TypeError(f"ldexp: the exponent x2 is of a whole type. Received: x2 dtype={x2.dtype}")
    return torch.ldexp(x1, x2).to(to_torch_dtype(result_type(x1.dtype, x2.dtype, float)))


@numpy_op("x1", "x2", rule="broadcast")
def logaddexp(x1: Any, x2: Any) -> Tensor:
    """Return log(exp(x1) + exp(x2)), without overflow."""
    x1, x2 = same(x1, x2, float)
    return torch.logaddexp(floating(x1), floating(x2))


@numpy_op("x1", "x2", rule="broadcast")
def logaddexp2(x1: Any, x2: Any) -> Tensor:
    """Return log2(2**x1 + 2**x2), without overflow."""
    x1, x2 = same(x1, x2, float)
    return torch.logaddexp2(floating(x1), floating(x2))


@numpy_op("x1", "x2", rule="broadcast")
def nextafter(x1: Any, x2: Any) -> Tensor:
    """Return the next float after x1 on the way to x2."""
    x1, x2 = weak(x1), weak(x2)
    dtype = mixed_dtype(x1, x2, float)
    return torch.nextafter(convert_to_tensor(x1, "float64"), convert_to_tensor(x2, "float64")).to(dtype)


@numpy_op(rule="same")
def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Return x with other numbers in place of NaN and the infinities (by default the largest there are)."""
    return torch.nan_to_num(tensor(x), nan=nan, posinf=posinf, neginf=neginf)


def _where_rule(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    from engine.ops.inference import elementwise

    _both(x1, x2)
    if x1 is None:
        return KerasTensor(condition.shape, "int32")
    return elementwise(_where, (condition, x1, x2), {}, "where")


def _both(x1: Any, x2: Any) -> None:
    if (x1 is None) != (x2 is None):
        raise ParamError(
            "`x1` and `x2` either both should be `None` or both should have non-None value.", code="param"
        )


def _where(condition: Any, x1: Any, x2: Any) -> Tensor:
    x1, x2 = tensor(x1), tensor(x2)
    return torch.where(convert_to_tensor(condition, "bool"), x1, x2)


@numpy_op("condition", "x1", "x2", rule=_where_rule)
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Return x1 where ``condition`` holds, else x2; without both, the places where it holds, one row
    an axis.
    """
    _both(x1, x2)
    if x1 is None:
        return torch.stack(torch.where(convert_to_tensor(condition, "bool")), dim=0)
    return _where(condition, x1, x2)


def _bits_of(dtype: Any) -> int:
    name = standardize_dtype(dtype)
    return 8 if name == "bool" else int("".join(filter(str.isdigit, name)))


def _view_rule(x: KerasTensor, dtype: Any = None) -> KerasTensor:
    one, two = (_bits_of(kind) for kind in (x.dtype, dtype or config.floatx()))
    last = x.shape[-1] if x.shape else 1
    return KerasTensor((*x.shape[:-1], None if last is None else last * one // two), dtype or config.floatx())


@numpy_op(rule=_view_rule)
def view(x: Any, dtype: Any = None) -> Tensor:
    """Return the same bytes read as numbers of another type."""
    return tensor(x).view(to_torch_dtype(config.floatx() if dtype is None else dtype))
