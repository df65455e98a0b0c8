"""Small pieces that the pages of the inspector share."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from engine.spec import TensorSpec
from studio.theme import set_role
from studio.words import shape_words


def label(text: str, role: str = "", *, wrap: bool = True) -> QLabel:
    """Return a label for plain text that can be marked and copied."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        set_role(made, role)
    return made


def hairline() -> QFrame:
    """Return a thin line across."""
    line = QFrame()
    set_role(line, "line")
    return line


def field(name: str, control: QWidget, width: int = 96) -> QWidget:
    """Return a row: a name at the left, its control at the right."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    words = label(name)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    words.setBuddy(control)
    words.setFixedWidth(width)
    line.addWidget(
        words, 0, Qt.AlignmentFlag.AlignTop if control.sizeHint().height() > 60 else Qt.AlignmentFlag(0)
    )
    fixed = control.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Fixed
    line.addWidget(control, 1, Qt.AlignmentFlag.AlignLeft if fixed else Qt.AlignmentFlag(0))
    if not control.accessibleName():
        control.setAccessibleName(name)
    return row


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


def column(widget: QWidget, spacing: int = 6) -> QVBoxLayout:
    """Give a widget a vertical layout without margins."""
    made = QVBoxLayout(widget)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    return made


def shapes(specs: tuple[TensorSpec, ...]) -> str:
    """Return the shapes of several tensors for people."""
    return ", ".join(shape_words(spec.shape) for spec in specs)


def count(number: float) -> str:
    """Return a number with its thousands apart, large ones in millions or billions."""
    if number >= 1e9:
        return _tr("{n} G").format(n=f"{number / 1e9:.2f}")
    if number >= 1e7:
        return _tr("{n} M").format(n=f"{number / 1e6:.2f}")
    return f"{number:,.0f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Inspector", text)
