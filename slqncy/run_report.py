"""What a run's JSON says, as dataclasses: field order is key order, and the published JSON Schema comes from here.

No title and no text of a story stands in a report: only addresses, ids, and what failures say, which `forget` blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

OTHERS = "*"
"""Key of what a tally with a limit has no key of its own for."""
MOST_LISTED = 100
"""Pages or pairs that are named of each reason or kind; the count counts them all."""
MOST_FAILURES = 1000
"""Failures that are named; the counters count them all."""
MOST_SLOW = 10
"""Slow pages that are named."""


@dataclass(slots=True, kw_only=True)
class Timings:
    """How long a run took, and what it needed."""

    wall: Annotated[float, Meta(description="Seconds from start to end.")] = 0.0
    cpu: Annotated[float, Meta(description="Seconds of a processor that the process took, its start included.")] = 0.0
    exchanges: Annotated[float, Meta(description="Seconds in which an answer was waited for, or came in.")] = 0.0
    reading: Annotated[float, Meta(description="Seconds in which pages were unpacked, read and judged.")] = 0.0
    peak_memory: Annotated[int, Meta(description="Bytes of memory the process held at most.")] = 0


@dataclass(slots=True, kw_only=True)
class HostReceipt:
    """What one host was asked for, by `scheme://host:port`."""

    requests: Annotated[int, Meta(description="Requests that went out to it.")] = 0
    bytes_sent: Annotated[int, Meta(description="Bytes of these, as on the wire, TLS not counted.")] = 0
    bytes_received: Annotated[int, Meta(description="Bytes of what came back, at most what is taken of a page.")] = 0
    most_in_flight: Annotated[int, Meta(description="Requests at the same time, at most.")] = 0
    least_gap: Annotated[
        float | None, Meta(description="Shortest time from the end of an exchange to the next request, seconds.")
    ] = None
    median_gap: Annotated[
        float | None, Meta(description="Median of these, to 1 %; null where several runs are summed up.")
    ] = None


@dataclass(slots=True, kw_only=True)
class Politeness:
    """The receipt: what left this machine, and how long each host was left alone."""

    requests: Annotated[int, Meta(description="Requests that went out: the sum of the next five.")] = 0
    pages: Annotated[int, Meta(description="For pages, the first time.")] = 0
    robots: Annotated[int, Meta(description="For robots.txt.")] = 0
    redirects: Annotated[int, Meta(description="To where an answer led.")] = 0
    retries: Annotated[int, Meta(description="Asked once more.")] = 0
    web_archive: Annotated[int, Meta(description="To a web archive.")] = 0
    unsent: Annotated[int, Meta(description="Requests for which no connection came about.")] = 0
    answers_429: Annotated[int, Meta(description="Answers 429 Too Many Requests.")] = 0
    answers_503: Annotated[int, Meta(description="Answers 503 Service Unavailable.")] = 0
    retry_after: Annotated[int, Meta(description="Answers that asked to be left alone for a while.")] = 0
    retry_after_kept: Annotated[
        int, Meta(description="Of these, those after which nothing went to the site before that was over.")
    ] = 0
    delay_asked: Annotated[
        float, Meta(description="Least pause, in seconds: DOWNLOAD_DELAY, or Crawl-delay where that is longer.")
    ] = 0.0
    delay_longest: Annotated[float, Meta(description="Longest pause that slow or troubled answers led to.")] = 0.0
    bytes_sent: Annotated[int, Meta(description="Bytes of requests.")] = 0
    bytes_received: Annotated[int, Meta(description="Bytes of answers.")] = 0
    hosts: Annotated[dict[str, HostReceipt], Meta(description="The same by host.")] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Delta:
    """How many new stories lack so many characters by their own banner."""

    least: Annotated[int | None, Meta(description="declared_delta from here; null: any less.")]
    most: Annotated[int | None, Meta(description="Up to here; null: any more.")]
    stories: Annotated[int, Meta(description="New lines in stories/.")]


@dataclass(slots=True, kw_only=True)
class NewStories:
    """The lines that a run added to stories/."""

    lines: Annotated[int, Meta(description="New lines, further versions of a story included.")] = 0
    sections: Annotated[
        dict[str, int], Meta(description='By section; "*" stands for those beyond the first 1,000.')
    ] = field(default_factory=dict)
    days: Annotated[
        dict[str, int],
        Meta(description='By day of publication, "" where the page has none; "*" for those beyond the first 5,000.'),
    ] = field(default_factory=dict)
    declared_delta: Annotated[
        list[Delta], Meta(description="By declared_delta; those whose page declares nothing are not among them.")
    ] = field(default_factory=list)
    fields: Annotated[dict[str, int], Meta(description="In how many of the lines each field is not empty.")] = field(
        default_factory=dict
    )


@dataclass(slots=True, kw_only=True)
class Pages:
    """Pages of one kind: how many, and the first of them."""

    count: Annotated[int, Meta(description="How many there were.")] = 0
    urls: Annotated[list[str], Meta(description="Canonical URLs of the first 100.")] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Pair:
    """A story, and the one it is a copy or a rewrite of."""

    id: Annotated[str, Meta(description="id of the story.")]
    url: Annotated[str, Meta(description="Its canonical URL.")]
    of: Annotated[str, Meta(description="id of the other one, which was archived before.")]


@dataclass(slots=True, kw_only=True)
class Pairs:
    """Copies or rewrites of one kind: how many, and the first of them."""

    count: Annotated[int, Meta(description="How many there were.")] = 0
    pairs: Annotated[list[Pair], Meta(description="The first 100.")] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class SlowPage:
    """A page that took long."""

    url: Annotated[str, Meta(description="Its canonical URL.")]
    exchange: Annotated[float, Meta(description="Seconds that it took to come, redirects and retries included.")]
    reading: Annotated[float, Meta(description="Seconds that it took to be read.")]


@dataclass(slots=True, kw_only=True)
class FailedPage:
    """A page that could not be had."""

    url: Annotated[str, Meta(description="Its canonical URL.")]
    reason: Annotated[str, Meta(description="Why, out of a closed list.")]
    detail: Annotated[str, Meta(description='What was seen; "" once the story is forgotten.')] = ""


@dataclass(slots=True, kw_only=True)
class RunReport:
    """What one run did: runs/<run_id>.json. Where a key came later than the report, its default stands for it."""

    schema_version: Annotated[int, Meta(description="Version of this shape.")] = 1
    run_id: Annotated[str, Meta(description="Names the files of the run: when it started, and its process.")] = ""
    spider: Annotated[str, Meta(description="Name of the spider.")] = ""
    site: Annotated[str, Meta(description="Name of the site profile.")] = ""
    started: Annotated[str, Meta(description="RFC 3339, UTC.")] = ""
    finished: Annotated[str, Meta(description="RFC 3339, UTC.")] = ""
    exit_status: Annotated[int, Meta(description="What the process returns.")] = 0
    exit_reason: Annotated[str, Meta(description="The same in a sentence.")] = ""
    finish_reason: Annotated[str, Meta(description="Why the crawl came to its end, in Scrapy's words or ours.")] = ""
    versions: Annotated[dict[str, str], Meta(description="Of what the run ran on.")] = field(default_factory=dict)
    arguments: Annotated[dict[str, str], Meta(description="What stood behind -a.")] = field(default_factory=dict)
    settings: Annotated[
        dict[str, Any],
        Meta(description="Those that differ from the defaults, ours and Scrapy's; no secrets."),
    ] = field(default_factory=dict)
    timings: Annotated[Timings, Meta(description="How long it took.")] = field(default_factory=Timings)
    requests: Annotated[dict[str, int | bool], Meta(description="Pages asked for, and what became of them.")] = field(
        default_factory=dict
    )
    addresses: Annotated[dict[str, Any], Meta(description="Every address of the site ever found, by state.")] = field(
        default_factory=dict
    )
    politeness: Annotated[Politeness, Meta(description="What left this machine, and when.")] = field(
        default_factory=Politeness
    )
    stories: Annotated[NewStories, Meta(description="What is new in stories/.")] = field(default_factory=NewStories)
    duplicates: Annotated[
        dict[str, Pairs], Meta(description="Copies by kind, and under rewrite the stories that rewrite another one.")
    ] = field(default_factory=dict)
    rejections: Annotated[dict[str, Pages], Meta(description="Pages that are no stories, by reason.")] = field(
        default_factory=dict
    )
    slowest: Annotated[list[SlowPage], Meta(description="The ten pages that took longest, the longest first.")] = field(
        default_factory=list
    )
    failures: Annotated[list[FailedPage], Meta(description="The first 1,000 pages that could not be had.")] = field(
        default_factory=list
    )
    coverage: Annotated[
        dict[str, dict[str, int | None]],
        Meta(description="The story numbers of the site, and of its sections where there are several."),
    ] = field(default_factory=dict)
    page: Annotated[str, Meta(description="sha256: of runs/<run_id>.html.")] = ""
    counters: Annotated[dict[str, int | float | str], Meta(description="All counters, Scrapy's own included.")] = field(
        default_factory=dict
    )


@dataclass(slots=True, kw_only=True)
class EarlierRun:
    """As much of a report as later runs look back on: the rest may be half a megabyte, and there are many."""

    run_id: str = ""
    site: str = ""
    started: str = ""
    exit_status: int = 0
    arguments: dict[str, str] = field(default_factory=dict)
    requests: dict[str, int | bool] = field(default_factory=dict)
    stories: NewStories = field(default_factory=NewStories)


AnyRun = RunReport | EarlierRun
