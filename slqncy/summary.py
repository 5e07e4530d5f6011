"""What a run did, in figures and words: a pure function of its counters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from slqncy.exitcodes import ExitStatus
from slqncy.reasons import Exclusion

if TYPE_CHECKING:
    from collections.abc import Mapping

_STOPPED = "shutdown"
"""Scrapy's finish reason after SIGINT or SIGTERM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Every request of a run and what became of it."""

    requested: int
    """Pages asked for; redirects and retries of one page count once, robots.txt is not a page."""
    archived: int
    changed: int
    unchanged: int
    duplicates: int
    rejected: int
    list_pages: int
    sitemaps: int
    further_pages: int
    """Second and later pages of long stories."""
    failures: int
    stories_failed: int
    """Of the failures, those of story pages."""
    forbidden: int
    """Requests that robots.txt stopped."""
    unanswered: int
    """Requests that the end of the run left without an answer."""
    known: int
    """Links to stories that an earlier run has dealt with; not asked for again."""

    @property
    def adds_up(self) -> bool:
        """Whether every request has exactly one outcome."""
        outcomes = (
            self.archived + self.changed + self.unchanged + self.duplicates + self.rejected + self.list_pages
            + self.sitemaps + self.further_pages + self.failures + self.forbidden + self.unanswered
        )  # fmt: skip
        return self.requested == outcomes

    @property
    def stories_seen(self) -> int:
        """Story pages that were read or known."""
        return self.archived + self.changed + self.unchanged + self.duplicates + self.known

    def sentence(self) -> str:
        """The account of all requests, in one line; outcomes that did not occur are left out."""
        terms = [
            (self.archived, "archived"),
            (self.changed, "changed"),
            (self.unchanged, "unchanged"),
            (self.duplicates, "duplicates"),
            (self.rejected, "rejected"),
            (self.list_pages, "list pages"),
            (self.sitemaps, "sitemaps"),
            (self.further_pages, "further pages of stories"),
            (self.failures, "failures"),
            (self.forbidden, "forbidden by robots.txt"),
            (self.unanswered, "unanswered"),
        ]
        always = {"archived", "duplicates", "rejected", "list pages", "failures"}
        sign = "=" if self.adds_up else "≠"
        return f"{self.requested} requested {sign} " + " + ".join(
            f"{figure} {name}" for figure, name in terms if figure or name in always
        )

    def as_dict(self) -> dict[str, Any]:
        """For the run's JSON."""
        return {**asdict(self), "adds_up": self.adds_up}


def summarize(stats: Mapping[str, Any], unanswered: int) -> Summary:
    """The summary of a run's counters."""

    def figure(name: str) -> int:
        return int(stats.get(f"slqncy/{name}", 0))

    return Summary(
        requested=figure("requested"),
        archived=figure("outcome/stories"),
        changed=figure("outcome/changed"),
        unchanged=figure("outcome/unchanged"),
        duplicates=figure("outcome/duplicates"),
        rejected=figure("outcome/rejected"),
        list_pages=figure("outcome/list_page"),
        sitemaps=figure("outcome/sitemap"),
        further_pages=figure("outcome/further_page"),
        failures=figure("outcome/failed"),
        stories_failed=figure("stories_failed"),
        forbidden=figure(f"outcome/{Exclusion.ROBOTS}"),
        unanswered=unanswered,
        known=figure("known"),
    )


def judge(summary: Summary, *, finish_reason: str, errors: int) -> tuple[ExitStatus, str]:
    """Exit status of a run that opened its archive and met no disk error, and the reason in a sentence."""
    if errors:
        return ExitStatus.SOFTWARE, f"{errors} unexpected errors; the log has their tracebacks, the stories stay due"
    if not summary.adds_up:
        return ExitStatus.SOFTWARE, "the requests do not add up; this is a defect of slqncy, please report it"
    return _judge_pages(summary, finish_reason)


def _judge_pages(summary: Summary, finish_reason: str) -> tuple[ExitStatus, str]:
    if finish_reason == _STOPPED:
        return ExitStatus.TEMPORARY, "stopped by a signal; run again to go on"
    read = summary.list_pages + summary.sitemaps + summary.stories_seen + summary.rejected
    if summary.stories_seen:
        return ExitStatus.OK, "finished"
    if summary.stories_failed and not summary.rejected:
        return ExitStatus.UNAVAILABLE, f"{summary.stories_failed} stories were found, and none of them could be had"
    if read:
        seen = f"{summary.list_pages} list pages and {summary.rejected} rejected pages were read"
        return ExitStatus.DATA, f"no story was found: {seen}; is this the site, and does its profile's URL grammar fit?"
    if summary.forbidden:
        return ExitStatus.FORBIDDEN, "robots.txt forbids every page this run would start from"
    return ExitStatus.UNAVAILABLE, "the site could not be reached: every request failed"
