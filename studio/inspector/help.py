"""The tab "Help": the page of a layer, and a search for others."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QUrl
from PySide6.QtGui import QImage, QPainter, QShowEvent, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from studio.inspector.activation_plot import curve, draw, shares
from studio.inspector.families import names_of
from studio.inspector.layer_page import CURVE, PICTURE, first_result, page_html, results_html
from studio.inspector.sample import Sample, sample_of
from studio.inspector.shape_picture import shape_image
from studio.kit import SearchField
from studio.theme import current, switch
from studio.theme.fonts import fixed_family

if TYPE_CHECKING:
    from studio.session import Session


class HelpPanel(QWidget):
    """Shows the page of one type of layer; without one it says how to get one.

    The page is written when it is to be seen: an edit of the drawing costs nothing here.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._type = ""
        self._written: object = None
        self._samples: dict[str, Sample | None] = {}
        self.search = SearchField(self.tr("Search the pages"))
        self.search.setAccessibleName(self.tr("Search the pages"))
        self.search.textChanged.connect(self.refresh)
        self.search.returnPressed.connect(self._take_first)
        self.browser = QTextBrowser()
        self.browser.setAccessibleName(self.tr("Help"))
        self.browser.setOpenLinks(False)
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.browser.document().setDocumentMargin(8)
        self.browser.anchorClicked.connect(self._follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 8, 0)
        column.setSpacing(4)
        column.addWidget(self.search)
        column.addWidget(self.browser, 1)
        session.analysed.connect(self.refresh)
        switch().changed.connect(self._repaint)

    def show_type(self, type_name: str) -> None:
        """Show the page of a layer's class, of ``Input`` or ``Output``; an empty name shows the beginning."""
        if type_name != self._type or self.search.text():
            self._type = type_name
            self.search.clear()
            self.refresh()

    def shown_type(self) -> str:
        """Return whose page is shown."""
        return self._type

    def toPlainText(self) -> str:
        """Return the words of the page."""
        self._write()
        return self.browser.toPlainText()

    def refresh(self, *_: object) -> None:
        """Write the page again, if what it shows has changed and it is to be seen."""
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        """Write what was left unwritten."""
        super().showEvent(event)
        self._write()

    def _repaint(self, *_: object) -> None:
        self._written = None
        self.refresh()

    def _write(self) -> None:
        key = (self._type, self.search.text(), self._session.catalog)
        if key != self._written:
            self._written = key
            self.browser.setHtml(self._style() + self._page())

    def _style(self) -> str:
        theme = current()
        return (
            "<style>h2 { font-size: 17px; margin: 4px 0; } h3 { font-size: 13px; margin: 14px 0 4px; }"
            f" p, td {{ font-size: 13px; }} p {{ margin: 4px 0; }} .muted {{ color: {theme.muted}; }}"
            f" a {{ color: {theme.accent}; text-decoration: none; }}"
            f" code, pre {{ font-family: '{fixed_family()}'; font-size: 12px; }}"
            f" pre {{ background: {theme.field}; margin: 4px 0; white-space: pre-wrap; }}</style>"
        )

    def _page(self) -> str:
        catalog, wanted = self._session.catalog, self.search.text().strip().casefold()
        if catalog is not None and wanted:
            return results_html(catalog, wanted)
        if not self._type:
            words = self.tr("Select a layer to read about it, or search above. F1 opens the page of a layer.")
            return f"<p class='muted'>{escape(words)}</p>"
        ends = {
            "Input": self.tr(
                "Where data enters the model. It takes a field of the data, or a shape without one. "
                "A model may have several."
            ),
            "Output": self.tr(
                "What the model is to predict. Its target is a field of the data; the loss measures the "
                "mistakes that training makes smaller; metrics are shown beside it and change nothing."
            ),
            "Block": self.tr(
                "Several layers that stand as one. Enter opens it; all uses of a block follow its edits. "
                "It can repeat, each time with weights of its own."
            ),
        }
        if self._type in ends:
            return f"<h2>{escape(self._type)}</h2><p>{escape(ends[self._type])}</p>"
        if catalog is None:
            return f"<p class='muted'>{escape(self.tr('Loading layers…'))}</p>"
        spec: Any = catalog.get(self._type)
        if spec is None:
            gone = self.tr("There is no layer called {name} here.").format(name=self._type)
            return f"<p>{escape(gone)}</p>"
        if spec.name not in self._samples:
            self._samples[spec.name] = sample_of(catalog, spec)
        sample = self._samples[spec.name]
        self._add_pictures(spec, sample)
        return page_html(catalog, spec, sample, bool(_function_of(spec)))

    def _add_pictures(self, spec: Any, sample: Sample | None) -> None:
        document, kind = self.browser.document(), QTextDocument.ResourceType.ImageResource
        if sample is not None:
            given = [one for specs in sample.inputs.values() for one in specs]
            colour = current().category(spec.category)
            image = shape_image(given, sample.outputs, colour, self.devicePixelRatioF())
            document.addResource(kind, QUrl(PICTURE), image)
        function = _function_of(spec)
        if function:
            ratio = self.devicePixelRatioF()
            image = QImage(round(220 * ratio), round(90 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
            image.setDevicePixelRatio(ratio)
            image.fill(0)
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter, QRectF(0.5, 0.5, 219, 89), function)
            painter.end()
            document.addResource(kind, QUrl(CURVE), image)

    def _follow(self, link: QUrl) -> None:
        if link.scheme() == "layer":
            self.show_type(link.path())

    def _take_first(self) -> None:
        catalog, wanted = self._session.catalog, self.search.text().strip().casefold()
        found = first_result(catalog, wanted) if catalog is not None and wanted else ""
        if found:
            self.show_type(found)


def _function_of(spec: Any) -> str:
    """Return the activation that a layer is, by its name, or nothing."""
    if spec.category != "activation":
        return ""
    plain = spec.name.lower()
    found = next((name for name in names_of("activations") if name.replace("_", "") == plain), "")
    return found if found and (curve(found) or shares(found)) else ""
