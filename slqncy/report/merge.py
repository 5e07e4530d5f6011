"""Several runs as one, for a page over a span of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from slqncy.run_report import (
    MOST_FAILURES,
    MOST_LISTED,
    MOST_SLOW,
    Delta,
    HostReceipt,
    NewStories,
    Pages,
    Pairs,
    Politeness,
    RunReport,
    SlowPage,
    Timings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_Listed = TypeVar("_Listed", Pages, Pairs)
_MOST_NAMED = 5
"""Sites; of more, how many they are."""
_PEAKS: dict[str, Callable[[Iterable[Any]], Any]] = {
    **dict.fromkeys(("peak_memory", "most_in_flight", "delay_asked", "delay_longest"), max),
    "least_gap": lambda gaps: min((gap for gap in gaps if gap is not None), default=None),
    "median_gap": lambda _: None,
}
"""Figures that do not add up; a median of several runs is in none of their reports."""


def merged(reports: Sequence[RunReport]) -> RunReport:
    """The account of several runs, oldest first, as if they had been one. There must be one."""
    first, last = reports[0], reports[-1]
    # Of each site what its last run has left.
    lasts = {report.site: report for report in reports}.values()
    return RunReport(
        run_id=f"{first.run_id} to {last.run_id}", site=_named(sorted({report.site for report in reports} - {""})),
        started=first.started, finished=last.finished, exit_status=last.exit_status, exit_reason=last.exit_reason,
        versions=last.versions,
        timings=_summed(Timings, [report.timings for report in reports]),
        requests=dict(sum((Counter(_figures(report.requests)) for report in reports), Counter())),
        politeness=_politeness([report.politeness for report in reports]),
        stories=_stories([report.stories for report in reports]),
        duplicates=_listed(Pairs, lambda of_kind: of_kind.pairs, [report.duplicates for report in reports]),
        rejections=_listed(Pages, lambda of_reason: of_reason.urls, [report.rejections for report in reports]),
        slowest=sorted((page for report in reports for page in report.slowest), key=_took, reverse=True)[:MOST_SLOW],
        failures=[failure for report in reports for failure in report.failures][:MOST_FAILURES],
        coverage={name: line for report in lasts for name, line in report.coverage.items()},
    )  # fmt: skip


def _named(sites: Sequence[str]) -> str:
    return ", ".join(sites) if len(sites) <= _MOST_NAMED else f"{len(sites)} sites"


def _figures(requests: dict[str, int | bool]) -> dict[str, int]:
    return {name: figure for name, figure in requests.items() if not isinstance(figure, bool)}


def _summed(kind: type[Any], parts: Sequence[Any]) -> Any:
    """All figures of parts, added up, or what stands for them where that says nothing."""
    names = [each.name for each in fields(kind) if each.name != "hosts"]
    return kind(**{name: _PEAKS.get(name, sum)(getattr(part, name) for part in parts) for name in names})


def _politeness(parts: Sequence[Politeness]) -> Politeness:
    whole: Politeness = _summed(Politeness, parts)
    for host in sorted({host for part in parts for host in part.hosts}):
        whole.hosts[host] = _summed(HostReceipt, [part.hosts[host] for part in parts if host in part.hosts])
    return whole


def _stories(parts: Sequence[NewStories]) -> NewStories:
    def counted(name: str) -> Counter[str]:
        return sum((Counter(getattr(part, name)) for part in parts), Counter())

    deltas: Counter[tuple[int | None, int | None]] = Counter()
    for part in parts:
        for delta in part.declared_delta:
            deltas[delta.least, delta.most] += delta.stories
    return NewStories(
        lines=sum(part.lines for part in parts),
        sections=dict(counted("sections").most_common()),
        days=dict(sorted(counted("days").items())),
        declared_delta=[Delta(least=least, most=most, stories=count) for (least, most), count in deltas.items()],
        fields=dict(counted("fields")),
    )


def _listed(
    new: Callable[[], _Listed], first: Callable[[_Listed], list[Any]], parts: Iterable[Mapping[str, _Listed]]
) -> dict[str, _Listed]:
    """All of each kind, counted, and the first of them named; `first` gives the list of those."""
    whole: dict[str, _Listed] = {}
    for kind, part in (item for each in parts for item in each.items()):
        of_kind = whole.setdefault(kind, new())
        of_kind.count += part.count
        named = first(of_kind)
        named += first(part)[: MOST_LISTED - len(named)]
    return whole


def _took(page: SlowPage) -> float:
    return page.exchange + page.reading
