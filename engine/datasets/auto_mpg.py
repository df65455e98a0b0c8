"""Auto MPG: 392 cars of 1970 to 1982 and the fuel they use (Donoho and Ramos 1982)."""

from __future__ import annotations

from engine.datasets._files import Part, divide, read_numbers


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``.

    x is float32 of shape (rows, 7): cylinders, displacement (cubic inches), horsepower, weight (pounds),
    seconds to 60 miles per hour, model year (70 to 82), origin (1 USA, 2 Europe, 3 Japan).  y is float32 of
    shape (rows, 1): miles per gallon.  The rows are shuffled by ``seed``; the cars' names are left out.
    """
    table = read_numbers("auto-mpg.csv", skip=1, columns=tuple(range(8))).astype("float32")
    return divide(table[:, 1:], table[:, :1], test_split, seed)
