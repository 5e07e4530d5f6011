"""What is counted while a run goes: exact where it matters, and of a size that does not grow with the crawl."""

from __future__ import annotations

import random
from statistics import median
from sys import getsizeof
from typing import Any

import pytest

from slqncy.reasons import Rejection
from slqncy.report.durations import Durations
from slqncy.report.receipt import Exchange, Purpose, Receipt
from slqncy.report.secrets import sets_secret, without_secrets
from slqncy.report.stories import DELTAS, Stories
from slqncy.report.tally import Spans, Tally
from slqncy.run_report import MOST_LISTED, OTHERS, Politeness
from tests.samples import duplicate, rejected, rewrite, story

SITE = "http://news.example"


def exchange(receipt: Receipt, began: float, ended: float, *, host: str = SITE, **given: Any) -> None:
    """One that begins and ends."""
    said: dict[str, Any] = {
        "slot": "site",
        "purpose": Purpose.PAGES,
        "bytes_sent": 100,
        "bytes_received": 1000,
        "status": 200,
    } | given
    receipt.begin(host, said["slot"], began)
    receipt.end(Exchange(host=host, began=began, **said), ended)


def receipt_of(receipt: Receipt) -> Politeness:
    return receipt.politeness(delay_asked=1.0, delay_longest=2.0)


def test_gaps_are_between_the_end_of_an_exchange_and_the_next_request_to_the_same_host() -> None:
    receipt = Receipt()
    exchange(receipt, 0, 1)
    exchange(receipt, 1.5, 2, host="http://other.example")
    exchange(receipt, 3, 5)
    exchange(receipt, 9, 10)
    exchange(receipt, 11, 12, purpose=Purpose.RETRIES)
    said = receipt_of(receipt)
    host = said.hosts[SITE]
    assert (host.requests, host.least_gap, host.most_in_flight) == (4, 1.0, 1)
    assert host.median_gap == pytest.approx(2.0, rel=0.01)
    assert said.hosts["http://other.example"].least_gap is None
    assert (said.requests, said.pages, said.retries) == (5, 4, 1)
    assert (said.bytes_sent, said.bytes_received) == (500, 5000)
    assert receipt.seconds == 5.5


def test_requests_at_the_same_time_are_told() -> None:
    receipt = Receipt()
    exchange(receipt, 0, 1)
    receipt.begin(SITE, "site", 2)
    receipt.begin(SITE, "site", 3)
    host = receipt_of(receipt).hosts[SITE]
    assert (host.most_in_flight, host.least_gap) == (2, 0.0)


@pytest.mark.parametrize(("begins", "kept"), [(7.9, 0), (8.0, 1), (None, 1)], ids=["too early", "in time", "never"])
def test_whether_retry_after_is_kept(begins: float | None, kept: int) -> None:
    receipt = Receipt()
    exchange(receipt, 0, 1, status=503, hold=7)
    if begins:
        # All hosts of a slot are left alone.
        exchange(receipt, begins, begins + 1, host="http://other.example")
    said = receipt_of(receipt)
    assert (said.answers_503, said.answers_429, said.retry_after, said.retry_after_kept) == (1, 0, 1, kept)


def test_what_no_connection_came_about_for_did_not_leave() -> None:
    receipt = Receipt()
    exchange(receipt, 0, 1, bytes_sent=0, bytes_received=0, status=0)
    said = receipt_of(receipt)
    assert (said.requests, said.unsent, said.pages) == (0, 1, 0)


def test_a_median_is_known_to_a_hundredth_in_little_memory() -> None:
    spans, lengths = Spans(), [random.Random(3).lognormvariate(0, 2) for _ in range(9999)]
    for length in lengths:
        spans.add(length)
    assert spans.median == pytest.approx(median(lengths), rel=0.01)
    assert spans.least == min(lengths)
    assert len(spans._counts) < 3000
    spans.add(0.0)
    assert spans.least == 0.0


def test_a_tally_has_a_limit_and_loses_nothing() -> None:
    tally = Tally(3)
    for key in "abcdaeb":
        tally.add(key)
    assert tally.counts == {"a": 2, "b": 2, "c": 1, OTHERS: 2}


def test_the_slowest_pages_are_kept_whatever_there_is() -> None:
    durations = Durations()
    for number in range(1000):
        durations.came(f"/{number}", number)
        durations.came(f"/{number}", 0.5)
        durations.begin_reading(f"/{number}", 0)
        durations.end_reading(1)
        durations.settle(f"/{number}")
    slowest = durations.slowest()
    assert [(page.url, page.exchange, page.reading) for page in slowest[:2]] == [("/999", 999.5, 1), ("/998", 998.5, 1)]
    assert len(slowest) == 10
    assert durations.reading == 1000
    assert not durations._exchanges | durations._readings


def test_reading_is_not_counted_while_nothing_is_read() -> None:
    durations = Durations()
    durations.begin_reading("/1", 10)
    durations.begin_reading("/2", 12)
    durations.end_reading(13)
    durations.end_reading(99)
    durations.settle("/1")
    durations.settle("/2")
    assert [(page.url, page.reading) for page in durations.slowest()] == [("/1", 2), ("/2", 1)]


def test_new_stories_by_section_day_delta_and_field() -> None:
    stories = Stories()
    for number, delta in enumerate((0, 0, -3, 500, None), 1):
        one = story(number)
        one.declared_delta, one.date_published, one.images = delta, f"2026-11-0{number}T08:00:00+08:00", []
        one.authors = ["王宇"] if number == 1 else []
        stories.add(one)
    new = stories.new()
    assert (new.lines, new.sections) == (5, {"slqncy/szxw": 5})
    assert new.days == {f"2026-11-0{number}": 1 for number in range(1, 6)}
    assert {(delta.least, delta.most): delta.stories for delta in new.declared_delta if delta.stories} == {
        (0, 0): 2, (-5, -2): 1, (101, None): 1,
    }  # fmt: skip
    assert (new.fields["title"], new.fields["authors"], new.fields["images"]) == (5, 1, 0)


def test_spans_of_declared_delta_leave_nothing_out() -> None:
    edges = [edge for span in DELTAS for edge in span]
    assert edges[0] is edges[-1] is None
    assert all(
        low == high + 1 for high, low in zip(edges[1:-1:2], edges[2:-1:2], strict=True) if low and high is not None
    )


def test_the_first_pages_of_each_kind_are_named_and_all_are_counted() -> None:
    stories = Stories()
    for number in range(1, 251):
        stories.add(rejected(number, Rejection.SOFT_404))
        stories.add(duplicate(number, 7))
        stories.add(story(number), rewrite(story(number), 8))
    pages = stories.rejections["soft_404"]
    assert (pages.count, len(pages.urls)) == (250, MOST_LISTED)
    copies, rewrites = stories.duplicates["same_text"], stories.duplicates["rewrite"]
    assert (copies.count, len(copies.pairs), copies.pairs[0].of) == (250, MOST_LISTED, "slqncy/szxw/7")
    assert (rewrites.count, rewrites.pairs[1].id, rewrites.pairs[1].of) == (250, "slqncy/szxw/2", "slqncy/szxw/8")
    assert getsizeof(pages.urls) < 2000


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("PING_URL", "https://hc-ping.example/9c1f-secret", "https://hc-ping.example/…"),
        ("PING_URL", "http://me:secret@127.0.0.1:8000/ping/5f0c9a1e?create=1#5f", "http://127.0.0.1:8000/…"),
        ("MY_URL", "https://hc-ping.example/9c1f)secret", "https://hc-ping.example/…"),
        ("MY_AGENT", "bot (+https://example.org/bot) two", "bot (+https://example.org/…) two"),
        ("WAYBACK_URL", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("MY_PROXY", "http://user:w@rd@proxy.example:3128", "http://proxy.example:3128"),
        ("MY_FEED", "ftp://me@host/x?token=1", "ftp://host/…"),
        ("HTTP_PASS", "word", "…"),
        ("API_TOKEN", 1234, "…"),
        ("FTP_PASSWORD", "", ""),
        ("FEEDS", {"s3://key:word@bucket/x": {"secret_key": "word", "format": "json"}},
         {"s3://bucket/…": {"secret_key": "…", "format": "json"}}),
        ("OPERATOR_CONTACT", "https://example.org/bot", "https://example.org/bot"),
        ("DOWNLOAD_DELAY", 2.5, 2.5),
        ("LIST", ("http://a:b@c/", True, None), ["http://c/", True, None]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)  # fmt: skip
def test_settings_are_shown_without_secrets(name: str, value: Any, shown: Any) -> None:
    assert without_secrets(name, value) == shown


@pytest.mark.parametrize(
    ("word", "sets"),
    [
        ("PING_URL=https://hc-ping.example/9c1f", True), ("-sPING_URL=https://hc-ping.example/9c1f", True),
        ("--set=PING_URL=https://hc-ping.example/9c1f", True), ("API_TOKEN=1\n2", True),
        ("ARCHIVE_DIR=/srv/news", False), ("base_url=http://127.0.0.1:8080/mirror", False), ("stories", False),
        ("OPERATOR_CONTACT=https://example.org/bot", False), ("-sDOWNLOAD_DELAY=2", False),
    ],
)  # fmt: skip
def test_command_lines_with_secrets_are_known(word: str, sets: bool) -> None:
    assert sets_secret(word) is sets
