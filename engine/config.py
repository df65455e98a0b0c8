"""Settings that hold for the whole process: float type, epsilon, image data format, device, resources.

Imports no torch, so that it can be read before torch is there.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ParamError

if TYPE_CHECKING:
    from engine.dtype_policies import DTypePolicy

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_FORMATS = ("channels_last", "channels_first")
_limits: dict[str, int | None] = {"epochs": None, "steps": None}
_settings: dict[str, object] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "device": os.environ.get("BUNON_DEVICE", "auto"),
}


def floatx() -> str:
    """Return the default float type, ``"float32"`` unless set."""
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Set the default float type of new layers; raises ``ParamError`` for anything but a float type."""
    if value not in _FLOATS:
        raise ParamError(f"floatx is one of {', '.join(_FLOATS)}. Received: {value!r}", code="param")
    _settings["floatx"] = value


def dtype_policy() -> DTypePolicy:
    """Return the policy of new layers: that of ``set_dtype_policy``, else the default float type's.

    Keras: ``keras.config.dtype_policy``.
    """
    from engine.dtype_policies import DTypePolicy

    policy = _settings.get("dtype_policy")
    return policy if isinstance(policy, DTypePolicy) else DTypePolicy(floatx())


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of new layers: a name such as ``"mixed_bfloat16"``, or a ``DTypePolicy``.

    Raises ``ParamError`` for names that mean nothing.  Keras: ``keras.config.set_dtype_policy``.
    """
    from engine.dtype_policies import get

    try:
        found = get("" if policy is None else policy)
    except (ParamError, TypeError):
        raise ParamError(
            "Invalid `policy` argument: a dtype policy is a DTypePolicy or the name of one, such as "
            f"'float32' or 'mixed_bfloat16'. Received: {policy!r}",
            code="param",
            param="policy",
            got=policy,
        ) from None
    _settings["dtype_policy"] = found


def epsilon() -> float:
    """Return the small number that keeps divisions and logarithms finite, 1e-7 unless set."""
    value = _settings["epsilon"]
    assert isinstance(value, float)
    return value


def set_epsilon(value: float) -> None:
    """Set the fuzz factor that ``epsilon()`` returns."""
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Return where pictures keep their channels: ``"channels_last"`` unless set."""
    return str(_settings["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    """Set the default of every ``data_format`` argument."""
    if data_format not in _FORMATS:
        raise ParamError(
            f"data_format is 'channels_last' or 'channels_first'. Received: {data_format!r}", code="param"
        )
    _settings["image_data_format"] = data_format


def max_epochs() -> int | None:
    """Return how many epochs ``fit`` runs at most; ``None``: as many as it is told."""
    return _limits["epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Limit the epochs of every ``fit``, to try a script out quickly.  Keras: ``config.set_max_epochs``."""
    _limits["epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """Return how many batches an epoch has at most; ``None``: all."""
    return _limits["steps"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limit the batches of every epoch.  Keras: ``config.set_max_steps_per_epoch``."""
    _limits["steps"] = max_steps_per_epoch


def device() -> str:
    """Return the device for new models: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``, or ``"auto"``.

    ``"auto"`` is resolved when a model is built: CUDA if there is one, else MPS, else the CPU.
    """
    return str(_settings["device"])


def set_device(name: str) -> None:
    """Set the device on which new models are built (a torch device string or ``"auto"``)."""
    kind = name.split(":")[0]
    if kind not in ("auto", "cpu", "cuda", "mps"):
        raise ParamError(f"device is 'auto', 'cpu', 'cuda' or 'mps'. Received: {name!r}", code="param")
    _settings["device"] = name


def resources_path() -> Path:
    """Return the folder of what is not code (datasets, icons, fonts), in a checkout and when installed."""
    top = Path(__file__).resolve().parent.parent
    installed = top / "bunon_resources"
    return installed if installed.is_dir() else top / "resources"


def enable_flash_attention() -> None:
    """Let attention layers use torch's flash kernel where it can be had, which is how things are at first.

    Keras: ``keras.config.enable_flash_attention``.
    """
    _settings["flash_attention"] = None


def disable_flash_attention() -> None:
    """Keep attention layers from torch's flash kernel.  Keras: ``keras.config.disable_flash_attention``."""
    _settings["flash_attention"] = False


def is_flash_attention_enabled() -> bool | None:
    """Return ``False`` where attention layers keep from torch's flash kernel, else ``None``.

    Keras: ``keras.config.is_flash_attention_enabled``.
    """
    return False if _settings.get("flash_attention") is False else None


def backend() -> str:
    """Return ``"torch"``: the only arithmetic that the engine has."""
    return "torch"


def __getattr__(name: str) -> object:
    """Bring the switches of messages, which live with the messages."""
    if name in (
        "disable_interactive_logging",
        "enable_interactive_logging",
        "is_interactive_logging_enabled",
    ):
        from engine.utils import io_utils

        return getattr(io_utils, name)
    raise AttributeError(f"engine.config has no {name!r}")


def enable_unsafe_deserialization() -> None:
    """Let nameless functions and the like be read as with ``safe_mode=False``, in this thread from now on.

    Only for files whose maker you trust.  Code in a file is not run here even then: what this process made
    is found again.  Keras: ``keras.config.enable_unsafe_deserialization``.
    """
    import_module("engine.serialization").enable_unsafe_deserialization()


def set_backend(backend: str) -> None:
    """Accept ``"torch"``, which is what computes here; raises ``ParamError`` for all else."""
    if backend != "torch":
        raise ParamError(
            f"The backend is 'torch' here, there is no other. Received: backend={backend!r}",
            code="param",
            param="backend",
            got=backend,
        )


def is_nnx_enabled() -> bool:
    """Return False: NNX belongs to JAX."""
    return False


def enable_traceback_filtering() -> None:
    """Say that tracebacks may leave out inner steps; they are short enough here to be shown whole anyway."""
    _settings["traceback_filtering"] = True


def disable_traceback_filtering() -> None:
    """Say that tracebacks must be whole, as they are here in any case."""
    _settings["traceback_filtering"] = False


def is_traceback_filtering_enabled() -> bool:
    """Return which of ``enable_`` and ``disable_traceback_filtering`` was called last; True at first."""
    return bool(_settings.get("traceback_filtering", True))
