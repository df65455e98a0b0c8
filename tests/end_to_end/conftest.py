"""The window of the app's own tests, and a person in front of it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.app.window import MainWindow
from tests.end_to_end.user import User
from tests.studio.app.conftest import window as window  # the fixture itself


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot) -> User:
    window.activateWindow()
    return User(window, qtbot)
