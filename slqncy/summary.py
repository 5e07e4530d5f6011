"""What a run did, in figures and words: a pure function of its counters."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from slqncy.exitcodes import ExitStatus
from slqncy.reasons import HOLE, EventKind, Exclusion, Failure, PageKind, Rejection, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slqncy.sites import Gate

OUTCOMES = {
    "archived": "archived",
    "changed": "changed",
    "earlier": "earlier versions",
    "unchanged": "unchanged",
    "not_modified": "not modified",
    "duplicates": "duplicates",
    "rejected": "rejected",
    "gone": "gone",
    "returned": "returned",
    "list_pages": "list pages",
    "sitemaps": "sitemaps",
    "further_pages": "further pages of stories",
    "index_answers": "answers of an index",
    "failures": "failures",
    "forbidden": "forbidden by robots.txt",
    "unanswered": "unanswered",
    "unsent": "not asked any more",
}
"""Figures of a summary in words: each request is in exactly one of them."""
_ALWAYS_TOLD = {"archived", "duplicates", "rejected", "list_pages", "failures"}
_KEPT = (State.ARCHIVED, State.DUPLICATE, State.GONE)
STOPPED = "shutdown"
"""Scrapy's finish reason after SIGINT or SIGTERM."""
TOLD_TO_WAIT = "told_to_wait"
"""Our finish reason where the site asks for patience."""
BUDGET_SPENT = "budget_spent"
"""Our finish reason where there was more to ask for than REQUEST_BUDGET allows."""
BLOCKED = "blocked"
"""Our finish reason where a web archive does."""
TOO_MUCH_MEMORY = "memusage_exceeded"
"""Scrapy's finish reason where the process passes MEMUSAGE_LIMIT_MB."""
_ENDED = {
    STOPPED: (ExitStatus.TEMPORARY, "stopped by a signal; run again to go on"),
    BLOCKED: (ExitStatus.TEMPORARY, "the web archive wants no more requests for now; run again later"),
    TOO_MUCH_MEMORY: (
        ExitStatus.TEMPORARY,
        "stopped at MEMUSAGE_LIMIT_MB of memory; run again to go on, with a higher limit if it recurs",
    ),
    BUDGET_SPENT: (ExitStatus.OK, "REQUEST_BUDGET is spent; run again to go on"),
}
"""How a run is judged that ended before its time, by Scrapy's finish reason."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address of a site ever found, and the one state each is in."""

    known_before: int
    found: int
    """By this run, for the first time."""
    states: dict[State, int]

    @property
    def adds_up(self) -> bool:
        """Whether each address is in exactly one state."""
        return self.known_before + self.found == sum(self.states.values())

    def as_dict(self) -> dict[str, Any]:
        """For the run's JSON."""
        return {**asdict(self), "adds_up": self.adds_up}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Every request of a run and what became of it."""

    requested: int
    """Pages asked for; redirects and retries of one page count once, robots.txt is not a page."""
    archived: int
    changed: int
    earlier: int
    """Versions from before the newest one, out of a web archive."""
    unchanged: int
    not_modified: int
    """Of all kinds of pages."""
    duplicates: int
    rejected: int
    gone: int
    returned: int
    list_pages: int
    sitemaps: int
    further_pages: int
    """Second and later pages of long stories."""
    index_answers: int
    """Of the index of a web archive."""
    failures: int
    forbidden: int
    """Requests that robots.txt stopped."""
    unanswered: int
    """Requests that the end of the run left without an answer."""
    unsent: int
    """Requests for which REQUEST_BUDGET had nothing left."""

    story_pages: int
    """Of the above, story pages that were read."""
    stories_read: int
    """Of those, and of the story pages that were not modified, those that are stories."""
    missing: int
    """Of the story pages read, those that say, by status, by words or by leading elsewhere, that there is no story."""
    rewrites: int
    """Of those archived and changed, those that rewrite another story."""
    stories_failed: int
    told_to_wait: int
    """Answers that want no more requests for now: failures, captchas and waiting rooms."""
    index_failures: int
    """Of the failures, those of the index of a web archive."""
    complete: int
    """Story pages whose banner proves that nothing is missing."""
    incomplete: int
    """Story pages whose banner counts otherwise."""
    unreadable: int
    """Story pages on which no title or no text was found."""
    known: int
    """Stories linked that are archived, or known to be copies or gone, and are not due."""
    waiting: int
    """Stories linked that could not be had before, and are not due again yet."""
    addresses: Addresses

    @property
    def adds_up(self) -> bool:
        """Whether every request has exactly one outcome."""
        return self.requested == sum(self._outcomes.values())

    @property
    def stories_seen(self) -> int:
        """Story pages that were read or known."""
        return self.stories_read + self.known

    @property
    def is_in_vain(self) -> bool:
        """Whether there were stories to ask for, and none of them could be had."""
        wanted = self.stories_failed or (self.waiting and not self.known)
        return bool(wanted) and not self.story_pages and not self.stories_read

    @property
    def _outcomes(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in OUTCOMES}

    def sentence(self) -> str:
        """The account of all requests, in one line; outcomes that did not occur are left out."""
        sign = "=" if self.adds_up else "≠"
        return f"{self.requested} requested {sign} " + " + ".join(
            f"{figure} {OUTCOMES[name]}" for name, figure in self._outcomes.items() if figure or name in _ALWAYS_TOLD
        )

    def as_dict(self) -> dict[str, Any]:
        """For the run's JSON."""
        figures = asdict(self)
        del figures["addresses"]
        return {**figures, "adds_up": self.adds_up}


def summarize(
    stats: Mapping[str, Any], addresses: Addresses, *, pending: int, finish_reason: str = "finished"
) -> Summary:
    """The summary of a run's counters, and of how many requests were pending at its end."""

    def figure(name: str) -> int:
        return int(stats.get(f"slqncy/{name}", 0))

    def outcome(name: str) -> int:
        return figure(f"outcome/{name}")

    def fetched(kind: PageKind) -> int:
        return outcome(f"{kind}/{EventKind.FETCHED}")

    pages = [kind for kind in PageKind if kind is not PageKind.STORY]
    return Summary(
        requested=figure("requested"),
        archived=outcome(EventKind.ARCHIVED),
        changed=outcome(EventKind.CHANGED),
        earlier=outcome(EventKind.EARLIER),
        unchanged=outcome(EventKind.UNCHANGED),
        not_modified=outcome(EventKind.NOT_MODIFIED)
        + sum(outcome(f"{kind}/{EventKind.NOT_MODIFIED}") for kind in pages),
        duplicates=outcome(EventKind.DUPLICATE),
        rejected=outcome(EventKind.REJECTED),
        gone=outcome(EventKind.GONE),
        returned=outcome(EventKind.RETURNED),
        list_pages=fetched(PageKind.FRONT) + fetched(PageKind.LIST),
        sitemaps=fetched(PageKind.SITEMAP),
        further_pages=fetched(PageKind.PART),
        index_answers=outcome(f"index/{EventKind.FETCHED}"),
        failures=outcome(EventKind.FAILED),
        forbidden=outcome(Exclusion.ROBOTS),
        unanswered=0 if finish_reason == BUDGET_SPENT else pending,
        unsent=pending if finish_reason == BUDGET_SPENT else 0,
        story_pages=figure("check/pages"),
        stories_read=figure("store/stories") + outcome(EventKind.NOT_MODIFIED),
        missing=sum(figure(f"check/rejected/{reason}") for reason in HOLE),
        rewrites=figure("store/rewrites"),
        stories_failed=figure("stories_failed"),
        told_to_wait=figure(f"failed/{Failure.TOLD_TO_WAIT}") + figure("guard/wall"),
        index_failures=figure("index_failed"),
        complete=figure("check/complete"),
        incomplete=figure("check/incomplete"),
        unreadable=figure(f"check/rejected/{Rejection.EMPTY}") + figure(f"check/rejected/{Rejection.NO_TITLE}"),
        # What a list that was not modified links may be no stories at all.
        known=min(figure("known"), sum(addresses.states.get(state, 0) for state in _KEPT)),
        waiting=figure("waiting"),
        addresses=addresses,
    )


def judge(
    summary: Summary, gate: Gate, *, finish_reason: str, errors: int, is_sweep: bool = False, wait_until: str = "",
    wait_reason: str = "",
) -> tuple[ExitStatus, str]:  # fmt: skip
    """Exit status of a run that opened its archive and met no disk error, and the reason in a sentence.

    `wait_until` is when the site wants to be asked again (RFC 3339, UTC), where it has said so and that is to come;
    `wait_reason` is which host has last said that we should wait, and how.
    """
    if errors:
        return ExitStatus.SOFTWARE, f"{errors} unexpected errors; the log has their tracebacks, the stories stay due"
    if not summary.adds_up or not summary.addresses.adds_up:
        what = "addresses" if summary.adds_up else "requests"
        return ExitStatus.SOFTWARE, f"the {what} do not add up; this is a defect of slqncy, please report it"
    ended = {**_ENDED, TOLD_TO_WAIT: _wait(wait_reason)}
    if finish_reason in ended:
        status, reason = ended[finish_reason]
        return status, f"{reason}, not before {wait_until}" if wait_until else reason
    if summary.index_failures:
        return _judge_index(summary)
    if summary.is_in_vain:
        lost = summary.stories_failed + summary.waiting
        return _wait(wait_reason) if summary.told_to_wait else (
            ExitStatus.UNAVAILABLE, f"{lost} stories were found, and none of them could be had",
        )  # fmt: skip
    return _judge_sweep(summary, gate) if is_sweep else _judge_pages(summary, gate, wait_reason)


def _wait(reason: str) -> tuple[ExitStatus, str]:
    which = f" ({reason})" if reason else ""
    return ExitStatus.TEMPORARY, f"the site says that we should wait{which}; run again later"


def _judge_sweep(summary: Summary, gate: Gate) -> tuple[ExitStatus, str]:
    """A number is a guess: that the site has no story there is an answer too."""
    if not summary.requested:
        return ExitStatus.OK, "every number is known, or waits until it is due again"
    if not summary.story_pages:
        return (
            ExitStatus.FORBIDDEN,
            "robots.txt forbids every number that was asked for; respect it, or write to the site",
        )
    pages = summary.story_pages - summary.missing
    return _pass(replace(summary, story_pages=pages), replace(gate, min_stories=0))


def _judge_index(summary: Summary) -> tuple[ExitStatus, str]:
    if not summary.index_answers:
        return ExitStatus.UNAVAILABLE, "the index of the web archive could not be had"
    return ExitStatus.TEMPORARY, (
        f"{summary.index_failures} answers of the web archive's index could not be had; run again for what they name"
    )


def _judge_pages(summary: Summary, gate: Gate, wait_reason: str) -> tuple[ExitStatus, str]:
    if not summary.requested and not summary.known:
        return ExitStatus.DATA, "the files hold no page of this site, or none that this run was to read"
    # What was not modified is no news of the site where something else could not be had.
    pages = (
        summary.list_pages
        + summary.sitemaps
        + summary.index_answers
        + (0 if summary.failures else summary.not_modified)
    )
    if summary.stories_seen or summary.gone:
        return _pass(summary, gate)
    if summary.told_to_wait:
        return _wait(wait_reason)
    if pages or summary.story_pages:
        seen = f"{summary.list_pages} list pages and {summary.story_pages} pages that are no stories were read"
        return ExitStatus.DATA, f"no story was found: {seen}; is this the site, and does its profile's URL grammar fit?"
    if summary.forbidden:
        return (
            ExitStatus.FORBIDDEN,
            "robots.txt forbids every page this run would start from; respect it, or write to the site",
        )
    return ExitStatus.UNAVAILABLE, "the site could not be reached, or answers with errors only: the log says how"


def _pass(summary: Summary, gate: Gate) -> tuple[ExitStatus, str]:
    """Whether what was read is what the site's profile expects of a run."""
    if summary.stories_seen + summary.gone < gate.min_stories:
        seen = f"{summary.stories_seen} stories were seen, the profile expects at least {gate.min_stories}"
        return ExitStatus.DATA, f"gate: {seen}"
    declared = summary.complete + summary.incomplete
    if declared >= gate.sample and summary.complete < gate.min_complete_share * declared:
        return ExitStatus.DATA, (
            f"gate: only {summary.complete} of {declared} stories are complete by their own banner; "
            "they are archived, but look at declared_delta: has the template changed?"
        )
    pages = summary.story_pages
    if pages >= gate.sample and not summary.stories_read and not summary.gone:
        return ExitStatus.DATA, f"gate: none of {pages} story pages is a story; they are in rejected/"
    if pages >= gate.sample and summary.unreadable > gate.max_unreadable_share * pages:
        return ExitStatus.DATA, (
            f"gate: {summary.unreadable} of {pages} story pages have no title or no text; "
            "they are in rejected/: has the template changed?"
        )
    return ExitStatus.OK, "finished"
