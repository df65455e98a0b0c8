"""Icons: all of them draw, in the theme's colours, at every scale."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.config import resources_path
from studio.theme import DARK, LIGHT, icon, pixmap, switch
from studio.theme.icons import coloured, icon_names


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> Iterator[None]:
    switch().set_mode("light")
    yield
    switch().set_mode("light")


def strongest(image: QImage) -> str:
    """Return the colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda pixel: pixel.alpha()).name()


def test_every_icon_draws_something(qapp: QApplication) -> None:
    assert len(icon_names()) > 40
    for name in icon_names():
        image = pixmap(name, 16).toImage()
        assert any(image.pixelColor(x, y).alpha() > 100 for x in range(16) for y in range(16)), name


def test_the_licence_lies_beside_them() -> None:
    assert "Lucide" in (resources_path() / "icons" / "LICENSE").read_text(encoding="utf-8")


def test_no_colour_is_left_to_qt() -> None:
    for name in icon_names():
        assert "currentColor" not in coloured(name, "#123456")


def test_an_icon_follows_the_theme(qapp: QApplication) -> None:
    one = icon("square", filled=True)
    assert strongest(one.pixmap(16).toImage()) == LIGHT.icon
    switch().set_mode("dark")
    assert strongest(one.pixmap(16).toImage()) == DARK.icon


def test_an_icon_takes_a_colour_by_name_or_value(qapp: QApplication) -> None:
    assert strongest(icon("square", "danger", filled=True).pixmap(16).toImage()) == LIGHT.danger
    assert strongest(icon("square", "#12ab34", filled=True).pixmap(16).toImage()) == "#12ab34"


def test_disabled_is_fainter_and_checked_has_the_accent(qapp: QApplication) -> None:
    one = icon("square", filled=True)
    assert strongest(one.pixmap(QSize(16, 16), QIcon.Mode.Disabled).toImage()) == LIGHT.disabled
    on = one.pixmap(QSize(16, 16), QIcon.Mode.Normal, QIcon.State.On)
    assert strongest(on.toImage()) == LIGHT.accent


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_an_icon_has_a_pixel_for_every_pixel_of_the_screen(qapp: QApplication, scale: float) -> None:
    picture = icon("play").pixmap(QSize(16, 16), scale)
    assert picture.width() == 16 * scale
    assert picture.devicePixelRatio() == scale
    assert pixmap("play", 16, scale=scale).deviceIndependentSize().width() == 16


def test_icons_are_kept_by_name_and_colour(qapp: QApplication) -> None:
    assert icon("play") is icon("play")
    assert icon("play") is not icon("play", "danger")


def test_an_icon_survives_what_made_it(qapp: QApplication, qtbot: QtBot) -> None:
    copy = QIcon(icon("eye"))
    copy.addFile("")  # detaches: the copy gets an engine of its own
    gc.collect()
    assert not copy.pixmap(16).isNull()


def test_an_unknown_icon_names_those_there_are(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match=r"no icon 'nope'.*play"):
        icon("nope")


def test_an_unknown_colour_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="Received: 'mauve'"):
        pixmap("play", 16, "mauve")
