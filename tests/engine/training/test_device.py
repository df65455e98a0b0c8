from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

import engine
from engine import config
from engine.errors import EngineError
from engine.layers import Dense
from engine.models import Sequential
from engine.training.device import resolve


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    before = config.device()
    resolve.cache_clear()
    yield
    config.set_device(before)
    resolve.cache_clear()


def none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.mark.parametrize(("name", "word"), [("cuda", "CUDA"), ("cuda:1", "CUDA"), ("mps", "Apple")])
def test_a_device_that_is_not_there_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, word: str
) -> None:
    none(monkeypatch)
    config.set_device(name)
    with pytest.raises(EngineError, match=rf"'{name}' is not there.*{word}.*Choose 'auto' or 'cpu'"):
        Sequential([engine.Input((4,)), Dense(1)])


def test_a_card_beyond_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert resolve("cuda:1") == torch.device("cuda:1")
    assert resolve("auto") == torch.device("cuda")
    with pytest.raises(EngineError, match="only 2 of them"):
        resolve("cuda:2")


def test_scopes_refuse_and_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    none(monkeypatch)
    with pytest.raises(EngineError, match="not there"), engine.device("gpu:0"):
        pass
    with pytest.raises(EngineError, match="no device of that name"), engine.device("banana"):
        pass
    with engine.device("cpu"):
        assert Sequential([engine.Input((4,)), Dense(1)]).weights[0].device.type == "cpu"
    assert resolve("auto").type == "cpu"
