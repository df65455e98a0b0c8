"""Executes the program's own statements: calls, names and plain values, nothing else of Python.

The tree comes from ``program`` and never from a file's text.  What a name may mean is what the caller puts
into ``variables``, and attributes are read off the framework and off what it made.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from studio.translate.syntax import mark_of


class StepError(RuntimeError):
    """A step of the program raised; ``node`` is whose step it was, and the cause is chained."""

    def __init__(self, message: str, node: str) -> None:
        super().__init__(message)
        self.node = node


class Evaluator:
    """Executes assignments and calls one by one and keeps the variables."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
        self._node = ""

    def execute(self, statement: ast.stmt) -> None:
        """Run one statement; raises ``StepError`` that names the node, with the cause chained."""
        self._node = ""
        try:
            match statement:
                case ast.Assign(targets=[ast.Name(id=target)], value=value):
                    self.variables[target] = self.value(value)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                    values = self.value(value)
                    names = [each.id for each in targets if isinstance(each, ast.Name)]
                    self.variables.update(zip(names, values, strict=True))
                case ast.Expr(value=value):
                    self.value(value)
                case ast.For(target=ast.Name(id=target), iter=over, body=body):
                    for number in self.value(over):
                        self.variables[target] = number
                        for each in body:
                            self.execute(each)
                case ast.FunctionDef():
                    self.variables[statement.name] = self._function(statement)
                case _:
                    raise TypeError(f"A program has no {type(statement).__name__}.")
        except Exception as error:
            mark = mark_of(statement)
            raise StepError(str(error), self._node or (mark[0] if mark else "")) from error

    def _function(self, tree: ast.FunctionDef) -> Callable[..., Any]:
        """Return what a function of the program does; it sees the variables that were there before it."""
        names = [each.arg for each in tree.args.args]
        defaults = [self.value(each) for each in tree.args.defaults]
        outer = dict(self.variables)

        def function(*positional: Any, **named: Any) -> Any:
            given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
            given |= dict(zip(names, positional, strict=False)) | named
            inner = Evaluator({**outer, **given})
            for statement in tree.body:
                if isinstance(statement, ast.Return):
                    return inner.value(statement.value) if statement.value is not None else None
                try:
                    inner.execute(statement)
                except StepError as error:  # the block that called is the step that failed
                    raise error.__cause__ or error from error
            return None

        return function

    def arguments(self, tree: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        """Return the values of a call's arguments."""
        named = {each.arg: self.value(each.value) for each in tree.keywords if each.arg is not None}
        return [self.value(each) for each in tree.args], named

    def value(self, tree: ast.expr) -> Any:
        """Return what an expression stands for."""
        match tree:
            case ast.Constant(value=value):
                return value
            case ast.JoinedStr(values=parts):
                return "".join(str(self.value(part)) for part in parts)
            case ast.FormattedValue(value=value):
                return self.value(value)
            case ast.Name(id=name):
                return self.variables[name]
            case ast.Attribute(value=value, attr=attr) if not attr.startswith("_"):
                return getattr(self.value(value), attr)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand)
            case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.Constant(value=stop))):
                return self.value(value)[:stop]
            case ast.Subscript(value=value, slice=by):
                return self.value(value)[self.value(by)]
            case ast.List(elts=items):
                return [self.value(item) for item in items]
            case ast.Tuple(elts=items):
                return tuple(self.value(item) for item in items)
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return {self.value(key): self.value(value) for key, value in pairs if key is not None}
            case ast.Call(func=function):
                mark = mark_of(tree)
                positional, named = self.arguments(tree)
                target = self.value(function)
                try:
                    return target(*positional, **named)
                except Exception:
                    if mark is not None and not self._node:
                        self._node = mark[0]
                    raise
        raise TypeError(f"A program has no {type(tree).__name__}.")
