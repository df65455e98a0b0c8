"""Dropout along a sequence: what is left out at the first step is left out at every other."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.random import SeedGenerator, torch_generator


class DropoutRNNCell:
    """Mixed into a recurrent cell: masks for its input and its state that stay the same along a sequence.

    The cell has ``dropout``, ``recurrent_dropout`` and ``seed_generator``; with ``dropout_mask_count`` the
    masks come in a list of so many, one for each gate.  A recurrent layer forgets the masks after each
    sequence.  Keras: ``DropoutRNNCell``; the variational dropout of Gal and Ghahramani 2016.
    """

    dropout: float
    recurrent_dropout: float
    seed_generator: SeedGenerator
    dropout_mask_count: int | None = None
    _dropout_mask: Any = None
    _recurrent_dropout_mask: Any = None

    def get_dropout_mask(self, step_input: Tensor) -> Any:
        """Return what one step's input is multiplied by, ``None`` where nothing is left out."""
        if self._dropout_mask is None and self.dropout > 0:
            self._dropout_mask = self._draw_masks(step_input, self.dropout)
        return self._dropout_mask

    def get_recurrent_dropout_mask(self, step_input: Tensor) -> Any:
        """Return what the state is multiplied by, ``None`` where nothing is left out."""
        if self._recurrent_dropout_mask is None and self.recurrent_dropout > 0:
            self._recurrent_dropout_mask = self._draw_masks(step_input, self.recurrent_dropout)
        return self._recurrent_dropout_mask

    def reset_dropout_mask(self) -> None:
        """Draw afresh for the next sequence's input."""
        self._dropout_mask = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Draw afresh for the next sequence's state."""
        self._recurrent_dropout_mask = None

    def end_sequence(self) -> None:
        """Forget the masks; seeds that no mask has used are passed over, as in Keras, which always draws."""
        if not self.dropout and not self.recurrent_dropout:
            return
        for mask, rate in (
            (self._dropout_mask, self.dropout),
            (self._recurrent_dropout_mask, self.recurrent_dropout),
        ):
            if mask is None and 0 < rate < 1 and self.seed_generator.initial_seed is not None:
                for _ in range(self.dropout_mask_count or 1):
                    self.seed_generator.next_pair()
        self.reset_dropout_mask()
        self.reset_recurrent_dropout_mask()

    def _draw_masks(self, like: Tensor, rate: float) -> Any:
        if self.dropout_mask_count is None:
            return self._draw(like, rate)
        return [self._draw(like, rate) for _ in range(self.dropout_mask_count)]

    def _draw(self, like: Tensor, rate: float) -> Tensor:
        if rate >= 1.0:
            return torch.zeros_like(like)
        if self.seed_generator.initial_seed is None:
            return F.dropout(torch.ones_like(like), rate)
        generator = torch_generator(self.seed_generator, like.device)
        kept = torch.full_like(like, 1.0 - rate, dtype=torch.float32)
        return torch.bernoulli(kept, generator=generator).div_(1.0 - rate).to(like.dtype)
