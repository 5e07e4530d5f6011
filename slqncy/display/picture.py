"""The story numbers of an archive as a picture: SVG that needs nothing else, and is drawn for light and for dark."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from slqncy.display.number_line import LOOKS, heading, longest_gaps, pasted, span_size, totals, unnumbered
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slqncy.archive.coverage import NumberLine

_WIDTH, _MARGIN = 960, 20
_BAR = _WIDTH - 2 * _MARGIN
_CELLS = 120
"""Spans of a bar, at most."""
_HEIGHT = 48
"""Of a bar."""
_ROW = 20
"""Height of a line of text."""
_CHARACTER = 7.2
"""Width of a character, about: room is left rather than measured."""

# In the order of LOOKS, light and dark; what was never asked for is the ground of the bar.
_COLOURS = (
    ("#1a7f37", "#3fb950"), ("#0969da", "#58a6ff"), ("#8250df", "#bc8cff"), ("#bf3989", "#f778ba"),
    ("#bf8700", "#e3b341"), ("#cf222e", "#ff7b72"), ("#8c959f", "#6e7681"), ("#eaeef2", "#262c36"),
)  # fmt: skip
_GROUND, _INK = ("#ffffff", "#0d1117"), ("#1f2328", "#e6edf3")


def picture(lines: list[NumberLine], title: str) -> bytes:
    """An SVG file of number lines, one under the other."""
    svg = Element(
        "svg", xmlns="http://www.w3.org/2000/svg", role="img",
        attrib={"aria-labelledby": "title desc", "font-family": "ui-monospace, monospace", "font-size": "12"},
    )  # fmt: skip
    SubElement(svg, "title", id="title").text = visible(title)
    SubElement(svg, "desc", id="desc").text = " ".join(_described(line) for line in lines) or "No story is known."
    SubElement(svg, "style").text = _style()
    ground = SubElement(svg, "rect", attrib={"class": "ground"}, width="100%", height="100%")
    y = _MARGIN + _ROW / 2
    _text(svg, _MARGIN, y, title, "title")
    for line in lines:
        y = _drawn(svg, line, y + 2 * _ROW)
    height = f"{y + _MARGIN:g}"
    svg.set("viewBox", f"0 0 {_WIDTH} {height}")
    ground.set("height", height)
    indent(svg, "")
    data: bytes = tostring(svg, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def bar(line: NumberLine) -> str:
    """The bar of a number line alone, as SVG within a page that has STYLE; it must have a number."""
    svg = Element(
        "svg", xmlns="http://www.w3.org/2000/svg", role="img", viewBox=f"{_MARGIN} 0 {_BAR} {_HEIGHT}",
        preserveAspectRatio="none", attrib={"class": "number-line", "aria-label": _described(line)},
    )  # fmt: skip
    _bar(svg, line, 0)
    return tostring(svg, encoding="unicode")


def _drawn(svg: Element, line: NumberLine, y: float) -> float:
    """Draw a line from a height on; gives the height at which it ends."""
    _text(svg, _MARGIN, y, heading(line), "name")
    if line.numbers.size:
        y += _ROW / 2
        _bar(svg, line, y)
        y += _HEIGHT + _ROW * 0.8
        _text(svg, _MARGIN, y, str(line.lowest))
        _text(svg, _WIDTH - _MARGIN, y, str(line.highest), "end")
        y = _legend(svg, line, y + _ROW * 1.2)
        if gaps := longest_gaps(line):
            y += _ROW
            _text(svg, _MARGIN, y, f"longest gaps: {', '.join(map(pasted, gaps))}")
    if line.unnumbered:
        y += _ROW
        _text(svg, _MARGIN, y, unnumbered(line))
    return y


def _bar(svg: Element, line: NumberLine, y: float) -> None:
    """A column for each span: its numbers, those archived at the bottom, and above them what was never asked for."""
    spans = line.spans(span_size(line, _CELLS))
    width = _BAR / len(spans)
    # Half a pixel is as fine as anybody sees, and leaves columns alike that nearly are.
    edges = (spans.cumsum(axis=1) * (2 * _HEIGHT / spans.sum(axis=1, keepdims=True))).round() / 2
    SubElement(
        svg, "rect", attrib={"class": _class(len(LOOKS) - 1)}, x=f"{_MARGIN}", y=f"{y:g}", width=f"{_BAR}",
        height=f"{_HEIGHT}",
    )  # fmt: skip
    below = [0.0] * len(spans)
    for look in range(len(LOOKS) - 1):
        above = edges[:, look].tolist()
        boxes = _boxes(zip(below, above, strict=True), width)
        path = "".join(
            f"M{_MARGIN + left:.4g} {y + _HEIGHT - top:.5g}h{wide:.4g}v{top - bottom:.4g}h-{wide:.4g}z"
            for left, wide, bottom, top in boxes
        )
        if path:
            SubElement(svg, "path", attrib={"class": _class(look)}, d=path)
        below = above


def _boxes(columns: Iterable[tuple[float, float]], width: float) -> Iterator[tuple[float, float, float, float]]:
    """Left, width, bottom and top of the boxes of one colour; columns that are alike are one box."""
    left = 0.0
    for (bottom, top), alike in groupby(columns):
        wide = width * len(list(alike))
        if top > bottom:
            yield left, wide, bottom, top
        left += wide


def _legend(svg: Element, line: NumberLine, y: float) -> float:
    x: float = _MARGIN
    for look, count in enumerate(totals(line)):
        words = f"{count} {LOOKS[look].words}"
        wide = len(words) * _CHARACTER + 34
        if not count:
            continue
        if x > _MARGIN and x + wide > _WIDTH:
            x, y = _MARGIN, y + _ROW
        SubElement(
            svg, "rect", attrib={"class": f"{_class(look)} swatch"}, x=f"{x:g}", y=f"{y - 10:g}", width="12",
            height="12",
        )  # fmt: skip
        _text(svg, x + 18, y, words)
        x += wide
    return y


def _text(svg: Element, x: float, y: float, words: str, name: str = "") -> None:
    text = SubElement(svg, "text", x=f"{x:g}", y=f"{y:g}", attrib={"class": name} if name else {})
    text.text = visible(words)


def _described(line: NumberLine) -> str:
    counts = ", ".join(
        f"{count} {look.words}" for count, look in zip(totals(line), LOOKS, strict=True) if count
    )  # fmt: skip
    return f"{heading(line)}{f': {counts}' if counts else ''}."


def _class(look: int) -> str:
    return f"k{look}"


def _fills(theme: int) -> str:
    return "".join(f".{_class(look)}{{fill:{colours[theme]}}}" for look, colours in enumerate(_COLOURS))


STYLE = f"{_fills(0)}@media screen and (prefers-color-scheme:dark){{{_fills(1)}}}"
"""The colours of bars, light and dark, by look: those of class k0 are archived, and so on in the order of LOOKS."""


def _style() -> str:
    def rules(theme: int) -> str:
        ground, ink = _GROUND[theme], _INK[theme]
        return f".ground{{fill:{ground}}}text{{fill:{ink}}}.swatch{{stroke:{ink}}}{_fills(theme)}"

    fonts = ".title{font-size:16px}.name{font-weight:bold}.end{text-anchor:end}.swatch{stroke-width:.5}"
    return f"{fonts}{rules(0)}@media(prefers-color-scheme:dark){{{rules(1)}}}"
