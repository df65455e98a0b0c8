"""What a screen reader is told: every control and every item of the drawing has a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QGraphicsView,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio import commands
from studio.app.window import MainWindow
from studio.canvas.accessible import ItemFace, items_of
from studio.document import files
from tests.end_to_end.user import User
from tests.studio.commands.test_blocks import residual

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QGraphicsView,
    QLineEdit, QPlainTextEdit, QProgressBar, QTabBar, QTextEdit,
)  # fmt: skip
PARTS = (QScrollBar, QHeaderView)  # what they belong to has the name


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> User:
    files.save(residual(), tmp_path / "residual.bunon")
    window.open_path(tmp_path / "residual.bunon")
    made = User(window, qtbot)
    made.session.set_catalog(window.loader.catalog)
    made.view.setFocus()
    return made


def nameless(root: QWidget) -> set[str]:
    """Return the controls in sight that a screen reader could not name."""
    found = set()
    for widget in root.findChildren(QWidget):
        inside = widget.objectName().startswith("qt_")  # made by Qt, within a control that has a name
        if not isinstance(widget, CONTROLS) or isinstance(widget, PARTS) or inside or not widget.isVisible():
            continue
        face = QAccessible.queryAccessibleInterface(widget)
        if face is not None and not face.text(QAccessible.Text.Name).strip():
            found.add(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def test_every_control_has_a_name_whatever_is_selected_and_shown(user: User) -> None:
    assert nameless(user.window) == set()
    for name in user.names():
        user.click_node(name)
        assert nameless(user.window) == set(), name
    for tabs in (user.workspace.left, user.workspace.right, user.workspace.bottom):
        for at in range(tabs.bar.count()):
            tabs.bar.setCurrentIndex(at)
            assert nameless(user.window) == set(), tabs.current()
    user.view.setFocus()
    user.key("Shift+A")
    assert nameless(user.window) == set()
    user.key("Esc")
    user.key("Ctrl+F")
    assert nameless(user.window) == set()
    user.key("Esc")
    user.window.actions_by_id["heat_time"].trigger()
    assert nameless(user.window) == set()
    user.window.show_start()
    assert nameless(user.window) == set()


def face_of(user: User) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(user.view)
    assert found is not None
    return found


def children(user: User) -> list[ItemFace]:
    face = face_of(user)
    found = [face.child(at) for at in range(face.childCount())]
    return [each for each in found if isinstance(each, ItemFace)]


def test_every_item_of_the_drawing_has_a_name_a_place_and_a_state(user: User) -> None:
    commands.add_mark(user.session, "frame", (0.0, 300.0, 200.0, 100.0), "The end")
    user.tidy()
    faces = children(user)
    assert len(faces) == len(items_of(user.view)) == 9 + 9 + 1
    names = [face.text(QAccessible.Text.Name) for face in faces]
    assert all(names)
    assert len(set(names)) == len(names)
    assert names[0] == "Input, image"
    assert "Wire from stem to one, 8 × 8 × 8" in names
    assert names[-1] == "Frame: The end"
    one = faces[names.index("Conv2D, one")]
    assert "8 filters" in one.text(QAccessible.Text.Description)
    at = user.card("one")
    assert one.rect().contains(user.view.viewport().mapToGlobal(at))
    spot = user.view.viewport().mapToGlobal(at)
    under = face_of(user).childAt(spot.x(), spot.y())
    assert isinstance(under, ItemFace)
    assert under.text(QAccessible.Text.Name) == "Conv2D, one"
    assert not one.state().selected
    user.click_node("one")
    assert one.state().selected
    assert face_of(user).indexOfChild(one) >= 0
    user.key("Del")
    assert not one.isValid()
    assert one.text(QAccessible.Text.Name) == ""
    assert "Conv2D, one" not in [face.text(QAccessible.Text.Name) for face in children(user)]


def test_what_is_wrong_is_said_with_the_node(user: User) -> None:
    commands.set_params(user.session, user.node("last"), {"units": 7})
    said = {f.text(QAccessible.Text.Name): f.text(QAccessible.Text.Description) for f in children(user)}
    assert "10 values" in said["Output, digit"]
