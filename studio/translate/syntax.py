"""Small pieces of Python's syntax tree, and the mark that says which node of the drawing a piece is from."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from studio.translate.errors import TranslateError

_Tree = TypeVar("_Tree", bound=ast.AST)


def mark(tree: _Tree, node: str, param: str = "") -> _Tree:
    """Remember that ``tree`` was written for a node, or for one parameter of it; return the tree."""
    tree.bunon = (node, param)  # type: ignore[attr-defined]  # syntax trees take attributes of one's own
    return tree


def mark_of(tree: ast.AST) -> tuple[str, str] | None:
    """Return (node, parameter) that ``tree`` was marked with, or ``None``."""
    found: tuple[str, str] | None = getattr(tree, "bunon", None)
    return found


def identifier(text: str, node: str = "") -> str:
    """Return ``text`` where it is a plain Python name; raises ``TranslateError`` (code ``"bad_name"``)."""
    if not text.isidentifier() or keyword.iskeyword(text) or text.startswith("__"):
        raise TranslateError(
            f"{text[:80]!r} cannot stand in a script: a name has letters, digits and _.",
            code="bad_name",
            node=node,
            got=text,
        )
    return text


def name(text: str, *, dunder: bool = False) -> ast.Name:
    """Return a variable that is read; ``dunder`` for one of Python's own, such as ``__file__``."""
    return ast.Name(text if dunder else identifier(text), ast.Load())


def dotted(text: str) -> ast.expr:
    """Return ``keras.layers.Dense`` from its text."""
    first, *rest = text.split(".")
    tree: ast.expr = name(first)
    for part in rest:
        tree = ast.Attribute(tree, identifier(part), ast.Load())
    return tree


def literal(value: Any, *, tuples: bool = False) -> ast.expr:
    """Return plain values as source; lists become tuples where ``tuples`` says so."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and str(value).startswith("-"):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return ast.Constant(value)
    if isinstance(value, Mapping):
        keys: list[ast.expr | None] = [literal(key) for key in value]
        return ast.Dict(keys, [literal(item, tuples=tuples) for item in value.values()])
    if isinstance(value, (list, tuple)):
        items = [literal(item, tuples=tuples) for item in value]
        if tuples or isinstance(value, tuple):
            return ast.Tuple(items, ast.Load())
        return ast.List(items, ast.Load())
    raise TranslateError(f"A script cannot hold the value {value!r}.", code="value", got=repr(value))


def call(function: str | ast.expr, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """Return ``function(arguments, keywords)``."""
    target = dotted(function) if isinstance(function, str) else function
    named = [ast.keyword(identifier(key), value) for key, value in keywords.items()]
    return ast.Call(target, list(arguments), named)


def mapping(items: Mapping[str, ast.expr]) -> ast.Dict:
    """Return ``{"key": value, ...}``."""
    return ast.Dict([ast.Constant(key) for key in items], list(items.values()))


def index(value: ast.expr, by: ast.expr) -> ast.Subscript:
    """Return ``value[by]``."""
    return ast.Subscript(value, by, ast.Load())


def first_rows(value: ast.expr, count: int) -> ast.Subscript:
    """Return ``value[:count]``."""
    return index(value, ast.Slice(None, ast.Constant(count)))


def assign(targets: str | Sequence[str], value: ast.expr) -> ast.Assign:
    """Return ``targets = value``; several targets unpack."""
    if isinstance(targets, str):
        target: ast.expr = ast.Name(identifier(targets), ast.Store())
    else:
        target = ast.Tuple([ast.Name(identifier(each), ast.Store()) for each in targets], ast.Store())
    return ast.Assign([target], value, lineno=0)


def template(source: str) -> list[ast.stmt]:
    """Return the statements of a fixed text of our own; never of anything that comes from a file."""
    return ast.parse(source).body
