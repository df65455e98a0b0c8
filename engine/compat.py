"""Names of Keras 1, understood with a warning that says today's word.  The one place that knows them."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

_WORDS: Mapping[str, Mapping[str, str]] = {
    "layer": {
        "output_dim": "units",
        "nb_filter": "filters",
        "filter_length": "kernel_size",
        "subsample": "strides",
        "subsample_length": "strides",
        "border_mode": "padding",
        "pool_length": "pool_size",
        "init": "kernel_initializer",
        "inner_init": "recurrent_initializer",
        "inner_activation": "recurrent_activation",
        "W_regularizer": "kernel_regularizer",
        "b_regularizer": "bias_regularizer",
        "W_constraint": "kernel_constraint",
        "b_constraint": "bias_constraint",
        "bias": "use_bias",
        "p": "rate",
    },
    "optimizer": {"lr": "learning_rate"},
    "fit": {"nb_epoch": "epochs"},
}


def translate(owner: str, given: Mapping[str, Any], known: Any, kind: str = "layer") -> dict[str, Any]:
    """Return ``given`` with arguments of Keras 1 under today's names, each with a ``DeprecationWarning``.

    Only names that ``known`` (today's arguments of ``owner``) does not hold are touched.  ``kind`` is
    ``"layer"``, ``"optimizer"`` or ``"fit"``.
    """
    words = _WORDS[kind]
    found: dict[str, Any] = {}
    for name, value in given.items():
        new = words.get(name, "")
        if name in known or not new or new not in known or new in given:
            found[name] = value
            continue
        warn(f"{owner}({name}=...)", f"{new}=...")
        found[new] = value
    return found


def warn(old: str, new: str) -> None:
    """Warn that ``old`` is a word of Keras 1 and that today's is ``new``."""
    warnings.warn(f"{old} is a name of Keras 1. Today's word is {new}", DeprecationWarning, stacklevel=4)


def tolerant(init: Callable[..., None], kind: str) -> Callable[..., None]:
    """Return a constructor that understands the words of Keras 1 too."""
    known = tuple(inspect.signature(init).parameters)

    @functools.wraps(init)
    def understanding(self: Any, *args: Any, **kwargs: Any) -> None:
        if any(name in _WORDS[kind] for name in kwargs):
            kwargs = translate(type(self).__name__, kwargs, known, kind)
        init(self, *args, **kwargs)

    return understanding


class Keras1Model:
    """Methods and arguments that models had in Keras 1; mixed into ``Model``."""

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """Train; see ``Trainer.fit``.  ``nb_epoch`` is understood as ``epochs``."""
        if "nb_epoch" in kwargs:
            kwargs = translate("fit", kwargs, ("epochs",), "fit")
        return super().fit(*args, **kwargs)  # type: ignore[misc]  # the trainer's, further along the line

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: Any = 0) -> Any:
        """Return the most likely class of each sample. Today: ``predict(x).argmax(-1)``."""
        warn("predict_classes", "predict(x).argmax(-1), or (predict(x) > 0.5) for one unit.")
        scores = self.predict(x, batch_size=batch_size, verbose=verbose)  # type: ignore[attr-defined]  # a mixin's
        return scores.argmax(-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    def predict_proba(self, x: Any, batch_size: int = 32, verbose: Any = 0) -> Any:
        """Return the outputs for each sample. Today: ``predict(x)``."""
        warn("predict_proba", "predict(x).")
        return self.predict(x, batch_size=batch_size, verbose=verbose)  # type: ignore[attr-defined]  # a mixin's
