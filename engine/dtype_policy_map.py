"""Policies by the place of a layer in its model.  Keras: ``keras.dtype_policies.DTypePolicyMap``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from engine import dtype_policies
from engine.dtype_policies import DTypePolicy
from engine.errors import ParamError


class DTypePolicyMap(DTypePolicy, MutableMapping[str, DTypePolicy]):
    """A policy that differs from layer to layer: from paths of layers to policies.

    A key is a path (``"encoder/dense"``) or a regular expression for whole paths (``"encoder/.*"``).  Where
    no key fits, it is ``default_policy``, without one the policy of ``config.dtype_policy()``.  A layer that
    has such a map as its ``dtype`` looks for its own path when it is built.  Raises ``ParamError`` where
    several expressions fit a path and for keys given twice, ``TypeError`` where ``policy_map`` is no dict.
    """

    __slots__ = ("_default", "_given", "_map")

    def __init__(self, default_policy: Any = None, policy_map: dict[str, Any] | None = None) -> None:
        if isinstance(default_policy, DTypePolicyMap):
            raise ParamError("`default_policy` cannot be a `DTypePolicyMap`.", code="param")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(
                "If specified, `policy_map` must be a dict. "
                f"Received: policy_map={policy_map!r} of type {type(policy_map).__name__}"
            )
        self._given = default_policy
        self._default = dtype_policies.get(default_policy)
        self._map: dict[str, DTypePolicy] = {
            key: dtype_policies.get(policy) for key, policy in (policy_map or {}).items()
        }

    @property
    def name(self) -> str:
        """``map_`` and the name of the default."""
        return f"map_{self._default.name}"

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of layers that no key fits."""
        return self._default

    @property
    def compute_dtype(self) -> str:
        """The type in which layers compute that no key fits."""
        return self._default.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The type in which layers keep their weights that no key fits."""
        return self._default.variable_dtype

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._map:
            return self._map[key]
        fitting = [pattern for pattern in self._map if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ParamError(
                f"Path '{key}' matches multiple dtype policy specification keys: {fitting}. Each path may "
                "match one of them at most.",
                code="param",
                got=key,
            )
        return self._map[fitting[0]] if fitting else self._default

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._map:
            raise ParamError(
                f"{key} already exist in the DTypePolicyMap with value {self._map[key]}: delete it first.",
                code="param",
                got=key,
            )
        try:
            self._map[key] = dtype_policies.get(policy)
        except (ParamError, TypeError):
            raise ParamError(
                "Cannot interpret the assigned value. It is a policy or the name of one, such as "
                f"'mixed_bfloat16'. Received: {policy!r} of type {type(policy).__name__}",
                code="param",
                got=policy,
            ) from None

    def __delitem__(self, key: str) -> None:
        del self._map[key]

    def __contains__(self, key: object) -> bool:
        return key in self._map

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its policy; raises ``KeyError`` where there is none."""
        return self._map.pop(key, *default)

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._map)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DTypePolicyMap) and self._default == other._default and self._map == other._map
        )

    def __hash__(self) -> int:
        return hash((self.name, tuple(self._map)))

    def get_config(self) -> dict[str, Any]:
        """Return the policies as configs; without a default, all of them follow the settings of the reader,
        as in Keras.
        """
        follows = self._given is None
        return {
            "default_policy": self._given.name if isinstance(self._given, DTypePolicy) else self._given,
            "policy_map": {
                key: {**dtype_policies.serialize(policy), "config": {"name": None}}
                if follows
                else dtype_policies.serialize(policy)
                for key, policy in self._map.items()
            },
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> DTypePolicyMap:
        """Return the map that ``get_config`` described."""
        stored = {key: dtype_policies.get(policy) for key, policy in config["policy_map"].items()}
        return cls(config.get("default_policy"), stored)

    def __repr__(self) -> str:
        mapping = [(key, policy.name) for key, policy in self._map.items()]
        return f"<DTypePolicyMap default_policy={self._default.name}, mapping={mapping}>"
