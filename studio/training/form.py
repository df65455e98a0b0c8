"""How the drawing is to be trained: optimizer, epochs, batches, split, seed, device."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from studio.commands import set_settings
from studio.commands.command import Editing
from studio.document import EMPTY, Frozen
from studio.document.values import thaw
from studio.kit import DecimalField, IntegerField, Section, Switch
from studio.theme import set_role
from studio.training.optimizers import NAMES, Option, config_of, options_of, own_names
from studio.translate.settings import DEVICES


class TrainingForm(QWidget):
    """Edits the settings "training", and of "data" the split; every change is one step of undo.

    The document is the truth: an undo, or an edit elsewhere, shows here at once.
    """

    def __init__(self, session: Editing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self._shown: tuple[str, bool] = ("", False)
        self.optimizer = QComboBox()
        self.optimizer.addItems(NAMES)
        self.epochs = IntegerField(1, 100_000)
        self.batch_size = IntegerField(1, 1_000_000)
        self.seed = IntegerField(0)
        self.device = QComboBox()
        for device in DEVICES:
            self.device.addItem(self.tr("automatic") if device == "auto" else device, device)
        self.validation = DecimalField(0, 90, 1)
        self.test = DecimalField(0, 90, 1)
        for share in (self.validation, self.test):
            share.setSuffix(self.tr(" %"))
        self.shuffle = Switch(self.tr("mix the rows first"))
        self.options: dict[str, DecimalField | Switch] = {}

        run = Section(self.tr("Run"))
        rows = self._rows(run)
        self._row(rows, self.tr("epochs"), self.epochs)
        self._row(rows, self.tr("batch size"), self.batch_size)
        self._row(rows, self.tr("seed"), self.seed)
        self._row(rows, self.tr("device"), self.device)
        how = Section(self.tr("Optimizer"))
        rows = self._rows(how)
        self._row(rows, self.tr("optimizer"), self.optimizer)
        self._option_rows = self._rows(how)
        data = Section(self.tr("Split"))
        rows = self._rows(data)
        self._row(rows, self.tr("validation"), self.validation)
        self._row(rows, self.tr("test"), self.test)
        self._row(rows, self.tr("order"), self.shuffle)
        note = QLabel(self.tr("Loss and metrics belong to each Output: select it to choose them."))
        note.setWordWrap(True)
        set_role(note, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 10)
        for part in (run, how, data):
            column.addWidget(part)
        column.addWidget(note)
        column.addStretch(1)

        self._number(self.epochs, "epochs")
        self._number(self.batch_size, "batch_size")
        self._number(self.seed, "seed")
        self.device.activated.connect(lambda: self._put("device", self.device.currentData()))
        self.optimizer.activated.connect(self._choose)
        self.validation.editingFinished.connect(self._share("validation", self.validation))
        self.test.editingFinished.connect(self._share("test", self.test))
        self.shuffle.toggled.connect(lambda on: self._put_split("shuffle", on))
        session.document.settings_changed.connect(self._on_settings)
        self.refresh()

    def refresh(self) -> None:
        """Show what the document says."""
        self._filling = True
        given = self._session.document.setting("training")
        name, config = config_of(given.get("optimizer", "Adam"))
        if self.optimizer.findText(name) < 0:
            self.optimizer.addItem(name)
        self.optimizer.setCurrentText(name)
        for field, key, default in (
            (self.epochs, "epochs", 10), (self.batch_size, "batch_size", 32), (self.seed, "seed", 0),
        ):  # fmt: skip
            value = given.get(key, default)
            field.setValue(value if isinstance(value, int) else default)
        at = self.device.findData(given.get("device", "auto"))
        self.device.setCurrentIndex(max(0, at))
        split = self._session.document.setting("data").get("split") or EMPTY
        self.validation.setValue(float(split.get("validation", 0.15)) * 100)
        self.test.setValue(float(split.get("test", 0.15)) * 100)
        self.shuffle.setChecked(bool(split.get("shuffle", True)))
        self._show_options(name, config)
        self._filling = False

    def _show_options(self, name: str, config: dict[str, Any]) -> None:
        known = "torch" in sys.modules and self._session.catalog is not None
        if (name, known) != self._shown:
            self._shown = (name, known)
            own = own_names() if known else ()
            self.optimizer.addItems([each for each in own if self.optimizer.findText(each) < 0])
            while self._option_rows.rowCount():
                self._option_rows.removeRow(0)
            self.options = {}
            found = (
                options_of(name) if known and name in (*NAMES, *own) else (Option("learning_rate", 0.001),)
            )
            for option in found:
                self._add_option(option)
        for key, field in self.options.items():
            value = config.get(key, field.property("default"))
            if isinstance(field, Switch):
                field.setChecked(bool(value))
            elif isinstance(value, (int, float)):
                field.setValue(float(value))

    def _add_option(self, option: Option) -> None:
        if isinstance(option.default, bool):
            switch = Switch()
            switch.toggled.connect(lambda on, key=option.name: self._put_option(key, on))
            field: DecimalField | Switch = switch
        else:
            number = DecimalField(0, 1e6, 9)
            number.editingFinished.connect(
                lambda key=option.name, box=number: self._put_option(key, box.value())
            )
            field = number
        field.setProperty("default", option.default)
        self.options[option.name] = field
        self._row(self._option_rows, option.name.replace("_", " "), field)

    def _rows(self, section: Section) -> QFormLayout:
        rows = QFormLayout()
        rows.setHorizontalSpacing(12)
        rows.setVerticalSpacing(6)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        section.body().addLayout(rows)
        return rows

    def _row(self, rows: QFormLayout, name: str, field: QWidget) -> None:
        label = QLabel(name)
        label.setMinimumWidth(96)
        label.setBuddy(field)
        field.setAccessibleName(name)
        if not isinstance(field, Switch):
            field.setMinimumWidth(90)  # else the longest number that fits the range decides
        rows.addRow(label, field)

    def _number(self, field: IntegerField, key: str) -> None:
        field.editingFinished.connect(lambda: self._put(key, field.value()))

    def _share(self, key: str, field: DecimalField) -> Callable[[], None]:
        return lambda: self._put_split(key, round(field.value() / 100, 6))

    def _choose(self) -> None:
        name = self.optimizer.currentText()
        before, config = config_of(self._session.document.setting("training").get("optimizer", "Adam"))
        if name != before:
            rate = {"learning_rate": config["learning_rate"]} if "learning_rate" in config else {}
            self._put("optimizer", {"class_name": name, "config": rate})

    def _put_option(self, key: str, value: Any) -> None:
        name, config = config_of(self._session.document.setting("training").get("optimizer", "Adam"))
        if not self._filling and config.get(key, self.options[key].property("default")) != value:
            self._put("optimizer", {"class_name": name, "config": {**thaw(Frozen(config)), key: value}})

    def _put(self, key: str, value: Any) -> None:
        given = self._session.document.setting("training")
        changed = given.with_({key: value})
        if not self._filling and changed != given:
            set_settings(self._session, "training", changed)

    def _put_split(self, key: str, value: Any) -> None:
        given = self._session.document.setting("data")
        split = given.get("split") or EMPTY
        old = split.get(key, {"validation": 0.15, "test": 0.15, "shuffle": True}[key])
        if not self._filling and old != value:
            set_settings(self._session, "data", given.with_({"split": split.with_({key: value})}))

    def _on_settings(self, _key: str) -> None:
        self.refresh()
