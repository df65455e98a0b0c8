"""Losses that are nested like the outputs: some for single outputs, some for several of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import EngineError
from engine.metrics.compiled import UnknownOutputError
from engine.structure import flatten, map_structure, ordered, pack_like, same_nesting


class Part:
    """A loss and the outputs that it takes: ``like`` is their nesting, with the place of each as its leaf."""

    def __init__(self, like: Any, loss: Any, weight: Any, name: str) -> None:
        self.like = like
        self.loss = loss
        self.weight = weight
        self.name = name
        self.tracker: Any = None

    def of(self, values: Sequence[Any]) -> Any:
        """Return those of ``values``, one for each output, that the loss takes, nested as it expects them."""
        return map_structure(lambda place: values[place], self.like)


def is_container(value: Any) -> bool:
    """Return whether ``value`` is a list, a tuple or a dict that is no config."""
    return isinstance(value, (list, tuple)) or (isinstance(value, Mapping) and "class_name" not in value)


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else list(value)


def goes_deep(value: Any) -> bool:
    """Return whether a list or dict holds lists (of more than one) or dicts itself."""
    return is_container(value) and any(
        is_container(item) and (isinstance(item, Mapping) or len(item) > 1) for item in _inside(value)
    )


def leaves_like(structure: Any, values: Any) -> list[Any]:
    """Return the leaves of ``values`` in the order of ``structure``, whose nesting they have."""
    if isinstance(structure, Mapping):
        return [leaf for key in ordered(structure) for leaf in leaves_like(structure[key], values[key])]
    if isinstance(structure, (list, tuple)):
        return [
            leaf for inner, item in zip(structure, values, strict=True) for leaf in leaves_like(inner, item)
        ]
    return [values]


def parts_of(loss: Any, weights: Any, structure: Any, names: Sequence[str]) -> list[Part]:
    """Return the losses with the outputs that each takes, for outputs nested as ``structure``.

    A list that is not of the outputs' own type holds losses that all take the same; one of their type, or a
    dict, goes on inside them.  Raises ``KeyError`` for places that the outputs have not and ``ValueError``
    for weights that do not fit.  Keras: ``keras.src.trainers.compile_utils.CompileLoss``.
    """
    count = len(flatten(structure))
    likes = pack_like(structure, list(range(count)))
    whole = pack_like(structure, list(names))
    found: list[Part] = []
    _gather(found, _weighed(loss, weights), likes, whole, ())
    return found


class _Weighed:
    def __init__(self, loss: Any, weight: Any) -> None:
        self.loss = loss
        self.weight = weight


def _leaves(value: Any) -> list[Any]:
    return [leaf for item in _inside(value) for leaf in _leaves(item)] if is_container(value) else [value]


def _weighed(loss: Any, weights: Any) -> Any:
    """Return the nesting of ``loss`` with each loss beside its weight."""
    if weights is None:
        rest = iter([None] * len(_leaves(loss)))
    else:
        flat = flatten(weights)
        if not same_nesting(loss, weights) and len(_leaves(loss)) != len(flat):
            raise EngineError(
                f"`loss_weights` must match the number of losses, got {len(_leaves(loss))} losses and "
                f"{len(flat)} weights.",
                code="loss_weights",
            )
        rest = iter(flat)

    def pair(value: Any) -> Any:
        if isinstance(value, Mapping) and is_container(value):
            return {key: pair(item) for key, item in value.items()}
        if is_container(value):
            items = [pair(item) for item in value]
            return pack_like(value, items) if hasattr(value, "_fields") else type(value)(items)
        return _Weighed(value, next(rest))

    return pair(loss)


def _gather(found: list[Part], loss: Any, like: Any, names: Any, path: tuple[Any, ...]) -> None:
    if isinstance(loss, _Weighed):
        if loss.loss is not None:
            found.append(Part(like, loss.loss, loss.weight, _name(names, path)))
        return
    places = flatten(like)
    lone = isinstance(loss, (list, tuple)) and not any(is_container(item) for item in loss)
    if lone and len(loss) == len(places):
        loss = pack_like(like, list(loss))
    elif isinstance(loss, (list, tuple)) and not isinstance(like, type(loss)):
        for item in loss:
            _gather(found, item, like, names, path)
        return
    if isinstance(loss, _Weighed):
        _gather(found, loss, like, names, path)
        return
    if not isinstance(loss, type(like)):
        raise _missing(path)
    for key, item in loss.items() if isinstance(loss, Mapping) else enumerate(loss):
        known = key in like if isinstance(like, Mapping) else key < len(like)
        if not known:
            raise _missing((*path, key))
        _gather(found, item, like[key], names[key], (*path, key))


def _missing(path: tuple[Any, ...]) -> UnknownOutputError:
    return UnknownOutputError(
        f"The path: {path} in the `loss` argument, can't be found in the model's output (`y_pred`). Nest the "
        "losses as the outputs are.",
        code="output_name",
        path=path,
    )


def _name(names: Any, path: tuple[Any, ...]) -> str:
    """Return what a loss is called: the way to its output, or all outputs that it takes."""
    if not is_container(names):
        if not path:
            return str(names)
        if isinstance(path[-1], int):
            path = (*path[:-1], names)
    text = "/".join(map(str, path))
    if text:
        return text
    return "_".join(map(str, names if isinstance(names, Mapping) else flatten(names)))
