"""Constructors that check their arguments and remember them for ``get_config``."""

from __future__ import annotations

import inspect
from typing import Any

from engine.compat import translate, warn
from engine.errors import ParamError
from engine.layers.families import FAMILIES
from engine.params import REQUIRED, check_unknown, params_of
from engine.spec import Shape

BASE_ARGUMENTS = (
    "name", "trainable", "dtype", "input_shape", "input_dim", "batch_input_shape", "autocast",
    "activity_regularizer",
)  # fmt: skip


def given_shape(owner: str, kwargs: dict[str, Any]) -> Shape | None:
    """Return the batch shape that ``input_shape``, ``input_dim`` or ``batch_input_shape`` states."""
    if (batch_shape := kwargs.get("batch_input_shape")) is not None:
        return tuple(batch_shape)
    if (shape := kwargs.get("input_shape")) is not None:
        return (None, *shape)
    if (size := kwargs.get("input_dim")) is not None:
        warn(f"{owner}(input_dim={size})", f"input_shape=({size},), or an Input before the layer.")
        return (None, int(size))
    return None


def remembering(init: Any, owner: type) -> Any:
    """Return ``owner``'s ``init``, its arguments checked and normalised, remembered if it was asked for."""
    signature = inspect.signature(init)

    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        if not hasattr(self, "_config"):  # the outermost constructor is the layer that was asked for
            cls = type(self)
            kwargs = translate(cls.__name__, kwargs, [param.name for param in params_of(cls)])
            try:
                bound = signature.bind(self, *args, **kwargs)
            except TypeError as error:
                missing = [param.name for param in params_of(cls) if param.default is REQUIRED]
                known = (*BASE_ARGUMENTS, *(param.name for param in params_of(cls)))
                check_unknown(kwargs, known, cls.__name__)
                raise ParamError(
                    f"{cls.__name__} needs {', '.join(missing) or 'other arguments'}: {error}",
                    code="missing_param",
                    owner=cls.__name__,
                    param=missing[0] if missing else "",
                ) from None
            bound.apply_defaults()
            values = bound.arguments
            self._before_arguments(values)
            _normalise(cls, values)
            self._remember({param.name: values.get(param.name) for param in params_of(cls)})
            init(*bound.args, **bound.kwargs)
        else:  # the constructor of a class derived from this one passes its own values on
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            _normalise(owner, bound.arguments)
            init(*bound.args, **bound.kwargs)

    checked.__wrapped__ = init  # type: ignore[attr-defined]  # inspect.signature follows it
    checked.__doc__ = init.__doc__
    return checked


def _normalise(cls: type, values: dict[str, Any]) -> None:
    """Put the arguments of ``cls`` that are among ``values`` into the normal form of their kind."""
    for param in params_of(cls):
        if param.name not in values:
            continue
        value = param.check(values[param.name], cls.__name__)
        family = FAMILIES.get(param.kind.family)
        if param.kind.name == "object" and family is not None:
            value = family.get(value)
        values[param.name] = value
