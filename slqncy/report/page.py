"""The page of a run, or of a span of runs: one file that needs nothing else, made of their reports.

It shows addresses, ids and figures. What failures say in detail is not on it: `forget` would have to take that out.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.filesize import decimal

from slqncy.display.number_line import LOOKS, heading, longest_gaps, pasted, sweep_of, totals, unnumbered
from slqncy.display.picture import STYLE, bar
from slqncy.display.quantities import span
from slqncy.report.headline import headline, headline_of
from slqncy.report.history import alike, changes, findings, last_of_sites, pauses, site_of, started
from slqncy.report.merge import merged
from slqncy.report.plots import lying, standing
from slqncy.run_report import MOST_LISTED, OTHERS
from slqncy.summary import OUTCOMES
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2.bccache import Bucket

    from slqncy.archive.coverage import NumberLine
    from slqncy.report.headline import Headline
    from slqncy.report.history import Change
    from slqncy.run_report import AnyRun, Delta, RunReport

_MOST_BARS = 60
_MOST_SECTIONS = 20
_MOST_LINES = 50
"""Number lines of sections; those with the most numbers are shown."""


class Line(NamedTuple):
    """A number line, as the page shows it."""

    heading: str
    bar: Markup
    totals: list[tuple[int, str, int]]
    """How many, in words, and the number of their colour."""
    sweep: str
    """What asks for numbers, before them."""
    gaps: str
    unnumbered: str


class Told(NamedTuple):
    """What a page is about."""

    report: RunReport
    headline: Headline
    findings: list[str]
    changes: list[Change]
    runs: Sequence[AnyRun]
    """That it looks back on, or is made of; oldest first."""
    is_span: bool = False


def run_page(report: RunReport, others: Iterable[AnyRun], lines: Sequence[NumberLine]) -> bytes:
    """The page of a run, beside those of the `others` that read the same kind of thing; `lines` are as it left them."""
    earlier = alike(report, (other for other in others if other.started < report.started))
    found = list(findings(report, earlier))
    return _page(
        Told(report, headline(report, is_usual=not found), found, changes(report, earlier), [*earlier, report]), lines
    )


def span_page(reports: Sequence[RunReport], lines: Sequence[NumberLine]) -> bytes:
    """The page of several runs, oldest first, of which there must be one; `lines` are as they are now."""
    return _page(Told(merged(reports), headline_of(reports), _findings(reports), [], reports, is_span=True), lines)


def _findings(reports: Sequence[RunReport]) -> list[str]:
    """What is otherwise than as a rule in the last run on each site, with its name where there are several."""
    lasts = last_of_sites(reports)
    return [
        f"{site_of(last)}: {finding}" if len(lasts) > 1 else finding
        for last in lasts
        for finding in findings(last, alike(last, (other for other in reports if other.started < last.started)))
    ]


def _page(told: Told, lines: Sequence[NumberLine]) -> bytes:
    report, runs = told.report, told.runs
    sections = sorted((line for line in lines if line.is_section), key=lambda line: -line.numbers.size)
    html = _environment().get_template("page.html").render(
        report=report, headline=told.headline, findings=told.findings, changes=told.changes,
        style=Markup(STYLE), outcomes=OUTCOMES, is_span=told.is_span,  # noqa: S704  # our own colours
        most_listed=MOST_LISTED, most_on_a_site=max(Counter(map(site_of, runs)).values()),
        runs=[(run, headline(run), pause) for run, pause in zip(runs, pauses(runs), strict=True)][::-1],
        days=standing("New stories by day of publication", ("published", "stories"), _periods(report.stories.days)),
        sections=lying("New stories by section", ("section", "stories"), _first(report.stories.sections)),
        deltas=lying(
            "Characters that new stories lack by their own banner", ("declared_delta", "stories"),
            [(_span(delta), delta.stories) for delta in report.stories.declared_delta if delta.stories],
        ),
        stories=standing(
            "New stories of each run", ("run", "stories"), [(_at(run), run.stories.lines) for run in runs[-_MOST_BARS:]]
        ),
        pauses=standing(
            "Hours from one start to the next", ("run", "hours"),
            [
                (_at(run), round(pause.total_seconds() / 3600, 2))
                for run, pause in [*zip(runs, pauses(runs), strict=True)][-_MOST_BARS:]
                if pause is not None
            ],
        ),
        lines=[_line(line) for line in lines if not line.is_section],
        section_lines=[_line(line) for line in sections[:_MOST_LINES]],
    )  # fmt: skip
    return html.encode()


class _Compiled(FileSystemBytecodeCache):
    """Templates as Python runs them, where it keeps its own modules so; to make one takes longer than to fill it in.

    Where that is no place to write, as within an egg, each run makes its own.
    """

    def __init__(self) -> None:
        super().__init__(str(Path(__file__).parent / "__pycache__"), "%s.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Nothing where it cannot be read."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing where it cannot be written, or is not to be."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


@cache
def _environment() -> Environment:
    environment = Environment(
        # Where scrapyd runs, the package is within an egg.
        loader=PackageLoader("slqncy.report", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_finalize, bytecode_cache=_Compiled(),
    )  # fmt: skip
    environment.filters |= {"span": span, "bytes": decimal, "at": _at_length}
    return environment


def _finalize(value: Any) -> Any:
    """Whatever a page says that is text of others, so that no sign in it turns it around or hides."""
    return visible(value) if type(value) is str else value


def _line(line: NumberLine) -> Line:
    return Line(
        heading(line),
        Markup(bar(line) if line.numbers.size else ""),  # noqa: S704  # shapes, and a label that ElementTree escapes
        [(n, look.words, place) for place, (n, look) in enumerate(zip(totals(line), LOOKS, strict=True)) if n],
        sweep_of(line),
        ", ".join(map(pasted, longest_gaps(line))),
        unnumbered(line) if line.unnumbered else "",
    )  # fmt: skip


def _periods(days: Mapping[str, int]) -> list[tuple[str, float]]:
    """By day, month or year, whichever are few enough to be told apart, empty ones included; last what has no date."""
    dated = {date.fromisoformat(day): count for day, count in days.items() if day and day != OTHERS}
    counts: Counter[str] = Counter()
    if dated:
        first, last = min(dated), max(dated)
        months = 12 * (last.year - first.year) + last.month - first.month
        if (last - first).days < _MOST_BARS:
            every = [f"{first + timedelta(n)}" for n in range((last - first).days + 1)]
        elif months < _MOST_BARS:
            every = [
                f"{date(first.year + at // 12, at % 12 + 1, 1):%Y-%m}"
                for at in range(first.month - 1, first.month + months)
            ]
        else:
            every = [f"{year:04}" for year in range(first.year, last.year + 1)]
        counts.update(dict.fromkeys(every, 0))
        for day, count in dated.items():
            counts[f"{day}"[: len(every[0])]] += count
    rows: list[tuple[str, float]] = [*counts.items()]
    undated = [(words, days[key]) for key, words in (("", "no date"), (OTHERS, "others")) if key in days]
    return [*rows[-_MOST_BARS:], *undated]


def _first(sections: Mapping[str, int]) -> list[tuple[str, float]]:
    counts = Counter(sections)
    rows: list[tuple[str, float]] = [*counts.most_common(_MOST_SECTIONS)]
    rest = counts.total() - sum(count for _, count in rows)
    return [*rows, ("all others", rest)] if rest else rows


def _span(delta: Delta) -> str:
    if delta.least == delta.most:
        return f"{delta.least}"
    if delta.least is None:
        return f"{delta.most} or less"
    return f"{delta.least} or more" if delta.most is None else f"{delta.least} to {delta.most}"


def _at(run: AnyRun) -> str:
    return f"{started(run):%m-%d %H:%M}"


def _at_length(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M:%S} UTC" if moment else ""
