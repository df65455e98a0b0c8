"""What packages of the user's add, in scripts: it is read from the module that defines it, not from Keras."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import NamedTuple

from studio.document.catalog import Catalog
from studio.translate.syntax import call, dotted, mark, mark_of

_FAMILIES = (
    "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints", "activations",
)  # fmt: skip
_NOT_OWN = ("engine", "__main__")
"""Packages whose things scripts have from ``keras``, or cannot import."""


class Home(NamedTuple):
    """Where a script finds a thing: its module and its name there; where a text names a class, it is made."""

    module: str
    name: str
    is_class: bool
    layer: bool = False


def homes(catalog: Catalog | None) -> dict[str, Home]:
    """Return where everything is that packages of the user's add, by its name; nothing before the catalog
    is loaded, which imports them.
    """
    if catalog is None:
        return {}
    found: dict[str, Home] = {}
    for module in _FAMILIES:
        family = import_module(f"engine.{module}").FAMILY
        for name in family.registered():
            thing = family.find(name)
            if thing.__qualname__ == thing.__name__:  # else no import reaches it
                found[name] = Home(thing.__module__, thing.__name__, inspect.isclass(thing))
    found |= {spec.name: Home(spec.module, spec.name, True, True) for spec in catalog}
    return {name: home for name, home in found.items() if home.module.partition(".")[0] not in _NOT_OWN}


def point_home(statements: Iterable[ast.stmt], own: Mapping[str, Home]) -> tuple[str, ...]:
    """Let ``keras.losses.MINE``, and ``"MINE"`` where it stands for an object, name the module that has it.

    Changes the statements and returns the modules that are to be imported, sorted.
    """
    if not own:
        return ()
    pointer = _Pointer(own)
    for statement in statements:
        pointer.visit(statement)
    return tuple(sorted(pointer.modules))


class _Pointer(ast.NodeTransformer):
    def __init__(self, own: Mapping[str, Home]) -> None:
        self.own = own
        self.known = {f"{home.module}.{home.name}": home.module for home in own.values()}
        self.modules: set[str] = set()

    def _refer(self, home: Home) -> ast.expr:
        self.modules.add(home.module)
        return dotted(f"{home.module}.{home.name}")

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="keras")), attr=attr) if (
                attr in self.own
            ):
                return self._refer(self.own[attr])
        known = {f"{home.module}.{home.name}": home.module for home in self.own.values()}
        module = known.get(ast.unparse(node))  # a statement that was kept from the last time
        if module is not None:
            self.modules.add(module)
            return node
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return node if node.arg == "name" else self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        node.values = [self.visit(value) for value in node.values]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        home = self.own.get(node.value) if isinstance(node.value, str) else None
        if home is None or home.layer:
            return node
        made = call(self._refer(home)) if home.is_class else self._refer(home)
        place = mark_of(node)
        return made if place is None else mark(made, *place)
