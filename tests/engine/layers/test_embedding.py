from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from layer_parity import check_parity

from engine.errors import EngineError
from engine.layers.embedding import Embedding


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.float32, torch.uint8])
def test_vectors_match_keras(keras: Any, dtype: torch.dtype) -> None:
    numbers = torch.tensor([[0, 3, 6, 3], [1, 1, 2, 5]]).to(dtype)
    check_parity(keras, Embedding, {"input_dim": 7, "output_dim": 3}, (2, 4), inputs=numbers)


def test_numbers_without_a_vector_are_told() -> None:
    layer = Embedding(7, 3)
    layer.build((None, 2))
    with pytest.raises(
        EngineError, match=r"from 0 to 6\. Received: numbers from 2 to 9\. Set input_dim .* 10"
    ):
        layer.call(torch.tensor([[2, 9]]))
    with pytest.raises(EngineError, match="numbers from -1 to 2"):
        layer.call(torch.tensor([[2, -1]]))


def test_zero_is_masked_where_asked() -> None:
    numbers = torch.tensor([[3, 0]])
    assert torch.equal(Embedding(7, 3, mask_zero=True).compute_mask(numbers), torch.tensor([[True, False]]))
    assert Embedding(7, 3).compute_mask(numbers) is None


@pytest.mark.parametrize("wrap", [lambda table: table, lambda table: [table]])
def test_a_table_may_be_given(wrap: Any) -> None:
    table = np.arange(6.0, dtype="float32").reshape(3, 2)
    layer = Embedding(3, 2, weights=wrap(table))
    assert layer.call(torch.tensor([2])).tolist() == [[4.0, 5.0]]
    assert "weights" not in layer.get_config()
