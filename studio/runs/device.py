"""What a model runs on, and how many cores it may take."""

from __future__ import annotations

import os
from typing import Any

from studio.document.document import Document
from studio.translate.errors import TranslateError
from studio.translate.settings import training_settings


def use_device(document: Document, wanted: str = "", leave_core: bool = False) -> None:
    """Let models be made on ``wanted``, or on what the document's settings say.

    ``leave_core`` leaves one core to the window.  Raises ``TranslateError`` for a device that is not there.
    """
    import torch

    from engine import config

    wanted = wanted or training_settings(document).device
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise TranslateError(
            f"The device {wanted} is not there: this computer has no CUDA device that PyTorch can use. "
            "Choose auto or cpu.", code="device", device=wanted,
        )  # fmt: skip
    config.set_device(wanted)
    if leave_core:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))


def device_name(model: Any) -> str:
    """Return the device that a model's weights lie on."""
    weights = model.weights
    return str(getattr(weights[0], "device", "cpu")) if weights else "cpu"
