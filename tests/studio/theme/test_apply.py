"""A theme on a live application: palette, style sheet, fonts, switching."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPalette, QRawFont
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine.config import resources_path
from studio.theme import DARK, LIGHT, Theme, current, mono_font, set_role, switch, system_theme, ui_font
from studio.theme.apply import apply, palette
from studio.theme.stylesheet import CONTROLS, stylesheet

both = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


@pytest.fixture(autouse=True)
def _restore(qapp: QApplication) -> Iterator[None]:
    yield
    switch().set_mode("light")


@both
def test_apply_sets_palette_sheet_and_current(qapp: QApplication, theme: Theme) -> None:
    apply(qapp, theme)
    assert current() is theme
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.surface
    assert theme.accent_fill in qapp.styleSheet()
    assert qapp.font().family() == "Noto Sans Bengali"


@both
def test_the_sheet_names_only_pictures_that_exist(qapp: QApplication, theme: Theme) -> None:
    apply(qapp, theme)
    files = re.findall(r'url\("([^"]+)"\)', qapp.styleSheet())
    assert len(files) >= 10
    for file in files:
        text = Path(file).read_text(encoding="utf-8")
        assert "currentColor" not in text
    assert "$" not in qapp.styleSheet()


def test_a_missing_picture_is_an_error() -> None:
    with pytest.raises(KeyError, match="img_"):
        stylesheet(LIGHT, "Sans", "Mono", {})


def test_every_control_picture_is_used() -> None:
    text = (resources_path() / "themes" / "bunon.qss").read_text(encoding="utf-8")
    used = set(re.findall(r"\$img_(\w+)", text))
    assert used == set(CONTROLS)


@both
def test_the_palette_dims_what_is_disabled(theme: Theme) -> None:
    colour = palette(theme).color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert colour.name() == theme.disabled


@both
def test_a_primary_button_is_filled_with_the_accent(qtbot: QtBot, theme: Theme) -> None:
    switch().set_mode(theme.name)
    button = QPushButton("Train")
    qtbot.addWidget(button)
    set_role(button, "primary")
    button.resize(120, 32)
    assert button.grab().toImage().pixelColor(12, 8).name() == theme.accent_fill


def test_switching_restyles_a_widget_that_exists(qtbot: QtBot) -> None:
    switch().set_mode("light")
    button = QPushButton("Open")
    qtbot.addWidget(button)
    button.resize(120, 32)
    assert button.grab().toImage().pixelColor(12, 8).name() == LIGHT.field
    switch().set_mode("dark")
    assert button.grab().toImage().pixelColor(12, 8).name() == DARK.field


def test_changed_is_emitted_once_per_change(qtbot: QtBot) -> None:
    switch().set_mode("light")
    seen: list[object] = []
    switch().changed.connect(seen.append)
    switch().set_mode("dark")
    switch().set_mode("dark")
    switch().set_mode("light")
    switch().changed.disconnect(seen.append)
    assert seen == [DARK, LIGHT]


def test_there_is_one_switch(qapp: QApplication) -> None:
    assert switch() is switch()


def test_an_unknown_mode_is_refused_and_changes_nothing(qapp: QApplication) -> None:
    switch().set_mode("dark")
    with pytest.raises(ValueError, match="system, light, dark"):
        switch().set_mode("blue")
    assert switch().mode == "dark"
    assert current() is DARK


def test_system_mode_follows_the_desktop(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    assert system_theme() in (LIGHT, DARK)
    switch().set_mode("system")
    monkeypatch.setattr("studio.theme.apply.system_theme", lambda: DARK)
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert current() is DARK
    switch().set_mode("light")
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert current() is LIGHT


def test_the_fonts_know_latin_and_bengali(qapp: QApplication) -> None:
    apply(qapp, LIGHT)
    assert "Noto Sans Bengali" in QFontDatabase.families()
    for letter in "Aé×·…−অআকষ্ট৳০৯":
        assert QRawFont.fromFont(ui_font()).supportsCharacter(ord(letter)), letter


def test_code_is_set_in_equal_widths(qapp: QApplication) -> None:
    assert QFontDatabase.isFixedPitch(mono_font().family())
    assert ui_font(17, bold=True).pixelSize() == 17
    assert ui_font(17, bold=True).bold()


COLLECTS = """
import gc
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from studio.theme import switch

class Busy(QWidget):
    def changeEvent(self, event):
        if event.type() == QEvent.Type.StyleChange and gc.isenabled():
            gc.collect()  # as it may happen in any line of Python

def show(made):
    made.show()
    return made

app = QApplication([])
switch().set_mode("light")
before = [show(Busy()) for _ in range(5)]
app.processEvents()
gc.disable()
for _ in range(200):
    lone = show(QPushButton("x"))
    lone.itself = lone  # a cycle that only the collector takes away
    lone.hide()
del lone
after = [show(Busy()) for _ in range(5)]
app.processEvents()
gc.enable()
for mode in ("dark", "light", "dark"):
    switch().set_mode(mode)
assert gc.isenabled()
print("alive")
"""


def test_no_widget_is_collected_while_all_are_told_of_the_theme() -> None:
    done = subprocess.run([sys.executable, "-c", COLLECTS], capture_output=True, text=True, timeout=60)
    assert done.stdout == "alive\n", done.stderr
