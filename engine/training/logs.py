"""Numbers of a running epoch that are read from the device only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch


def read(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return tensors as Python numbers (arrays where they are not scalars), with one device sync for all.

    Dicts inside, such as the result of all compiled metrics together, are spread in their place.
    """
    if any(isinstance(value, Mapping) for value in results.values()):
        results = dict(_spread(results))
    scalars = {
        name: value
        for name, value in results.items()
        if isinstance(value, torch.Tensor) and value.numel() == 1
    }
    numbers: dict[str, Any] = {}
    if scalars:
        joined = torch.stack([value.detach().reshape(()).double() for value in scalars.values()])
        numbers = dict(zip(scalars, joined.tolist(), strict=True))
    return {name: numbers[name] if name in numbers else _plain(value) for name, value in results.items()}


def _spread(results: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in results.items():
        if isinstance(value, Mapping):
            yield from _spread(value)
        else:
            yield name, value


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return float(value) if isinstance(value, (int, float)) else value


class LazyLogs(Mapping[str, Any]):
    """The logs of a batch: a mapping that costs nothing until it is read.

    Reading waits for the device.  Read it inside the hook that got it: later it tells the later numbers.
    """

    __slots__ = ("_compute", "_values")

    def __init__(self, compute: Callable[[], Mapping[str, Any]]) -> None:
        self._compute = compute
        self._values: dict[str, Any] | None = None

    def _get(self) -> dict[str, Any]:
        if self._values is None:
            self._values = read(self._compute())
        return self._values

    def __getitem__(self, name: str) -> Any:
        return self._get()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._get())

    def __len__(self) -> int:
        return len(self._get())

    def copy(self) -> dict[str, Any]:
        """Return the present numbers as a plain dict."""
        return dict(self._get())

    def __repr__(self) -> str:
        return repr(self._get())
