"""Loops and branches over tensors.  Keras: ``keras.ops`` (its module ``core``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from engine.backend import convert_to_tensor
from engine.errors import ParamError, ShapeError
from engine.ops.functions import op as _op
from engine.structure import flatten, map_structure, pack_like
from engine.symbolic import KerasTensor

__all__ = [
    "associative_scan", "cond", "fori_loop", "map", "scan", "switch", "vectorized_map", "while_loop",
]  # fmt: skip

op = partial(_op, module="core")


def _cond_rule(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    one, two = (map_structure(_symbol, branch()) for branch in (true_fn, false_fn))
    leaves = [[(x.shape, x.dtype) for x in flatten(made) if x is not None] for made in (one, two)]
    if leaves[0] != leaves[1]:
        raise ShapeError(
            "Both branches return tensors of the same shapes and types. "
            f"Received: {leaves[0]} from true_fn and {leaves[1]} from false_fn",
            code="branches",
        )
    return one


def _symbol(leaf: Any) -> Any:
    if leaf is None or isinstance(leaf, KerasTensor):
        return leaf
    found = convert_to_tensor(leaf)
    return KerasTensor(tuple(found.shape), found.dtype)


def _kept_rule(value: Any, *_: Any, **__: Any) -> Any:
    return map_structure(_symbol, value)


@op("pred", "true_fn", "false_fn", rule=_cond_rule)
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Return ``true_fn()`` where ``pred`` holds, else ``false_fn()``; only that one is called."""
    return true_fn() if bool(pred) else false_fn()


@op("index", "branches", "*operands")
def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """Return what the branch number ``index`` (brought into range) returns for ``operands``."""
    number = min(max(int(index), 0), len(branches) - 1)
    return branches[number](*operands)


@op("loop_vars", rule=_kept_rule)
def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Apply ``body`` to ``loop_vars`` as long as ``cond`` holds for them, and return the last ones."""
    several = isinstance(loop_vars, (tuple, list))
    state = tuple(loop_vars) if several else (loop_vars,)
    state = tuple(map_structure(_tensor, item) for item in state)
    count = 0
    while bool(cond(*state)) and (maximum_iterations is None or count < maximum_iterations):
        made = body(*state)
        made = tuple(made) if isinstance(made, (tuple, list)) else (made,)
        if len(made) != len(state):
            raise ShapeError(
                f"body returns as many values as it takes: {len(state)}. Received: {len(made)}", code="count"
            )
        state, count = made, count + 1
    return type(loop_vars)(state) if several else state[0]


def _tensor(leaf: Any) -> Any:
    return leaf if leaf is None else convert_to_tensor(leaf)


@op("init_val", rule=_kept_rule)
def fori_loop(lower: int, upper: int, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Return what is left of ``init_val`` after ``value = body_fun(i, value)`` for each i in the range."""
    value = init_val
    for number in range(int(lower), int(upper)):
        value = body_fun(number, value)
    return value


@op("f", "xs")
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Return ``f`` of each slice of ``xs`` along its first axis, stacked."""
    return scan(lambda _, x: ((), f(x)), (), xs)[1]


def _stack(rows: list[Any]) -> Any:
    leaves = [flatten(row) for row in rows]
    if leaves[0] == [None]:
        return None
    return pack_like(
        rows[0], [torch.stack([_tensor(leaf) for leaf in column]) for column in zip(*leaves, strict=True)]
    )


def _slice_at(number: int, leaf: Any) -> Any:
    return None if leaf is None else leaf[number]


@op("f", "init", "xs")
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> Any:
    """Carry a value through the slices of ``xs``: ``carry, y = f(carry, x)``; return it and the stacked ys.

    Without ``xs``, ``length`` says how often.  ``reverse`` begins at the end.  ``unroll`` has no effect:
    torch's loops are always unrolled.
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f!r}")
    if not isinstance(unroll, (bool, int)) or (not isinstance(unroll, bool) and unroll < 1):
        raise ParamError(
            f"`unroll` must be an positive integer or boolean. Received: unroll={unroll!r}", code="param"
        )
    if xs is None and length is None:
        raise ParamError("Got no `xs` to scan over and `length` not provided.", code="param", param="length")
    given = map_structure(_tensor, xs)
    leaves = [leaf for leaf in flatten(given) if leaf is not None]
    count = int(length) if length is not None else leaves[0].shape[0]
    for leaf in leaves:
        if leaf.shape[0] != count:
            raise ShapeError(
                f"The slices of xs are {count}, as length says or the first of them has. "
                f"Received: {leaf.shape[0]}",
                code="axis",
                axis=0,
                expected=count,
                got=leaf.shape[0],
            )
    carry = map_structure(_tensor, init)
    rows: list[Any] = []
    order = range(count - 1, -1, -1) if reverse else range(count)
    for number in order:
        carry, row = f(carry, map_structure(partial(_slice_at, number), given))
        rows.append(row)
    if reverse:
        rows.reverse()
    return carry, _stack(rows) if rows else None


@op("f", "elems")
def associative_scan(f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """Return all running results of ``f``, which may group as it likes, along ``axis``.

    In about log2(n) calls of ``f`` on whole slices (Blelloch 1990).
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f!r}")
    parts = [convert_to_tensor(leaf) for leaf in flatten(elems)]
    axis = axis % parts[0].dim()
    if len({part.shape[axis] for part in parts}) != 1:
        raise ShapeError(
            "Array inputs to associative_scan must have the same first dimension (along axis). "
            f"Received: {[tuple(part.shape) for part in parts]} and axis={axis}",
            code="axis",
            axis=axis,
        )
    if reverse:
        parts = [part.flip(axis) for part in parts]

    def combine(left: list[Tensor], right: list[Tensor]) -> list[Tensor]:
        return flatten(f(pack_like(elems, left), pack_like(elems, right)))

    size, step = parts[0].shape[axis], 1
    while step < size:
        ahead = combine(
            [part.narrow(axis, 0, size - step) for part in parts],
            [part.narrow(axis, step, size - step) for part in parts],
        )
        parts = [
            torch.cat([part.narrow(axis, 0, step), new], axis) for part, new in zip(parts, ahead, strict=True)
        ]
        step *= 2
    if reverse:
        parts = [part.flip(axis) for part in parts]
    return pack_like(elems, parts)


@op("elements")
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Return ``function`` of each slice of ``elements`` along the first axis, all at once
    (``torch.vmap``).
    """
    return torch.vmap(function)(map_structure(convert_to_tensor, elements))
