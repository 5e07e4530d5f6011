"""What a process says at its end that has crawled many sites: one screen, a row of it for each as far as they fit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from slqncy.display.closing import (
    LINES,
    WIDTH,
    Closing,
    Ended,
    look_at,
    run_again,
    sent_and_received,
    traffic,
    trouble,
)
from slqncy.display.facts import cut, labelled, spelt
from slqncy.display.quantities import plural
from slqncy.exitcodes import SEVERITY, ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEADINGS = ("pages", "new", "copies", "rejected", "failed")
_FIGURE = 9
"""Cells of a column."""
_MILLION = 1_000_000
_STATUS = 16
_SITE = WIDTH - _FIGURE * len(_HEADINGS) - _STATUS
_MOST_NAMES = 3
_MOST_TROUBLE = 9
"""Lines of what is wrong; the reports of the sites tell all."""


class Figures(NamedTuple):
    """What came of the pages of a site, in the order of the columns."""

    pages: int = 0
    new: int = 0
    duplicates: int = 0
    rejected: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEnded:
    """A site whose run is over, or never began."""

    name: str
    status: ExitStatus
    reason: str
    figures: Figures = field(default_factory=Figures)
    traffic: tuple[int, int] = (0, 0)
    """Requests, and bytes that came."""
    trouble: list[str] = field(default_factory=list)
    run_again: list[str] = field(default_factory=list)
    look_at: list[str] = field(default_factory=list)

    def after(self, earlier: SiteEnded | None) -> SiteEnded:
        """The same with what came in an earlier run of the process."""
        if earlier is None:
            return self
        return replace(
            self, figures=_sum([earlier, self]),
            traffic=(earlier.traffic[0] + self.traffic[0], earlier.traffic[1] + self.traffic[1]),
        )  # fmt: skip


def site_ended(name: str, ended: Ended) -> SiteEnded:
    """As much of a run as is told of it where there are many."""
    summary, is_success = ended.summary, ended.status is ExitStatus.OK
    return SiteEnded(
        name=name, status=ended.status, reason=ended.reason,
        figures=Figures(
            summary.requested, summary.archived, summary.duplicates, summary.rejected, summary.failures
        ),
        traffic=sent_and_received(ended.counters),
        trouble=[] if is_success else list(trouble(ended)),
        run_again=list(run_again(ended)),
        look_at=[] if is_success else list(look_at(ended)),
    )  # fmt: skip


def closing_of_sites(sites: Iterable[SiteEnded], reports: str, seconds: float) -> Closing:
    """One screen, with room for the last sentence; `reports` is where those of all runs are."""
    ordered = sorted(sites, key=_order)
    failed = [site for site in ordered if site.status is not ExitStatus.OK]
    wrong = _trouble(failed)
    advice = [*_first(site.run_again for site in ordered), *_first(site.look_at for site in ordered)]
    requests, received = (sum(site.traffic[of] for site in ordered) for of in range(2))
    told = traffic(requests, received, seconds)
    foot = [*labelled("traffic", told, WIDTH), *spelt("reports", visible(reports), WIDTH, 2)]
    room = LINES - 2 - len(wrong) - len(advice) - len(foot)
    return Closing([*_table(ordered, room), *foot], wrong, advice)


def _order(site: SiteEnded) -> tuple[int, str, int, str]:
    """Those that failed come first, and those for one reason stand together."""
    reason = "" if site.status is ExitStatus.OK else site.reason
    return -SEVERITY.index(site.status), reason, -site.figures.pages, site.name


def last_words(sites: Sequence[SiteEnded]) -> str:
    """How it went with all of them, in a sentence."""
    failed = [site for site in sites if site.status is not ExitStatus.OK]
    if not failed:
        return f"{plural(len(sites), 'site')}: finished"
    worst = min(failed, key=_order)
    if len(failed) == len(sites) and len({site.reason for site in sites}) == 1:
        return worst.reason
    return f"{len(failed)} of {plural(len(sites), 'site')} did not go well; of {worst.name}: {worst.reason}"


def _trouble(failed: Sequence[SiteEnded]) -> list[str]:
    """Why the runs of sites were no success, and what was wrong, as far as there is room."""
    lines: list[str] = []
    left = len(failed)
    for (reason, status), group in groupby(failed, lambda site: (site.reason, site.status)):
        sites = list(group)
        names = ", ".join(site.name for site in sites[:_MOST_NAMES])
        more = f" and {len(sites) - _MOST_NAMES} more" if len(sites) > _MOST_NAMES else ""
        of_group = _wrapped(visible(f"{names}{more}: {reason} (exit status {status})"))
        of_group += [line for site in sites[:_MOST_NAMES] for line in site.trouble]
        if lines and len(lines) + len(of_group) >= _MOST_TROUBLE:
            return [*lines, f"{plural(left, 'more site')} did not go well; the report of each says why"]
        lines += of_group[:_MOST_TROUBLE]
        left -= len(sites)
    return lines


def _table(sites: Sequence[SiteEnded], room: int) -> list[str]:
    """A row for each site, if there is room with the headings and the sum, or for some of them and for all others."""
    most = max(room - 2, 2)
    shown, others = (sites, []) if len(sites) <= most else (sites[: most - 1], sites[most - 1 :])
    rows = [_row("site", _HEADINGS, "exit status")]
    rows += [_row(site.name, site.figures, _status(site.status)) for site in shown]
    if others:
        rows.append(_row(f"{len(others)} others", _sum(others), _failed(others)))
    return [*rows, _row(plural(len(sites), "site"), _sum(sites), _failed(sites))]


def _row(name: str, figures: Iterable[int | str], status: str) -> str:
    cells = "".join(f"{_fitting(figure):>{_FIGURE}}" for figure in figures)
    return f"{set_cell_size(cut(name, _SITE), _SITE)}{cells}  {status}".rstrip()


def _fitting(figure: int | str) -> int | str:
    """As it is, or in millions where its column has no room for it."""
    return f"{figure // _MILLION} M" if isinstance(figure, int) and len(f"{figure}") >= _FIGURE else figure


def _status(status: ExitStatus) -> str:
    return f"{status}" if status is ExitStatus.OK else f"{status} {status.name.lower()}"


def _failed(sites: Iterable[SiteEnded]) -> str:
    failed = sum(site.status is not ExitStatus.OK for site in sites)
    return f"{failed} failed" if failed else ""


def _sum(sites: Iterable[SiteEnded]) -> Figures:
    return Figures(*(sum(column) for column in zip(*(site.figures for site in sites), strict=True)))


def _first(parts: Iterable[list[str]]) -> list[str]:
    return next(filter(None, parts), [])


def _wrapped(text: str) -> list[str]:
    """A sentence on two lines at most."""
    words = text.split(" ")
    first = words.pop(0)
    while words and cell_len(f"{first} {words[0]}") <= WIDTH:
        first += f" {words.pop(0)}"
    rest = [cut(f"    {' '.join(words)}", WIDTH)] if words else []
    return [cut(first, WIDTH), *rest]
