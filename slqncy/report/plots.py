"""Plots as SVG within a page: pygal draws them, the page's own style colours them, and a table says the same.

What pygal brings along for pages of its own - a script, a style for light paper, tooltips that need the script - is
taken out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import pygal
from lxml import etree
from markupsafe import Markup
from pygal.style import Style

from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

# Its hook for maps of others is one that Python warns of at every import from then on, and skips from 3.12.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

_WIDTH, _HEIGHT = 480, 220
_ROW = 26
"""Height of a bar that lies."""
_FONT = 14
"""At a window of 320 pixels that is 9 on the screen."""
_MARGIN = 20
"""For the halves of the first and the last label that pygal has beyond the bars."""
_TICKS = 4
_LABELS = 4
"""Labels below the bars, at most."""
_LONGEST_LABEL = 18
_STYLE = Style(font_family="inherit", label_font_size=_FONT, major_label_font_size=_FONT, no_data_font_size=_FONT)
# pygal writes its namespaces as attributes: to lxml the elements have none.
_TAKEN_OUT = (
    "//comment() | //defs | //desc | //title[not(parent::g[@class='bar'])] | //g[@class='titles'] "
    "| //g[contains(@class, 'overlay')]"
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, and the table that says the same."""

    title: str
    head: tuple[str, str]
    rows: list[tuple[str, float]]
    svg: Markup
    """Nothing where there are no rows."""


def standing(title: str, head: tuple[str, str], rows: Sequence[tuple[str, float]]) -> Plot:
    """Bars that stand side by side, for what has an order."""
    every = max(1, -(-len(rows) // _LABELS))
    # pygal tells labels apart by their words, and runs on many sites start in one minute.
    written = [label if place % every == 0 else "" for place, (label, _) in enumerate(rows)]
    return _plot(
        title, head, rows, pygal.Bar, height=_HEIGHT, show_minor_x_labels=False,
        x_labels=[*map(visible, written)], x_labels_major=[visible(label) for label in written if label],
    )  # fmt: skip


def lying(title: str, head: tuple[str, str], rows: Sequence[tuple[str, float]]) -> Plot:
    """Bars that lie one under the other, the first at the top, for what has names."""
    drawn = _plot(
        title, head, rows[::-1], pygal.HorizontalBar, height=60 + _ROW * len(rows),
        x_labels=[visible(label) for label, _ in rows[::-1]],
    )  # fmt: skip
    drawn.rows.reverse()
    return drawn


def _plot(title: str, head: tuple[str, str], rows: Sequence[tuple[str, float]], kind: Any, **options: Any) -> Plot:
    if not rows:
        return Plot(title, head, [], Markup())
    rows = [(visible(label), value) for label, value in rows]
    highest = max(value for _, value in rows)
    chart = kind(
        width=_WIDTH, style=_STYLE, css=[], js=[], no_prefix=True, show_legend=False, spacing=6,
        margin=4, margin_left=_MARGIN, margin_right=_MARGIN,
        truncate_label=_LONGEST_LABEL, value_formatter=lambda value: f"{value:g}", y_labels=_ticks(highest), **options,
    )  # fmt: skip
    chart.add("", [value for _, value in rows])
    return Plot(title, head, rows, _inline(chart.render_tree(), title, rows))


def _ticks(highest: float) -> list[float]:
    """From 0 to the highest value or a little above, by 1, 2 or 5 times a power of ten."""
    step = 1
    while True:
        for size in (step, 2 * step, 5 * step):
            if highest <= size * _TICKS:
                return [float(size * place) for place in range(max(1, ceil(highest / size)) + 1)]
        step *= 10


def _inline(svg: Any, title: str, rows: Sequence[tuple[str, float]]) -> Markup:
    """The drawing alone. What each bar stands for shows where somebody points at it."""
    for bar, (label, value) in zip(svg.findall(".//g[@class='bar']"), rows, strict=True):
        etree.SubElement(bar, "title").text = f"{label}: {value:g}"
    for element in svg.xpath(_TAKEN_OUT):
        element.getparent().remove(element)
    del svg.attrib["id"]
    svg.set("role", "img")
    svg.set("aria-label", title)
    # What it embeds is text, shapes and those titles: lxml escapes them.
    return Markup(etree.tostring(svg, encoding="unicode"))  # noqa: S704
