"""Small real datasets that come with Bunon, in the style of ``keras.datasets``.

Every module has ``load_data() -> (x_train, y_train), (x_test, y_test)``.  Values stand as they were
measured: scale them in the model, with ``Rescaling`` or ``Normalization``.  Nothing is downloaded:
``mnist``, ``cifar10``, ``cifar100`` and ``csv`` read files that the user has.
"""

from engine.datasets import (
    auto_mpg,
    breast_cancer,
    cifar10,
    cifar100,
    csv,
    diabetes,
    digits,
    fashion_mnist,
    iris,
    mnist,
    sunspots,
    wine,
)

BUNDLED = ("auto_mpg", "breast_cancer", "diabetes", "digits", "fashion_mnist", "iris", "sunspots", "wine")
"""Those that need no file of the user's."""

__all__ = [
    "BUNDLED", "auto_mpg", "breast_cancer", "cifar10", "cifar100", "csv", "diabetes", "digits",
    "fashion_mnist", "iris", "mnist", "sunspots", "wine",
]  # fmt: skip
