"""Diabetes: ten measurements of 442 patients and the progression after a year (Efron et al. 2004)."""

from __future__ import annotations

from engine.datasets._files import Part, divide, read_numbers


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``.

    x is float32 of shape (rows, 10), as measured, not standardised: age, sex (1 or 2), body mass index,
    blood pressure and six blood serum values.  y is float32 of shape (rows, 1): a measure of how far the
    disease had got, 25 to 346.  The rows are shuffled by ``seed``.
    """
    x = read_numbers("diabetes_data_raw.csv.gz", delimiter=" ").astype("float32")
    y = read_numbers("diabetes_target.csv.gz").astype("float32")
    return divide(x, y, test_split, seed)
