"""Evaluating with the moving averages of the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from engine.callbacks.callback import Callback
from engine.errors import EngineError


class SwapEMAWeights(Callback):
    """Puts the optimizer's averaged weights into the model while it is evaluated or predicts.

    The optimizer needs ``use_ema=True``.  With ``swap_on_epoch`` they are in place at the end of each epoch
    too, for callbacks that save the model there; after the last epoch they stay.  Keras:
    ``keras.callbacks.SwapEMAWeights``.
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._ema_weights_in_model = False

    def _pairs(self) -> list[tuple[Any, Any]]:
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        pairs: list[tuple[Any, Any]] = []
        for each in getattr(optimizer, "optimizers", [optimizer]):
            averages = getattr(each, "_model_variables_moving_average", None) or []
            both = zip(each._trainable_variables, averages, strict=False)
            pairs += [(weight, average) for weight, average in both if average is not None]
        if not pairs:
            raise EngineError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: "
                f"use_ema={getattr(optimizer, 'use_ema', False)}",
                code="param",
            )
        return pairs

    @torch.no_grad()
    def _swap(self) -> None:
        for weight, average in self._pairs():
            kept = weight.detach().clone()
            weight.copy_(average)
            average.copy_(kept)
        self._ema_weights_in_model = not self._ema_weights_in_model

    @torch.no_grad()
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self.swap_on_epoch and not self._ema_weights_in_model:
            self._swap()
            if epoch == self.params["epochs"] - 1:
                for weight, average in self._pairs():
                    average.copy_(weight)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self.swap_on_epoch and self._ema_weights_in_model:
            self._swap()

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        if not self._ema_weights_in_model:
            self._swap()

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        if self._ema_weights_in_model:
            self._swap()

    on_predict_begin = on_test_begin
    on_predict_end = on_test_end
