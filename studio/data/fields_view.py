"""The fields of the data as a table, and, for a table of the user's, the kind of each column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QWidget

from studio.data.columns import KINDS, kinds_of, targets_of
from studio.data_source.fields import DataSettings
from studio.data_source.guesses import Column
from studio.theme import mono_font, set_role
from studio.words import size_words


def _clear(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _label(text: str, role: str = "") -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setToolTip(text)
    made.setMinimumWidth(20)
    if role:
        set_role(made, role)
    return made


class FieldsTable(QWidget):
    """Name, kind, shape and number of classes of each field; targets are marked."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Fields of the data"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)

    def cells(self) -> list[list[str]]:
        """Return what the table says, row by row."""
        rows: list[list[str]] = []
        for row in range(1, self._grid.rowCount()):
            items = [self._grid.itemAtPosition(row, column) for column in range(3)]
            labels = [item.widget() for item in items if item is not None]
            if labels:
                rows.append([label.text() for label in labels if isinstance(label, QLabel)])
        return rows

    def show_fields(self, settings: DataSettings) -> None:
        """Show the fields of these settings."""
        _clear(self._grid)
        for column, words in enumerate((self.tr("Name"), self.tr("Kind"), self.tr("Shape"))):
            self._grid.addWidget(_label(words, "faint"), 0, column)
        for row, field in enumerate(settings.fields, 1):
            target = field.name in settings.targets
            name = self.tr("{name} (target)").format(name=field.name) if target else field.name
            shape = size_words(field.shape) if field.shape else ""
            if field.kind == "category":
                shape = self.tr("{n} classes").format(n=len(field.classes))
            named = _label(name)
            named.setWordWrap(True)  # "label (target)" takes two lines in a narrow pane
            self._grid.addWidget(named, row, 0)
            self._grid.addWidget(_label(field.kind, "muted"), row, 1)
            shown = _label(shape, "muted")
            if field.kind != "category":
                shown.setFont(mono_font(11))
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(shown, row, 2)


class ColumnsForm(QWidget):
    """A kind for each column of a table, and which columns are to be predicted.

    ``edited`` carries the kinds by column and the set of targets.
    """

    edited = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._shown: object = None
        self.kinds: dict[str, QComboBox] = {}
        self.targets: dict[str, QCheckBox] = {}

    def show_columns(self, settings: DataSettings, columns: Sequence[Column]) -> None:
        """Show these columns as the settings read them."""
        kinds, targets = kinds_of(settings, columns), targets_of(settings, columns)
        if self._shown != columns:
            self._make(columns)
            self._shown = columns
        for name, combo in self.kinds.items():
            combo.setCurrentIndex(max(0, combo.findData(kinds[name])))
            self.targets[name].setChecked(name in targets)
            self.targets[name].setEnabled(kinds[name] in ("numbers", "category"))

    def _make(self, columns: Sequence[Column]) -> None:
        _clear(self._grid)
        self.kinds, self.targets = {}, {}
        words = dict(
            zip(
                KINDS,
                (self.tr("numbers"), self.tr("category"), self.tr("text"), self.tr("skip")),
                strict=True,
            )
        )
        self._grid.addWidget(_label(self.tr("Column"), "faint"), 0, 0)
        self._grid.addWidget(_label(self.tr("Read as"), "faint"), 0, 1)
        self._grid.addWidget(_label(self.tr("Target"), "faint"), 0, 2)
        for row, column in enumerate(columns, 1):
            label = _label(column.name)
            label.setToolTip(
                self.tr("{name}, such as {example}").format(name=column.name, example=column.example)
            )
            combo, box = QComboBox(), QCheckBox()
            combo.setAccessibleName(self.tr("Kind of {name}").format(name=column.name))
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(4)
            for kind in KINDS:
                combo.addItem(words[kind], kind)
            box.setAccessibleName(self.tr("{name} is to be predicted").format(name=column.name))
            combo.activated.connect(self._tell)
            box.clicked.connect(self._tell)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(combo, row, 1)
            self._grid.addWidget(box, row, 2, Qt.AlignmentFlag.AlignHCenter)
            self.kinds[column.name], self.targets[column.name] = combo, box

    def _tell(self, *_: object) -> None:
        kinds = {name: str(combo.currentData()) for name, combo in self.kinds.items()}
        usable = ("numbers", "category")
        targets = {name for name, box in self.targets.items() if box.isChecked() and kinds[name] in usable}
        self.edited.emit(kinds, targets)
