"""The table of ``summary()``: sign for sign that of Keras, without the package that draws Keras' tables."""

from __future__ import annotations

from typing import Any

import pytest

import engine

OPTIONS: list[dict[str, Any]] = [
    {},
    {"expand_nested": True},
    {"show_trainable": True},
    {"expand_nested": True, "show_trainable": True},
    {"line_length": 45},
    {"line_length": 77},
    {"positions": [0.5, 0.7, 0.9, 1.0]},
    {"layer_range": ["in", "last"]},
]


def branching(home: Any) -> Any:
    kind = home.layers
    start = kind.Input((8,), name="in")
    left = kind.Dense(4, name="a_very_long_name_that_has_no_room_in_its_column")(start)
    shared = kind.Dense(8, name="shared", trainable=False)
    both = kind.Concatenate(name="both")([left, shared(shared(start))])
    return home.models.Model(start, [kind.Dense(2, name="last")(both), both], name="branching")


def nested(home: Any) -> Any:
    kind, chain = home.layers, home.models.Sequential
    inner = chain(
        [kind.Input((16, 16, 3), name="seen"), kind.Conv2D(8, 3, name="window"), kind.Flatten(name="flat")],
        name="inner",
    )
    return chain(
        [kind.Input((16, 16, 3), name="in"), inner, kind.Dense(1000, name="last")], name="around_another"
    )


def many_outputs(home: Any) -> Any:
    kind = home.layers
    start = kind.Input((5, 3), name="in")
    return home.models.Model(start, kind.LSTM(4, return_state=True, name="last")(start), name="states")


def unbuilt(home: Any) -> Any:
    kind = home.layers
    return home.models.Sequential([kind.Dense(3, name="in"), kind.Dense(2, name="last")], name="unbuilt")


def table(model: Any, options: dict[str, Any]) -> list[str]:
    texts: list[str] = []
    model.summary(print_fn=lambda text, **_: texts.append(text), **options)
    return texts


@pytest.mark.parametrize("columns", ["60", "80", "200"])
@pytest.mark.parametrize("build", [branching, nested, many_outputs, unbuilt])
def test_tables_are_those_of_keras(
    keras: Any, monkeypatch: pytest.MonkeyPatch, build: Any, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    theirs, ours = build(keras), build(engine)
    for options in OPTIONS:
        if options.get("line_length", 0) > int(columns):
            continue  # Keras cuts what the terminal has no room for; here the lines stay whole
        assert table(ours, options) == table(theirs, options), options


def test_columns_without_edges_are_refused() -> None:
    with pytest.raises(ValueError, match="right edges of 3 columns"):
        nested(engine).summary(positions=[0.5, 1.0])
    with pytest.raises(ValueError, match="Insufficient console width"):
        nested(engine).summary(line_length=5)
