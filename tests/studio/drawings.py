"""Small drawings to test panels with."""

from __future__ import annotations

from typing import Any

from engine.catalog import load_catalog
from studio import commands
from studio.data_source.bundled import bundled
from studio.session import Session


def opened() -> Session:
    """Return a session of an empty drawing, its layers loaded."""
    session = Session()
    session.set_catalog(load_catalog())
    return session


def digits(session: Session) -> dict[str, str]:
    """Draw Input → Conv2D → Flatten → Dense → Output on the digits; return the ids by name."""
    settings = next(each.settings for each in bundled() if each.key == "digits")
    commands.set_settings(session, "data", settings.to_json())
    ids = {"image": commands.add_input(session, (0, 0), {"field": "image"})}
    conv = {"filters": 32, "kernel_size": [3, 3], "activation": "relu"}
    ids["conv2d"] = commands.add_layer(
        session, "Conv2D", (240, 0), conv, connect_from=(ids["image"], "output")
    )
    ids["flatten"] = _after(session, "Flatten", {}, ids["conv2d"])
    dense = {"units": 10, "activation": "softmax"}
    ids["dense"] = _after(session, "Dense", dense, ids["flatten"])
    options = {"target": "label", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    ids["output"] = commands.add_output(session, (960, 0), options, connect_from=(ids["dense"], "output"))
    session.stack.clear()
    return ids


def _after(session: Session, type_name: str, params: dict[str, Any], before: str) -> str:
    x, y = session.document.place(before)
    return commands.add_layer(session, type_name, (x + 240, y), params, connect_from=(before, "output"))
