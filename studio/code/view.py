"""Python to read: line numbers at the side, colours, and a ground behind the lines that are marked."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from studio.kit.python_highlighter import PythonHighlighter
from studio.theme import current, mono_font, set_role, switch


class CodeView(QPlainTextEdit):
    """Read-only code. ``line_clicked`` carries the number, from 1, of a line that was clicked."""

    line_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        set_role(self, "mono")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(self.tr("Python script"))
        self._marked: list[tuple[int, int]] = []
        self._numbers = _Numbers(self)
        self._highlighter = PythonHighlighter(self.document())
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_numbers)
        switch().changed.connect(self._paint_marks)
        self._make_room()

    def mark_lines(self, spans: Iterable[tuple[int, int]], *, scroll: bool = True) -> None:
        """Mark runs of lines (first, last; from 1) and bring the first of them to the middle of the view."""
        self._marked = sorted(spans)
        self._paint_marks()
        if self._marked and scroll:
            block = self.document().findBlockByNumber(self._marked[0][0] - 1)
            self.setTextCursor(QTextCursor(block))
            self.centerCursor()

    def look_at(self, line: int) -> None:
        """Bring a line (from 1) to the top of the view."""
        self.verticalScrollBar().setValue(max(0, line - 2))

    def marked_lines(self) -> list[tuple[int, int]]:
        """Return the runs of lines that are marked."""
        return list(self._marked)

    def _paint_marks(self, *_: object) -> None:
        selections = []
        for first, last in self._marked:
            for number in range(first, last + 1):
                block = self.document().findBlockByNumber(number - 1)
                if not block.isValid():
                    continue
                selection = QTextEdit.ExtraSelection()
                selection.cursor = QTextCursor(block)
                selection.format.setBackground(QColor(current().code_mark))
                selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                selections.append(selection)
        self.setExtraSelections(selections)

    def number_width(self) -> int:
        """Return the width of the column of line numbers."""
        digits = max(2, len(str(self.blockCount())))
        return self._numbers.fontMetrics().horizontalAdvance("9") * digits + 14

    def _make_room(self, *_: int) -> None:
        self.setViewportMargins(self.number_width(), 0, 0, 0)

    def _scroll_numbers(self, rect: QRect, dy: int) -> None:
        if dy:
            self._numbers.scroll(0, dy)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers as high as the text."""
        super().resizeEvent(event)
        box = self.viewport().geometry()
        width = self.number_width()
        self._numbers.setGeometry(QRect(box.left() - width, box.top(), width, box.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which line was clicked, unless text was marked by dragging."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Paint the numbers of the lines in view; for the column itself."""
        theme = current()
        painter = QPainter(self._numbers)
        painter.setFont(self._numbers.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber() + 1
            marked = any(first <= number <= last for first, last in self._marked)
            painter.setPen(QColor(theme.accent if marked else theme.faint))
            box = QRect(0, round(top), self._numbers.width() - 8, round(height))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number))
            top += height
            block = block.next()


class _Numbers(QWidget):
    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setFont(mono_font(11))

    def sizeHint(self) -> QSize:
        return QSize(self._view.number_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_numbers(event)
