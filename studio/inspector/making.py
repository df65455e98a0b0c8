"""Which control a parameter gets."""

from __future__ import annotations

from engine.params import Param
from studio.document.catalog import Catalog
from studio.inspector import families
from studio.inspector.editors import (
    BoolEditor,
    ChoiceEditor,
    Editor,
    IntEditor,
    ObjectEditor,
    TextEditor,
)

_SIMPLE = ("int", "float", "bool", "choice", "text", "tuple", "object")


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
    return TextEditor(param, owner)


def _layer(param: Param, owner: str, catalog: Catalog) -> Editor:
    def arguments(name: str) -> tuple[Param, ...]:
        spec = catalog.get(name)
        return tuple(each for each in spec.params if each.kind.name in _SIMPLE) if spec else ()

    names = tuple(spec.name for spec in catalog if spec.name != owner)
    return ObjectEditor(param, owner, names, arguments, str, str, bare=False)
