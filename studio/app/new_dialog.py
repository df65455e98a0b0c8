"""A new drawing: which data is it for?"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio import words
from studio.commands import add_input, add_output
from studio.data_source.bundled import bundled
from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings
from studio.data_source.guesses import inspect_csv, inspect_npz
from studio.document import Document, Frozen
from studio.kit import Callout
from studio.session import Session
from studio.theme import icon, set_role

NONE = ""


class NewDialog(QDialog):
    """Offers no data, the bundled sets, and the user's own file; ``session`` is the drawing for the choice.

    With data chosen the drawing begins with an Input and an Output for it, which can be deleted; one of each
    are wired, and so begin a chain.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New drawing"))
        self.setMinimumSize(640, 480)
        self._settings = DataSettings()
        title = QLabel(self.tr("Which data shall the model learn from?"))
        set_role(title, "title")
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self._add(NONE, self.tr("None yet"), self.tr("Draw first, choose the data later."), "pencil")
        for one in bundled():
            self._add(one.key, one.title, one.description, "database")
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(lambda _item: self._take())
        self.trouble = Callout("error", "")
        self.trouble.hide()
        own = QPushButton(icon("table"), self.tr("A CSV or .npz file of mine…"))
        own.clicked.connect(self._own)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        begin = QPushButton(self.tr("Begin"))
        begin.setDefault(True)
        begin.clicked.connect(self._take)
        row = QHBoxLayout()
        row.addWidget(own)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(begin)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.list, 1)
        column.addWidget(self.trouble)
        column.addLayout(row)

    def session(self) -> Session:
        """Return the new drawing."""
        document = Document()
        draft = document.draft()
        draft.put("settings", "data", Frozen(self._settings.to_json()))
        document.apply(draft.edit("open"))
        session = Session(document)
        targets = self._settings.targets
        inputs = [one for one in self._settings.fields if one.name not in targets]
        sources = [
            add_input(session, (0.0, at * 160.0), {"field": field.name}, name=field.name)
            for at, field in enumerate(inputs)
        ]
        chain = len(sources) == len(targets) == 1  # wired, so that a layer dropped between wires itself
        begin = (sources[0], "output") if chain else None
        for at, target in enumerate(targets):
            add_output(session, (760.0, at * 160.0), {"target": target}, connect_from=begin)
        session.stack.clear()
        return session

    def choose_file(self, path: Path) -> bool:
        """Take a file of the user's; says what is wrong with it in the dialog."""
        try:
            self._settings = inspect_npz(path) if path.suffix.lower() == ".npz" else inspect_csv(path)
        except DataError as error:
            name = self.tr("{name} cannot be used").format(name=path.name)
            self.trouble.set_message(name, words.text(error))
            self.trouble.show()
            return False
        return True

    def _add(self, key: str, title: str, text: str, picture: str) -> None:
        item = QListWidgetItem(icon(picture), f"{title}\n{text}")
        item.setData(Qt.ItemDataRole.UserRole, key)
        self.list.addItem(item)

    def _own(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Choose data"),
            str(Path.home()),
            self.tr("Tables and arrays (*.csv *.tsv *.txt *.npz)"),
        )
        if name and self.choose_file(Path(name)):
            self.accept()

    def _take(self) -> None:
        item = self.list.currentItem()
        key = item.data(Qt.ItemDataRole.UserRole) if item is not None else NONE
        self._settings = next((one.settings for one in bundled() if one.key == key), DataSettings())
        self.accept()
