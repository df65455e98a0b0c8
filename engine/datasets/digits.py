"""Handwritten digits: 1,797 pictures of 8 × 8 pixels (UCI, Alpaydin and Kaynak 1998)."""

from __future__ import annotations

from engine.datasets._files import Part, divide, read_numbers


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``.

    x is float32 of shape (rows, 8, 8, 1) with values from 0 (paper) to 16 (ink), y int64 of shape (rows,)
    with the digit.  The rows are shuffled by ``seed``.
    """
    table = read_numbers("digits.csv.gz")
    x = table[:, :64].reshape(-1, 8, 8, 1).astype("float32")
    return divide(x, table[:, 64].astype("int64"), test_split, seed)
