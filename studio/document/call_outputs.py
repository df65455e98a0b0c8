"""Outputs that an option of the call adds: ``return_attention_scores`` adds ``attention_scores``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.spec import TensorSpec
from studio.document.catalog import LayerSpec

_PREFIX = "return_"


def more_outputs(spec: LayerSpec, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the outputs that the options of a call add to those of its layer."""
    known = getattr(spec, "call_options", ())
    return tuple(
        option.name.removeprefix(_PREFIX)
        for option in known
        if option.name.startswith(_PREFIX) and options.get(option.name) is True
    )


def more_specs(
    names: tuple[str, ...], params: Mapping[str, Any], inputs: Mapping[str, tuple[TensorSpec, ...]]
) -> tuple[TensorSpec, ...]:
    """Return what is known of these outputs, up to the first of which nothing is known.

    Scores say for each place of the query, and in each head, how much every place of the value counts.
    """
    given = [spec for specs in inputs.values() for spec in specs]
    found: list[TensorSpec] = []
    for name in names:
        if name != "attention_scores" or len(given) < 2 or any(spec.rank != 3 for spec in given[:2]):
            break
        heads = params.get("num_heads") or params.get("num_query_heads")
        query, value = given[0].shape, given[1].shape
        found.append(TensorSpec((query[0], *([heads] if heads else []), query[1], value[1]), given[0].dtype))
    return tuple(found)
