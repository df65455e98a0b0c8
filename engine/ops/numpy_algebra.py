"""Products of vectors and matrices, differences, and statistics of rows.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import result_type, to_torch_dtype
from engine.errors import ParamError, ShapeError
from engine.ops.convert import SMALL, axes_of, floating, is_whole, mixed_dtype, numpy_op, tensor
from engine.ops.inference import broadcast, shape_of
from engine.spec import Shape
from engine.symbolic import KerasTensor


def _product(function: Any, x1: Any, x2: Any, floats: bool = True) -> Tensor:
    """Return a product in the type in which both meet; whole numbers are multiplied as floats."""
    x1, x2 = tensor(x1), tensor(x2)
    if x1.dtype is x2.dtype and x1.is_floating_point():
        found: Tensor = function(x1, x2)
        return found
    kind = mixed_dtype(x1, x2)
    through = to_torch_dtype(result_type(kind, float)) if floats else kind
    made: Tensor = function(x1.to(through), x2.to(through)).to(kind)
    return made


def _matmul_rule(x1: Any, x2: Any) -> KerasTensor:
    one, two = shape_of(x1), shape_of(x2)
    if not one or not two:
        raise ShapeError(
            f"matmul takes tensors of 1 axis or more. Received: shapes {one} and {two}", code="rank"
        )
    left, right = one if len(one) > 1 else (1, *one), two if len(two) > 1 else (*two, 1)
    if left[-1] is not None and right[-2] is not None and left[-1] != right[-2]:
        raise ShapeError(
            f"Inner dimensions (`x1.shape[-1]` and `x2.shape[-2]`) must be equal. Received: x1.shape={one}, "
            f"x2.shape={two}",
            code="axis",
        )
    rows = [left[-2]] if len(one) > 1 else []
    columns = [right[-1]] if len(two) > 1 else []
    kinds = [x.dtype if isinstance(x, KerasTensor) else tensor(x).dtype for x in (x1, x2)]
    whole = all(str(kind).removeprefix("torch.") == "int8" for kind in kinds)
    return KerasTensor(
        (*broadcast(left[:-2], right[:-2]), *rows, *columns), "int32" if whole else result_type(*kinds)
    )


@numpy_op("x1", "x2", rule=_matmul_rule, torch=torch.matmul)
def matmul(x1: Any, x2: Any) -> Tensor:
    """Return the matrix product; leading axes are batches.  Products of int8 are int32."""
    x1, x2 = tensor(x1), tensor(x2)
    if x1.dtype is torch.int8 and x2.dtype is torch.int8:
        return torch.matmul(x1.int(), x2.int())
    if x1.dtype is torch.bool and x2.dtype is torch.bool:
        return torch.matmul(x1.float(), x2.float()).bool()
    return _product(torch.matmul, x1, x2, floats=False)


def _dot(x1: Tensor, x2: Tensor) -> Tensor:
    if x1.dim() == 0 or x2.dim() == 0:
        return torch.multiply(x1, x2)
    if x2.dim() <= 2:
        return torch.matmul(x1, x2)
    return torch.tensordot(x1, x2, ([-1], [-2]))


@numpy_op("x1", "x2")
def dot(x1: Any, x2: Any) -> Tensor:
    """Return the sum of products over the last axis of x1 and the last but one of x2."""
    return _product(_dot, x1, x2)


@numpy_op("x1", "x2")
def vdot(x1: Any, x2: Any) -> Tensor:
    """Return the dot product of all numbers of x1 (conjugated) and x2, in a row."""
    return _product(lambda one, two: torch.vdot(one.flatten(), two.flatten()), x1, x2)


@numpy_op("x1", "x2")
def inner(x1: Any, x2: Any) -> Tensor:
    """Return the sum of products over the last axes of both."""
    return _product(torch.inner, x1, x2)


@numpy_op("x1", "x2")
def outer(x1: Any, x2: Any) -> Tensor:
    """Return all products of a number of x1 with one of x2, a matrix."""
    return torch.outer(tensor(x1).flatten(), tensor(x2).flatten())


@numpy_op("x1", "x2")
def kron(x1: Any, x2: Any) -> Tensor:
    """Return Kronecker's product: x2 once for each number of x1, times that."""
    return torch.kron(tensor(x1), tensor(x2))


def _tensordot_rule(x1: Any, x2: Any, axes: Any = 2) -> KerasTensor:
    one, two = shape_of(x1), shape_of(x2)
    kind = result_type(*(getattr(x, "dtype", type(x)) for x in (x1, x2)))
    if is_whole(axes):
        return KerasTensor((*one[: len(one) - max(axes, 0)], *two[max(axes, 0) :]), kind)
    first, second = (axes_of(each, len(shape)) for each, shape in zip(axes, (one, two), strict=True))
    pairs = zip(*(each if isinstance(each, (list, tuple)) else [each] for each in axes), strict=True)
    for left, right in pairs:
        if None not in (one[left], two[right]) and one[left] != two[right]:
            raise ShapeError(
                f"Shape mismatch on `x1[axes[0]]` and `x2[axes[1]]`: {one[left]} and {two[right]}. "
                f"Received: shapes {one} and {two}, axes={axes}",
                code="axis",
            )
    return KerasTensor(
        (
            *(size for axis, size in enumerate(one) if axis not in first),
            *(size for axis, size in enumerate(two) if axis not in second),
        ),
        kind,
    )


@numpy_op("x1", "x2", rule=_tensordot_rule)
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """Return the sum of products over pairs of ``axes``: how many, or which of x1 and which of x2."""
    if isinstance(axes, (list, tuple)):
        axes = [list(one) if isinstance(one, (list, tuple)) else [one] for one in axes]
    return _product(lambda one, two: torch.tensordot(one, two, dims=axes), x1, x2)


def _einsum_rule(*operands: Any, subscripts: str, **_: Any) -> KerasTensor:
    """Letters that are summed away need no size; those of the answer, and the dots, meet as in
    broadcasting.
    """
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise ParamError(
            f"Number of operands ({len(operands)}) does not match the number of input specs ({len(terms)}). "
            f"Received: subscripts={subscripts}",
            code="param",
            param="subscripts",
        )
    sizes: dict[str, list[Shape]] = {}
    dots: list[Shape] = []
    for term, operand in zip(terms, operands, strict=True):
        before, wild, after = term.partition("...")
        shape = shape_of(operand)
        if len(shape) < len(before + after) or (not wild and len(shape) != len(term)):
            raise ShapeError(
                f"einsum: '{term}' does not name the axes of an operand of shape {shape}. "
                f"Received: subscripts={subscripts}",
                code="rank",
            )
        end = len(shape) - len(after)
        for letter, size in zip(before + after, (*shape[: len(before)], *shape[end:]), strict=True):
            sizes.setdefault(letter, []).append((size,))
        dots.append(shape[len(before) : end])
    if not arrow:
        letters = "".join(terms)
        right = "..." + "".join(sorted(letter for letter in sizes if letters.count(letter) == 1))
    unknown = [letter for letter in right if letter != "." and letter not in sizes]
    if unknown:
        raise ParamError(
            f"einsum: {unknown[0]!r} stands in the answer alone. Received: subscripts={subscripts}",
            code="param",
        )
    wide = broadcast(*dots)
    found: list[int | None] = []
    for letter in right.replace("...", "."):
        found += wide if letter == "." else broadcast(*sizes[letter])
    kinds = [getattr(operand, "dtype", type(operand)) for operand in operands]
    whole = all(str(kind).removeprefix("torch.") == "int8" for kind in kinds)
    return KerasTensor(found, "int32" if whole else result_type(*kinds))


@numpy_op("*operands", rule=_einsum_rule)
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Tensor:
    """Return sums of products as Einstein writes them: ``"bij,bjk->bik"``."""
    given = [tensor(operand) for operand in operands]
    if all(one.dtype is torch.int8 for one in given):
        given = [one.int() for one in given]
    elif len({one.dtype for one in given}) > 1:
        kind = mixed_dtype(*given)
        given = [one.to(kind) for one in given]
    return torch.einsum(subscripts, *given)


@numpy_op("x1", "x2")
def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Tensor:
    """Return the cross product of vectors of 2 or 3 numbers, which lie along ``axis`` (or one for each)."""
    if axis is not None:
        axisa = axisb = axisc = axis
    one, two = torch.movedim(tensor(x1), axisa, -1), torch.movedim(tensor(x2), axisb, -1)
    if one.shape[-1] not in (2, 3) or two.shape[-1] not in (2, 3):
        raise ShapeError(
            "`x1`'s and `x2`'s axes of vectors have size 2 or 3. "
            f"Received: shapes {tuple(one.shape)} and {tuple(two.shape)}",
            code="axis",
        )
    kind = mixed_dtype(one, two)
    flat = one.shape[-1] == two.shape[-1] == 2
    one, two = (F.pad(v.to(kind), (0, 3 - v.shape[-1])) for v in (one, two))
    made = torch.linalg.cross(*torch.broadcast_tensors(one, two))  # type: ignore[no-untyped-call]  # torch's
    return made[..., 2] if flat else torch.movedim(made, -1, axisc)


@numpy_op()
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Return the sum of the diagonal in the plane of two axes."""
    x = tensor(x)
    kind = torch.int32 if x.dtype in SMALL else x.dtype
    return torch.diagonal(x, offset, axis1, axis2).sum(-1, dtype=kind)


@numpy_op()
def diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    """Return the differences of neighbours along ``axis``, ``n`` times over."""
    return torch.diff(tensor(a), n=n, dim=axis)


@numpy_op()
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Tensor:
    """Return the area under y along ``axis`` by trapezes; ``x`` are the places, or ``dx`` their distance."""
    y = floating(y)
    return (
        torch.trapezoid(y, dx=float(dx), dim=axis) if x is None else torch.trapezoid(y, tensor(x), dim=axis)
    )


@numpy_op()
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """Return Vandermonde's matrix: the powers of each number in a row, the highest first."""
    x = tensor(x)
    if x.dim() != 1:
        raise ShapeError(f"Input tensor must be 1-dimensional. Received: shape {tuple(x.shape)}", code="rank")
    return torch.vander(x, N=N, increasing=increasing).to(x.dtype)


def _correlation_rule(x: KerasTensor) -> KerasTensor | None:
    """Where the number of columns is unknown, say no more of the shape than Keras does."""
    return KerasTensor(x.shape, result_type(x.dtype, float)) if None in x.shape else None


@numpy_op(rule=_correlation_rule)
def corrcoef(x: Any) -> Tensor:
    """Return Pearson's correlations of the rows of x."""
    return torch.corrcoef(floating(x))


@numpy_op()
def slogdet(x: Any) -> tuple[Tensor, Tensor]:
    """Return the sign of the determinant and the logarithm of its size."""
    return tuple(torch.linalg.slogdet(floating(x)))


@numpy_op("x1", "x2")
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Tensor:
    """Return the sums of products of x1 with x2 moved along it, as numpy's ``correlate``."""
    if mode not in ("valid", "same", "full"):
        raise ParamError(
            f"mode is 'valid', 'same' or 'full'. Received: mode={mode!r}", code="param", param="mode"
        )
    x1, x2 = tensor(x1), tensor(x2)
    if x1.dim() != 1 or x2.dim() != 1:
        raise ShapeError(
            f"correlate takes two rows (1 axis). Received: shapes {tuple(x1.shape)} and {tuple(x2.shape)}",
            code="rank",
        )
    kind = mixed_dtype(x1, x2)
    kind = kind if kind.is_floating_point else torch.float32
    x1, x2 = x1.to(kind), x2.to(kind)
    size1, size2 = x1.shape[0], x2.shape[0]
    full = F.conv1d(x1.reshape(1, 1, -1), x2.reshape(1, 1, -1), padding=size2 - 1).reshape(-1)
    wanted = {"full": size1 + size2 - 1, "same": max(size1, size2), "valid": abs(size1 - size2) + 1}[mode]
    start = (full.shape[0] - wanted) // 2
    if mode == "same" and size1 < size2:
        start = (full.shape[0] - wanted + 1) // 2
    return full[start : start + wanted]
