"""A window of the test's own, closed without questions at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.catalog import load_catalog
from studio.app.loader import CatalogLoader
from studio.app.window import MainWindow
from studio.theme import switch


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    switch().set_mode("light")
    loader = CatalogLoader()
    loader.catalog = load_catalog()
    one = MainWindow(loader=loader)
    one.resize(1280, 800)
    one.show()
    qtbot.waitExposed(one)
    yield one
    for workspace in one.workspaces():
        workspace.session.stop()
        workspace.session.stack.setClean()
        qtbot.waitUntil(lambda each=workspace: not each.session.running, timeout=10000)
    assert one.close()
    one.deleteLater()
