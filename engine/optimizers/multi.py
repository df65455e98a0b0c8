"""An optimizer made of several, each for weights of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from torch import Tensor

from engine.errors import EngineError, NotBuiltError
from engine.optimizers.loss_scale import LossScaleOptimizer
from engine.optimizers.optimizer import Optimizer


class OptimizerMap(MutableMapping[str, Any]):
    """Says which optimizer trains which weight: patterns (regular expressions) of paths, one for the rest."""

    def __init__(self, default_optimizer: Any, optimizer_map: dict[str, Any] | None = None) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"default_optimizer must be an Optimizer. Received: {default_optimizer!r}")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"optimizer_map must be a dictionary. Received: {optimizer_map!r}")
        self._default_optimizer = default_optimizer
        self._optimizer_map: dict[str, Any] = optimizer_map or {}

    @property
    def default_optimizer(self) -> Any:
        """The optimizer of weights that no pattern matches."""
        return self._default_optimizer

    def __getitem__(self, key: str) -> Any:
        """Return the optimizer for the weight at path ``key``; raises where several patterns match."""
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        hits = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(hits) > 1:
            raise EngineError(
                f"Multiple optimizers assigned to variable {key}. Received: {hits}", code="param"
            )
        return self._optimizer_map[hits[0]] if hits else self._default_optimizer

    def __setitem__(self, key: str, optimizer: Any) -> None:
        if key in self._optimizer_map:
            raise EngineError(
                f"'{key}' already exists in the OptimizerMap with value {self._optimizer_map[key]}. Please "
                "make sure to not use duplicated keys.",
                code="param",
            )
        if not isinstance(key, str):
            raise EngineError(f"key must be a string. Received: {key!r}", code="param")
        if not isinstance(optimizer, Optimizer):
            raise EngineError(f"optimizer must be an Optimizer. Received: {optimizer!r}", code="param")
        for kind in (LossScaleOptimizer, MultiOptimizer):
            if isinstance(optimizer, kind):
                raise EngineError(f"optimizer cannot be {kind.__name__}.", code="param")
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._optimizer_map[key]

    def __len__(self) -> int:
        return len(self._optimizer_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizer_map)

    def __call__(self, variable: Any) -> Any:
        """Return the optimizer for a weight."""
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        from engine.optimizers import serialize

        rows = {pattern: serialize(each) for pattern, each in self._optimizer_map.items()}
        return {"default_optimizer": serialize(self._default_optimizer), "optimizer_map": rows}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the map that ``get_config`` described."""
        from engine.optimizers import deserialize

        rows = {key: deserialize(each, custom_objects) for key, each in config["optimizer_map"].items()}
        return cls(deserialize(config["default_optimizer"], custom_objects), rows)


class MultiOptimizer(Optimizer):
    """Trains different weights by different optimizers, as ``optimizer_map`` says for each.

    ``optimizer_map`` is an ``OptimizerMap`` or a function from a weight to its optimizer.
    """

    def __init__(
        self,
        optimizer_map: Callable[[Any], Any],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        self._inner_optimizers: list[Any] = []
        self._loss_scale_factor: float | None = None
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        self._var_to_optimizer_idx: dict[int, int] = {}
        if isinstance(optimizer_map, OptimizerMap):
            for each in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._adopt(each)

    def _adopt(self, optimizer: Any) -> int:
        """Return the place of an optimizer among those inside, where it is put if it is new."""
        if optimizer not in self._inner_optimizers:
            optimizer.loss_scale_factor = self.loss_scale_factor
            self._inner_optimizers.append(optimizer)
        return self._inner_optimizers.index(optimizer)

    @staticmethod
    def _var_key(variable: Any) -> int:
        return id(variable)

    def build(self, variables: Iterable[Any]) -> None:
        """Give every weight to its optimizer and make their states."""
        if self.built:
            return
        weights = list(variables)
        for weight in weights:
            found = self._optimizer_map(weight)
            if not isinstance(found, Optimizer):
                raise EngineError(
                    f"Optimizer for variable {getattr(weight, 'path', weight)} is not an Optimizer instance. "
                    f"Received: {found!r}",
                    code="param",
                )
            for kind in (LossScaleOptimizer, MultiOptimizer):
                if isinstance(found, kind):
                    raise EngineError(
                        f"{kind.__name__} cannot be used inside an MultiOptimizer.", code="param"
                    )
            self._var_to_optimizer_idx[id(weight)] = self._adopt(found)
        for place, each in enumerate(self._inner_optimizers):
            mine = [weight for weight in weights if self._var_to_optimizer_idx[id(weight)] == place]
            if mine:
                each.build(mine)
        super().build(weights)

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers inside."""
        return self._inner_optimizers

    @property
    def variables(self) -> list[Any]:
        """Its own count, then the variables of the optimizers inside, one after the other."""
        return [*super().variables, *(item for each in self._inner_optimizers for item in each.variables)]

    @property
    def learning_rate(self) -> Any:
        """Not to be had: every optimizer inside has its own."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own: read those of its sub-optimizers, in "
            "`.optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own: set those of its sub-optimizers, in "
            "`.optimizers`."
        )

    @property
    def loss_scale_factor(self) -> float | None:
        """The factor by which the loss was scaled, for all optimizers inside."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: float | None) -> None:
        self._loss_scale_factor = value
        for each in self._inner_optimizers:
            each.loss_scale_factor = value

    @property
    def use_ema(self) -> bool:
        """Whether an optimizer inside keeps a moving average of its weights."""
        return any(each.use_ema for each in self._inner_optimizers)

    @use_ema.setter
    def use_ema(self, value: bool) -> None:
        """Leave it to the optimizers inside."""

    def apply(self, grads: Sequence[Tensor | None], trainable_variables: Iterable[Any] | None = None) -> None:
        """Do one step of every optimizer inside that has weights."""
        given = list(grads)
        if not given:
            return
        if trainable_variables is None and not self.built:
            raise NotBuiltError(
                "Gradients came without the weights that they belong to. Give those as well, or tell the "
                "optimizer of them beforehand, by build(trainable_variables).",
                code="not_built",
            )
        weights = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        self.build(weights)
        if len(given) != len(self._trainable_variables):
            raise EngineError(
                f"Gradients must match trainable variables one-to-one. Received {len(given)} gradients and "
                f"{len(self._trainable_variables)} variables.",
                code="gradient",
            )
        rows: list[list[tuple[Any, Any]]] = [[] for _ in self._inner_optimizers]
        for grad, weight in zip(given, weights, strict=True):
            rows[self._var_to_optimizer_idx[id(weight)]].append((grad, weight))
        for each, row in zip(self._inner_optimizers, rows, strict=True):
            if row:
                each.apply([grad for grad, _ in row], [weight for _, weight in row])
        self._count += 1

    def step(self, grads: Sequence[Tensor | None]) -> None:
        """Do one step from one gradient per weight of ``build``."""
        self.apply(grads)

    def finalize_variable_values(self, var_list: Iterable[Any] | None = None) -> None:
        """Put the moving averages into the weights, where optimizers inside keep them."""
        for each in self._inner_optimizers:
            each.finalize_variable_values()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        from engine.optimizers import serialize

        return {
            "optimizer_map": serialize(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the optimizer that ``get_config`` described, without its state."""
        from engine.optimizers import deserialize

        given = dict(config)
        if isinstance(given["optimizer_map"], Mapping) and not isinstance(
            given["optimizer_map"], OptimizerMap
        ):
            given["optimizer_map"] = deserialize(given["optimizer_map"], custom_objects)
        return cls(**given)
