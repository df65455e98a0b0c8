"""Which control a parameter gets."""

from __future__ import annotations

from engine.params import Param
from studio.document.catalog import Catalog
from studio.inspector import families, layer_choices
from studio.inspector.editors import (
    BoolEditor,
    ChoiceEditor,
    Editor,
    IntEditor,
    TextEditor,
)
from studio.inspector.layers_editor import LayersEditor
from studio.inspector.object_editor import ObjectEditor


def make_editor(param: Param, owner: str, catalog: Catalog | None) -> Editor:
    """Return the control for a parameter of ``owner``, a class."""
    kind = param.kind
    if kind.name == "int":
        return IntEditor(param, owner)
    if kind.name == "bool" and not param.optional:
        return BoolEditor(param, owner)
    if kind.name == "choice":
        return ChoiceEditor(param, owner)
    if kind.name == "object" and kind.family:
        module = kind.family
        return ObjectEditor(
            param,
            owner,
            families.names_of(module),
            lambda name: families.arguments_of(module, name),
            lambda name: families.class_name(module, name),
            lambda name: families.canonical(module, name),
        )
    if kind.name == "layer" and catalog is not None:
        return _layer(param, owner, catalog)
    if kind.name == "layers" and catalog is not None:
        return _layers(param, owner, catalog)
    return TextEditor(param, owner)


def _layer(param: Param, owner: str, catalog: Catalog, names: tuple[str, ...] | None = None) -> Editor:
    return ObjectEditor(
        param,
        owner,
        layer_choices.layers_for(catalog, owner, param.name) if names is None else names,
        lambda name: layer_choices.params_by_name(catalog, name),
        str,
        str,
        bare=False,
        start=lambda name: layer_choices.start_as(catalog, owner, param.name, name),
        catalog=catalog,
    )


def _layers(param: Param, owner: str, catalog: Catalog) -> Editor:
    names = layer_choices.layers_for(catalog, owner, param.name)
    first = names[0] if names else ""
    return LayersEditor(
        param,
        owner,
        lambda one: _layer(one, owner, catalog, names),
        lambda: {"class_name": first, "config": layer_choices.start_of(catalog, first)},
    )
