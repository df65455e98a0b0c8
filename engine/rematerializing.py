"""Arithmetic that is done again for the gradients instead of being kept in memory.

Keras: ``keras.remat`` and ``keras.RematScope``.  Imports no torch before something is run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib import import_module
from math import prod
from typing import Any

from engine.errors import ParamError

__all__ = ["RematScope", "remat"]

_MODES = ("full", "activations", "larger_than", "list_of_layers", None)
_local = threading.local()


class RematScope:
    """Let layers made inside the ``with`` block save memory: they compute twice instead of remembering.

    ``mode`` says which layers: ``"full"`` all, ``"activations"`` only the activation functions of layers
    that have one, ``"larger_than"`` those whose output has more than ``output_size_threshold`` numbers (open
    axes count as one), ``"list_of_layers"`` those named in ``layer_names``, ``None`` none.  Models are left
    alone, what lies in them is not.  Raises ``ParamError`` for other modes.
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Sequence[str] | None = None,
    ) -> None:
        if mode not in _MODES:
            raise ParamError(
                f"Invalid mode '{mode}'. Supported modes are: 'full', 'activations', 'larger_than', "
                "'list_of_layers', or None.",
                code="param",
                param="mode",
                got=mode,
            )
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())

    def __enter__(self) -> RematScope:
        _stack().append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _stack().pop()


def _stack() -> list[RematScope]:
    stack: list[RematScope] | None = getattr(_local, "stack", None)
    if stack is None:
        stack = _local.stack = []
    return stack


def get_current_remat_mode() -> RematScope | None:
    """Return the innermost ``RematScope`` around this call, or ``None``."""
    stack = _stack()
    return stack[-1] if stack else None


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``f`` (a function or a layer) so that its inner results are not kept for the gradients.

    They are computed again when the gradients are: less memory for about a third more time.  Random numbers
    are the same both times.
    """
    from engine.layers.layer import Layer

    layer = f if isinstance(f, Layer) else None

    @wraps(f if layer is None else type(layer).call)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        return _checkpointed(f, layer, args, kwargs)

    return checkpointed


def _checkpointed(f: Callable[..., Any], layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    torch: Any = import_module("torch")
    if not torch.is_grad_enabled():
        return f(*args, **kwargs)
    from engine.layers.calling import training_now

    generators = _generators(layer)
    places = [generator._now() for generator in generators]
    training = training_now()
    runs = 0

    def run(*args: Any, **kwargs: Any) -> Any:
        nonlocal runs
        runs += 1
        if runs == 1:
            return f(*args, **kwargs)
        with _again(layer, training, list(zip(generators, places, strict=True))):
            return f(*args, **kwargs)

    checkpoint: Any = import_module("torch.utils.checkpoint")
    return checkpoint.checkpoint(run, *args, use_reentrant=False, **kwargs)


def _generators(layer: Any) -> list[Any]:
    from engine.random import global_seed_generator

    inside = [] if layer is None else [g for one in layer._flatten_layers() for g in one._seed_generators]
    return [global_seed_generator(), *inside]


@contextmanager
def _again(layer: Any, training: bool, places: list[tuple[Any, Any]]) -> Iterator[None]:
    """Let the second run be as the first was, and leave no trace: no step of a random generator, no loss
    term, no other moving average.
    """
    from engine.layers.borrowed import in_half
    from engine.layers.calling import training_as
    from engine.layers.tracing import _unchanged

    now = [(generator, generator._now()) for generator, _ in places]
    with ExitStack() as stack:
        stack.enter_context(training_as(training))
        if layer is not None:
            stack.enter_context(_unchanged(layer))
            if layer._mixed:
                stack.enter_context(in_half(layer))
        for generator, place in places:
            generator._go_to(place)
        try:
            yield
        finally:
            for generator, place in now:
                generator._go_to(place)


class _RematCall:
    """The ``call`` of a layer that was made in a ``RematScope``; copied and pickled with its layer."""

    def __init__(self, layer: Any, scope: RematScope) -> None:
        self.layer = layer
        self.scope = scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        layer, mode = self.layer, self.scope.mode
        plain = type(layer).call.__get__(layer)
        if mode == "activations":
            if getattr(layer, "activation", None) is None:
                return plain(*args, **kwargs)
            return self._by_activation(plain, args, kwargs)
        if mode == "larger_than" and self._size(args, kwargs) <= self.scope.output_size_threshold:
            return plain(*args, **kwargs)
        return _checkpointed(plain, layer, args, kwargs)

    def _by_activation(self, plain: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        activation = self.layer.activation
        object.__setattr__(self.layer, "activation", remat(activation))
        try:
            return plain(*args, **kwargs)
        finally:
            object.__setattr__(self.layer, "activation", activation)

    def _size(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        from engine.structure import flatten

        made = flatten(self.layer.compute_output_spec(*args, **kwargs))
        return sum(prod(size or 1 for size in spec.shape) for spec in made)


def rematerialized(layer: Any) -> None:
    """Let ``layer``, which is being made, do as the ``RematScope`` around says, if there is one."""
    scope = get_current_remat_mode()
    if scope is None or scope.mode is None or hasattr(layer, "fit"):
        return
    if scope.mode == "list_of_layers" and layer.name not in scope.layer_names:
        return
    object.__setattr__(layer, "call", _RematCall(layer, scope))
