"""The catalog: every layer that can be drawn, derived from the classes.

``LayerSpec`` and ``Port`` import no torch; ``load_catalog`` does.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import entry_points

from engine.catalog.spec import CATEGORIES, Inference, LayerSpec, Port, PortSpecs, Weight

__all__ = ["CATEGORIES", "Catalog", "Inference", "LayerSpec", "Port", "PortSpecs", "Weight", "load_catalog"]


class Catalog:
    """All kinds of layers, by name and in the order of the palette."""

    def __init__(self, specs: Iterable[LayerSpec]) -> None:
        order = {category: place for place, category in enumerate(CATEGORIES)}
        ranked = sorted(specs, key=lambda spec: (order.get(spec.category, len(order)), spec.rare))
        self._specs = {spec.name: spec for spec in ranked}

    def get(self, name: str) -> LayerSpec | None:
        """Return the layer called ``name``, or ``None``."""
        return self._specs.get(name)

    def names(self) -> tuple[str, ...]:
        """Return all names, in the order of the palette."""
        return tuple(self._specs)

    def categories(self) -> tuple[str, ...]:
        """Return the categories that have layers, in the order of the palette."""
        return tuple(dict.fromkeys(spec.category for spec in self))

    def __iter__(self) -> Iterator[LayerSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)


@cache
def load_catalog() -> Catalog:
    """Import torch, all layers and those of installed packages (entry points ``bunon.layers``).

    Takes a second or two the first time: not for the thread of a window.  A package that fails to import
    is left out, with a warning that names it.
    """
    import engine.layers
    from engine.catalog.reading import spec_of

    classes = {
        name: thing
        for name in engine.layers.__all__
        if isinstance(thing := getattr(engine.layers, name), type)
        and issubclass(thing, engine.layers.Layer)
        and thing is not engine.layers.Layer
        and thing.in_palette
    }
    for point in entry_points(group="bunon.layers"):
        try:
            thing = point.load()
        except Exception as error:  # a stranger's package may fail in any way; the others must still load
            warnings.warn(
                f"The layer '{point.name}' of {point.value} cannot be loaded: {error}", stacklevel=2
            )
            continue
        classes[thing.__name__] = thing
    return Catalog(spec_of(cls) for cls in classes.values())
