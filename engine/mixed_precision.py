"""Half precision by the names that Keras 2 gave it.  Keras: ``keras.mixed_precision``."""

from engine.config import dtype_policy, set_dtype_policy
from engine.dtype_policies import DTypePolicy
from engine.optimizers.loss_scale import LossScaleOptimizer

__all__ = [
    "DTypePolicy", "LossScaleOptimizer", "Policy", "dtype_policy", "global_policy", "set_dtype_policy",
    "set_global_policy",
]  # fmt: skip

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy
