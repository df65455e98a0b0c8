"""Sums in number fields."""

from __future__ import annotations

import pytest

from studio.inspector.arithmetic import ArithmeticFault, evaluate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("32*4", 128),
        ("64 / 2", 32),
        ("2**5+1", 33),
        ("-(3 - 5)", 2),
        ("1e-3", 0.001),
        ("7//2", 3),
        ("8 × 2", 16),
    ],
)
def test_sums_are_worked_out(text: str, value: float) -> None:
    result = evaluate(text)
    assert result == value
    assert isinstance(result, type(value))


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1/0", "__import__('os')", "2**999", "9**64**2", "[1]", "True", "1j", "(-8)**0.5", "'3'*3",
     "1e999", "((" * 50, "1+" * 100 + "1", "x if 1 else 2"],
)  # fmt: skip
def test_everything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ArithmeticFault) as caught:
        evaluate(text)
    assert str(caught.value)
