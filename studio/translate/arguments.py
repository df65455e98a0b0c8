"""Settings of layers, losses, metrics and optimizers as source: only those that differ from the default."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.errors import EngineError
from engine.params import Param
from studio.document.values import thaw
from studio.translate.errors import TranslateError
from studio.translate.syntax import call, identifier, literal, mark

_TUPLES = ("tuple",)


def layer_call(
    type_name: str,
    name: ast.expr,
    params: Mapping[str, Any],
    known: Sequence[Param] | None,
    node: str,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> ast.Call:
    """Return ``keras.layers.TYPE(..., name=NAME)``, marked by node and parameter.

    Without ``known``, the layer's parameters from the catalog, all of ``params`` are written.  ``variables``
    names the arguments of the function around it that stand for a parameter.
    Raises ``TranslateError`` for names that cannot stand in a script.
    """
    table = {param.name: param for param in known or ()}
    order = [param.name for param in known or () if param.name in params]
    order += [key for key in params if key not in table and key != "name"]  # the row has its name
    order += [key for key in variables if key not in order]
    made = call(f"keras.layers.{identifier(type_name, node)}")
    for key in order:
        if key in variables:
            read = ast.Name(variables[key], ast.Load())
            made.keywords.append(mark(ast.keyword(identifier(key, node), mark(read, node, key)), node, key))
            continue
        value, param = thaw(params[key]), table.get(key)
        if param is not None and _is_default(param, value):
            continue
        tree = mark(argument(value, param, node), node, key)
        made.keywords.append(mark(ast.keyword(identifier(key, node), tree), node, key))
    made.keywords.append(mark(ast.keyword("name", name), node, "name"))
    return mark(made, node)


def argument(value: Any, param: Param | None, node: str) -> ast.expr:
    """Return one parameter's value as source: objects as calls of their class, sizes as tuples."""
    kind = param.kind.name if param is not None else ""
    if kind == "layers" and isinstance(value, list):
        return ast.List([thing(item, "layers", node) for item in value], ast.Load())
    if kind in ("object", "layer") and param is not None:
        return thing(value, "layers" if kind == "layer" else param.kind.family, node)
    return literal(value, tuples=kind in _TUPLES)


def thing(value: Any, family: str, node: str = "") -> ast.expr:
    """Return ``keras.FAMILY.CLASS(...)`` for ``{"class_name", "config"}``, and a name as its text."""
    if not isinstance(value, Mapping):
        return literal(value)
    name, config = value.get("class_name"), value.get("config") or {}
    if not isinstance(name, str) or not isinstance(config, Mapping):
        raise TranslateError(
            f"Expected a name, or an object with class_name and config. Received: {value!r}",
            code="object", node=node, got=repr(value),
        )  # fmt: skip
    made = call(f"keras.{family}.{identifier(name, node)}")
    for key, inner in config.items():
        if isinstance(inner, Mapping) and "class_name" in inner:
            inside = thing(inner, _family(family, key), node)
        elif isinstance(inner, list | tuple) and inner and all(isinstance(one, Mapping) for one in inner):
            inside = ast.List([thing(one, _family(family, key), node) for one in inner], ast.Load())
        else:
            inside = literal(thaw(inner))
        made.keywords.append(ast.keyword(identifier(key, node), inside))
    return made


def _family(outer: str, key: str) -> str:
    """Return where the class of an object inside an object lives, by the argument's name."""
    if key == "learning_rate":
        return "optimizers.schedules"
    for part in ("initializer", "regularizer", "constraint"):
        if key.endswith(part):
            return part + "s"
    return outer


def _is_default(param: Param, value: Any) -> bool:
    if param.required:
        return False
    try:
        given, default = param.check(value), param.check(param.default)
    except EngineError:
        return False  # the analysis says what is wrong with it; the script shows it as it stands
    return type(given) is type(default) and bool(given == default)
