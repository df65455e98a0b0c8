"""How the rows are shared out among training, validation and test."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio import words
from studio.data_source.errors import DataError
from studio.data_source.fields import Split
from studio.kit import IntegerField, Switch
from studio.theme import set_role


class SplitForm(QWidget):
    """Validation and test in percent, the seed, and whether rows are shuffled; ``edited`` has the split."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._split = Split()
        self.validation, self.test = IntegerField(0, 90), IntegerField(0, 90)
        self.seed, self.shuffle = IntegerField(0), Switch()
        self._reason = QLabel()
        self._reason.setWordWrap(True)
        set_role(self._reason, "danger")
        self._reason.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        for box in (self.validation, self.test):
            box.setSuffix(" %")
        for name, box, tip in (
            (self.tr("Validation"), self.validation, self.tr("Rows that judge each epoch while training")),
            (self.tr("Test"), self.test, self.tr("Rows kept for the end, never seen in training")),
            (self.tr("Seed"), self.seed, self.tr("The same seed shares out the same rows")),
        ):
            box.setKeyboardTracking(False)
            box.setMinimumWidth(60)
            box.valueChanged.connect(self._take)
            self._add(name, box, tip)
        self.shuffle.clicked.connect(self._take)
        tip = self.tr("Off keeps the order and takes the last rows for the test: right for a series")
        self._add(self.tr("Shuffle"), self.shuffle, tip)
        self._column.addWidget(self._reason)

    def _add(self, name: str, control: QWidget, tip: str) -> None:
        label = QLabel(name)
        label.setFixedWidth(88)
        label.setBuddy(control)
        control.setAccessibleName(name)
        control.setToolTip(tip)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(control, 0 if isinstance(control, Switch) else 1)
        if isinstance(control, Switch):
            row.addStretch(1)
        self._column.addLayout(row)

    def show_split(self, split: Split) -> None:
        """Show a split."""
        self._split = split
        for box, value in (
            (self.validation, round(split.validation * 100)),
            (self.test, round(split.test * 100)),
            (self.seed, split.seed),
        ):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.shuffle.setChecked(split.shuffle)
        self._reason.hide()

    def reason(self) -> str:
        """Return what is wrong with the numbers, or an empty text."""
        return self._reason.text() if not self._reason.isHidden() else ""

    def _take(self, *_: object) -> None:
        old = self._split
        shares = [
            share if round(share * 100) == box.value() else box.value() / 100  # keep 12.5 % of a file
            for share, box in ((old.validation, self.validation), (old.test, self.test))
        ]
        try:
            new = replace(
                old,
                validation=shares[0],
                test=shares[1],
                seed=self.seed.value(),
                shuffle=self.shuffle.isChecked(),
            )
        except DataError as error:
            self._reason.setText(words.text(error) or str(error))
            self._reason.show()
            return
        self._reason.hide()
        if new != old:
            self.edited.emit(new)
