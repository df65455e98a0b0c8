"""The colours of the window, named by what they are for, once for light and once for dark.

Plain ``#rrggbb`` strings and no Qt, so that a chart written without a window can use the same colours.
Every colour that carries words keeps the contrast of WCAG 2.2 level AA (4.5 : 1) on every surface that
words stand on; colours that only mark something (sockets, bars, borders of fields in focus) keep 3 : 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TEXT_CONTRAST = 4.5
MARK_CONTRAST = 3.0


@dataclass(frozen=True)
class Theme:
    """One complete set of colours; ``LIGHT`` and ``DARK`` are the two there are."""

    name: str
    is_dark: bool

    surface: str  # panels, bars, menus, dialogs
    field: str  # rows, line edits, code, plots: one step away from the panel
    raised: str  # the chosen segment, tool tips: one step nearer to the eye
    hover: str  # a row or button under the pointer
    pressed: str  # the same while it is held down
    border: str  # hairlines between panels, edges of fields
    border_strong: str  # edges that must be seen on their own: an empty check box, a switch that is off

    text: str
    muted: str  # labels and explanations
    faint: str  # placeholders, units, shortcuts
    disabled: str  # what cannot be used now; WCAG asks no contrast of it
    icon: str

    accent: str  # links, underline of a tab, selection, focus
    accent_fill: str  # buttons filled with the accent, switches that are on
    accent_hover: str
    accent_pressed: str
    accent_text: str  # words on accent_fill
    accent_soft: str  # a selected row

    danger: str
    danger_fill: str  # a filled button that destroys something; words on it are accent_text
    danger_soft: str  # ground of an error message
    warning: str
    warning_soft: str
    good: str
    good_soft: str
    info_soft: str

    canvas: str
    grid: str
    node: str
    node_border: str
    selection: str  # edge of a selected node
    selection_glow: str  # ring around it, drawn at partial opacity
    shadow: str  # drawn at shadow_alpha
    shadow_alpha: float
    wire: str  # a wire that has no category yet, such as the one being drawn
    rubber_band: str

    training: str
    validation: str
    test: str
    plot: str
    plot_grid: str
    plot_text: str
    series: tuple[str, ...]  # lines of several runs, told apart in this order

    code: Mapping[str, str]  # keyword, function, class, string, number, comment, argument, operator, name
    code_mark: str  # ground of the lines that belong to the selected node
    categories: Mapping[str, str]

    def category(self, name: str) -> str:
        """Return the colour of a layer category, and the neutral one of ``"unknown"`` for any other name."""
        return self.categories.get(name.lower(), self.categories["unknown"])

    def readable(self, colour: str, ground: str | None = None, ratio: float = TEXT_CONTRAST) -> str:
        """Move ``colour`` towards this theme's text until words in it can be read on ``ground``.

        ``ground`` is the theme's surface where it is left out. For words in a category colour, which by
        itself is only sure to be strong enough for a mark.
        """
        ground = ground or self.surface
        for step in range(21):
            mixed = mix(colour, self.text, step / 20)
            if contrast(mixed, ground) >= ratio:
                return mixed
        return self.text


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue (0 to 255) of ``#rrggbb``; raises ``ValueError`` for any other form."""
    if len(colour) != 7 or not colour.startswith("#"):
        raise ValueError(f"A colour is written #rrggbb. Received: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, amount: float) -> str:
    """Return ``first`` with ``amount`` (0 to 1) of ``second`` in it."""
    pairs = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * amount):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 for black to 1 for white (WCAG 2.2, "relative luminance")."""

    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(value) for value in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


LIGHT = Theme(
    name="light",
    is_dark=False,
    surface="#ffffff",
    field="#f6f7f9",
    raised="#ffffff",
    hover="#eef1f5",
    pressed="#e3e7ee",
    border="#dfe3ea",
    border_strong="#868f9e",
    text="#1d2330",
    muted="#5b6472",
    faint="#666e7d",
    disabled="#a9b0bc",
    icon="#414957",
    accent="#2260ee",
    accent_fill="#2a65fa",
    accent_hover="#1f58e6",
    accent_pressed="#1a4cca",
    accent_text="#ffffff",
    accent_soft="#e6eeff",
    danger="#c92a2a",
    danger_fill="#d13030",
    danger_soft="#fdf0f0",
    warning="#8f5a0a",
    warning_soft="#fdf5e4",
    good="#0f7a56",
    good_soft="#e9f7f1",
    info_soft="#eef3ff",
    canvas="#f4f6f9",
    grid="#dde2ea",
    node="#ffffff",
    node_border="#dfe3ea",
    selection="#2f6bff",
    selection_glow="#2f6bff",
    shadow="#1d2a44",
    shadow_alpha=0.10,
    wire="#64748b",
    rubber_band="#2f6bff",
    training="#2f6bff",
    validation="#e8620a",
    test="#0f9d8c",
    plot="#f6f7f9",
    plot_grid="#e5e8ed",
    plot_text="#666e7d",
    series=("#2f6bff", "#e8620a", "#0f9d8c", "#c93bdc", "#b97a06", "#ef4466", "#7c4fe0", "#5b6472"),
    code=MappingProxyType(
        {
            "keyword": "#7a3ed0",
            "function": "#0b7a6e",
            "class": "#0b7a6e",
            "string": "#0f7a56",
            "number": "#b0480a",
            "comment": "#666e7d",
            "argument": "#3b4454",
            "operator": "#5b6472",
            "name": "#1d2330",
        }
    ),
    code_mark="#e6eeff",
    categories=MappingProxyType(
        {
            "core": "#3b82f6",
            "convolution": "#0f9d8c",
            "pooling": "#0b95d3",
            "recurrent": "#8b5cf6",
            "attention": "#d03fe6",
            "normalization": "#c08008",
            "regularization": "#7d8da5",
            "merge": "#ea6a0c",
            "reshaping": "#5e9418",
            "activation": "#4f63dc",
            "preprocessing": "#b8568f",
            "augmentation": "#84851a",
            "input": "#64748b",
            "output": "#ef4466",
            "block": "#a1785c",
            "unknown": "#868f9e",
        }
    ),
)

DARK = Theme(
    name="dark",
    is_dark=True,
    surface="#22252b",
    field="#282c33",
    raised="#3a404b",
    hover="#2f343c",
    pressed="#363c46",
    border="#343943",
    border_strong="#7d8594",
    text="#e7e9ee",
    muted="#a4abb7",
    faint="#969dab",
    disabled="#5f6674",
    icon="#c3c8d1",
    accent="#7aa2ff",
    accent_fill="#3969e4",
    accent_hover="#4673e8",
    accent_pressed="#2f5bd0",
    accent_text="#ffffff",
    accent_soft="#2b3a5c",
    danger="#ff7a7a",
    danger_fill="#c93c3c",
    danger_soft="#35262a",
    warning="#f0b429",
    warning_soft="#342e22",
    good="#45c892",
    good_soft="#22342f",
    info_soft="#262f42",
    canvas="#16181c",
    grid="#24282f",
    node="#2a2e35",
    node_border="#3a404b",
    selection="#5b8cff",
    selection_glow="#5b8cff",
    shadow="#000000",
    shadow_alpha=0.34,
    wire="#8391a6",
    rubber_band="#5b8cff",
    training="#5b8cff",
    validation="#f97316",
    test="#22b8a6",
    plot="#282c33",
    plot_grid="#343943",
    plot_text="#969dab",
    series=("#5b8cff", "#f97316", "#22b8a6", "#e06bf0", "#e0a52c", "#f76a86", "#a583fa", "#a4abb7"),
    code=MappingProxyType(
        {
            "keyword": "#bd9cff",
            "function": "#3cc7b4",
            "class": "#3cc7b4",
            "string": "#7fc98a",
            "number": "#f5a262",
            "comment": "#969dab",
            "argument": "#c9ced8",
            "operator": "#a4abb7",
            "name": "#e7e9ee",
        }
    ),
    code_mark="#2b3a5c",
    categories=MappingProxyType(
        {
            "core": "#3b82f6",
            "convolution": "#12a594",
            "pooling": "#0ea5e9",
            "recurrent": "#9268f8",
            "attention": "#d946ef",
            "normalization": "#d99a1c",
            "regularization": "#94a3b8",
            "merge": "#f97316",
            "reshaping": "#7cb32e",
            "activation": "#6f80ee",
            "preprocessing": "#d878b0",
            "augmentation": "#b3b53c",
            "input": "#7486a0",
            "output": "#ef4466",
            "block": "#b1876a",
            "unknown": "#8a919e",
        }
    ),
)

THEMES: Mapping[str, Theme] = MappingProxyType({"light": LIGHT, "dark": DARK})
