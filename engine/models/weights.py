"""Weights in ``.safetensors`` files: plain numbers by name, no code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.errors import EngineError


def write(weights: Mapping[str, Tensor], filepath: Any, overwrite: bool = True) -> None:
    """Write weights beside ``filepath`` first and then move them there, so that no half file is left."""
    path = Path(filepath)
    if path.exists() and not overwrite:
        raise EngineError(
            f"The file {path} exists already. Pass overwrite=True to replace it.", code="exists"
        )
    part = path.with_name(path.name + ".part")
    save_file({name: weight.detach().cpu().contiguous() for name, weight in weights.items()}, str(part))
    os.replace(part, path)


def read_into(weights: Mapping[str, Tensor], filepath: Any, skip_mismatch: bool = False) -> None:
    """Copy the numbers of a file into weights of the same names; where one does not fit, nothing changes."""
    try:
        found = load_file(str(filepath))
    except SafetensorError as error:
        raise EngineError(f"{filepath} is no whole .safetensors file: {error}", code="weights_file") from None
    problems = [f"'{name}' is missing in the file" for name in weights if name not in found]
    problems += [f"'{name}' is not in the model" for name in found if name not in weights]
    problems += [
        f"'{name}' has shape {tuple(weights[name].shape)} and the file {tuple(tensor.shape)}"
        for name, tensor in found.items()
        if name in weights and weights[name].shape != tensor.shape
    ]
    if problems and not skip_mismatch:
        raise EngineError(
            f"The weights in {filepath} do not fit the model: {'; '.join(problems[:5])}.",
            code="weights_mismatch",
            problems=tuple(problems),
        )
    for name, weight in weights.items():
        if name in found and found[name].shape == weight.shape:
            weight.copy_(found[name])
