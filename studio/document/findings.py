"""What is known of a drawing once it was looked through: specs, weights and problems, node by node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import TypeAlias

from engine.spec import Shape, TensorSpec
from studio.document.problems import Problem

Weights: TypeAlias = tuple[tuple[str, Shape, bool], ...]


@dataclass(frozen=True)
class NodeInfo:
    """What is known of a node: specs by port and, for a layer, its weights and products per sample."""

    inputs: dict[str, tuple[TensorSpec, ...]] = field(default_factory=dict)
    outputs: tuple[TensorSpec, ...] = ()
    output_ports: tuple[str, ...] = ()
    weights: Weights = ()
    macs: int = 0

    @property
    def params(self) -> int:
        """Number of values in all weights."""
        return sum(prod(size or 0 for size in shape) for _, shape, _ in self.weights)

    def output(self, port: str) -> TensorSpec | None:
        """Return the spec at one output port, or ``None`` where it is not known."""
        return dict(zip(self.output_ports, self.outputs, strict=False)).get(port)


@dataclass(frozen=True)
class Analysis:
    """What ``analyse`` found; ``order`` is a topological order, the nodes of cycles at its end."""

    graph: str
    order: tuple[str, ...]
    nodes: dict[str, NodeInfo]
    problems: tuple[Problem, ...]
    params: int = 0
    trainable: int = 0
    macs: int = 0
    weights: Weights = ()
    inside: dict[str, Analysis] = field(default_factory=dict)
    """What was found in the blocks, by their graph: in the first use of each."""

    @cached_property
    def by_node(self) -> Mapping[str, list[Problem]]:
        """The problems of this graph by the node that they stand on; those of the whole under ``""``."""
        found: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.problems:
            if problem.graph == self.graph:
                found[problem.node].append(problem)
        return dict(found)

    def problems_of(self, node: str) -> list[Problem]:
        """Return the problems that stand on a node of this graph."""
        return list(self.by_node.get(node, ()))

    @cached_property
    def ok(self) -> bool:
        """True where nothing stands in the way of training."""
        return all(problem.severity != "error" for problem in self.problems)
