"""Two drawings side by side, marked where they differ, above a list of all differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.app.compare_dialog import Source
from studio.app.compare_link import ComparedViews
from studio.canvas.compare_view import CompareView
from studio.document import MAIN, Document, DocumentError
from studio.document.compare import Change, Comparison, compare, wires_apart
from studio.document.linear import is_linear
from studio.kit import EmptyState, Switch
from studio.session import Session
from studio.theme import icon, set_role, ui_font
from studio.theme.fonts import SIZES
from studio.words.compare import change_brief, change_text

ICONS = {"added": ("plus", "good"), "removed": ("minus", "danger"), "changed": ("equal-not", "warning")}


class ComparePage(QWidget):
    """The earlier drawing at the left, the later one at the right; both are read anew when it is shown."""

    link_changed = Signal(bool)

    def __init__(
        self, catalog: Any, old: Source, new: Source, parent: QWidget | None = None, *, linked: bool = True
    ) -> None:
        super().__init__(parent)
        self._catalog, self._sources = catalog, (old, new)
        self._documents: tuple[Document, Document] | None = None
        self.result = Comparison()
        self.views: list[CompareView] = []
        self.pair: ComparedViews | None = None
        self.link = Switch(self.tr("Move together"), linked)
        self.link.setToolTip(self.tr("Zoom and move both drawings at once"))
        self.link.toggled.connect(self._set_linked)
        self.summary = QLabel()
        self.summary.setFont(ui_font(SIZES["heading"], bold=True))
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(self.tr("Differences"))
        self.list.currentRowChanged.connect(self._show_row)
        self.list.itemClicked.connect(lambda item: self._show_row(self.list.row(item)))
        same = EmptyState("check", self.tr("No differences"), self.tr("Both draw and train the same."))
        self._stack = QStackedWidget()
        self._stack.addWidget(same)
        self._stack.addWidget(self.list)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.setChildrenCollapsible(False)
        self.across.setHandleWidth(1)
        head = QFrame()
        set_role(head, "bar")
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 10, 20, 10)
        row.setSpacing(18)
        row.addWidget(self.summary)
        row.addStretch(1)
        for kind, words in (
            ("added", self.tr("added")), ("removed", self.tr("removed")), ("changed", self.tr("changed")),
        ):  # fmt: skip
            row.addWidget(_legend(kind, words))
        row.addWidget(self.link)
        foot = QWidget()
        set_role(foot, "panel")
        below = QVBoxLayout(foot)
        below.setContentsMargins(14, 10, 14, 8)
        below.addWidget(self._stack)
        down = QSplitter(Qt.Orientation.Vertical)
        down.setChildrenCollapsible(False)
        down.setHandleWidth(1)
        down.addWidget(self.across)
        down.addWidget(foot)
        down.setStretchFactor(0, 1)
        down.setSizes([520, 220])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(down, 1)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Compare anew where one of the two was edited in the meantime."""
        super().showEvent(event)
        self.refresh()
        self.list.setFocus()

    def refresh(self) -> None:
        """Read both drawings and show how they differ, unless they are as they were, or are gone."""
        before = self._documents
        try:
            now = (self._sources[0].read().copy(), self._sources[1].read().copy())
        except (OSError, DocumentError):
            if before is None:
                raise
            return  # what was read before is still worth showing
        if before is not None and all(one.same_as(two) for one, two in zip(before, now, strict=True)):
            return
        self._documents = now
        self.result = compare(*now)
        self._clear()
        for document, source in zip(now, self._sources, strict=True):
            session = Session(document)
            if self._catalog is not None:
                session.set_catalog(self._catalog)
            view = CompareView(session)
            view.setAccessibleName(source.title)
            view.chosen.connect(lambda node, one=view: self._find(one, node))
            self.views.append(view)
            self.across.addWidget(_titled(source.title, view))
        chain = all(is_linear(each) is None and each.graph_names() == [MAIN] for each in now)
        for view in self.views:
            view.mirror.set_sequential(chain)  # in rows, which fill half a window better than one line
            view.mirror.finish_glide()
        left, right = self.views
        self.pair = ComparedViews((left, right), self._partners, chain)
        self.pair.on = self.link.isChecked()
        self.across.setSizes([500, 500])
        self._mark()
        self._fill()
        QTimer.singleShot(0, self, self._begin)

    def changes(self) -> list[Change]:
        """Return the differences in the order of the list."""
        return self.result.changes

    def release(self) -> None:
        """Let both drawings go, before the page is closed."""
        self._clear()

    def _clear(self) -> None:
        for view in self.views:
            view.release()
            view.session.close()  # type: ignore[attr-defined]  # made here: a Session
        self.views, self.pair = [], None
        for at in reversed(range(self.across.count())):
            widget = self.across.widget(at)
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()

    def _fill(self) -> None:
        counts = {kind: self.result.count(kind) for kind in ICONS}
        words = {
            "added": self.tr("{count} added"),
            "removed": self.tr("{count} removed"),
            "changed": self.tr("{count} changed"),
        }
        parts = [words[kind].format(count=count) for kind, count in counts.items() if count]
        self.summary.setText("  ·  ".join(parts) or self.tr("No differences"))
        self.list.clear()
        for change in self.changes():
            text = change_text(change.code, change.fields)
            if change.graph != MAIN or change.old_graph != MAIN:
                inside = self.tr("{text}  (in the block {name})")
                text = inside.format(text=text, name=change.graph if change.new else change.old_graph)
            self.list.addItem(QListWidgetItem(icon(*ICONS[change.kind]), text))
        self._stack.setCurrentIndex(1 if self.list.count() else 0)

    def _begin(self) -> None:
        if self.pair is not None and self.pair.on and self.isVisible():
            self.pair.begin()

    def _set_linked(self, on: bool) -> None:
        if self.pair is not None:
            self.pair.set_on(on)
        self.link_changed.emit(on)

    def _graphs(self) -> tuple[str, str]:
        return self.views[0].session.graph, self.views[1].session.graph

    def _partners(self) -> Mapping[str, str]:
        """Return which node of the left drawing is which of the right one, as they are shown now."""
        return self.result.pairs.get(self._graphs(), {})

    def _mark(self) -> None:
        assert self._documents is not None
        pair = self._graphs()
        apart = wires_apart(*self._documents, pair, self.result.pairs.get(pair, {}))
        kinds = ("removed", "added")
        for at, view in enumerate(self.views):
            old = at == 0
            wires = dict.fromkeys(apart[at], kinds[at]) if pair in self.result.pairs else {}
            view.set_marks(self.result.marks(view.session.graph, old=old), wires)
            captions: dict[str, list[str]] = {}
            tips: dict[str, list[str]] = {}
            for change in self.changes():
                node, graph = (change.old, change.old_graph) if old else (change.new, change.graph)
                if not node or graph != view.session.graph:
                    continue
                tips.setdefault(node, []).append(change_text(change.code, change.fields))
                brief = change_brief(change.code, change.fields)
                if brief and not old:  # once is enough: beside what it is now
                    captions.setdefault(node, []).append(brief)
            view.set_words(captions, {node: "\n".join(lines) for node, lines in tips.items()})

    def _show_row(self, row: int) -> None:
        if not 0 <= row < len(self.changes()) or not self.views:
            return
        change = self.changes()[row]
        places = ((change.old_graph, change.old), (change.graph, change.new))
        assert self.pair is not None
        with self.pair.held():
            for view, (graph, _) in zip(self.views, places, strict=True):
                view.session.enter(graph)
            self._mark()
            for view, (_, node) in zip(self.views, places, strict=True):
                view.show_node(node)

    def _find(self, view: CompareView, node: str) -> None:
        """Choose the first difference of a node that was clicked."""
        old = view is self.views[0]
        for at, change in enumerate(self.changes()):
            there = (change.old, change.old_graph) if old else (change.new, change.graph)
            if there == (node, view.session.graph):
                self.list.setCurrentRow(at)
                self._show_row(at)
                return
        assert self.pair is not None
        with self.pair.held():  # the same in both: where it stands in the other one
            view.show_node(node)
            (self.views[1] if old else self.views[0]).show_node(self.pair.partner(view, node))


def _titled(title: str, view: QWidget) -> QWidget:
    panel = QWidget()
    set_role(panel, "panel")
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    label = QLabel(title)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(20, 8, 20, 8)
    label.setMinimumWidth(QFontMetrics(label.font()).averageCharWidth() * 10)
    set_role(label, "heading")
    column.addWidget(label)
    column.addWidget(view, 1)
    return panel


def _legend(kind: str, words: str) -> QWidget:
    picture = QLabel()
    picture.setPixmap(icon(*ICONS[kind]).pixmap(16, 16))
    label = QLabel(words)
    set_role(label, "muted")
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(picture)
    row.addWidget(label)
    return both
