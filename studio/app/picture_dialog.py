"""How a picture of the drawing is to be: format, ground, size and letters, beside the picture itself."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from studio.app.settings import Settings
from studio.canvas.paper import INCH, Choices, area_of, image
from studio.canvas.scene import CanvasScene
from studio.kit import IntegerField, Segmented
from studio.theme import set_role

WIDE, HIGH = 620, 230
FORMATS = {"svg": 100, "pdf": 100, "png": 300}
"""The formats, with the scale in percent that each begins with: pixels want more than what has none."""


class PictureDialog(QDialog):
    """Asks for the choices of a picture and remembers them; ``choices`` and ``format`` are the answer."""

    def __init__(
        self,
        scene: CanvasScene,
        settings: Settings,
        title: str = "",
        parent: QWidget | None = None,
        blocks: int = 0,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Picture of the drawing"))
        self._scene, self._settings, self._title = scene, settings, title
        formats = [(one, one.upper()) for one in FORMATS]
        self.formats = Segmented(formats, self.tr("Format"))
        self.formats.setMinimumWidth(230)
        self.ground = QComboBox()
        self.ground.setAccessibleName(self.tr("Ground"))
        for key, words in (
            ("white", self.tr("White, for paper")), ("none", self.tr("Transparent")),
            ("screen", self.tr("As on the screen")),
        ):  # fmt: skip
            self.ground.addItem(words, key)
        self.scale = IntegerField(10, 1000)
        self.scale.setSuffix(" %")
        self.scale.setSingleStep(50)
        self.scale.setAccessibleName(self.tr("Scale"))
        self.outlines = QCheckBox(self.tr("Letters as outlines"))
        self.outlines.setChecked(True)
        self.outlines.setToolTip(self.tr("Looks the same where the fonts are not installed"))
        self._selected = frozenset([*scene.selected_nodes(), *scene.marks.selected()])
        self.part = QComboBox()
        self.part.setAccessibleName(self.tr("What"))
        self.part.addItem(self.tr("All of the drawing"), False)
        self.part.addItem(self.tr("What is selected"), True)
        self.part.setCurrentIndex(0)
        self.blocks = QCheckBox(self.tr("Each block from inside, in a file of its own"))
        self.size_words = QLabel()
        set_role(self.size_words, "muted")
        self.preview = QLabel()
        self.preview.setFixedSize(WIDE, HIGH)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(self.tr("The picture as it will be"))
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(16)
        form.addRow(self.tr("Format"), self.formats)
        if self._selected:
            form.addRow(self.tr("What"), self.part)
        else:
            self.part.setParent(self)
            self.part.hide()
        form.addRow(self.tr("Ground"), self.ground)
        form.addRow(self.tr("Scale"), self.scale)
        form.addRow("", self.size_words)
        form.addRow("", self.outlines)
        if blocks:
            form.addRow("", self.blocks)
        else:
            self.blocks.setParent(self)
            self.blocks.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.addButton(self.tr("Save as…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setDefault(True)
        set_role(self.save, "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        frame = QFrame()
        set_role(frame, "card")
        around = QVBoxLayout(frame)
        around.addWidget(self.preview)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(16)
        column.addWidget(frame)
        column.addLayout(form)
        column.addWidget(buttons)
        self._restore()
        self.formats.value_changed.connect(self._take_scale)
        self.ground.currentIndexChanged.connect(self._follow)
        self.scale.valueChanged.connect(self._follow)
        self.part.currentIndexChanged.connect(self._follow)
        self._follow()

    def format(self) -> str:
        """Return the chosen format, which is the file's ending."""
        return self.formats.value()

    def choices(self) -> Choices:
        """Return what is chosen."""
        return Choices(
            self.ground.currentData(),
            self.scale.value() / 100,
            self.outlines.isChecked(),
            self._title,
            self._selected if self.part.currentData() else frozenset(),
        )

    def accept(self) -> None:
        """Remember the choices for the next time."""
        for key, value in (
            ("format", self.format()),
            ("ground", self.ground.currentData()),
            (f"scale_{self.format()}", str(self.scale.value())),
        ):
            self._settings.set_text(f"picture/{key}", value)
        super().accept()

    def _restore(self) -> None:
        if (kept := self._settings.text("picture/format")) in FORMATS:
            self.formats.set_value(kept)
        at = self.ground.findData(self._settings.text("picture/ground", "white"))
        self.ground.setCurrentIndex(max(0, at))
        self._take_scale()

    def _take_scale(self, *_: object) -> None:
        """Go to the scale that pictures of the chosen format had the last time."""
        kept = self._settings.text(f"picture/scale_{self.format()}")
        self.scale.setValue(int(kept) if kept.isdigit() else FORMATS[self.format()])
        self._follow()

    def _follow(self, *_: object) -> None:
        choices = self.choices()
        area = area_of(self._scene, choices)
        wide, high = area.width() * choices.scale, area.height() * choices.scale
        if self.format() == "png":
            words = self.tr("{wide} × {high} pixels").format(wide=round(wide), high=round(high))
        else:
            inches = 25.4 / INCH
            words = self.tr("{wide} × {high} mm").format(wide=round(wide * inches), high=round(high * inches))
        self.size_words.setText(words)
        self.outlines.setEnabled(self.format() == "svg")
        ratio = self.devicePixelRatioF()
        fit = min(WIDE / area.width(), HIGH / area.height(), 1.0)
        small = image(self._scene, replace(choices, scale=fit * ratio))
        shown = QPixmap(small.size())
        shown.fill(QColor("#ffffff"))
        painter = QPainter(shown)
        if choices.ground == "none":  # squares, as everywhere, stand for what can be seen through
            for at in range(0, max(shown.width(), shown.height()), 8):
                for down in range(0, shown.height(), 8):
                    if (at // 8 + down // 8) % 2:
                        painter.fillRect(at, down, 8, 8, QColor("#e2e5ea"))
        painter.drawImage(0, 0, small)
        painter.end()
        shown.setDevicePixelRatio(ratio)
        self.preview.setPixmap(shown)
