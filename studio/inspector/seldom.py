"""Which parameters few people ever set: they wait until somebody asks for more."""

from __future__ import annotations

from engine.params import Param

_SELDOM = frozenset(
    ("data_format", "dilation_rate", "groups", "seed", "noise_shape", "unroll", "stateful", "go_backwards",
     "time_major", "zero_output_for_mask", "reset_after", "recurrent_dropout", "synchronized", "epsilon",
     "momentum", "unit_forget_bias", "use_cudnn", "flash_attention", "implementation", "lora_rank",
     "lora_alpha", "quantization_mode", "output_padding", "sparse", "weights", "mask_zero", "max_value")
)  # fmt: skip
_SELDOM_ENDS = ("_constraint", "_regularizer")
_SELDOM_STARTS = (
    "bias_",
    "activity_",
    "beta_",
    "gamma_",
    "moving_",
    "recurrent_",
    "depthwise_",
    "pointwise_",
)


def is_seldom(param: Param) -> bool:
    """Return whether few people ever set a parameter."""
    if param.required or param.name == "kernel_regularizer":
        return False
    return param.name in _SELDOM or param.name.endswith(_SELDOM_ENDS) or param.name.startswith(_SELDOM_STARTS)
