"""Whose build or call is running in this thread: where paths of layers and weights come from."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

_local = threading.local()


def running_layers() -> list[Any]:
    """Return the layers that are being built or called in this thread, the outermost first."""
    stack: list[Any] | None = getattr(_local, "layers", None)
    if stack is None:
        stack = _local.layers = []
    return stack


@contextmanager
def inside(layer: Any) -> Iterator[None]:
    """Let what is made inside the ``with`` block lie below ``layer``."""
    stack = running_layers()
    stack.append(layer)
    try:
        yield
    finally:
        stack.pop()


def path_in_scope(layer: Any) -> str:
    """Return the names of the layers at work and of ``layer``, by slashes; one at work twice is one."""
    names: list[str] = []
    last = None
    for one in (*running_layers(), layer):
        if one is not last:
            names.append(one.name)
        last = one
    return "/".join(names)


def building(build: Callable[..., Any]) -> Callable[..., Any]:
    """Return a class's ``build``, which marks the layer as built and remembers the shapes it was built for.

    A ``build`` that calls the one of its base class counts once.
    """
    signature = inspect.signature(build)

    @functools.wraps(build)
    def builds(self: Any, *args: Any, **kwargs: Any) -> None:
        if self._building:
            build(self, *args, **kwargs)
            return
        self._building = True
        try:
            with inside(self), torch.no_grad():
                self._path = path_in_scope(self)
                if hasattr(self._dtype_policy, "default_policy"):
                    self._set_policy(self._dtype_policy)  # a DTypePolicyMap goes by the path
                build(self, *args, **kwargs)
        finally:
            self._building = False
        given = signature.bind(self, *args, **kwargs).arguments
        self._build_shapes = dict(list(given.items())[1:])
        self.built = True

    return builds
