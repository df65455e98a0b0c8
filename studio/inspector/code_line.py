"""A few lines of code that wrap where the room ends, as high as they need to be."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from studio.kit.python_highlighter import PythonHighlighter
from studio.theme import set_role


class CodeLine(QPlainTextEdit):
    """Code to read and to copy."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        set_role(self, "mono")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._highlighter = PythonHighlighter(self.document())

    def show_code(self, text: str) -> None:
        """Show other code."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self._fit()

    def _fit(self) -> None:
        lines = 0
        block = self.document().begin()
        while block.isValid():
            layout = block.layout()
            lines += max(1, layout.lineCount()) if layout is not None else 1
            block = block.next()
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the lines need in the new width."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return a small width: the column decides."""
        return QSize(80, 40)
