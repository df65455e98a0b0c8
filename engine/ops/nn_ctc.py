"""Connectionist temporal classification (Graves et al. 2006).  Keras: ``keras.ops.ctc_loss`` and
``ctc_decode``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import result_type, to_torch_dtype
from engine.errors import ParamError, ShapeError
from engine.ops.convert import tensor
from engine.ops.functions import op as _op
from engine.symbolic import KerasTensor

op = partial(_op, module="nn")


def _check(target: Any, output: Any) -> None:
    if len(target.shape) != 2 or len(output.shape) != 3:
        raise ShapeError(
            "ctc_loss takes targets (batch, labels) and outputs (batch, steps, classes). "
            f"Received: {tuple(target.shape)} and {tuple(output.shape)}",
            code="rank",
        )


def _same_batch(target: Any, output: Any, target_length: Any, output_length: Any) -> None:
    shapes = {
        "target": tuple(target.shape), "output": tuple(output.shape),
        "target_length": tuple(target_length.shape), "output_length": tuple(output_length.shape),
    }  # fmt: skip
    for one, two in (("target", "output"), ("target_length", "target"), ("output_length", "output")):
        sizes = {shapes[one][0], shapes[two][0]} - {None}
        if len(sizes) > 1:
            raise ShapeError(
                f"Arguments `{one}` and `{two}` must have the same first dimension. "
                f"Received: shapes {shapes[one]} and {shapes[two]}",
                code="axis",
                axis=0,
            )


def _loss_rule(target: Any, output: Any, target_length: Any, output_length: Any, **_: Any) -> KerasTensor:
    _same_batch(target, output, target_length, output_length)
    return KerasTensor((target.shape[0],), result_type(output.dtype, "float32"))


@op("target", "output", "target_length", "output_length", cls="CTCLoss", rule=_loss_rule)
def ctc_loss(target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0) -> Tensor:
    """Return, for each row, -log of the probability of its labels under all their alignments.

    ``output`` are logits (batch, steps, classes); ``mask_index`` is the blank.
    """
    target, output = tensor(target), tensor(output)
    target_length, output_length = tensor(target_length), tensor(output_length)
    _check(target, output)
    _same_batch(target, output, target_length, output_length)
    scores = output.to(to_torch_dtype(result_type(output.dtype, "float32"))).log_softmax(-1).transpose(0, 1)
    lengths = output_length.long(), target_length.long()
    return F.ctc_loss(scores, target.long(), *lengths, blank=mask_index, reduction="none")


def _decode_rule(
    inputs: Any, sequence_lengths: Any, strategy: str = "greedy", top_paths: int = 1, **_: Any
) -> Any:
    if len(inputs.shape) != 3:
        raise ShapeError(f"inputs are (batch, steps, classes). Received: shape {inputs.shape}", code="rank")
    paths = 1 if strategy == "greedy" else top_paths
    dtype = result_type(inputs.dtype, "float32")
    return KerasTensor((paths, *inputs.shape[:2]), "int32"), KerasTensor((inputs.shape[0], paths), dtype)


@op("inputs", "sequence_lengths", cls="CTCDecode", rule=_decode_rule)
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Tensor, Tensor]:
    """Return the most likely labels (paths, batch, steps), -1 behind their end, and their scores.

    ``"greedy"`` takes the best class of each step and scores by the sum of the negated logits;
    ``"beam_search"``
    keeps the ``beam_width`` best beginnings and returns the ``top_paths`` best, with log-probabilities.
    """
    x = tensor(inputs)
    x = x.to(to_torch_dtype(result_type(x.dtype, "float32")))
    if x.dim() != 3:
        raise ShapeError(f"inputs are (batch, steps, classes). Received: shape {tuple(x.shape)}", code="rank")
    lengths = tensor(sequence_lengths).int()
    if strategy == "greedy":
        return _greedy(x, lengths, merge_repeated, mask_index)
    if strategy == "beam_search":
        rows = [
            _beams(row, int(length), beam_width, top_paths, mask_index)
            for row, length in zip(x, lengths, strict=True)
        ]
        return torch.stack([row[0] for row in rows], 1), torch.stack([row[1] for row in rows])
    raise ParamError(
        f"Invalid strategy {strategy}. Supported values are 'greedy' and 'beam_search'.",
        code="param",
        param="strategy",
    )


def _greedy(x: Tensor, lengths: Tensor, merge: bool, blank: int) -> tuple[Tensor, Tensor]:
    scores, best = x.max(-1)
    steps = torch.arange(x.shape[1], device=x.device)
    over = steps >= lengths[:, None]
    best = best.int().masked_fill(over, blank)
    repeated = F.pad(best[:, 1:] == best[:, :-1], (1, 0))
    void = (best == blank) | (repeated if merge else False)
    order = torch.argsort(void.int(), dim=-1, stable=True)  # what is kept moves to the front
    labels = best.masked_fill(void, -1).gather(-1, order)
    return labels.unsqueeze(0), -scores.masked_fill(over, 0.0).sum(1, keepdim=True)


def _beams(x: Tensor, length: int, width: int, top: int, blank: int) -> tuple[Tensor, Tensor]:
    """Return the best label rows of one sample, and their log-probabilities.

    Each beginning has two probabilities: that it ends in its last label, and that it ends in a blank.
    """
    logs = torch.log_softmax(x, -1).detach().cpu().numpy()
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (-np.inf, 0.0)}
    classes = range(logs.shape[1])
    for step in logs[:length]:
        grown: dict[tuple[int, ...], tuple[float, float]] = {}

        def gather(path: tuple[int, ...], label: float, void: float, into: Any = grown) -> None:
            old = into.get(path, (-np.inf, -np.inf))
            into[path] = float(np.logaddexp(old[0], label)), float(np.logaddexp(old[1], void))

        for path, (label, void) in beams.items():
            both = float(np.logaddexp(label, void))
            gather(path, label + step[path[-1]] if path else -np.inf, both + step[blank])
            for number in classes:
                if number != blank:
                    start = void if path and path[-1] == number else both
                    gather((*path, number), start + step[number], -np.inf)
        ranked = sorted(grown.items(), key=lambda item: -np.logaddexp(*item[1]))
        beams = dict(ranked[:width])
    best = list(beams.items())[:top]
    labels = torch.full((top, x.shape[0]), -1, dtype=torch.int32, device=x.device)
    scores = torch.full((top,), -torch.inf, dtype=x.dtype, device=x.device)
    for number, (path, pair) in enumerate(best):
        labels[number, : len(path)] = torch.tensor(path, dtype=torch.int32)
        scores[number] = float(np.logaddexp(*pair))
    return labels, scores
