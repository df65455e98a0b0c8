"""A look into the data: pictures, a series, or the first rows."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from studio.data.pictures import SHOWN, ImageGrid, SeriesLine
from studio.data_source.fields import Field
from studio.data_source.reading import Dataset
from studio.theme import mono_font

ROWS = 6


class Sample(QWidget):
    """The first rows of the training part, each kind of field as the eye takes it in."""

    def __init__(self) -> None:
        super().__init__()
        self.images, self.series, self.table = ImageGrid(), SeriesLine(), QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(self.tr("First rows of the data"))
        self.table.setMinimumWidth(60)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setFont(mono_font(11))
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for each in (self.images, self.series, self.table):
            column.addWidget(each)

    def show_data(self, data: Dataset) -> None:
        """Show a data set."""
        fields = data.settings.fields
        rows = [int(row) for row in data.train[:SHOWN]]
        picture = next((each for each in fields if each.kind == "image"), None)
        series = next((each for each in fields if each.kind == "series"), None)
        self.images.setVisible(picture is not None)
        self.series.setVisible(series is not None)
        if picture is not None:
            label = next((each for each in fields if each.kind == "category"), None)
            words = [str(data.preview(label.name, row)) for row in rows] if label is not None else []
            summary = data.summaries[picture.name]
            arrays = [np.asarray(data.preview(picture.name, row)) for row in rows]
            self.images.show_images(arrays, words, summary.low or 0.0, summary.high or 1.0)
        if series is not None:
            whole = data.arrays[series.name][:, 0].reshape(data.rows, -1)[:, 0]  # each window's first step
            self.series.show_values(whole, series.name)
        self.table.setVisible(picture is None and series is None)
        if picture is None and series is None:
            self._fill(data, fields, rows[:ROWS])

    def _fill(self, data: Dataset, fields: tuple[Field, ...], rows: list[int]) -> None:
        columns: list[tuple[str, str, int]] = []  # heading, field, place in its row
        for each in fields:
            plain = each.kind == "numbers" and len(each.columns) > 1 and not each.span
            names = each.columns if plain else (each.name,)
            columns += [(name, each.name, place) for place, name in enumerate(names)]
        self.table.setRowCount(len(rows))
        self.table.setColumnCount(len(columns))
        self.table.setHorizontalHeaderLabels([heading for heading, _, _ in columns])
        for line, row in enumerate(rows):
            for place, (_, name, part) in enumerate(columns):
                value = data.preview(name, row)
                words = value if isinstance(value, str) else f"{np.ravel(value)[part]:g}"
                item = QTableWidgetItem(words)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                item.setToolTip(words)
                self.table.setItem(line, place, item)
        self.table.resizeColumnsToContents()
        self.table.setFixedHeight(24 * len(rows) + 46)
