"""Iris: four measurements of 150 flowers of three species (Fisher 1936)."""

from __future__ import annotations

from engine.datasets._files import Part, divide, read_numbers


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``.

    x is float32 of shape (rows, 4), in centimetres: sepal length, sepal width, petal length, petal width.  y
    is int64 of shape (rows,): 0 setosa, 1 versicolor, 2 virginica.  The rows are shuffled by ``seed``; in
    the file they are sorted.
    """
    table = read_numbers("iris.csv", skip=1)
    return divide(table[:, :-1].astype("float32"), table[:, -1].astype("int64"), test_split, seed)
