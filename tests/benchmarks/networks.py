"""The networks that the benchmarks time: each in torch's words and in Keras'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

Arrays = tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]


class Case(NamedTuple):
    """A row of a table: shapes, and the same network written twice."""

    title: str
    shape: tuple[int, ...]
    classes: int
    batch: int
    steps: int
    by_hand: Callable[[], nn.Module]
    by_name: Callable[[Any], Any]
    """Takes ``engine`` or ``keras`` and returns the model."""

    def data(self) -> Arrays:
        """Return random pictures, sequences or rows, and their classes: as many as an epoch takes."""
        numbers = np.random.default_rng(0)
        rows = self.batch * self.steps
        x = numbers.normal(size=(rows, *self.shape)).astype("float32")
        return x, numbers.integers(0, self.classes, rows)


class _LastOfLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(16, 128, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sequence, _ = self.lstm(x)
        return sequence[:, -1]


class _ChannelsFirst(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 3, 1, 2)


class _Block(nn.Module):
    """Attention and a feed-forward pair, each added to what came and normalised (Vaswani et al. 2017)."""

    def __init__(self, size: int, heads: int, inner: int) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(size, heads, batch_first=True)
        self.first, self.second = nn.LayerNorm(size, eps=1e-3), nn.LayerNorm(size, eps=1e-3)
        self.inner = nn.Sequential(nn.Linear(size, inner), nn.ReLU(), nn.Linear(inner, size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x + self.attention(x, x, x, need_weights=False)[0])
        found: torch.Tensor = self.second(x + self.inner(x)).mean(1)
        return found


def _mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def _cnn() -> nn.Module:
    return nn.Sequential(
        _ChannelsFirst(), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def _stack(shape: tuple[int, ...], layers: Callable[[Any], list[Any]]) -> Callable[[Any], Any]:
    return lambda library: library.Sequential([library.layers.Input(shape), *layers(library.layers)])


def _mlp_layers(k: Any) -> list[Any]:
    return [k.Dense(512, activation="relu"), k.Dense(512, activation="relu"), k.Dense(10)]


def _cnn_layers(k: Any) -> list[Any]:
    return [
        k.Conv2D(32, 3, activation="relu"), k.Conv2D(64, 3, activation="relu"), k.MaxPooling2D(2),
        k.Flatten(), k.Dense(128, activation="relu"), k.Dense(10),
    ]  # fmt: skip


def _transformer(library: Any) -> Any:
    k = library.layers
    given = k.Input((64, 128))
    attended = k.MultiHeadAttention(4, 32)(given, given)
    x = k.LayerNormalization()(k.add([given, attended]))
    inner = k.Dense(128)(k.Dense(512, activation="relu")(x))
    x = k.LayerNormalization()(k.add([x, inner]))
    return library.Model(given, k.Dense(10)(k.GlobalAveragePooling1D()(x)))


CASES = {
    "tiny": Case(
        "MLP 4-16-3, batch 8", (4,), 3, 8, 400,
        lambda: nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3)),
        _stack((4,), lambda k: [k.Dense(16, activation="relu"), k.Dense(3)]),
    ),
    "mlp32": Case("MLP 784-512-512-10, batch 32", (784,), 10, 32, 60, _mlp, _stack((784,), _mlp_layers)),
    "mlp128": Case("MLP 784-512-512-10, batch 128", (784,), 10, 128, 30, _mlp, _stack((784,), _mlp_layers)),
    "cnn": Case(
        "CNN 28x28, conv 32, conv 64, batch 32", (28, 28, 1), 10, 32, 12, _cnn,
        _stack((28, 28, 1), _cnn_layers),
    ),
    "lstm": Case(
        "LSTM 128 over 80 steps, batch 32", (80, 16), 10, 32, 12,
        lambda: nn.Sequential(_LastOfLSTM(), nn.Linear(128, 10)),
        _stack((80, 16), lambda k: [k.LSTM(128), k.Dense(10)]),
    ),
    "transformer": Case(
        "Transformer block 128, 64 steps, batch 32", (64, 128), 10, 32, 12,
        lambda: nn.Sequential(_Block(128, 4, 512), nn.Linear(128, 10)), _transformer,
    ),
}  # fmt: skip
