"""One step: its gradients, what it leaves behind, and whether torch.compile has a hand in it."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.training.gradients import gradients

X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
Y = (X.sum(1) > 0).astype("int64")


def model(**compiled: Any) -> Any:
    engine.utils.set_random_seed(1)
    made = engine.Sequential(
        [layers.Input((5,)), layers.Dense(8, activation="relu"), layers.Dense(2, activation="softmax")]
    )
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], **compiled)
    return made


def test_gradients_are_those_of_autograd() -> None:
    weights = [torch.randn(3, 4, requires_grad=True), torch.randn(4, requires_grad=True)]
    unused = torch.randn(2, requires_grad=True)

    def loss() -> torch.Tensor:
        return (weights[0].tanh() @ weights[1]).square().mean()

    wanted = torch.autograd.grad(loss(), [*weights, unused], allow_unused=True)
    for _ in range(2):  # the 1 that is kept is not changed
        found = gradients(loss(), [*weights, unused])
        assert found[2] is None
        for one, two in zip(found[:2], wanted[:2], strict=True):
            torch.testing.assert_close(one, two)
    with pytest.raises(RuntimeError, match="scalar"):
        gradients(weights[0] * 2, weights)
    with pytest.raises(RuntimeError, match="does not require grad"):
        gradients(loss().detach(), weights)


def test_a_step_leaves_no_graph_behind() -> None:
    made = model()
    made.fit(X, Y, batch_size=16, epochs=2, verbose=0)
    gc.collect()
    parts = {id(item) for item in made.weights}
    left = [
        item
        for item in gc.get_objects()
        if type(item) is torch.Tensor and item.grad_fn is not None and id(item) not in parts
    ]
    assert not left
    assert all(weight.grad is None for weight in made.weights)


def saved_bytes(work: Any) -> int:
    """Return how much memory ``work`` keeps for its way back."""
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        work()
    return sum(kept.values())


def test_a_step_keeps_no_more_memory_than_one_by_hand() -> None:
    given = torch.randn(256, 64)
    labels = torch.randint(0, 10, (256,))
    by_hand = torch.nn.Sequential(
        torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 128), torch.nn.ReLU(),
        torch.nn.Linear(128, 10),
    )  # fmt: skip
    made = engine.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    made.compile("adam", engine.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    weights = list(by_hand.parameters())
    loss = torch.nn.functional.cross_entropy
    wanted = saved_bytes(lambda: torch.autograd.grad(loss(by_hand(given), labels), weights))
    found = saved_bytes(lambda: made.train_on_batch(given, labels))
    assert found <= wanted * 1.02


@pytest.mark.parametrize(("wanted", "calls"), [(True, True), (False, False), ("auto", False)])
def test_jit_compile_means_torch_compile(monkeypatch: pytest.MonkeyPatch, wanted: Any, calls: bool) -> None:
    ran: list[str] = []

    def stand_in(function: Any, **_: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            ran.append("compiled")
            return function(*args, **kwargs)

        return run

    monkeypatch.setattr(torch, "compile", stand_in)
    made = model(jit_compile=wanted)
    losses = made.fit(X, Y, verbose=0, shuffle=False).history["loss"]
    made.predict(X, verbose=0)
    assert bool(ran) is calls
    ran.clear()
    plain = model(jit_compile=False)
    assert plain.fit(X, Y, verbose=0, shuffle=False).history["loss"] == pytest.approx(losses)
    assert not ran
    if calls:  # compiled again without, the model runs without
        made.compile("adam", "sparse_categorical_crossentropy")
        made.fit(X, Y, verbose=0)
        assert not ran


def test_small_batches_gathered_together_are_those_of_the_order() -> None:
    from engine.training.data import Rows

    rows = Rows([X, np.arange(64)], [Y], device=torch.device("cpu"))
    order = torch.randperm(64, generator=torch.Generator().manual_seed(3))
    batches = list(rows.batches(6, torch.Generator().manual_seed(3)))
    assert [batch.rows for batch in batches] == [6] * 10 + [4]
    assert torch.equal(torch.cat([batch.inputs[1] for batch in batches]), order)
    assert torch.equal(torch.cat([batch.inputs[0] for batch in batches]), torch.from_numpy(X)[order])
    assert torch.equal(torch.cat([batch.targets[0] for batch in batches]), torch.from_numpy(Y)[order])
