"""Weights in ``.safetensors`` files: plain numbers by name, no code."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
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
    """Copy the numbers of a file into weights of the same names; where one does not fit, nothing changes.

    Layers without a name are numbered through a whole process, so that ``dense`` of the script that wrote is
    ``dense_2`` of the one that reads: where names differ in numbers alone, their order counts.
    """
    try:
        found = load_file(str(filepath))
    except SafetensorError as error:
        raise EngineError(f"{filepath} is no whole .safetensors file: {error}", code="weights_file") from None
    if found.keys() != weights.keys():
        found = _by_order(weights, found)
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


def _by_order(weights: Mapping[str, Tensor], found: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return ``found`` under the names of ``weights`` where numbers alone differ and shapes agree."""
    ours, theirs = _counted(weights), _counted(found)
    if ours.keys() != theirs.keys():
        return found
    if any(weights[ours[key]].shape != found[theirs[key]].shape for key in ours):
        return found
    return {name: found[theirs[key]] for key, name in ours.items()}


def _counted(names: Iterable[str]) -> dict[str, str]:
    """Return names by what they are when the numbers at the ends of their parts are counted afresh."""
    split = {part: _NUMBERED.fullmatch(part) for name in names for part in name.split("/")}
    places: dict[str, set[int]] = {}
    for match in split.values():
        if match is not None:
            places.setdefault(match[1], set()).add(int(match[2] or 0))
    order = {base: sorted(numbers) for base, numbers in places.items()}

    def afresh(part: str) -> str:
        match = split[part]
        return part if match is None else f"{match[1]}#{order[match[1]].index(int(match[2] or 0))}"

    return {"/".join(map(afresh, name.split("/"))): name for name in names}


_NUMBERED = re.compile(r"(.*?)(?:_(\d+))?")
