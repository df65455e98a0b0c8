"""A long drawing goes on below, as the lines of a text do."""

from __future__ import annotations

from math import sqrt

FEWEST = 12
"""Layers beside one another; a drawing with no more of them is never broken."""
SHORTEST = 6
"""Layers of the shortest band that is aimed at."""
ASPECT = 1.8
"""Width to height at which a long drawing aims."""
LEEWAY = 0.35
"""By how much of its length a band may end sooner or later, to end where one output alone leads on."""


def bands_of(
    steps: list[float], spans: list[tuple[float, float]], cuts: list[bool], turned: bool
) -> list[range]:
    """Return the layers band by band.

    ``steps`` are their lengths along the flow, ``spans`` their extents across it, ``cuts`` whether the
    wires from a layer to the next all come from one output: only there a band may end.
    """
    count = len(steps)
    if count <= FEWEST or not any(cuts):
        return [range(count)]
    tall = max(end for _, end in spans) - min(start for start, _ in spans)
    aspect = 1 / ASPECT if turned else ASPECT
    # bands of n layers are n steps long, and count/n bands lie side by side
    length = max(SHORTEST, round(sqrt(aspect * count * tall * count / sum(steps))))
    bands, first = [], 0
    while first < count:
        goal = first + length
        ends = [at + 1 for at in range(first, count - 1) if cuts[at]]
        near = [end for end in ends if abs(end - goal) <= LEEWAY * length]
        later = [end for end in ends if end > goal]
        end = min(near, key=lambda end, goal=goal: abs(end - goal)) if near else min(later, default=count)  # type: ignore[misc]  # mypy cannot type a lambda's default
        if count - end < 2 or count <= goal:
            end = count
        bands.append(range(first, end))
        first = end
    return bands
