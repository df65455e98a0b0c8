"""Breast cancer Wisconsin (diagnostic): 30 measurements of cell nuclei in 569 samples (UCI, 1995)."""

from __future__ import annotations

from engine.datasets._files import Part, divide, read_numbers


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``.

    x is float32 of shape (rows, 30): mean, standard error and worst value of radius, texture, perimeter,
    area, smoothness, compactness, concavity, concave points, symmetry and fractal dimension.  y is int64 of
    shape (rows,): 0 malignant, 1 benign.  The rows are shuffled by ``seed``.
    """
    table = read_numbers("breast_cancer.csv", skip=1)
    return divide(table[:, :-1].astype("float32"), table[:, -1].astype("int64"), test_split, seed)
