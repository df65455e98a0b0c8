"""The metrics that a model was compiled with, as one metric whose result is a dict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from engine.errors import EngineError, did_you_mean
from engine.metrics.metric import Metric
from engine.structure import flatten, ordered


class UnknownOutputError(EngineError, KeyError):
    """``compile`` was given something for an output that the model has not."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError's own would quote the sentence


def unknown_output(word: str, name: str, names: Sequence[str]) -> UnknownOutputError:
    """Return the error for a key of argument ``word`` that names none of the outputs ``names``."""
    return UnknownOutputError(
        f"Invalid `{word}`: {name!r} in the `{word}` argument, can't be found in either the model's output "
        f"names or its nesting. Expected keys: {', '.join(names)}.{did_you_mean(name, names)}",
        code="output_name",
        name=name,
        expected=list(names),
    )


class CompileMetrics(Metric):
    """What ``compile(metrics=..., weighted_metrics=...)`` asked for, over all outputs of a model.

    The words "accuracy" and "crossentropy" become metrics in ``build``, from the shapes of targets and
    predictions.  ``metrics`` never see sample weights, ``weighted_metrics`` do.  ``model.metrics`` holds
    one of these beside the tracker of the loss, as in Keras.  Raises ``EngineError`` (a ``ValueError``) for
    what is no list, tuple or dict, and for lists and dicts that do not fit the outputs.
    """

    def __init__(
        self,
        metrics: Any,
        weighted_metrics: Any,
        name: str = "compile_metric",
        output_names: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name=name)
        self.name = "compile_metrics"  # as Keras calls it in any case
        for word, given in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if given and not isinstance(given, (list, tuple, Mapping)):
                raise EngineError(
                    f"Expected `{word}` argument to be a list, tuple, or dict. "
                    f"Received: {word}={given!r} of type {type(given)}",
                    code="metrics",
                )
        self.output_names = list(output_names) if output_names else None
        self.built = False
        self._asked = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        self._keys: list[str] | None = None
        self._rows: list[tuple[int, Metric, str, bool]] = []
        """Each metric: its output, itself, its name in results, and whether it is shown the weights."""

    # -- building ----------------------------------------------------------------------------------

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Make the metrics for targets and predictions like these: arrays, tensors or symbolic tensors."""
        count = len(flatten(y_pred))
        flat = isinstance(y_pred, (list, tuple, Mapping)) and len(y_pred) == count
        names = self.output_names
        if flat and isinstance(y_pred, Mapping) and not (names and set(names) == set(y_pred)):
            names = ordered(y_pred)  # the keys are the names that users know
        self._keys = names if flat and count > 1 else None
        named = names if names is not None and len(names) == count else None
        true, pred = self._flat(y_true), self._flat(y_pred)
        used: set[str] = set()
        self._rows = []
        for word, given in self._asked.items():
            weighs = word == "weighted_metrics"
            for place, items in enumerate(_per_output(given, y_pred, named if flat else None, count, word)):
                for item in items:
                    target = true[place] if place < len(true) else None
                    metric = _made(item, target, pred[place])
                    prefix = f"{named[place]}_" if named and count > 1 else ""
                    key = f"{prefix}{metric.name}"
                    if weighs and key in used:
                        key = f"{prefix}weighted_{metric.name}"
                    self._rows.append((place, metric, _free(key, used), weighs))
        self.built = True

    def _flat(self, value: Any) -> list[Any]:
        """Return the parts of targets or predictions in the order of the outputs."""
        if self._keys is not None and isinstance(value, Mapping):
            return [value[key] for key in self._keys]
        return flatten(value)

    # -- running -----------------------------------------------------------------------------------

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Show the metrics targets and predictions, nested as the outputs are, and weights of the rows."""
        if not self.built:
            self.build(y_true, y_pred)
        true, pred = self._flat(y_true), self._flat(y_pred)
        weights = [None] * len(true) if sample_weight is None else self._flat(sample_weight)
        if len(weights) < len(true):
            weights = [weights[0]] * len(true)
        self.update(true, pred, weights)

    def update(self, y_true: Sequence[Any], y_pred: Sequence[Any], weights: Sequence[Any] | None) -> None:
        """Do as ``update_state`` does with lists that hold one part for each output."""
        for place, metric, _, weighs in self._rows:
            if place < len(y_true) and y_true[place] is not None:
                if weighs and weights is not None:
                    metric.update_state(y_true[place], y_pred[place], weights[place])
                else:
                    metric.update_state(y_true[place], y_pred[place])

    def reset_state(self) -> None:
        """Forget every batch."""
        for _, metric, _, _ in self._rows:
            metric.reset_state()

    def named(self) -> dict[str, Metric]:
        """Return the metrics by the names that they have in results."""
        return {name: metric for _, metric, name, _ in self._rows}

    def result(self) -> Any:
        """Return the numbers by name; raises ``EngineError`` before the first batch."""
        if not self.built:
            raise EngineError(
                "Cannot get result() since the metric has not yet been built: show it a batch first.",
                code="not_built",
            )
        return {name: metric.result() for _, metric, name, _ in self._rows}

    @property
    def metrics(self) -> list[Metric]:
        """The single metrics; none before they are built."""
        return [metric for _, metric, _, _ in self._rows]

    @property
    def variables(self) -> list[Any]:
        """The states of the single metrics."""
        return [state for metric in self.metrics for state in getattr(metric, "variables", ())]

    def get_config(self) -> dict[str, Any]:
        """Raise: a model's ``get_compile_config`` describes these."""
        raise NotImplementedError("Metrics of a model are described by its get_compile_config().")


def _free(name: str, used: set[str]) -> str:
    """Return ``name``, with a number where it is used already, and note it as used."""
    found, number = name, 0
    while found in used:
        number += 1
        found = f"{name}_{number}"
    used.add(found)
    return found


def _made(item: Any, y_true: Tensor | None, y_pred: Tensor) -> Metric:
    from engine.metrics import resolve

    if item is None:
        raise EngineError("Expected a metric. Received: None", code="metrics")
    shape = tuple(y_pred.shape)
    return resolve(item, tuple(y_true.shape) if y_true is not None else shape, shape)


def _per_output(
    given: Any, y_pred: Any, names: Sequence[str] | None, count: int, word: str
) -> list[list[Any]]:
    """Return the metrics asked for each output."""
    if not given:
        return [[] for _ in range(count)]
    if count == 1:
        return [[item for item in flatten(given) if item is not None]]
    flat = isinstance(y_pred, (list, tuple, Mapping)) and len(y_pred) == count
    if flat and isinstance(given, (list, tuple)) and len(given) == count:
        return [_list(item) for item in given]
    if flat and names and isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise unknown_output(word, name, names)
        return [_list(given.get(name)) for name in names]
    found: list[list[Any]] = []
    if not _along(found, given, y_pred):
        raise EngineError(
            f"Invalid `{word}`. `{word}` should contain metrics objects and either be a dict or a list "
            f"matching the output names of the model ({', '.join(names or ()) or 'it has none'}) or match "
            f"the structure of its {count} outputs. Received: {word}={given!r}",
            code="output_count",
            expected=count,
        )
    return found


def _list(item: Any) -> list[Any]:
    if item is None:
        return []
    return [leaf for leaf in flatten(item) if leaf is not None] if isinstance(item, (list, tuple)) else [item]


def _along(found: list[list[Any]], given: Any, like: Any) -> bool:
    """Gather what stands at each leaf of ``like``; return whether ``given`` is nested that far."""
    if isinstance(like, Mapping):
        if not isinstance(given, Mapping) or set(given) != set(like):
            return False
        return all(_along(found, given[key], like[key]) for key in ordered(like))
    if isinstance(like, (list, tuple)):
        if not isinstance(given, (list, tuple)) or len(given) != len(like):
            return False
        return all(_along(found, item, inner) for item, inner in zip(given, like, strict=True))
    found.append(_list(given))
    return True
