"""Matrices: factors, inverses, norms, equations.  Keras: ``keras.ops.linalg``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.ops.convert import floating
from engine.ops.functions import class_or_error, public
from engine.ops.functions import op as _op
from engine.ops.numpy_reduce import reduced_shape
from engine.symbolic import KerasTensor

op = partial(_op, module="linalg")


def _matrix(x: Any, name: str, square: bool = False) -> Any:
    """Return ``x`` where it is a matrix or a batch of them; raises ``ShapeError`` otherwise."""
    given = x if isinstance(x, KerasTensor) else floating(x)
    shape = tuple(given.shape)
    if len(shape) < 2:
        raise ShapeError(
            f"{name} takes matrices: Input should have rank >= 2. Received: input.shape = {shape}",
            code="min_rank",
            expected=2,
            got=len(shape),
        )
    if square and shape[-1] != shape[-2]:
        raise ShapeError(
            f"{name}: Expected square matrices. Received: shape {shape}", code="square", shape=shape
        )
    return given


def _kind(x: Any) -> str:
    name = str(x.dtype).removeprefix("torch.")
    return name if "float" in name or "complex" in name else "float32"


def _square_rule(name: str) -> Callable[..., KerasTensor]:
    def rule(x: Any, **_: Any) -> KerasTensor:
        return KerasTensor(_matrix(x, name, True).shape, _kind(x))

    return rule


@op(rule=_square_rule("cholesky"))
def cholesky(x: Any, upper: bool = False) -> Tensor:
    """Return the triangular L of positive definite matrices with ``x = L Lᵀ`` (``upper``: its transpose)."""
    try:
        return torch.linalg.cholesky(_matrix(x, "cholesky", True), upper=upper)
    except RuntimeError as error:  # torch's LinAlgError
        raise ParamError(f"Cholesky decomposition failed: {error}", code="singular") from None


@op(rule=_square_rule("cholesky_inverse"))
def cholesky_inverse(x: Any, upper: bool = False) -> Tensor:
    """Return the inverse of the matrices whose Cholesky factor is ``x``."""
    return torch.cholesky_inverse(_matrix(x, "cholesky_inverse", True), upper=upper)


@op(rule=lambda x: KerasTensor(_matrix(x, "det", True).shape[:-2], _kind(x)))
def det(x: Any) -> Tensor:
    """Return determinants."""
    return torch.linalg.det(_matrix(x, "det", True))


@op(
    rule=lambda x: (KerasTensor(_matrix(x, "eig", True).shape[:-1], _kind(x)), KerasTensor(x.shape, _kind(x)))
)
def eig(x: Any) -> tuple[Tensor, Tensor]:
    """Return eigenvalues and (in the columns) eigenvectors of square matrices, complex."""
    values, vectors = torch.linalg.eig(_matrix(x, "eig", True))
    return values, vectors


@op(
    rule=lambda x: (
        KerasTensor(_matrix(x, "eigh", True).shape[:-1], _kind(x)),
        KerasTensor(x.shape, _kind(x)),
    )
)
def eigh(x: Any) -> tuple[Tensor, Tensor]:
    """Return eigenvalues, rising, and (in the columns) eigenvectors of symmetric matrices."""
    values, vectors = torch.linalg.eigh(_matrix(x, "eigh", True))
    return values, vectors


@op(rule=_square_rule("inv"))
def inv(x: Any) -> Tensor:
    """Return inverses of square matrices."""
    return torch.linalg.inv(_matrix(x, "inv", True))


def _lu_rule(x: Any) -> Any:
    _matrix(x, "lu_factor")
    rows, columns = x.shape[-2:]
    smaller = None if rows is None or columns is None else min(rows, columns)
    return KerasTensor(x.shape, _kind(x)), KerasTensor((*x.shape[:-2], smaller), "int32")


@op(rule=_lu_rule)
def lu_factor(x: Any) -> tuple[Tensor, Tensor]:
    """Return both triangles of the LU factors in one matrix, and the rows exchanged (from 0)."""
    factors, pivots = torch.linalg.lu_factor(_matrix(x, "lu_factor"))
    return factors, pivots - 1


def _norm_rule(x: KerasTensor, ord: Any = None, axis: Any = None, keepdims: bool = False) -> KerasTensor:
    return KerasTensor(reduced_shape(x, axis, keepdims), _kind(x))


@op(rule=_norm_rule)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return lengths of vectors (one axis) or norms of matrices (two axes); by default of all numbers."""
    x = floating(x)
    if axis is None and ord is None:
        return torch.linalg.vector_norm(x, dim=tuple(range(x.dim())), keepdim=keepdims)
    return torch.linalg.norm(
        x, ord=ord, dim=tuple(axis) if isinstance(axis, list) else axis, keepdim=keepdims
    )


def _qr_rule(x: KerasTensor, mode: str = "reduced") -> Any:
    _matrix(x, "qr")
    rows, columns = x.shape[-2:]
    if rows is None or columns is None:
        raise ShapeError(
            f"qr: Input should have its last 2 dimensions fully-defined. Received: input.shape = {x.shape}",
            code="unknown_size",
        )
    inner = min(rows, columns) if mode == "reduced" else rows
    front = x.shape[:-2]
    return KerasTensor((*front, rows, inner), _kind(x)), KerasTensor((*front, inner, columns), _kind(x))


def _qr_mode(mode: Any = "reduced") -> None:
    if mode not in ("reduced", "complete"):
        raise ParamError(
            f"`mode` argument value not supported. Expected one of {{'reduced', 'complete'}}. "
            f"Received: mode={mode}",
            code="param",
            param="mode",
        )


@op(rule=_qr_rule, check=_qr_mode)
def qr(x: Any, mode: str = "reduced") -> tuple[Tensor, Tensor]:
    """Return an orthogonal and an upper triangular factor; ``mode`` is ``"reduced"`` or ``"complete"``."""
    _qr_mode(mode)
    q, r = torch.linalg.qr(_matrix(x, "qr"), mode=mode)
    return q, r


def _solved(a: Any, b: Any, name: str) -> None:
    one, two = tuple(a.shape), tuple(b.shape)
    rows = two[-1] if len(two) == len(one) - 1 else two[-2] if len(two) >= 2 else None
    if len(two) not in (len(one), len(one) - 1) or one[-1] != rows:
        raise ShapeError(
            f"{name}: Incompatible shapes between a and b. Received: {one} and {two}", code="axis"
        )


def _solve_rule(name: str) -> Callable[..., KerasTensor]:
    def rule(a: Any, b: Any, **_: Any) -> KerasTensor:
        _matrix(a, name, True)
        _solved(a, b, name)
        return KerasTensor(b.shape, _kind(a) if isinstance(a, KerasTensor) else _kind(b))

    return rule


@op("a", "b", rule=_solve_rule("solve"))
def solve(a: Any, b: Any) -> Tensor:
    """Return x with ``a x = b``."""
    a, b = _matrix(a, "solve", True), floating(b)
    _solved(a, b, "solve")
    return (
        torch.linalg.solve(a, b.unsqueeze(-1)).squeeze(-1)
        if b.dim() == a.dim() - 1
        else torch.linalg.solve(a, b)
    )


@op("a", "b", rule=_solve_rule("solve_triangular"))
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Tensor:
    """Return x with ``a x = b`` where a is upper (``lower``: lower) triangular."""
    a, b = _matrix(a, "solve_triangular", True), floating(b)
    _solved(a, b, "solve_triangular")
    lone = b.dim() == a.dim() - 1
    made = torch.linalg.solve_triangular(a, b.unsqueeze(-1) if lone else b, upper=not lower)
    return made.squeeze(-1) if lone else made


def _svd_rule(x: KerasTensor, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    _matrix(x, "svd")
    rows, columns = x.shape[-2:]
    front = x.shape[:-2]
    inner = None if rows is None or columns is None else min(rows, columns)
    values = KerasTensor((*front, inner), _kind(x))
    if not compute_uv:
        return values
    left = KerasTensor((*front, rows, rows if full_matrices else inner), _kind(x))
    return left, values, KerasTensor((*front, columns if full_matrices else inner, columns), _kind(x))


@op(cls="SVD", rule=_svd_rule)
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Return U, the singular values and Vᵀ with ``x = U diag(s) Vᵀ``; or the values alone."""
    x = _matrix(x, "svd")
    if not compute_uv:
        return torch.linalg.svdvals(x)
    return tuple(torch.linalg.svd(x, full_matrices=full_matrices))


def _lstsq_rule(a: Any, b: Any, rcond: Any = None) -> KerasTensor:
    if len(a.shape) != 2 or len(b.shape) not in (1, 2):
        raise ShapeError(
            f"lstsq: a is a matrix, b one or a vector. Received: {a.shape} and {b.shape}", code="rank"
        )
    if None not in (a.shape[0], b.shape[0]) and a.shape[0] != b.shape[0]:
        raise ShapeError(f"lstsq: a and b have the same rows. Received: {a.shape} and {b.shape}", code="axis")
    return KerasTensor((a.shape[1], *b.shape[1:]), _kind(a))


@op("a", "b", rule=_lstsq_rule)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Tensor:
    """Return the x that brings ``a x`` nearest to b, the shortest of several."""
    a, b = floating(a), floating(b)
    _lstsq_rule(a, b)
    lone = b.dim() == 1
    made = torch.linalg.pinv(a, rtol=rcond) @ (b.unsqueeze(-1) if lone else b)
    return made.squeeze(-1) if lone else made


@op(rule=lambda x, tol=None: KerasTensor(_matrix(x, "matrix_rank").shape[:-2], "int32"))
def matrix_rank(x: Any, tol: Any = None) -> Tensor:
    """Return the number of singular values above ``tol``."""
    return torch.linalg.matrix_rank(
        _matrix(x, "matrix_rank"), atol=tol, rtol=None if tol is None else 0.0
    ).int()


def _pinv_rule(x: KerasTensor, rcond: Any = None) -> KerasTensor:
    _matrix(x, "pinv")
    return KerasTensor((*x.shape[:-2], x.shape[-1], x.shape[-2]), _kind(x))


@op(rule=_pinv_rule)
def pinv(x: Any, rcond: Any = None) -> Tensor:
    """Return the pseudo-inverse of Moore and Penrose; singular values below ``rcond`` of the largest
    are 0.
    """
    return torch.linalg.pinv(_matrix(x, "pinv"), rtol=rcond)


@op("fun", "primals", "tangents", cls="JVP")
def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """Return ``fun(*primals)`` and its change along ``tangents`` (with ``has_aux``, and what else it
    returns).
    """
    given = [tuple(floating(one) for one in ones) for ones in (primals, tangents)]
    return torch.func.jvp(fun, given[0], given[1], has_aux=has_aux)


def __getattr__(name: str) -> Any:
    """Return the class of an operation (``Cholesky``) when it is asked for."""
    return class_or_error("linalg", name)


__all__ = [*public("linalg")]  # names of the table
