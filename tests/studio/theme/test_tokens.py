"""Colours: both themes are complete, readable, and named alike."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields

import pytest

from studio.theme.tokens import DARK, LIGHT, MARK_CONTRAST, TEXT_CONTRAST, Theme, contrast, luminance, mix

both = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
CATEGORIES = [
    "core",
    "convolution",
    "pooling",
    "recurrent",
    "attention",
    "normalization",
    "regularization",
    "merge",
    "reshaping",
    "activation",
    "preprocessing",
    "augmentation",
    "input",
    "output",
    "block",
    "unknown",
]


def colours(theme: Theme) -> list[str]:
    """Return every colour of a theme, those in tables included."""
    found: list[str] = []
    for one in fields(theme):
        value = getattr(theme, one.name)
        if isinstance(value, str):
            found += [value] if one.name != "name" else []
        elif isinstance(value, tuple):
            found += value
        elif hasattr(value, "values"):
            found += value.values()
    return found


def test_contrast_agrees_with_the_published_examples() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#ff0000") == pytest.approx(0.2126)


def test_mix_goes_from_the_first_to_the_second() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#000000", "#ff8000", 0.5) == "#804000"


def test_a_malformed_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        mix("red", "#ffffff", 0.5)


@both
def test_every_colour_is_written_in_full(theme: Theme) -> None:
    for colour in colours(theme):
        assert len(colour) == 7, colour
        assert int(colour[1:], 16) >= 0, colour


@both
@pytest.mark.parametrize("words", ["text", "muted", "faint", "accent", "danger", "warning", "good"])
@pytest.mark.parametrize("ground", ["surface", "field", "canvas", "node"])
def test_words_can_be_read_on_every_surface(theme: Theme, words: str, ground: str) -> None:
    assert contrast(getattr(theme, words), getattr(theme, ground)) >= TEXT_CONTRAST


@both
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("accent_text", "accent_fill"),
        ("accent_text", "accent_pressed"),
        ("accent_text", "danger_fill"),
        ("text", "accent_soft"),
        ("muted", "accent_soft"),
        ("text", "raised"),
        ("text", "hover"),
        ("muted", "hover"),
        ("danger", "danger_soft"),
        ("muted", "danger_soft"),
        ("warning", "warning_soft"),
        ("muted", "warning_soft"),
        ("good", "good_soft"),
        ("accent", "info_soft"),
        ("muted", "info_soft"),
        ("plot_text", "plot"),
    ],
)
def test_words_can_be_read_on_coloured_grounds(theme: Theme, words: str, ground: str) -> None:
    assert contrast(getattr(theme, words), getattr(theme, ground)) >= TEXT_CONTRAST


@both
def test_code_can_be_read_marked_or_not(theme: Theme) -> None:
    for kind, colour in theme.code.items():
        assert contrast(colour, theme.field) >= TEXT_CONTRAST, kind
        assert contrast(colour, theme.code_mark) >= 4, kind


@both
def test_marks_stand_out_from_what_they_stand_on(theme: Theme) -> None:
    for name, colour in theme.categories.items():
        assert contrast(colour, theme.node) >= MARK_CONTRAST, name
        assert contrast(colour, theme.canvas) >= 2.9, name
    for colour in (theme.training, theme.validation, theme.test, *theme.series):
        assert contrast(colour, theme.plot) >= MARK_CONTRAST, colour
    assert contrast(theme.border_strong, theme.surface) >= MARK_CONTRAST


@both
def test_categories_are_complete_and_told_apart(theme: Theme) -> None:
    assert list(theme.categories) == CATEGORIES
    assert len(set(theme.categories.values())) == len(CATEGORIES)
    assert theme.category("Convolution") == theme.categories["convolution"]
    assert theme.category("no such thing") == theme.categories["unknown"]


@both
def test_readable_keeps_what_can_be_read_and_mends_the_rest(theme: Theme) -> None:
    assert theme.readable(theme.text) == theme.text
    for colour in theme.categories.values():
        assert contrast(theme.readable(colour), theme.surface) >= TEXT_CONTRAST
        assert contrast(theme.readable(colour, theme.canvas, 3), theme.canvas) >= 3


def test_both_themes_name_the_same_code_colours() -> None:
    assert set(LIGHT.code) == set(DARK.code)
    assert len(LIGHT.series) == len(DARK.series) >= 8


def test_a_theme_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LIGHT.text = "#000000"  # type: ignore[misc] # the refusal is what is tested
    with pytest.raises(TypeError):
        LIGHT.categories["core"] = "#000000"  # type: ignore[index] # the same for its tables


def test_the_colours_need_no_qt() -> None:
    code = "import sys, studio.theme.tokens; sys.exit(any(m.startswith('PySide6') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
