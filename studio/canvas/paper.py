"""The drawing as a picture for a paper: SVG, PDF and PNG, tightly cropped, and on the pages of a printer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape, unescape
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPainterPath,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem

from studio.canvas.mark_item import MarkItem
from studio.canvas.node_item import NodeItem
from studio.canvas.scene import CanvasScene
from studio.canvas.session import CanvasSession
from studio.canvas.wire_item import WireItem
from studio.document.blocks import graphs_inside
from studio.document.rows import MAIN
from studio.document.whole import write_whole
from studio.theme import LIGHT, Theme, current, painting_in
from studio.theme.fonts import fixed_family

MARGIN = 10.0
"""Room around the drawing, in its own units."""
INCH, POINTS = 96.0, 72.0
"""Units of the drawing, and points, in an inch."""
FINE = 1200
"""Dots per inch by which a PDF places what it draws."""
MOST_PIXELS = 300_000_000
Ground = Literal["white", "none", "screen"]
PAPER = replace(LIGHT, canvas="#ffffff", shadow_alpha=0.0)
"""What is printed: the light theme on white, without the shadows of cards."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How a picture is drawn.

    ``scale`` 1.0 is 96 units to the inch; ``outlines`` draws letters as paths; ``only`` are the ids of nodes,
    frames and notes to draw, all of them for an empty set; ``theme_of`` is the theme of the ground "screen".
    """

    ground: Ground = "white"
    scale: float = 1.0
    outlines: bool = True
    title: str = ""
    only: frozenset[str] = frozenset()
    theme_of: Theme | None = None

    @property
    def theme(self) -> Theme:
        """The theme to paint in."""
        return (self.theme_of or current()) if self.ground == "screen" else PAPER

    def shows(self, item: QGraphicsItem) -> bool:
        """Return whether an item is in the picture: a wire is where both its ends are."""
        if not self.only:
            return True
        if isinstance(item, NodeItem):
            return item.node in self.only
        if isinstance(item, MarkItem):
            return item.mark in self.only
        if isinstance(item, WireItem):
            return item.wire.source in self.only and item.wire.target in self.only
        return False


def area_of(scene: CanvasScene, choices: Choices | None = None) -> QRectF:
    """Return what a picture of the drawing shows, tightly cropped."""
    choices = choices or Choices()
    area = QRectF() if choices.only else scene.content()
    for item in scene.items():
        if not choices.shows(item):
            continue
        if choices.only and isinstance(item, NodeItem):
            area = area.united(item.card())
        elif choices.only and isinstance(item, MarkItem):
            area = area.united(item.rect())
        elif isinstance(item, WireItem):
            area = area.united(item.sceneBoundingRect().adjusted(4, 4, -4, -4))
    area = area if not area.isEmpty() else QRectF(0, 0, 320, 180)
    return area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def write(scene: CanvasScene, path: Path, choices: Choices) -> None:
    """Write a picture in the format that the file's ending names; raises ``OSError`` where that fails."""
    kind = path.suffix.lower()
    if kind == ".svg":
        write_whole(path, svg_text(scene, choices))
    elif kind == ".pdf":
        _write_pdf(scene, path, choices)
    else:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not image(scene, choices).save(buffer, "PNG"):  # type: ignore[call-overload]  # the stub wants bytes
            raise OSError(0, "it cannot be written", str(path))
        write_whole(path, bytes(buffer.data().data()))


def inside_of(session: CanvasSession, graph: str) -> list[str]:
    """Return the blocks that a graph is made of, those inside others too."""
    inside = graphs_inside(session.document, graph) - {graph, MAIN}
    return [name for name in session.document.graph_names() if name in inside]


def path_of_block(path: Path, block: str) -> Path:
    """Return the file of a block beside the picture of a drawing."""
    return path.with_name(f"{path.stem}-{block}{path.suffix}")


def write_blocks(session: CanvasSession, blocks: list[str], path: Path, choices: Choices) -> list[Path]:
    """Write each block from inside as a file beside a picture; returns their paths."""
    written = []
    for block in blocks:
        scene = CanvasScene(session, block)
        scene.finish_glide()
        written.append(path_of_block(path, block))
        try:
            write(scene, written[-1], replace(choices, title=block, only=frozenset()))
        finally:
            scene.detach()
    return written


def image(scene: CanvasScene, choices: Choices) -> QImage:
    """Return the drawing as pixels; a null image for a size that no memory would hold."""
    area = area_of(scene, choices)
    wide, high = (max(1, round(side * choices.scale)) for side in (area.width(), area.height()))
    if wide * high > MOST_PIXELS:
        return QImage()
    picture = QImage(wide, high, QImage.Format.Format_ARGB32_Premultiplied)
    dots = round(INCH * choices.scale / 0.0254)
    picture.setDotsPerMeterX(dots)
    picture.setDotsPerMeterY(dots)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter, scene, QRectF(picture.rect()), area, choices)
    painter.end()
    return picture


def svg_text(scene: CanvasScene, choices: Choices) -> str:
    """Return the drawing as SVG; letters become outlines, each with its words as its label."""
    area = area_of(scene, choices)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    maker = QSvgGenerator()
    maker.setOutputDevice(buffer)
    maker.setResolution(round(INCH))
    maker.setSize((area.size() * choices.scale).toSize())
    maker.setViewBox(QRectF(0, 0, area.width(), area.height()))
    maker.setTitle(choices.title or "Bunon")
    maker.setDescription("")
    painter = QPainter(maker)
    draw(painter, scene, QRectF(0, 0, area.width(), area.height()), area, choices)
    painter.end()
    text = bytes(buffer.data().data()).decode()
    return outlined(text) if choices.outlines else _with_likes(text)


def _with_likes(svg: str) -> str:
    """Return an SVG whose texts name fonts of their kind, too, for where their own are not installed."""

    def named(match: re.Match[str]) -> str:
        fixed = match[1].split(",")[0] == escape(fixed_family())
        likes = "Consolas,Menlo,monospace" if fixed else "Noto Sans,Segoe UI,Helvetica,Arial,sans-serif"
        return f'font-family="{match[1]},{likes}"'

    return re.sub(r'font-family="([^"]*)"', named, svg)


_TEXT = re.compile(r"<text ([^>]*)>(.*?)</text>", re.DOTALL)
_FACT = re.compile(r'([\w:-]+)="([^"]*)"')


def outlined(svg: str) -> str:
    """Return an SVG with every text as a path, so that it looks alike where its fonts are not installed."""

    def outline(match: re.Match[str]) -> str:
        facts, words = dict(_FACT.findall(match[1])), unescape(match[2])
        font = QFont(unescape(facts["font-family"]).split(","))
        font.setPixelSize(round(float(facts["font-size"])))
        font.setWeight(QFont.Weight(int(facts.get("font-weight", "400"))))
        font.setItalic(facts.get("font-style") == "italic")
        path = QPainterPath()
        path.addText(float(facts["x"]), float(facts["y"]), font, words)
        ink, strength = facts.get("fill", "#000000"), facts.get("fill-opacity", "1")
        return (
            f'<path role="img" aria-label="{escape(words)}" fill="{ink}" fill-opacity="{strength}"'
            f' fill-rule="nonzero" stroke="none" d="{_steps(path)}"/>'
        )

    return _TEXT.sub(outline, svg)


def _steps(path: QPainterPath) -> str:
    parts, at = [], 0
    kinds = QPainterPath.ElementType
    while at < path.elementCount():
        step = path.elementAt(at)
        here = f"{step.x:.2f},{step.y:.2f}"
        if step.type == kinds.CurveToElement:
            two, three = path.elementAt(at + 1), path.elementAt(at + 2)
            parts.append(f"C{here} {two.x:.2f},{two.y:.2f} {three.x:.2f},{three.y:.2f}")
            at += 2
        else:
            parts.append(("M" if step.type == kinds.MoveToElement else "L") + here)
        at += 1
    return " ".join(parts)


def _write_pdf(scene: CanvasScene, path: Path, choices: Choices) -> None:
    area = area_of(scene, choices)
    size = area.size() * (choices.scale * POINTS / INCH)
    buffer = QByteArray()
    device = QBuffer(buffer)
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(device)
    writer.setResolution(FINE)
    fit = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(QSizeF(size), QPageSize.Unit.Point, "", fit))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(choices.title or "Bunon")
    writer.setCreator("Bunon")
    painter = QPainter(writer)
    whole = QRectF(0, 0, size.width() * FINE / POINTS, size.height() * FINE / POINTS)
    draw(painter, scene, whole, area, choices)
    painter.end()
    device.close()
    write_whole(path, bytes(buffer.data()))


def lay_page(printer: QPagedPaintDevice, scene: CanvasScene) -> None:
    """Turn the pages of a printer the way in which the drawing fills them best."""
    area = area_of(scene)
    wide = area.width() > area.height()
    turned = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    printer.setPageOrientation(turned)


def print_on(printer: QPagedPaintDevice, scene: CanvasScene) -> None:
    """Draw on one page, as large as fits but never larger than life, in the middle."""
    area = area_of(scene)
    painter = QPainter(printer)
    page = printer.pageLayout().paintRectPixels(printer.logicalDpiX())
    life = printer.logicalDpiX() / INCH
    scale = min(page.width() / area.width(), page.height() / area.height(), life)
    size = area.size() * scale
    left, top = (page.width() - size.width()) / 2, (page.height() - size.height()) / 2
    draw(painter, scene, QRectF(left, top, size.width(), size.height()), area, Choices())
    painter.end()


def draw(painter: QPainter, scene: CanvasScene, target: QRectF, area: QRectF, choices: Choices) -> None:
    """Paint a part of the drawing, without what is selected or under the pointer."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    with painting_in(choices.theme), _bare(scene, choices):
        if choices.ground != "none":
            painter.fillRect(target, QColor(current().canvas))
        scene.render(painter, target, area, Qt.AspectRatioMode.KeepAspectRatio)


@contextmanager
def _bare(scene: CanvasScene, choices: Choices) -> Iterator[None]:
    """Take selection, focus and pointer off the cards, and the caches that hold how the window shows them."""
    scene.finish_glide()
    far = scene.far.on
    scene.far.set_on(False)  # from afar cards are drawn in a simpler way
    blocked = scene.blockSignals(True)
    selected = scene.selectedItems()
    flags = [(item.flags_, item.flags_.focused, item.flags_.hovered, item.flags_.lights)
             for item in scene.items() if isinstance(item, NodeItem)]  # fmt: skip
    left_out = [item for item in scene.items() if not choices.shows(item) and item.isVisible()]
    cached = [item for item in scene.items() if item.cacheMode() != QGraphicsItem.CacheMode.NoCache]
    try:
        for item in selected:
            item.setSelected(False)
        for one, *_ in flags:
            one.focused, one.hovered, one.lights = False, False, None
        for item in cached:
            item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        for item in left_out:
            item.setVisible(False)
        yield
    finally:
        for item in left_out:
            item.setVisible(True)
        for item in cached:
            item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        for one, focused, hovered, lights in flags:
            one.focused, one.hovered, one.lights = focused, hovered, lights
        for item in selected:
            item.setSelected(True)
        scene.far.set_on(far)
        scene.blockSignals(blocked)
