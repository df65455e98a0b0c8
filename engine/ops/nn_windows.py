"""Sliding windows: convolution, pooling, patches.  Keras: ``keras.ops`` (its module ``nn``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import standardize_data_format
from engine.errors import ParamError, ShapeError
from engine.ops.convert import is_whole, same, tensor
from engine.ops.functions import op as _op

op = partial(_op, module="nn")

_CONV = (F.conv1d, F.conv2d, F.conv3d)
_CONV_BACK = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)
_MAX = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
_AVERAGE = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)
_ADAPTIVE_MAX = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)
_ADAPTIVE_AVERAGE: tuple[Any, ...] = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)


def _counts(value: Any, count: int, name: str, minimum: int = 1) -> tuple[int, ...]:
    """Return ``value`` (one number or ``count`` of them) as a tuple; raises ``ParamError``."""
    numbers = (value,) * count if is_whole(value) else tuple(value)
    if len(numbers) != count or any(not is_whole(n) or n < minimum for n in numbers):
        raise ParamError(
            f"The `{name}` argument must be a whole number of at least {minimum}, or a tuple of {count}. "
            f"Received: {name}={value}",
            code="param",
            param=name,
            got=value,
        )
    return tuple(int(n) for n in numbers)


def _planes(inputs: Any, data_format: str | None) -> tuple[Tensor, int, bool]:
    """Return the input with its channels first, the number of spatial axes, and whether it was otherwise."""
    x = tensor(inputs)
    count = x.dim() - 2
    if count not in (1, 2, 3):
        raise ShapeError(
            "Inputs must have 3, 4 or 5 axes: batch, one to three spatial axes, channels. "
            f"Received: shape {tuple(x.shape)}",
            code="rank",
            got=x.dim(),
        )
    last = standardize_data_format(data_format) == "channels_last"
    return (torch.movedim(x, -1, 1) if last else x), count, last


def _back(y: Tensor, last: bool) -> Tensor:
    return torch.movedim(y, 1, -1) if last else y


def _pads(x: Tensor, padding: str, windows: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Return what is put before and after each axis, the last first: more at the end where it is uneven."""
    if padding.lower() == "valid":
        return [0] * (2 * len(windows))
    if padding.lower() != "same":
        raise ParamError(
            f"padding is 'valid' or 'same'. Received: padding={padding!r}", code="param", param="padding"
        )
    pads: list[int] = []
    for size, window, stride in zip(reversed(x.shape[2:]), reversed(windows), reversed(strides), strict=True):
        total = max((-(-size // stride) - 1) * stride + window - size, 0)
        pads += [total // 2, total - total // 2]
    return pads


def _padded(
    x: Tensor, padding: str, windows: Sequence[int], strides: Sequence[int], value: float = 0.0
) -> Tensor:
    """Return ``x`` with what ``"same"`` puts around it."""
    pads = _pads(x, padding, windows, strides)
    return F.pad(x, pads, value=value) if any(pads) else x


@op()
def max_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Tensor:
    """Return the greatest number in each window."""
    x, count, last = _planes(inputs, data_format)
    windows = _counts(pool_size, count, "pool_size")
    steps = windows if strides is None else _counts(strides, count, "strides")
    lowest = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
    return _back(_MAX[count - 1](_padded(x, padding, windows, steps, lowest), windows, steps), last)


@op()
def average_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Tensor:
    """Return the mean of each window.

    What ``padding="same"`` puts around the input does not count; where it is uneven along any axis, the edge
    is repeated instead, as Keras does on torch: a difference only for windows of more than two.
    """
    x, count, last = _planes(inputs, data_format)
    windows = _counts(pool_size, count, "pool_size")
    steps = windows if strides is None else _counts(strides, count, "strides")
    pads = _pads(x, padding, windows, steps)
    if pads[::2] == pads[1::2]:
        made = _AVERAGE[count - 1](x, windows, steps, pads[-2::-2], count_include_pad=False)
    else:
        made = _AVERAGE[count - 1](F.pad(x, pads, mode="replicate"), windows, steps)
    return _back(made, last)


@op()
def adaptive_max_pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Tensor:
    """Return the greatest number in each of ``output_size`` equal parts."""
    x, count, last = _planes(inputs, data_format)
    return _back(_ADAPTIVE_MAX[count - 1](x, _counts(output_size, count, "output_size")), last)


@op()
def adaptive_average_pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Tensor:
    """Return the mean of each of ``output_size`` equal parts."""
    x, count, last = _planes(inputs, data_format)
    return _back(_ADAPTIVE_AVERAGE[count - 1](x, _counts(output_size, count, "output_size")), last)


def _reach(kernel: Sequence[int], dilation: Sequence[int]) -> tuple[int, ...]:
    return tuple((size - 1) * rate + 1 for size, rate in zip(kernel, dilation, strict=True))


@op("inputs", "kernel")
def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Return the convolution with a kernel of shape (..., channels, filters).

    A kernel for fewer channels than there are makes groups.
    """
    x, count, last = _planes(inputs, data_format)
    x, weight = same(x, kernel)
    steps, rates = _counts(strides, count, "strides"), _counts(dilation_rate, count, "dilation_rate")
    if weight.dim() != count + 2:
        raise ShapeError(
            f"The kernel has {count + 2} axes, as the inputs. Received: {tuple(weight.shape)}", code="rank"
        )
    if x.shape[1] % weight.shape[-2]:
        raise ShapeError(
            "The number of input channels must match the kernel: it must be evenly divisible by kernel's "
            f"in_channels. Received: input channels {x.shape[1]}, kernel in_channels {weight.shape[-2]}",
            code="axis",
        )
    x = _padded(x, padding, _reach(weight.shape[:count], rates), steps)
    turned = weight.permute(-1, -2, *range(count))
    made = _CONV[count - 1](x, turned, None, steps, 0, rates, x.shape[1] // weight.shape[-2])
    return _back(made, last)


@op("inputs", "kernel")
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Return the convolution of each channel by itself, with a kernel of shape (..., channels,
    multiplier).
    """
    weight = tensor(kernel)
    _check_channels(inputs, weight, data_format)
    flat = weight.reshape(*weight.shape[:-2], 1, weight.shape[-2] * weight.shape[-1])
    return conv(inputs, flat, strides, padding, data_format, dilation_rate)


def _check_channels(inputs: Any, kernel: Tensor, data_format: str | None) -> None:
    x = tensor(inputs)
    channels = x.shape[-1] if standardize_data_format(data_format) == "channels_last" else x.shape[1]
    if channels != kernel.shape[-2]:
        raise ShapeError(
            f"The number of input channels must match the kernel: {kernel.shape[-2]}. "
            f"Received: inputs with {channels}, shape {tuple(x.shape)}",
            code="axis",
            expected=kernel.shape[-2],
            got=channels,
        )


@op("inputs", "depthwise_kernel", "pointwise_kernel")
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Return a convolution of each channel by itself, and then one that mixes the channels of each place."""
    made = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(made, pointwise_kernel, 1, "valid", data_format, 1)


@op("inputs", "kernel")
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """Return the convolution backwards, with a kernel of shape (..., filters, channels).

    Torch's full answer is cut to the window that Keras takes: see ``keras.ops.conv_transpose``.
    """
    x, count, last = _planes(inputs, data_format)
    x, weight = same(x, kernel)
    steps, rates = _counts(strides, count, "strides"), _counts(dilation_rate, count, "dilation_rate")
    if x.shape[1] != weight.shape[-1]:
        raise ShapeError(
            f"The number of input channels must match the kernel: {weight.shape[-1]}. "
            f"Received: inputs with {x.shape[1]}",
            code="axis",
            expected=weight.shape[-1],
            got=x.shape[1],
        )
    extra = (None,) * count if output_padding is None else _counts(output_padding, count, "output_padding", 0)
    made = _CONV_BACK[count - 1](x, weight.permute(-1, -2, *range(count)), None, steps, 0, 0, 1, rates)
    pads: list[int] = []
    windows = _reach(weight.shape[:count], rates)
    for window, step, more in reversed(list(zip(windows, steps, extra, strict=True))):
        if padding.lower() == "valid":
            left, right = 0, max(window, step) - window if more is None else more
        else:
            total = step + window - 2 if more is None else window + window % 2 - 2 + more
            before = min(total - total // 2, window - 1)
            left, right = before - (window - 1), total - before - (window - 1)
        pads += [left, right]
    return _back(F.pad(made, pads) if any(pads) else made, last)


@op()
def unfold(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Return the windows of pictures (channels first) as columns."""
    return F.unfold(tensor(x), kernel_size, dilation, padding, stride)


@op()
def fold(
    x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Undo ``unfold``: add up columns as windows of pictures (channels first)."""
    x = tensor(x)
    if x.dim() != 3:
        raise ShapeError(
            f"fold takes a 3D tensor (batch, channels * window, windows). Received: shape {tuple(x.shape)}",
            code="rank",
            expected=3,
            got=x.dim(),
        )
    return F.fold(x, output_size, kernel_size, dilation, padding, stride)


def _blocks(x: Any, block_size: int, name: str) -> Tensor:
    found = tensor(x)
    if found.dim() != 4:
        raise ShapeError(f"{name} takes pictures (4 axes). Received: shape {tuple(found.shape)}", code="rank")
    if not isinstance(block_size, int) or block_size < 2:
        raise ParamError(
            f"`block_size` must be at least 2, a whole number. Received: block_size={block_size!r}",
            code="param",
            param="block_size",
        )
    return found


@op()
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Return pictures with blocks of channels laid out as blocks of pixels."""
    x = _blocks(x, block_size, "depth_to_space")
    last = standardize_data_format(data_format) == "channels_last"
    x = x if last else x.permute(0, 2, 3, 1)
    n, high, wide, deep = x.shape
    if deep % block_size**2:
        raise ShapeError(
            f"The channels make up whole blocks of {block_size**2}. Received: {deep}", code="axis"
        )
    left = deep // block_size**2
    if last:
        x = x.reshape(n, high, wide, block_size, block_size, left)
        return x.permute(0, 1, 3, 2, 4, 5).reshape(n, high * block_size, wide * block_size, left)
    x = x.reshape(n, high, wide, left, block_size, block_size)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(n, left, high * block_size, wide * block_size)


@op()
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Return pictures with blocks of pixels laid out as blocks of channels."""
    x = _blocks(x, block_size, "space_to_depth")
    last = standardize_data_format(data_format) == "channels_last"
    x = x if last else x.permute(0, 2, 3, 1)
    n, high, wide, deep = x.shape
    if high % block_size or wide % block_size:
        raise ShapeError(
            f"Height and width make up whole blocks of {block_size}. Received: {high}, {wide}", code="axis"
        )
    x = x.reshape(n, high // block_size, block_size, wide // block_size, block_size, deep)
    if last:
        return x.permute(0, 1, 3, 2, 4, 5).reshape(n, high // block_size, wide // block_size, -1)
    return x.permute(0, 5, 2, 4, 1, 3).reshape(n, -1, high // block_size, wide // block_size)
