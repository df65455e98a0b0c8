"""The part of a layer that knows what was put into it: weights, layers, random generators, torch hooks."""

from __future__ import annotations

from typing import Any

import torch

from engine.layers.scope import path_in_scope
from engine.layers.variable import Variable
from engine.random import SeedGenerator

_hook_epoch = [0]
_SIMPLE = frozenset({bool, int, float, str, type(None)})
_CONTAINERS = (torch.nn.ModuleList, torch.nn.ModuleDict, torch.nn.ParameterList, torch.nn.ParameterDict)
_OWN = frozenset({"_parameters", "_modules", "_buffers", "_weights", "_config", "_inbound", "_losses"})


def hook_epoch() -> int:
    """Return a number that changes whenever a hook is registered or a policy is set on a layer."""
    return _hook_epoch[0]


def note_change() -> None:
    """Let compiled plans notice that a layer is called differently from now on."""
    _hook_epoch[0] += 1


class Tracked(torch.nn.Module):
    """Base of ``Layer``: finds what is set as an attribute, in plain lists and dicts too, as Keras does."""

    name: str
    built: bool
    _weights: list[Variable]
    _initialized = False

    def __setattr__(self, name: str, value: Any) -> None:
        """Track weights, and layers in plain lists and dicts too, as Keras does."""
        own = self.__dict__
        if type(value) in _SIMPLE and name not in own["_parameters"] and name not in own["_modules"]:
            object.__setattr__(self, name, value)  # torch's own way looks three times where it might belong
            return
        if issubclass(type(value), Variable):
            if not any(weight is value for weight in self._weights):
                if value.path == value.name and self._initialized:
                    value.path = f"{path_in_scope(self)}/{value.name}"
                self._weights.append(value)
        elif isinstance(value, torch.nn.Module) and not isinstance(value, (Tracked, *_CONTAINERS)):
            value = self._adopted(value)
        elif value is None and name in own["_parameters"]:
            del self._parameters[name]  # a plain attribute from now on, which may become anything
        super().__setattr__(name, value)
        listed = isinstance(value, (list, tuple, dict)) and not name.startswith("_")
        if listed:
            self._track(name, value)

    def _adopted(self, module: torch.nn.Module) -> Any:
        """Return what stands for a module of torch that is set as an attribute: a layer around it."""
        from engine.layers.torch_module import TorchModuleWrapper

        return TorchModuleWrapper(module)

    def _weight_owners(self) -> list[torch.nn.Module]:
        """Return the modules that hold the weights of this layer alone: itself."""
        return [self]

    def __delattr__(self, name: str) -> None:
        """Forget a weight with its attribute."""
        weight = self._parameters.get(name)
        if isinstance(weight, Variable):
            self._untrack_variable(weight)
        super().__delattr__(name)

    def _track(self, name: str, value: Any, around: tuple[int, ...] = ()) -> None:
        if _plain(value) or id(value) in around:  # a list may hold itself
            return
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            place = f"{name}_{key}".replace(".", "_")
            if isinstance(item, Tracked):
                self._modules[place] = item
            elif isinstance(item, Variable):
                if not any(weight is item for weight in self._weights):
                    self._weights.append(item)
            elif isinstance(item, (list, tuple, dict)):
                self._track(place, item, (*around, id(value)))

    def _sublayers(self) -> list[Any]:
        """Return the layers directly inside this one, each once, in the order of their making."""
        for name, value in list(self.__dict__.items()):
            if isinstance(value, (list, tuple, dict)) and value and not name.startswith("_"):
                self._track(name, value)  # lists may have grown since they were set
        unique: dict[int, Any] = {}
        for module in self._modules.values():
            if isinstance(module, Tracked):
                unique.setdefault(id(module), module)
        return list(unique.values())

    @property
    def _layers(self) -> list[Any]:
        return self._sublayers()

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list[Any]:
        """Return the layers inside this one and inside those, each once, in the order of Keras."""
        found, seen = [self] if include_self else [], {id(self)}
        waiting = list(reversed(self._sublayers()))
        while waiting:
            layer = waiting.pop()
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            found.append(layer)
            if recursive:
                waiting.extend(layer._sublayers())
        return found

    def _attributes_of(self, kind: type) -> list[Any]:
        """Return the objects of a kind that are attributes, in lists and dicts too, each once."""
        unique: dict[int, Any] = {}
        seen: set[int] = set()  # a list may hold itself

        def gather(value: Any) -> None:
            if isinstance(value, kind):
                unique.setdefault(id(value), value)
            elif isinstance(value, (list, tuple, dict)) and not _plain(value) and id(value) not in seen:
                seen.add(id(value))
                for item in value.values() if isinstance(value, dict) else value:
                    gather(item)

        for name, value in self.__dict__.items():
            if name not in _OWN:
                gather(value)
        return list(unique.values())

    @property
    def _seed_generators(self) -> list[Any]:
        return self._attributes_of(SeedGenerator)

    def _untrack_variable(self, variable: Variable) -> None:
        """Forget a weight of this layer."""
        self._weights[:] = [weight for weight in self._weights if weight is not variable]

    # -- torch hooks -------------------------------------------------------------------------------

    def hooked(self) -> bool:
        """Return whether torch hooks hang on the layer, so that it must run through ``__call__``."""
        return bool(
            self._forward_hooks or self._forward_pre_hooks or self._backward_hooks or self._backward_pre_hooks
        )

    def register_forward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_forward_hook(*args, **kwargs)

    def register_forward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_forward_pre_hook(*args, **kwargs)

    def register_full_backward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_full_backward_hook(*args, **kwargs)

    def register_full_backward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_full_backward_pre_hook(*args, **kwargs)


def _plain(value: Any) -> bool:
    """Return whether a list begins with a text or a number: a vocabulary, not a list of layers."""
    first = next(iter(value.values() if isinstance(value, dict) else value), None)
    return first is None or isinstance(first, (str, int, float, bytes))
