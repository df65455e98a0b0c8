"""Questions and messages of the window, in one place so that all look and read alike."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget


def _tr(text: str) -> str:
    return QCoreApplication.translate("Ask", text)


def tell(parent: QWidget, title: str, text: str, details: str = "") -> None:
    """Say what went wrong, with technical details one click away."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, title, QMessageBox.StandardButton.Ok, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(text)
    if details:
        box.setDetailedText(details)
    box.exec()
    box.deleteLater()


def save_first(parent: QWidget, name: str) -> str:
    """Ask what to do with unsaved changes: returns ``"save"``, ``"discard"`` or ``"cancel"``."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(_tr("Unsaved changes"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(_tr("Save the changes to {name}?").format(name=name))
    box.setInformativeText(_tr("What is not saved is lost."))
    save = box.addButton(_tr("Save"), QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton(_tr("Do not save"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(_tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.setEscapeButton(cancel)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return "save" if clicked is save else "discard" if clicked is discard else "cancel"


def line(parent: QWidget, title: str, label: str, text: str = "") -> str | None:
    """Ask for one line of text; returns ``None`` where the user gave up."""
    answer, agreed = QInputDialog.getText(parent, title, label, QLineEdit.EchoMode.Normal, text)
    return answer if agreed else None


def new_file(parent: QWidget, title: str, start: str, filters: str, ending: str) -> Path | None:
    """Ask where to write a file; ``ending`` is put behind a name without one.

    The dialog has asked about the name that it was given, so with an ending added it is asked here.
    Returns ``None`` where the user gave up.
    """
    name, _ = QFileDialog.getSaveFileName(parent, title, start, filters)
    if not name:
        return None
    path = Path(name)
    if path.suffix:
        return path
    path = path.with_name(path.name + ending)
    if path.exists() and not yes(parent, _tr("Replace what is there?"), path.name, _tr("Replace")):
        return None
    return path


def yes(parent: QWidget, title: str, text: str, agree: str, refuse: str = "") -> bool:
    """Ask a question with two answers; Escape refuses."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    accept = box.addButton(agree, QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(refuse or _tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(accept)
    box.setEscapeButton(cancel)
    box.exec()
    agreed = box.clickedButton() is accept
    box.deleteLater()
    return agreed
