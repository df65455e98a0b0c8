"""Pictures for a paper: nothing of the drawing is lost, nothing of the window gets in."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QColor, QImage

from studio.canvas import CanvasView
from studio.canvas.paper import INCH, MARGIN, PAPER, Choices, area_of, image, svg_text, write
from studio.theme import current, switch

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"Conv2D", "conv", "32 filters · 3 × 3", "relu", "6 × 6 × 32", "320", "Dense", "dense", "Output"}


@contextmanager
def dark() -> Iterator[None]:
    switch().set_mode("dark")
    try:
        yield
    finally:
        switch().set_mode("light")


def words_of_pdf(raw: bytes) -> str:
    """Return the letters that a PDF of Qt's shows, by the tables that lead from its glyphs to letters."""
    objects = {int(n): body for n, body in re.findall(rb"(\d+) 0 obj(.*?)endobj", raw, re.DOTALL)}

    def stream(body: bytes) -> bytes:
        data = body.partition(b"stream\n")[2].rpartition(b"\nendstream")[0]
        return zlib.decompress(data) if b"FlateDecode" in body else data

    tables: dict[bytes, dict[str, str]] = {}
    for number, body in objects.items():
        found = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if not found:
            continue
        table: dict[str, str] = {}
        text = stream(objects[int(found[1])]).decode("latin-1")
        for first, last, letter in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", text):
            for step in range(int(last, 16) - int(first, 16) + 1):
                table[f"{int(first, 16) + step:04x}"] = chr(int(letter, 16) + step)
        for first, _last, letters in re.findall(r"<(\w+)> <(\w+)> \[([^\]]*)\]", text):
            for step, letter in enumerate(re.findall(r"<(\w+)>", letters)):
                table[f"{int(first, 16) + step:04x}"] = chr(int(letter[:4], 16))
        tables[str(number).encode()] = table
    names = {
        name: tables[number]
        for body in objects.values()
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body)
        if number in tables
    }
    shown = []
    for body in objects.values():
        if b"stream" not in body or b"/Image" in body:
            continue
        font: dict[str, str] = {}
        try:
            content = stream(body)
        except zlib.error:
            continue
        for name, glyphs in re.findall(rb"/(F\d+) [\d.]+ Tf|<([0-9a-fA-F ]+)> *Tj", content):
            if name:
                font = names.get(name, {})
            else:
                code = glyphs.decode().replace(" ", "").lower()
                shown.append("".join(font.get(code[at : at + 4], "?") for at in range(0, len(code), 4)))
    return "".join(shown)


def test_an_svg_holds_every_word_as_outlines(view: CanvasView) -> None:
    root = ElementTree.fromstring(svg_text(view.mirror, Choices(title="my net")))
    assert root.findtext(f"{SVG}title") == "my net"
    assert list(root.iter(f"{SVG}text")) == [], "no font is needed to read it"
    labelled = [each for each in root.iter(f"{SVG}path") if each.get("aria-label")]
    bare = {"".join(words.split()) for words in WORDS}
    assert {"".join(each.get("aria-label", "").split()) for each in labelled} >= bare
    for each in labelled:
        if each.get("aria-label", "").strip():
            assert len(each.get("d", "")) > 20
    as_text = ElementTree.fromstring(svg_text(view.mirror, Choices(outlines=False)))
    assert {"".join((each.text or "").split()) for each in as_text.iter(f"{SVG}text")} >= bare


def test_outlines_stand_where_the_letters_stood(view: CanvasView, tmp_path: Path) -> None:
    """Painted by Qt's own reader, the outlines give the same picture as the screen's."""
    from PySide6.QtGui import QPainter
    from PySide6.QtSvg import QSvgRenderer

    area = area_of(view.mirror)
    path = tmp_path / "net.svg"
    write(view.mirror, path, Choices())
    drawn = image(view.mirror, Choices())
    read = QImage(drawn.size(), QImage.Format.Format_ARGB32_Premultiplied)
    read.fill(QColor("#ffffff"))
    painter = QPainter(read)
    renderer = QSvgRenderer(str(path))
    assert renderer.isValid()
    assert abs(renderer.viewBoxF().width() - area.width()) <= 1
    renderer.render(painter)
    painter.end()

    def dark_share(picture: QImage) -> float:
        points = [(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)]
        return sum(picture.pixelColor(x, y).lightness() < 120 for x, y in points) / len(points)

    assert dark_share(read) == pytest.approx(dark_share(drawn), rel=0.35)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_pdf_has_its_size_and_all_words_with_their_fonts(
    view: CanvasView, tmp_path: Path, scale: float
) -> None:
    path = tmp_path / "net.pdf"
    write(view.mirror, path, Choices(scale=scale))
    raw = path.read_bytes()
    assert raw.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", raw)
    assert box is not None
    area = area_of(view.mirror)
    assert float(box[1]) == pytest.approx(area.width() * scale * 72 / INCH, abs=1.5)
    assert float(box[2]) == pytest.approx(area.height() * scale * 72 / INCH, abs=1.5)
    assert b"/FontFile" in raw, "the fonts are inside"
    assert raw.count(b"/Type /Page\n") == 1
    shown = "".join(words_of_pdf(raw).split())
    for words in WORDS:
        assert "".join(words.split()) in shown, words


def test_a_png_is_crisp_cropped_and_on_white(view: CanvasView, tmp_path: Path) -> None:
    with dark():
        path = tmp_path / "net.png"
        write(view.mirror, path, Choices(scale=3.0))
        picture = QImage(str(path))
        area = area_of(view.mirror)
        assert (picture.width(), picture.height()) == (round(area.width() * 3), round(area.height() * 3))
        assert picture.dotsPerMeterX() == pytest.approx(3 * INCH / 0.0254, abs=1)
        assert picture.pixelColor(1, 1) == QColor("#ffffff")
        middle = view.mirror.nodes["n2"].card().center() - area.topLeft()
        card = picture.pixelColor(round(middle.x() * 3) + 60, round((middle.y() + 10) * 3))
        assert card.lightness() > 200, "a white ground means the light colours, whatever the window's"
        assert image(view.mirror, Choices("none")).pixelColor(1, 1).alpha() == 0
        on_screen = image(view.mirror, Choices("screen")).pixelColor(1, 1)
        assert on_screen == QColor(current().canvas)
        assert current().is_dark


def test_the_crop_is_tight(view: CanvasView) -> None:
    area, content = area_of(view.mirror), view.mirror.content()
    assert content.left() - area.left() == pytest.approx(MARGIN, abs=6)
    assert area.bottom() - content.bottom() == pytest.approx(MARGIN, abs=6)
    assert area.contains(content)


def test_the_selection_is_not_in_the_picture_and_stays_in_the_window(view: CanvasView) -> None:
    plain = image(view.mirror, Choices())
    told: list[Any] = []
    view.selection_changed.connect(told.append)
    view.select(["n2"])
    view.mirror.nodes["n3"].set_focused(True)
    told.clear()
    assert image(view.mirror, Choices()) == plain
    assert svg_text(view.mirror, Choices()) == svg_text(view.mirror, Choices())
    assert view.mirror.selected_nodes() == ["n2"]
    assert view.mirror.nodes["n3"].flags_.focused
    assert told == []
    assert PAPER.name == "light"


def test_what_cannot_be_written_raises(view: CanvasView, tmp_path: Path) -> None:
    for ending in ("svg", "pdf", "png"):
        with pytest.raises(OSError):
            write(view.mirror, tmp_path / "no such folder" / f"net.{ending}", Choices())
    with pytest.raises(OSError):
        write(view.mirror, tmp_path / "net.png", Choices(scale=1000.0))


def test_texts_of_an_svg_name_fonts_of_their_kind(view: CanvasView) -> None:
    text = svg_text(view.mirror, Choices(outlines=False))
    families = set(re.findall(r'font-family="([^"]*)"', text))
    assert families
    assert all(each.endswith(("monospace", "sans-serif")) for each in families)
    assert any(each.endswith("monospace") for each in families)
    assert ">conv</text>" in text
