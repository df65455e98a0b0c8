"""What an einsum equation of one input and one weight says about their shapes."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.errors import ParamError, ShapeError
from engine.spec import Shape


class Equation(NamedTuple):
    """The letters of ``inputs,kernel->output`` and where ``...`` stands: ``left``, ``right`` or nowhere."""

    inputs: str
    kernel: str
    output: str
    elided: str


class EinsumShapes(NamedTuple):
    """Shapes that follow from an equation; the axes are those of the kernel that read and that make units."""

    kernel: Shape
    bias: Shape | None
    output: Shape
    input_axes: tuple[int, ...]
    output_axes: tuple[int, ...]


def parse(equation: str) -> Equation:
    """Return the parts of ``equation``; raises ``ParamError`` where it has none of the three forms."""
    for elided, pattern in (
        ("", r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)"),
        ("left", r"\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)"),
        ("right", r"([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\."),
    ):
        if found := re.fullmatch(pattern, equation.replace(" ", "")):
            return Equation(found[1], found[2], found[3], elided)
    raise ParamError(
        f"Invalid einsum equation {equation!r}. It is written as [X],[Y]->[Z], ...[X],[Y]->...[Z] or "
        "[X]...,[Y]->[Z]..., with letters for the axes.",
        code="param",
        param="equation",
        got=equation,
    )


def shapes_of(
    equation: Equation,
    bias_axes: str | None,
    input_shape: Shape,
    output_shape: Shape,
    layer: str = "",
    strict: bool = False,
) -> EinsumShapes:
    """Return the shapes of kernel, bias and output; ``output_shape`` is without batch and elided axes.

    Axes that the equation does not name are left out of account, unless ``strict``.

    Raises ``ShapeError`` where the shapes and the equation do not agree.
    """
    extra = len(input_shape) - len(equation.inputs)
    lone = equation.elided == "left" and not extra and equation.inputs[0] != equation.output[0]
    if lone or extra < 0 or (strict and extra and not equation.elided):
        raise _wrong(
            layer,
            f"The equation's input '{equation.inputs}' names {len(equation.inputs)} axes "
            f"{'besides the batch axis' if lone else 'in all'}. Received: "
            f"{len(input_shape)} axes, shape {input_shape}.",
        )
    batch = input_shape[: 1 + (max(extra - 1, 0) if equation.elided == "left" else 0)]
    behind = input_shape[len(input_shape) - extra :] if extra and equation.elided != "left" else ()
    full = (*batch, *output_shape, *behind)
    ahead = extra if equation.elided == "left" else 0
    if len(full) < ahead + len(equation.output):
        raise _wrong(
            layer,
            f"output_shape {tuple(output_shape)} does not state a size for each axis of "
            f"'{equation.output}' behind the batch axis.",
        )
    sizes_in = {letter: input_shape[ahead + place] for place, letter in enumerate(equation.inputs)}
    sizes_out = {letter: full[ahead + place] for place, letter in enumerate(equation.output)}
    for letter, size in sizes_in.items():
        wanted = sizes_out.get(letter)
        if wanted is not None and wanted != size:
            raise _wrong(
                layer,
                f"The axis '{letter}' comes in and goes out, with one size. Received: {size} in the input, "
                f"{wanted} in output_shape.",
            )
    for letter in equation.output:
        if letter not in equation.inputs and letter not in equation.kernel:
            raise _wrong(
                layer,
                f"Dimension '{letter}' was specified in the output '{equation.output}' but has no "
                f"corresponding dim in the input '{equation.inputs}' or the weight '{equation.kernel}'.",
            )
    kernel: list[int | None] = []
    reading: list[int] = []
    making: list[int] = []
    for place, letter in enumerate(equation.kernel):
        if letter in sizes_out:
            kernel.append(sizes_out[letter])
            making.append(place)
        elif letter in sizes_in:
            kernel.append(sizes_in[letter])
            reading.append(place)
        else:
            raise _wrong(
                layer,
                f"Weight dimension '{letter}' did not have a match in either the input spec "
                f"'{equation.inputs}' or the output spec '{equation.output}'.",
            )
    bias = None if bias_axes is None else _bias_shape(equation, bias_axes, sizes_out, layer)
    if bias is not None and behind:
        bias = (*bias, *(1,) * extra)
    whole = [
        sizes_in.get(letter) if size is None else size
        for letter, size in zip(equation.output, full[ahead:], strict=False)
    ]
    made = (*full[:ahead], *whole, *full[ahead + len(whole) :])
    return EinsumShapes(tuple(kernel), bias, made, tuple(reading), tuple(making))


def _bias_shape(equation: Equation, axes: str, sizes: dict[str, int | None], layer: str) -> Shape:
    """Return the bias from its first axis on, with 1 for each axis along which it does not vary."""
    for letter in axes:
        if letter not in equation.output:
            raise _wrong(
                layer,
                f"Bias dimension '{letter}' was requested, but is not part of the output spec "
                f"'{equation.output}'",
            )
    first = min(equation.output.find(letter) for letter in axes)
    return tuple(sizes[letter] if letter in axes else 1 for letter in equation.output[first:])


def _wrong(layer: str, text: str) -> ShapeError:
    return ShapeError(f"Layer '{layer}': {text}", code="equation", layer=layer)
