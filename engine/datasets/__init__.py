"""Small real datasets that come with Bunon, in the style of ``keras.datasets``.

Every module has ``load_data() -> (x_train, y_train), (x_test, y_test)``.  Values stand as they were
measured: scale them in the model, with ``Rescaling`` or ``Normalization``.  Nothing is downloaded.
"""

from engine.datasets import (
    auto_mpg,
    breast_cancer,
    diabetes,
    digits,
    fashion_mnist,
    iris,
    sunspots,
    wine,
)

__all__ = ["auto_mpg", "breast_cancer", "diabetes", "digits", "fashion_mnist", "iris", "sunspots", "wine"]
