"""Recurrent layers that make their own cell, and hand a whole sequence to one of torch's kernels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from engine import activations
from engine.errors import ParamError
from engine.layers.recurrent import RNN
from engine.layers.rnn_around import _AroundCell
from engine.layers.rnn_cell_base import _Cell, reads_ahead


class _OfCell(_AroundCell):
    """A recurrent layer of one kind of cell; its ``_kernel`` is torch's for the usual activations.

    Args:
        units: How many numbers the layer remembers and gives out.
        use_cudnn: Whether one fused kernel may do the sequence, where it can: "auto", True or False.
    """

    cell: _Cell
    units: int
    dropout: float
    recurrent_dropout: float

    def _wrap(self, cell_type: Any, cell_name: str, given: Mapping[str, Any], **more: Any) -> None:
        super()._wrap(cell_type, cell_name, given, **more)
        if "use_cudnn" in given:
            self.use_cudnn = given["use_cudnn"]
        self._no_bias: Tensor | None = None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; ``use_cudnn`` only where it was chosen, as in Keras' files."""
        config = super().get_config()
        if config.get("use_cudnn") == "auto":
            del config["use_cudnn"]
        return config

    def inner_loop(
        self, sequences: Tensor, initial_state: list[Any], mask: Tensor | None, training: bool = False
    ) -> tuple[Tensor, Tensor | None, list[Any]]:
        """Return the last output, all outputs and the last states, in one kernel call where that can be."""
        self._check_kernel()
        dropping = training and self.recurrent_dropout > 0.0
        if dropping or not self._is_usual() or self._is_off(sequences):
            return super().inner_loop(sequences, initial_state, mask, training)
        dtype = self.cell.kernel.dtype
        x = sequences if sequences.dtype == dtype else sequences.to(dtype)
        x = self.cell._thinned(x, training)[0]
        x = x.flip(1) if self.go_backwards else x
        if mask is not None:
            return self._fused_with_mask(x, initial_state, mask.flip(1) if self.go_backwards else mask)
        outputs, states = self._fused(x, initial_state)
        return states[0], outputs, states  # the last state is the last output, and its gradient costs less

    def _check_kernel(self) -> None:
        """Raise ``ParamError`` where a fused kernel is demanded that no backend of Keras has."""
        wanted = getattr(self, "use_cudnn", None) is True
        if wanted and (self.recurrent_dropout or getattr(self, "reset_after", True) is False):
            raise ParamError(
                f"Layer '{self.name}': use_cudnn=True was specified, but no fused kernel does "
                "recurrent_dropout or reset_after=False. Received: "
                f"recurrent_dropout={self.recurrent_dropout}. Use use_cudnn='auto'.",
                code="param",
                owner=type(self).__name__,
                param="use_cudnn",
                expected="'auto' or False for these arguments",
                got=True,
            )

    def _is_usual(self) -> bool:
        """Return whether the cell does what torch's kernel does."""
        cell = self.cell
        gate = getattr(cell, "recurrent_activation", activations.sigmoid)
        return cell.activation is activations.tanh and gate is activations.sigmoid and reads_ahead(cell)

    def _is_off(self, x: Tensor) -> bool:
        """Return whether the kernel is declined, lacks the device, or would need a mask for each gate."""
        several = self.cell.dropout_mask_count is not None and self.dropout > 0.0
        return getattr(self, "use_cudnn", "auto") is False or several or x.device.type not in ("cpu", "cuda")

    def _kernel(self, *arguments: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no kernel.")

    def _weights_for_torch(self) -> list[Tensor]:
        """Return kernel, recurrent kernel and two biases as torch's kernels take them, without a copy."""
        cell = self.cell
        weights = [cell.kernel.t(), cell.recurrent_kernel.t()]
        bias = cell.bias
        if bias is not None:
            none = self._no_bias
            if none is None or none.device != bias.device or none.dtype != bias.dtype:
                with torch.inference_mode(False):  # kept for training, also where prediction comes first
                    self._no_bias = none = torch.zeros_like(bias, requires_grad=False)
            weights += [bias, none]
        return weights

    def _fused(self, x: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        weights = self._weights_for_torch()
        first = [state.unsqueeze(0) for state in states]
        given: Any = first[0] if len(first) == 1 else first
        grad = torch.is_grad_enabled()
        sequence, *last = self._kernel(x, given, weights, len(weights) == 4, 1, 0.0, grad, False, True)
        return sequence, [state[0] for state in last]

    def _fused_packed(self, x: Tensor, states: list[Any], counts: Tensor) -> tuple[Tensor, list[Any]]:
        """Run each row for ``counts`` steps only, so that the last states are those of its own last step."""
        packed = pack_padded_sequence(x, counts.clamp_min(1).cpu(), batch_first=True, enforce_sorted=False)
        weights = self._weights_for_torch()
        order: Any = packed.sorted_indices
        first = [state.index_select(0, order).unsqueeze(0) for state in states]
        given: Any = first[0] if len(first) == 1 else first
        grad = torch.is_grad_enabled()
        data, *last = self._kernel(
            packed.data, packed.batch_sizes, given, weights, len(weights) == 4, 1, 0.0, grad, False
        )
        sequence, _ = pad_packed_sequence(
            packed._replace(data=data), batch_first=True, total_length=x.shape[1]
        )
        back: Any = packed.unsorted_indices
        return sequence, [state[0].index_select(0, back) for state in last]

    def _fused_with_mask(
        self, x: Tensor, states: list[Any], keep: Tensor
    ) -> tuple[Tensor, Tensor | None, list[Any]]:
        """Move the steps that count to the front of each row, run, and lay the outputs back."""
        seen = keep.cumsum(1)
        counts = seen[:, -1]
        order = torch.argsort((~keep).to(torch.uint8), dim=1, stable=True)
        x = x.gather(1, order.unsqueeze(-1).expand_as(x))
        if len(states) > 1 and (self.return_state or self.stateful):
            sequence, last = self._fused_packed(x, states, counts)
        else:
            sequence, last = self._fused(x, states)
            last[0] = _steps_of(sequence, counts.unsqueeze(1))[:, 0]  # of others nobody asks
        never = (counts == 0).unsqueeze(1)
        last = [torch.where(never, before, after) for before, after in zip(states, last, strict=True)]
        if not self.return_sequences:
            seen, keep = seen[:, -1:], keep[:, -1:]
        shown = keep if self.zero_output_for_mask else seen > 0
        outputs = torch.where(shown.unsqueeze(-1), _steps_of(sequence, seen), sequence.new_zeros(()))
        return outputs[:, -1], outputs, last


def _steps_of(sequence: Tensor, numbers: Tensor) -> Tensor:
    """Return the outputs after ``numbers`` (batch, n) of steps; those after none are any."""
    index = (numbers - 1).clamp_min(0).unsqueeze(-1).expand(-1, -1, sequence.shape[-1])
    return sequence.gather(1, index)


def may_run_together(kind: type[RNN], one: Any, two: Any) -> bool:
    """Return whether two readers are of one ``kind`` and shape, so that one kernel can run both ways."""
    readers: tuple[Any, Any] = (one, two)
    if not all(isinstance(reader, kind) and reader.built for reader in readers):
        return False
    if any(reader.use_cudnn is False or reader.dropout or reader.recurrent_dropout for reader in readers):
        return False
    if any(getattr(reader, "reset_after", True) is False or reader.cell.bias is None for reader in readers):
        return False
    same = [(cell.units, cell.activation, cell.recurrent_activation) for cell in (one.cell, two.cell)]
    return same[0] == same[1]


def runs_together(x: Tensor, forwards: Any, backwards: Any) -> bool:
    """Return whether two readers that may run together also are what torch's kernel does, on ``x``."""
    readers = (forwards, backwards)
    plain = all(
        reader._is_usual()
        and not (reader.hooked() or reader._mixed or reader.activity_regularizer is not None)
        for reader in readers
    )
    return plain and not forwards.go_backwards and x.device.type in ("cpu", "cuda")


def run_together(x: Tensor, forwards: Any, backwards: Any, initial_state: Any) -> tuple[Tensor, list[Tensor]]:
    """Run both readers in one kernel call.

    Returns the outputs of both side by side (those of the second in the order of the steps), and for each
    state a tensor (2, batch, units): the last ones of both.
    """
    readers = (forwards, backwards)
    x = x.to(forwards.cell.kernel.dtype)
    half = None if initial_state is None else len(initial_state) // 2
    given = (None, None) if half is None else (list(initial_state[:half]), list(initial_state[half:]))
    starts = [reader._first_states(x, states) for reader, states in zip(readers, given, strict=True)]
    first: Any = [torch.stack(pair) for pair in zip(*starts, strict=True)]
    weights = [weight for reader in readers for weight in reader._weights_for_torch()]
    grad = torch.is_grad_enabled()
    states = first[0] if len(first) == 1 else first
    sequence, *last = forwards._kernel(x, states, weights, True, 1, 0.0, grad, True, True)
    return sequence, last
