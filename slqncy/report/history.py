"""A run beside the earlier ones: what is otherwise than as a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from slqncy.display.quantities import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slqncy.run_report import AnyRun

SHOWN = 60
"""Runs that a page looks back on, at most."""
_MODES = ("ids", "warc", "from")
"""Arguments by which a run reads something else than the lists of the site."""
_SAMPLE = 5
"""Stories of a run from which on its shares say something, and runs from which on there is a rule."""
_DROP = 0.2
"""How much less than the median of a share is worth a word."""
_SILENCE = 3
"""How many times as long as usual without a story is worth a word."""
_DAILY = timedelta(hours=30)
"""Whoever runs more often than this means each day to have a run."""
_MOST_DAYS = 10
WHOLE = "as many characters as they declare"


@dataclass(frozen=True, slots=True)
class Change:
    """A share of a run, and what it is as a rule."""

    name: str
    share: float | None
    """Of its new stories; None where these are too few to say."""
    usual: float | None
    """The median of the runs before; None where these are too few."""

    @property
    def is_drop(self) -> bool:
        """Whether there is less than there was."""
        return self.share is not None and self.usual is not None and self.share < self.usual - _DROP


def alike(report: AnyRun, others: Iterable[AnyRun]) -> list[AnyRun]:
    """The latest runs on the same site that read the same kind of thing, oldest first."""
    found = [other for other in others if _kind(other) == _kind(report)]
    return sorted(found, key=lambda other: other.started)[-SHOWN:]


def shares(report: AnyRun) -> dict[str, float]:
    """In what part of a run's new stories each field is not empty; of all stories read, what part is whole."""
    told = report.stories
    found = {name: count / told.lines for name, count in told.fields.items()} if told.lines >= _SAMPLE else {}
    complete, incomplete = (report.requests.get(name, 0) for name in ("complete", "incomplete"))
    if complete + incomplete >= _SAMPLE:
        found[WHOLE] = complete / (complete + incomplete)
    return found


def changes(report: AnyRun, earlier: Sequence[AnyRun]) -> list[Change]:
    """The shares of a run beside the medians of the runs before."""
    now, before = shares(report), list(map(shares, earlier))
    names = dict.fromkeys(name for each in (now, *before) for name in each)
    return [Change(name, now.get(name), _median([each[name] for each in before if name in each])) for name in names]


def pauses(runs: Sequence[AnyRun]) -> list[timedelta | None]:
    """How long after the one before on its site each run has started; None for the first on a site."""
    before: dict[str, datetime] = {}
    found: list[timedelta | None] = []
    for run in runs:
        site, now = site_of(run), started(run)
        found.append(now - before[site] if site in before else None)
        before[site] = now
    return found


def last_of_sites(runs: Iterable[AnyRun]) -> list[AnyRun]:
    """The last run on each site; `runs` are oldest first."""
    return [*{site_of(run): run for run in runs}.values()]


def days_without(runs: Sequence[AnyRun]) -> list[date]:
    """Days (UTC) without a run between the first and the last one, where as a rule there is one each day."""
    between = [pause for pause in pauses(runs) if pause is not None]
    if len(between) < _SAMPLE or _usual(between) > _DAILY:
        return []
    days = {started(run).date() for run in runs}
    first, last = min(days), max(days)
    return [day for day in (first + timedelta(n) for n in range((last - first).days)) if day not in days]


def findings(report: AnyRun, earlier: Sequence[AnyRun]) -> Iterator[str]:
    """What is otherwise than as a rule, one sentence each. `earlier` are alike, oldest first."""
    runs = [*earlier, report]
    if dropped := [
        f"{change.name} ({change.share:.0%}, as a rule {change.usual:.0%})"
        for change in changes(report, earlier)
        if change.is_drop
    ]:
        yield f"fewer stories than as a rule have {', '.join(dropped)}. Has the template of the site changed?"
    yield from _silences(runs)
    if days := days_without(runs):
        named = ", ".join(map(str, days[-_MOST_DAYS:]))
        yield f"days without a run, of late {len(days)}: {named}. Does what starts the runs still start them?"


def _silences(runs: Sequence[AnyRun]) -> Iterator[str]:
    heard: dict[str, list[datetime]] = {}
    for run in runs:
        for section in run.stories.sections:
            heard.setdefault(section, []).append(started(run))
    now = started(runs[-1])
    if silence := _silence([started(run) for run in runs if run.stories.lines], now):
        yield f"the whole site: {silence}. Does it still list its stories where the runs look?"
        return
    for section, times in heard.items():
        if silence := _silence(times, now):
            yield f"section {section}: {silence}. Is it still linked?"


def _silence(times: Sequence[datetime], now: datetime) -> str:
    """For how long there has been no story, where that is longer than as a rule; or ""."""
    if len(times) < _SAMPLE:
        return ""
    usual, silent = _usual([later - sooner for sooner, later in pairwise(times)]), now - times[-1]
    if silent <= _SILENCE * usual:
        return ""
    return f"no new story for {_told(silent)}, where as a rule one comes every {_told(usual)}"


def _kind(report: AnyRun) -> tuple[str, ...]:
    return site_of(report), *(mode for mode in _MODES if mode in report.arguments)


def site_of(report: AnyRun) -> str:
    """The site that a run was on, or "" where its report does not say."""
    # Older reports do not name the site.
    return report.site or report.arguments.get("site", "")


def started(report: AnyRun) -> datetime:
    """When a run started."""
    return datetime.fromisoformat(report.started)


def _told(length: timedelta) -> str:
    return span(length.total_seconds())


def _usual(spans: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def _median(values: list[float]) -> float | None:
    return median(values) if len(values) >= _SAMPLE else None
