"""Fashion-MNIST, a subset of 6,000 pictures of ten kinds of clothing (Zalando, MIT licence)."""

from __future__ import annotations

import numpy as np

from engine.datasets._files import Part, dataset_path


def load_data() -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)`` of the subset: 5,000 and 1,000 rows.

    Keras' dataset of this name has 60,000 and 10,000 rows; this part of it comes with Bunon and needs no
    network.  x is uint8 of shape (rows, 28, 28) with values from 0 to 255, y uint8 of shape (rows,): 0
    T-shirt/top, 1 Trouser, 2 Pullover, 3 Dress, 4 Coat, 5 Sandal, 6 Shirt, 7 Sneaker, 8 Bag, 9 Ankle boot.
    """
    with np.load(dataset_path("fashion_5k.npz"), allow_pickle=False) as file:
        return (file["xtr"], file["ytr"]), (file["xte"], file["yte"])
