"""Prints a syntax tree with double quotes and short lines, as Black would, and finds where pieces went."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

LIMIT = 100
"""The longest line, unless one text alone is longer."""

STEP = "    "


def show(tree: ast.expr) -> str:
    """Return an expression in one line."""
    match tree:
        case ast.Constant(value=str() as text):
            return _quoted(text)
        case ast.Constant(value=value):
            return repr(value)
        case ast.Name(id=text):
            return text
        case ast.Attribute(value=value, attr=attr):
            return f"{show(value)}.{attr}"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{show(operand)}"
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.expr() as upper)):
            return f"{show(value)}[:{show(upper)}]"
        case ast.Subscript(value=value, slice=by) if not isinstance(by, (ast.Slice, ast.Tuple)):
            return f"{show(value)}[{show(by)}]"
        case ast.Call() | ast.List() | ast.Tuple() | ast.Dict():
            head, items, tail = _pieces(tree)
            inner = ", ".join(show_item(item) for item in items)
            comma = "," if isinstance(tree, ast.Tuple) and len(items) == 1 else ""
            return f"{head}{inner}{comma}{tail}"
    text = ast.unparse(tree)
    if isinstance(tree, ast.JoinedStr) and text.startswith("f'") and '"' not in text:
        return f'f"{text[2:-1]}"'
    return text


def show_item(item: ast.expr | ast.keyword | tuple[ast.expr, ast.expr]) -> str:
    """Return one argument, or one pair of a dictionary, in one line."""
    return _lead(item) + show(_value(item))


def lay_out(tree: ast.stmt, indent: str = "") -> str:
    """Return a statement, over several lines where one would be too long."""
    match tree:
        case ast.Assign(targets=[target], value=value):
            names = (
                ", ".join(show(each) for each in target.elts)
                if isinstance(target, ast.Tuple)
                else show(target)
            )
            return f"{indent}{names} = " + _wrap(value, indent, len(indent) + len(names) + 3)
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return f'{indent}"""{text}"""'
        case ast.Expr(value=value):
            return indent + _wrap(value, indent, len(indent))
        case ast.Return(value=ast.expr() as value):
            return f"{indent}return " + _wrap(value, indent, len(indent) + 7)
        case ast.For(target=ast.Name(id=target), iter=over, body=body):
            head = f"{indent}for {target} in {show(over)}:"
            return "\n".join([head, *(lay_out(each, indent + STEP) for each in body)])
        case ast.FunctionDef(body=body):
            return "\n".join([_head(tree, indent), *(lay_out(each, indent + STEP) for each in body)])
        case ast.For(target=ast.Tuple(elts=targets), iter=over, body=body):
            head = f"{indent}for {', '.join(show(each) for each in targets)} in {show(over)}:"
            return "\n".join([head, *(lay_out(each, indent + STEP) for each in body)])
    return "\n".join(indent + line for line in ast.unparse(tree).splitlines())


def _head(tree: ast.FunctionDef, indent: str) -> str:
    """Return the line that begins a function, its arguments one below the other where they are too many."""
    names, defaults = [each.arg for each in tree.args.args], tree.args.defaults
    plain = len(names) - len(defaults)
    shown = [*names[:plain], *(f"{a}={show(b)}" for a, b in zip(names[plain:], defaults, strict=True))]
    line = f"{indent}def {tree.name}({', '.join(shown)}):"
    if len(line) <= LIMIT:
        return line
    rows = "".join(f"{indent}{STEP}{each},\n" for each in shown)
    return f"{indent}def {tree.name}(\n{rows}{indent}):"


def spans(tree: ast.stmt, text: str) -> Iterator[tuple[ast.AST, tuple[int, int, int, int]]]:
    """Yield every piece of ``tree`` with where it stands in ``text``, its printed form.

    Places are (line, column, end line, end column), lines from 1 and columns from 0, in characters.  The text
    is parsed anew: both trees have the same form, which proves that the text says what the tree says.
    """
    for old, (kind, place) in zip(_walk(tree), _places(text), strict=True):
        if type(old) is not kind:
            raise AssertionError(f"{text!r} was printed for another tree.")
        if place is not None:
            yield old, place


@lru_cache(8192)
def _places(text: str) -> tuple[tuple[type, tuple[int, int, int, int] | None], ...]:
    """Return what stands where in a statement; most of a script is as it was before the last edit."""
    lines, found = text.splitlines(), []
    for piece in _walk(ast.parse(text).body[0]):
        place = None
        if isinstance(piece, (ast.expr, ast.stmt, ast.keyword)) and piece.end_lineno is not None:
            start = _characters(lines[piece.lineno - 1], piece.col_offset)
            end = _characters(lines[piece.end_lineno - 1], piece.end_col_offset or 0)
            place = (piece.lineno, start, piece.end_lineno, end)
        found.append((type(piece), place))
    return tuple(found)


def _characters(line: str, column: int) -> int:
    return column if line.isascii() else len(line.encode()[:column].decode())


_SILENT = (ast.expr_context, ast.operator, ast.unaryop)


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    return iter(_listed(tree, []))


def _listed(tree: ast.AST, found: list[ast.AST]) -> list[ast.AST]:
    for name in tree._fields:
        value = getattr(tree, name, None)
        if isinstance(value, list):
            for child in value:
                if isinstance(child, ast.AST) and not isinstance(child, _SILENT):
                    _listed(child, found)
        elif isinstance(value, ast.AST) and not isinstance(value, _SILENT):
            _listed(value, found)
    found.append(tree)
    return found


_Item = ast.expr | ast.keyword | tuple[ast.expr, ast.expr]


def _pieces(tree: ast.expr) -> tuple[str, list[_Item], str]:
    match tree:
        case ast.Call(func=function, args=arguments, keywords=keywords):
            return show(function) + "(", [*arguments, *keywords], ")"
        case ast.List(elts=items):
            return "[", [*items], "]"
        case ast.Tuple(elts=items):
            return "(", [*items], ")"
        case ast.Dict(keys=keys, values=values):
            return (
                "{",
                [(key, value) for key, value in zip(keys, values, strict=True) if key is not None],
                "}",
            )
    return "", [], ""


def _value(item: _Item) -> ast.expr:
    if isinstance(item, ast.keyword):
        return item.value
    return item[1] if isinstance(item, tuple) else item


def _lead(item: _Item) -> str:
    if isinstance(item, ast.keyword):
        return f"{item.arg}="
    return f"{show(item[0])}: " if isinstance(item, tuple) else ""


def _wrap(tree: ast.expr, indent: str, used: int, after: int = 0) -> str:
    line = show(tree)
    if used + len(line) + after <= LIMIT:
        return line
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Call):
        given: list[_Item] = [*tree.args, *tree.keywords]
        tail = "(" + ", ".join(show_item(item) for item in given) + ")"
        return _wrap(tree.func, indent, used, after + len(tail)) + tail
    head, items, tail = _pieces(tree)
    if not items:
        return line
    deeper = indent + STEP
    inner = ", ".join(show_item(item) for item in items)
    lone = isinstance(tree, ast.Tuple) and len(items) == 1
    if len(deeper) + len(inner) <= LIMIT and not lone and not isinstance(tree, (ast.Dict, ast.List)):
        return f"{head}\n{deeper}{inner}\n{indent}{tail}"
    rows = [_lead(item) + _wrap(_value(item), deeper, len(deeper) + len(_lead(item)), 1) for item in items]
    if isinstance(tree, ast.Call) and len(rows) == 1:
        return f"{head}\n{deeper}{rows[0]}\n{indent}{tail}"
    return f"{head}\n" + "".join(f"{deeper}{row},\n" for row in rows) + f"{indent}{tail}"


def _quoted(text: str) -> str:
    plain = repr(text)
    if plain.startswith("'") and '"' not in plain:
        return f'"{plain[1:-1]}"'
    return plain
