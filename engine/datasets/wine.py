"""Wine: 13 chemical measurements of 178 wines from three cultivars (UCI, Forina et al. 1988)."""

from __future__ import annotations

from engine.datasets._files import Part, divide, read_numbers


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``.

    x is float32 of shape (rows, 13): alcohol, malic acid, ash, alcalinity of ash, magnesium, total phenols,
    flavanoids, nonflavanoid phenols, proanthocyanins, color intensity, hue, OD280/OD315, proline.  y is
    int64 of shape (rows,): the cultivar, 0 to 2.  The rows are shuffled by ``seed``; in the file they are
    sorted.
    """
    table = read_numbers("wine_data.csv", skip=1)
    return divide(table[:, :-1].astype("float32"), table[:, -1].astype("int64"), test_split, seed)
