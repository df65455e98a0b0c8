"""The data panel: what the drawing learns from, a look into it, and how to take other data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio import commands, words
from studio.data.columns import MOST, is_plain, settings_for
from studio.data.fields_view import ColumnsForm, FieldsTable
from studio.data.pictures import ClassBars
from studio.data.sample import Sample
from studio.data.split import SplitForm
from studio.data_source.bundled import bundled
from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings, Split
from studio.data_source.guesses import Column, inspect_columns, inspect_csv, inspect_npz
from studio.data_source.reading import Dataset, source_paths
from studio.document import thaw
from studio.kit import Callout, Section
from studio.theme import icon, set_role

if TYPE_CHECKING:
    from studio.session import Session


class DataPanel(QScrollArea):
    """The data in use; every change of it is one step of undo. It reads data only while it is to be seen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._stale = True
        self._columns_of: tuple[object, tuple[Column, ...]] = (None, ())
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Data"))
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Data that come with Bunon"))
        self.choice.setPlaceholderText(self.tr("Choose data"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMaxVisibleItems(16)
        for each in bundled():
            self.choice.addItem(_said(self, each.title), each.key)
            self.choice.setItemData(
                self.choice.count() - 1, _said(self, each.description), Qt.ItemDataRole.ToolTipRole
            )
        self.choice.activated.connect(lambda: self.use_bundled(str(self.choice.currentData())))
        self.csv = self._button(self.tr("CSV…"), self.tr("Open a table of your own"), self._ask_csv)
        self.npz = self._button(self.tr(".npz…"), self.tr("Open arrays of your own"), self._ask_npz)
        self.fault = Callout("error", "")
        self.fault.set_closable(True)
        self.fault.hide()
        self.title, self.description, self.rows = QLabel(), QLabel(), QLabel()
        for label, role in ((self.title, "heading"), (self.description, "muted"), (self.rows, "faint")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, role)
        self.fields, self.columns, self.sample = FieldsTable(), ColumnsForm(), Sample()
        self.columns.edited.connect(self._set_columns)
        self.split = SplitForm()
        self.split.edited.connect(self._set_split)
        self._balance = Section(self.tr("Class balance"))
        self._sections = [
            self._section(self.tr("Fields"), self.fields),
            self._section(self.tr("Columns"), self.columns),
            self._section(self.tr("Sample"), self.sample),
            self._balance,
            self._section(self.tr("Split"), self.split),
        ]
        self._build()
        session.analysed.connect(self._changed)
        self._changed()

    def _button(self, text: str, tip: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setIcon(icon("folder-open"))
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: act())
        return button

    def _section(self, title: str, content: QWidget) -> Section:
        made = Section(title)
        made.body().addWidget(content)
        return made

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 12, 14)
        column.setSpacing(8)
        column.addWidget(self.choice)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.csv, 1)
        row.addWidget(self.npz, 1)
        column.addLayout(row)
        for each in (self.fault, self.title, self.description, self.rows, *self._sections):
            column.addWidget(each)
        column.addStretch(1)
        self.setWidget(content)

    # -- choosing ------------------------------------------------------------------------------------

    def use_bundled(self, key: str) -> None:
        """Take one of the data sets that come with Bunon."""
        found = next(each for each in bundled() if each.key == key)
        self._set(found.settings)

    def open_file(self, path: Path) -> None:
        """Take a table (.csv) or arrays (.npz) of the user's, as they look.

        A file that is no table is refused; one with a wrong cell is taken, so that its column can be set.
        """
        try:
            settings = inspect_npz(path) if path.suffix.lower() == ".npz" else inspect_csv(path)
            if not settings.targets and settings.fields:
                settings = replace(settings, targets=(settings.fields[-1].name,))
        except DataError as error:
            self._reproach(self.tr("{file} cannot be used yet").format(file=path.name), error)
            return
        self._set(settings)

    def _ask_csv(self) -> None:
        self._ask(self.tr("Tables (*.csv *.csv.gz *.tsv *.txt);;All files (*)"))

    def _ask_npz(self) -> None:
        self._ask(self.tr("Arrays (*.npz);;All files (*)"))

    def _ask(self, kinds: str) -> None:
        folder = str(self._session.base_folder)
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open data"), folder, kinds)
        if path:
            self.open_file(Path(path))

    def _set(self, settings: DataSettings) -> None:
        self.fault.hide()
        commands.set_settings(self._session, "data", settings.to_json())
        self._changed()

    def _set_split(self, split: Split) -> None:
        self._set(replace(self.settings(), split=split))

    def _set_columns(self, kinds: Mapping[str, str], targets: set[str]) -> None:
        old = self.settings()
        try:
            self._set(settings_for(old, self._columns(old), kinds, targets))
        except DataError as error:
            self._reproach(self.tr("This column cannot be read so"), error)
            self.columns.show_columns(old, self._columns(old))

    def settings(self) -> DataSettings:
        """Return the document's settings of the data; those of no data where they cannot be read."""
        try:
            return DataSettings.from_json(thaw(self._session.document.setting("data")))
        except DataError:
            return DataSettings()

    # -- showing -------------------------------------------------------------------------------------

    def _changed(self, *_: object) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the data that were not read while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Show the data as the document has them."""
        settings = self.settings()
        self._stale = False
        source = settings.source
        self.choice.setCurrentIndex(self.choice.findData(source.name) if source.kind == "bundled" else -1)
        known = next(
            (each for each in bundled() if source.kind == "bundled" and each.key == source.name), None
        )
        none = source.kind == "none"
        self.title.setText(self.tr("No data yet") if none else Path(source.name).name)
        self.description.setText(
            self.tr("Choose data above: a set that comes with Bunon, or a file of your own.")
        )
        if known is not None:
            self.title.setText(_said(self, known.title))
            self.description.setText(_said(self, known.description))
        self.description.setVisible(none or known is not None)
        self.fields.show_fields(settings)
        self.split.show_split(settings.split)
        columns = self._columns(settings)
        if columns:
            self.columns.show_columns(settings, columns)
        data = None if none else self._session.dataset
        error = self._session.data_error
        if not none and data is None and error is not None:
            self._reproach(self.tr("The data cannot be read"), error)
        elif data is not None:
            self.fault.hide()
        shown = (bool(settings.fields), bool(columns), data is not None, data is not None, not none)
        for section, visible in zip(self._sections, shown, strict=True):
            section.setVisible(visible)
        self.rows.setVisible(data is not None)
        if data is not None:
            self._show_data(data)

    def _show_data(self, data: Dataset) -> None:
        text = self.tr("{rows} rows: {train} to train, {validation} to validate, {test} to test").format(
            rows=f"{data.rows:,}",
            train=f"{len(data.train):,}",
            validation=f"{len(data.validation):,}",
            test=f"{len(data.test):,}",
        )
        if data.dropped:
            text += "\n" + self.tr("{n} rows with missing values are left out").format(n=f"{data.dropped:,}")
        self.rows.setText(text)
        self.sample.show_data(data)
        body = self._balance.body()
        while (item := body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        targets = [each for each in data.settings.fields if each.name in data.settings.targets]
        classes = [each for each in targets if each.kind == "category"]
        for each in classes:
            bars = ClassBars()
            bars.show_counts(each.classes, data.summaries[each.name].counts)
            if len(classes) > 1:
                body.addWidget(QLabel(each.name))
            body.addWidget(bars)
        self._balance.setVisible(bool(classes))

    def _columns(self, settings: DataSettings) -> tuple[Column, ...]:
        """Return the columns of a table of the user's that can be set one by one, or none."""
        if settings.source.kind != "csv" or not is_plain(settings):
            return ()
        try:
            path = source_paths(settings.source, self._session.base_folder)[0]
            key = (settings.source, path, path.stat().st_mtime_ns)
            if self._columns_of[0] != key:
                self._columns_of = (key, inspect_columns(path, settings.source))
        except (DataError, OSError):
            return ()
        return self._columns_of[1] if len(self._columns_of[1]) <= MOST else ()

    def _reproach(self, title: str, error: DataError) -> None:
        self.fault.set_message(title, words.text(error) or str(error))
        self.fault.show()
        self.ensureWidgetVisible(self.fault)


def _said(panel: DataPanel, text: str) -> str:
    """Return a text of the list of data sets in the user's language."""
    return panel.tr(text)
