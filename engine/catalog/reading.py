"""From a layer's class to what the catalog says of it."""

from __future__ import annotations

import inspect
import re
import typing

from engine.catalog.inference import infer
from engine.catalog.spec import LayerSpec, Port
from engine.layers.calling import call_ports
from engine.layers.layer import Layer, call_parameters
from engine.params import Kind, Param, argument_docs, params_of


def spec_of(cls: type[Layer]) -> LayerSpec:
    """Return the specification of a layer class, read from constructor, docstring and ``call``."""
    doc = inspect.cleandoc(cls.__doc__ or "")
    return LayerSpec(
        name=cls.__name__,
        module=cls.__module__,
        category=cls.category,
        summary=summary_of(doc),
        doc=doc.split("\nArgs:")[0].strip(),
        params=params_of(cls),
        inputs=_ports(cls),
        call_options=_options(cls),
        cls=cls,
        dry=infer,
        rare=bool(vars(cls).get("rare", False)),  # a subclass of a rare layer need not be rare
    )


def _ports(cls: type[Layer]) -> tuple[Port, ...]:
    """Return the inputs; a lone one is called ``inputs``, whatever word ``call`` has for it."""
    ports = call_ports(cls)
    if len(ports) == 1:
        return (Port("inputs", cls.variadic),)
    return tuple(Port(port.name, cls.variadic, port.optional) for port in ports)


def summary_of(doc: str) -> str:
    """Return the first sentence of a docstring, on one line."""
    first = " ".join(doc.split("\n\n")[0].split())
    end = re.search(r"\.(?=\s|$)", first)
    return first[: end.end()] if end else first


def _options(cls: type[Layer]) -> tuple[Param, ...]:
    """Return the switches of ``call``: what is neither tensor, mask nor ``training``."""
    hints = typing.get_type_hints(cls.call, include_extras=True)
    docs = argument_docs(cls.call.__doc__)
    found = []
    for name, parameter in call_parameters(cls).items():
        if name != "training" and hints.get(name) in (bool, "bool") and parameter.default in (True, False):
            found.append(Param(name, Kind("bool"), parameter.default, False, docs.get(name, "")))
    return tuple(found)
