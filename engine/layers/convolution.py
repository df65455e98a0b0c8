"""Convolution layers: the same small set of weights slides over a sequence, a picture or a volume."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.layers.convolution_base import _Conv
from engine.params import (
    Activation,
    CausalPadding,
    Constraint,
    DataFormat,
    Filters,
    Flag,
    Groups,
    Initializer,
    Padding,
    Regularizer,
    Size1,
    Size2,
    Size3,
)


class Conv1D(_Conv):
    """Slides small weight windows along a sequence, so that each filter learns to spot one short pattern.

    Input (batch, steps, channels), output (batch, new steps, filters); with
    ``data_format="channels_first"`` the channels come second.  Every place of the output is
    activation(sum of window * kernel + bias).  Keras: ``keras.layers.Conv1D``.

    Args:
        kernel_size: How many steps a pattern spans.
        strides: How many steps the window moves on each time.
        padding: "valid" keeps the window inside, "same" fills up with zeros on both sides, "causal"
            with zeros before the start, so that no place sees what comes later.
        dilation_rate: The distance between the steps that a window looks at.
    """

    rank: ClassVar[int] = 1

    def __init__(
        self,
        filters: Filters,
        kernel_size: Size1,
        strides: Size1 = 1,
        padding: CausalPadding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size1 = 1,
        groups: Groups = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class Conv2D(_Conv):
    """Slides small weight windows over a picture, so that each filter learns to spot one local pattern.

    Input (batch, height, width, channels), output (batch, new height, new width, filters); with
    ``data_format="channels_first"`` the channels come second.  Every place of the output is
    activation(sum of window * kernel + bias).  Keras: ``keras.layers.Conv2D``.

    Args:
        kernel_size: Height and width of a pattern, in pixels.
        strides: How far the window moves each time, down and across.
        padding: "valid" keeps the window inside the picture, "same" adds zeros around it.
        dilation_rate: The distance between the pixels that a window looks at.
    """

    rank: ClassVar[int] = 2

    def __init__(
        self,
        filters: Filters,
        kernel_size: Size2,
        strides: Size2 = (1, 1),
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size2 = (1, 1),
        groups: Groups = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class Conv3D(_Conv):
    """Slides small weight windows through a volume, such as a scan, so that each filter spots one pattern.

    Input (batch, depth, height, width, channels), output (batch, new depth, new height, new width, filters);
    with ``data_format="channels_first"`` the channels come second.  Every place of the output is
    activation(sum of window * kernel + bias).  Keras: ``keras.layers.Conv3D``.

    Args:
        kernel_size: Depth, height and width of a pattern.
        strides: How far the window moves each time, along each of the three axes.
        padding: "valid" keeps the window inside the volume, "same" adds zeros around it.
        dilation_rate: The distance between the places that a window looks at.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        filters: Filters,
        kernel_size: Size3,
        strides: Size3 = (1, 1, 1),
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size3 = (1, 1, 1),
        groups: Groups = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take(locals())


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
