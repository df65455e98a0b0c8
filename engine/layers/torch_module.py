"""Modules of torch as layers."""

from __future__ import annotations

import base64
import copy
import io
from itertools import count
from typing import Any
from weakref import WeakValueDictionary

import torch

from engine.backend import get_device
from engine.errors import EngineError, ParamError
from engine.layers.layer import Layer
from engine.layers.variable import Variable
from engine.params import Anything
from engine.structure import flatten, map_shapes, map_structure

_modules: WeakValueDictionary[str, torch.nn.Module] = WeakValueDictionary()
_marks = count()


class TorchModuleWrapper(Layer):
    """A layer that is a module of torch: its parameters become weights, its buffers are saved with them.

    A module that is set as an attribute of a layer or model is wrapped by itself.  Modules switch between
    training and inference as ``training`` says, like every layer.

    Files keep the numbers of the module.  The module itself is never read from a file, for that would run
    code of the file: it is found again in the process that made it (with ``safe_mode=False``), and elsewhere
    ``custom_objects={"NAME OF THE LAYER": module}`` gives it, a module or a function that makes one.  Raises
    ``ParamError`` for what is no module and for lazy modules without sizes.  Keras:
    ``keras.layers.TorchModuleWrapper``.

    Args:
        module: The module of torch.
        output_shape: The shape that comes out, with the batch axis; found by a trial run where not told.
    """

    in_palette = False

    def __init__(
        self, module: Anything, name: str | None = None, output_shape: Anything = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        if not isinstance(module, torch.nn.Module):
            raise ParamError(
                f"TorchModuleWrapper: module is a torch.nn.Module. Received: module={module!r}",
                code="param",
                owner="TorchModuleWrapper",
                param="module",
                got=module,
            )
        lazy = isinstance(module, torch.nn.modules.lazy.LazyModuleMixin)
        if lazy and module.has_uninitialized_params():  # type: ignore[operator]  # torch types it as a module
            raise ParamError(
                "LazyModules are not supported unless they are already initialized: call the module once "
                f"first. Received uninitialized LazyModule: module={module}",
                code="param",
                owner="TorchModuleWrapper",
                param="module",
                got=module,
            )
        self.module = module.to(get_device())
        self.output_shape = output_shape
        self._adopt()
        self.built = True

    def _adopt(self) -> None:
        """Put a weight of the same memory in place of every parameter of the module."""
        known: dict[int, Variable] = {}
        for place, owner in self.module.named_modules():
            for name, value in owner._parameters.items():
                if value is None:
                    continue
                if isinstance(value, Variable):
                    known.setdefault(id(value), value)
                elif id(value) not in known:
                    full = f"{place}.{name}" if place else name
                    weight = Variable(value.detach(), trainable=value.requires_grad, name=full)
                    weight.path = f"{self.name}/{full}"
                    known[id(value)] = weight
                owner._parameters[name] = known[id(value)]
        self._weights[:] = list(dict.fromkeys(known.values()))

    def _adopted(self, module: torch.nn.Module) -> torch.nn.Module:
        return module

    def _weight_owners(self) -> list[torch.nn.Module]:
        return list(self.module.modules())

    def call(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Return what the module returns."""
        wanted = bool(training)
        if self.module.training != wanted:
            self.module.train(wanted)
        return self.module(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic tensors for what comes out, by a trial run on zeros of two sizes."""
        from engine.layers.symbolic import KerasTensor
        from engine.layers.tracing import run_on_zeros

        if self.output_shape is not None:
            return map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), self.output_shape)
        kwargs = {**kwargs, "training": False}
        one, others = (run_on_zeros(self, args, kwargs, size) for size in (2, 3))
        rest = iter(flatten(others))

        def merged(left: torch.Tensor) -> KerasTensor:
            sizes = zip(left.shape, next(rest).shape, strict=True)
            return KerasTensor(
                tuple(a if a == b else None for a, b in sizes), str(left.dtype).removeprefix("torch.")
            )

        return map_structure(merged, one)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that comes out."""
        from engine.layers.symbolic import KerasTensor

        if self.output_shape is not None:
            return self.output_shape
        entry = map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), input_shape)
        return map_structure(lambda spec: spec.shape, self.compute_output_spec(entry))

    def save_own_variables(self, store: Any) -> None:
        """Put the module's ``state_dict`` into ``store``."""
        for name, value in self.module.state_dict().items():
            store[name] = value

    def load_own_variables(self, store: Any) -> None:
        """Take the module's ``state_dict`` from ``store``; raises ``EngineError`` where it does not fit."""
        try:
            self.module.load_state_dict({name: torch.as_tensor(store[name]) for name in store})
        except RuntimeError as error:
            raise EngineError(f"The weights in the file do not fit layer '{self.name}': {error}") from None

    def get_config(self) -> dict[str, Any]:
        """Return the arguments: the module as Keras writes it, and a mark by which this process knows it."""
        mark = next((mark for mark, known in _modules.items() if known is self.module), None)
        if mark is None:
            mark = f"module_{next(_marks)}"
            _modules[mark] = self.module
        buffer = io.BytesIO()
        torch.save(self.module, buffer)
        written = base64.b64encode(buffer.getvalue()).decode("ascii")
        base = super().get_config()
        return {**base, "module": written, "output_shape": self.output_shape, "mark": mark}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: bool | None = None
    ) -> Any:
        """Return a layer around a copy of the module, if this process or ``custom_objects`` knows it."""
        from engine.registry import scope_objects
        from engine.serialization import in_safe_mode

        found = dict(config)
        mark = found.pop("mark", None)
        given = {**scope_objects(), **(custom_objects or {})}.get(found.get("name"))
        if given is not None:
            found["module"] = given if isinstance(given, torch.nn.Module) else given()
        elif isinstance(found.get("module"), str):
            found["module"] = _known(mark, in_safe_mode() if safe_mode is None else safe_mode, found["name"])
        return super().from_config(found)


def _known(mark: Any, safe_mode: bool | None, name: str) -> torch.nn.Module:
    give = f"Pass the module itself, or a function that makes it: custom_objects={{{name!r}: ...}}."
    if safe_mode is not False:
        raise EngineError(
            "A torch.nn.Module in a file is read by `torch.load()`, which would allow arbitrary code "
            f"execution: it is not done. {give} A module of this process is found again with "
            "safe_mode=False.",
            code="unsafe",
        )
    module = _modules.get(str(mark))
    if module is None:
        raise EngineError(
            "The torch.nn.Module in the file was made elsewhere. It is not read from the file, not even with "
            f"safe_mode=False, for that may run any code. {give}",
            code="unsafe",
        )
    return copy.deepcopy(module)
