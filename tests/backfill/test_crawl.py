"""`scrapy crawl stories -a from=…` against web archives on loopback, of a site that was crawled when it was there."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from slqncy import settings
from slqncy.archive import Archive
from slqncy.demo import build_site, serving
from tests.backfill.captured import Snapshot, snapshots
from tests.backfill.standins import Fault, Front, web_archives
from tests.crawling import ROOT, Result, crawl, links, scrapy, stories, story_page, text_of
from tests.replaying import Script, assert_replays, crawled, response, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.demo import DemoSite
    from slqncy.records import Story

BOTH = pytest.mark.parametrize("name", ["wayback", "commoncrawl"])
CAPTURES = r"/web/\d|/data/"
STORIES = 20
INDEX = r"/cdx/search|-index|/collinfo"


@pytest.fixture(scope="module")
def small_site() -> DemoSite:
    return build_site(20)


@pytest.fixture(scope="module")
def pages(small_site: DemoSite) -> list[Snapshot]:
    return snapshots(small_site, datetime(2020, 9, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def live(small_site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a crawl of the site itself."""
    archive = tmp_path_factory.mktemp("live")
    with serving(small_site) as server:
        assert crawl(archive, server.base_url).status == 0
    return archive


@pytest.fixture(scope="module")
def running(pages: list[Snapshot], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    elsewhere = replace(pages[0], url="http://elsewhere.example/")
    crawls = {"CC-MAIN-2020-34": pages[:30], "CC-MAIN-2020-40": pages[30:], "CC-MAIN-2020-45": [elsewhere]}
    with web_archives(tmp_path_factory.mktemp("web"), crawls) as front:
        yield front


@pytest.fixture
def front(running: Front) -> Front:
    running.asked.clear()
    running.faults.clear()
    return running


def backfill(archive: Path, front: Front, name: str, *arguments: str, **rates: float) -> Result:
    return scrapy(
        "crawl", "stories", "-a", f"from={name}", "-s", f"ARCHIVE_DIR={archive}", *front.settings(**rates),
        *(part for argument in arguments for part in ("-a", argument)),
    )  # fmt: skip


def report(archive: Path) -> dict[str, Any]:
    """What the newest run has said of itself."""
    path = max((archive / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def said(story: Story) -> dict[str, Any]:
    """What a page says, whoever had it and whenever."""
    fields = asdict(story)
    how_it_came = {"url", "date_downloaded", "provenance", "version"}
    told = {name: value for name, value in fields.items() if name not in how_it_came}
    return {name: value for name, value in told.items() if not name.startswith("duplicate_")}


def all_said(archive: Path) -> dict[str, dict[str, Any]]:
    contents = Archive(archive)
    return {story.id: said(story) for story in (*contents.stories(), *contents.duplicates())}


def assert_whole(archive: Path) -> None:
    verdict = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}")
    assert verdict.status == 0, verdict.output


@BOTH
def test_what_a_web_archive_has_is_what_the_site_had(front: Front, live: Path, tmp_path: Path, name: str) -> None:
    result = backfill(tmp_path, front, name)
    assert result.status == 0, result.errors
    assert "Traceback" not in result.errors
    # Of a page and its copy either may be the original; what each says is the same.
    assert all_said(tmp_path) == all_said(live)
    assert len(stories(tmp_path)) == len(stories(live)) == STORIES
    assert report(tmp_path)["failures"] == []
    assert_whole(tmp_path)


@BOTH
def test_provenance(front: Front, pages: list[Snapshot], tmp_path: Path, name: str) -> None:
    assert backfill(tmp_path, front, name, "max_stories=3").status == 0
    dates = {page.url: page.date for page in pages}
    for story in stories(tmp_path).values():
        provenance = story.provenance
        assert (provenance.web_archive, provenance.date_captured) == (name, dates[story.url])
        assert story.url == story.canonical_url
        assert story.date_downloaded > "2026"
        assert provenance.http_status == 200
        assert (tmp_path / "warc" / provenance.warc.file).is_file()
    # What the site had said of itself to the web archive is no condition to ask it with.
    assert {(event.etag, event.last_modified) for event in Archive(tmp_path).events()} == {("", "")}


@BOTH
def test_a_second_run_asks_only_the_index(front: Front, tmp_path: Path, name: str) -> None:
    assert backfill(tmp_path, front, name).status == 0
    assert front.paths(CAPTURES)
    front.asked.clear()
    result = backfill(tmp_path, front, name)
    assert result.status == 0, result.errors
    assert front.paths(CAPTURES) == []
    assert len(front.paths(INDEX)) == len(front.asked)


def test_the_same_capture_is_not_fetched_from_both(front: Front, tmp_path: Path) -> None:
    assert backfill(tmp_path, front, "commoncrawl").status == 0
    front.asked.clear()
    assert backfill(tmp_path, front, "wayback").status == 0
    assert front.paths(CAPTURES) == []


@BOTH
def test_limits(front: Front, tmp_path: Path, name: str) -> None:
    assert backfill(tmp_path, front, name, "sections=kjxw", "max_stories=4").status == 0
    assert len(stories(tmp_path)) == 4
    assert {story.section for story in stories(tmp_path).values()} == {"kjxw"}
    assert backfill(tmp_path, front, name).status == 0
    assert len(stories(tmp_path)) == STORIES


def test_story_numbers(front: Front, live: Path, tmp_path: Path) -> None:
    numbers = sorted(int(story.story_id) for story in stories(live).values())
    assert backfill(tmp_path, front, "commoncrawl", f"ids={numbers[3]}-{numbers[9]}").status == 0
    found = {int(story.story_id) for story in Archive(tmp_path).stories()}
    assert found
    assert found <= set(range(numbers[3], numbers[9] + 1))


@BOTH
def test_what_was_fetched_reads_the_same_again(front: Front, tmp_path: Path, name: str) -> None:
    filled, again = tmp_path / "filled", tmp_path / "again"
    assert backfill(filled, front, name).status == 0
    front.asked.clear()
    result = scrapy("crawl", "stories", "-a", f"warc={filled / 'warc'}", "-s", f"ARCHIVE_DIR={again}")
    assert result.status == 0, result.errors
    assert front.asked == []
    assert lines(again) == lines(filled)


def test_what_was_fetched_before_the_crawl_of_another_site_reads_the_same_again(tmp_path: Path) -> None:
    profile = tmp_path / "other.toml"
    profile.write_text(
        'name = "other"\nextends = "slqncy"\n[urls]\nhosts = ["other.example"]\nsections = ["lsbly"]\n'
        "[banner]\npattern = 'no banner of (?P<chars>1) (?P<minutes>1)'\n"
    )
    archive = tmp_path / "archive"
    html = story_page(1, text_of(1)).encode()
    captured = [Snapshot("http://www.slqncy.com/szxw/1.html", "2020-01-01T00:00:00Z", html)]
    with web_archives(tmp_path / "web", {"CC-MAIN-2020-34": captured}) as front:
        assert backfill(archive, front, "commoncrawl").status == 0
    story = response(story_page(7, text_of(7)))
    with scripted(Script({"/": [response(links("/lsbly/7.html"))], "/lsbly/7.html": [story]})) as base_url:
        crawled(archive, base_url, f"site={profile}")
    assert_replays(archive, tmp_path / "again")


# Manners


def gaps(front: Front, pattern: str) -> list[float]:
    asked = [asked.at for asked in front.asked if asked.path in set(front.paths(pattern))]
    return [later - earlier for earlier, later in pairwise(asked)]


def test_the_published_rates_are_kept() -> None:
    # EDGI's client, agreed upon with the Internet Archive: 24 and 480 a minute. cdx_toolkit, of Common Crawl: seconds.
    delays = {name: slot["delay"] for name, slot in settings.DOWNLOAD_SLOTS.items()}
    assert delays["wayback_cdx"] >= 60 / 24
    assert delays["wayback"] >= 60 / 480
    assert delays["commoncrawl_index"] >= 1
    assert delays["commoncrawl_data"] >= 0.55
    assert all(slot["concurrency"] == 1 and slot["jitter"] == 0 for slot in settings.DOWNLOAD_SLOTS.values())


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("wayback", {"wayback_cdx": 0.6, "wayback": 0.125}),
        ("commoncrawl", {"commoncrawl_index": 0.3, "commoncrawl_data": 0.15}),
    ],
)
def test_rates_as_the_server_sees_them(front: Front, tmp_path: Path, name: str, rates: dict[str, float]) -> None:
    result = scrapy(
        "crawl", "stories", "-a", f"from={name}", "-s", f"ARCHIVE_DIR={tmp_path}", *front.settings(**rates),
        "-s", "WAYBACK_CDX_ROWS=14", "-a", "max_stories=15",
    )  # fmt: skip
    assert result.status == 0, result.errors
    index, captures = rates.values()
    for pattern, least in ((INDEX, index), (CAPTURES, captures)):
        found = [asked.at for asked in front.asked if re.search(pattern, asked.path)]
        assert len(found) >= 4
        # However long a time is looked at. A busy machine notices a request late, and so nearer to the next one.
        assert all(
            later - earlier > between * least - 0.5
            for number, earlier in enumerate(found)
            for between, later in enumerate(found[number:])
        )
        assert found[-1] - found[0] > (len(found) - 1) * least - 0.1


@BOTH
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after_is_kept(front: Front, tmp_path: Path, name: str, status: int, *, is_date: bool) -> None:
    front.faults = [
        Fault("/web/20|/data/", 1, status, {"Retry-After": "2"}),
        Fault(INDEX, 1, status, {"Retry-After": "2"}),
    ]
    if is_date:
        at = datetime.now(UTC) + timedelta(seconds=8)
        front.faults = [Fault("/", 1, status, {"Retry-After": format_datetime(at, usegmt=True)})]
    result = backfill(tmp_path, front, name, "max_stories=3")
    assert result.status == 0, result.errors
    if is_date:
        refused, again = front.asked[:2]
        assert time.time() - (time.monotonic() - again.at) >= int(at.timestamp())
    else:
        held = [gap for gap in gaps(front, ".") if gap >= 2]
        assert len(held) == 2
        refused, again = front.asked[:2]
    # The same is asked again.
    assert (refused.path, refused.range) == (again.path, again.range)
    assert len(stories(tmp_path)) == 3


@BOTH
def test_who_refuses_thrice_is_left_alone(front: Front, tmp_path: Path, name: str) -> None:
    front.faults = [Fault(CAPTURES, 3, 429, {"Retry-After": "1"})]
    result = backfill(tmp_path, front, name)
    assert result.status == 75
    assert "the web archive wants no more requests for now; run again later" in result.errors
    assert "HTTP 429, Retry-After: 1" in result.errors
    assert len(front.paths(CAPTURES)) == 3
    assert backfill(tmp_path, front, name).status == 0
    assert len(stories(tmp_path)) == STORIES
    assert_whole(tmp_path)


@pytest.mark.parametrize("path", [INDEX, CAPTURES])
def test_common_crawl_blocks_at_once(front: Front, tmp_path: Path, path: str) -> None:
    front.faults = [Fault(path, 99, 403)]
    result = backfill(tmp_path, front, "commoncrawl")
    assert result.status == 75, result.errors
    assert len(front.paths(path)) == 1
    assert "HTTP 403" in result.errors


def test_a_long_pause_is_left_to_the_next_run(front: Front, tmp_path: Path) -> None:
    front.faults = [Fault(INDEX, 1, 429, {"Retry-After": "3600"})]
    result = backfill(tmp_path, front, "wayback")
    assert result.status == 75
    assert "Retry-After: 3600" in result.errors


# What comes damaged


@BOTH
def test_a_body_with_a_wrong_digest_is_refused_and_named(
    front: Front, pages: list[Snapshot], live: Path, tmp_path: Path, name: str
) -> None:
    # Of what the Wayback Machine has decompressed there is no digest to compare with.
    archived = {story.canonical_url for story in stories(live).values()}
    page = next(page for page in pages if not page.is_compressed and page.url in archived)
    front.faults = [Fault(f"id_/{page.url}") if name == "wayback" else Fault("/data/", after=15)]
    front.faults[0].flipped = True
    result = backfill(tmp_path, front, name)
    (failure,) = report(tmp_path)["failures"]
    assert failure["reason"] == "wrong_capture"
    assert front.url in failure["detail"]
    assert failure["url"] in result.errors
    assert failure["url"] not in {story.canonical_url for story in stories(tmp_path).values()}
    # The next run asks for this one again, and for nothing else.
    front.asked.clear()
    assert backfill(tmp_path, front, name).status == 0
    assert len(front.paths(CAPTURES)) == 1
    assert len(stories(tmp_path)) == STORIES


@pytest.mark.parametrize("fault", [Fault(INDEX, 2, torn=True), Fault(INDEX, 2, cut=9), Fault(INDEX, 2, 504)])
@BOTH
def test_torn_answers_of_an_index_lose_nothing(
    front: Front, live: Path, tmp_path: Path, name: str, fault: Fault
) -> None:
    front.faults = [replace(fault)]
    result = scrapy(
        "crawl", "stories", "-a", f"from={name}", "-s", f"ARCHIVE_DIR={tmp_path}", *front.settings(),
        "-s", "WAYBACK_CDX_ROWS=9",
    )  # fmt: skip
    assert result.status == 0, result.errors
    assert front.faults[0].times == 0
    assert all_said(tmp_path) == all_said(live)


def test_pages_of_an_index_go_on_to_the_end(front: Front, pages: list[Snapshot], live: Path, tmp_path: Path) -> None:
    result = scrapy(
        "crawl", "stories", "-a", "from=wayback", "-s", f"ARCHIVE_DIR={tmp_path}", *front.settings(),
        "-s", "WAYBACK_CDX_ROWS=1",
    )  # fmt: skip
    assert result.status == 0, result.errors
    assert len(front.paths(INDEX)) == sum(page.status == 200 for page in pages)
    assert all_said(tmp_path) == all_said(live)


@BOTH
def test_torn_captures_are_asked_for_again(front: Front, live: Path, tmp_path: Path, name: str) -> None:
    front.faults = [Fault(CAPTURES, 2, torn=True)]
    assert backfill(tmp_path, front, name).status == 0
    assert all_said(tmp_path) == all_said(live)


def test_a_body_that_cannot_be_decoded_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    html = {"Content-Type": "text/html; charset=utf-8"}

    def story(number: int, body: bytes = b"", **more: Any) -> Snapshot:
        url, date = f"http://www.slqncy.com/szxw/{number}.html", f"2020-01-0{number}T00:00:00Z"
        return Snapshot(url, date, body or story_page(number, text_of(number)).encode(), **more)

    pages = [
        story(1, b" " * 20_000_000, is_compressed=True),
        story(2, b"not brotli", headers={**html, "Content-Encoding": "br"}),
        story(3, b"not deflate", headers={**html, "Content-Encoding": "deflate"}),
        story(4),
    ]
    with web_archives(tmp_path / "web", {"CC-MAIN-2020-34": pages}) as front:
        result = backfill(tmp_path / "archive", front, "commoncrawl")
    assert result.status == 0, result.errors
    assert "Traceback" not in result.errors
    assert {story.story_id for story in stories(tmp_path / "archive").values()} == {"4"}
    failures = {(failure["url"][-6:], failure["reason"]) for failure in report(tmp_path / "archive")["failures"]}
    assert failures == {("1.html", "too_large"), ("2.html", "unreadable"), ("3.html", "unreadable")}


def test_part_of_an_index_that_cannot_be_had_is_said(front: Front, tmp_path: Path) -> None:
    front.faults = [Fault("CC-MAIN-2020-40", 3, 500)]
    result = backfill(tmp_path, front, "commoncrawl")
    assert result.status == 75
    assert "1 answers of the web archive's index could not be had; run again for what they name" in result.errors
    assert 0 < len(stories(tmp_path)) < STORIES
    assert backfill(tmp_path, front, "commoncrawl").status == 0
    assert len(stories(tmp_path)) == STORIES


@BOTH
def test_no_index_at_all(front: Front, tmp_path: Path, name: str) -> None:
    front.faults = [Fault(INDEX, 99, 500)]
    result = backfill(tmp_path, front, name)
    assert result.status == 69
    assert "the index of the web archive could not be had" in result.errors
    assert len(front.asked) == 3


def test_no_capture_at_all(front: Front, tmp_path: Path) -> None:
    front.faults = [Fault(CAPTURES, 99, is_http=False)]
    result = backfill(tmp_path, front, "wayback")
    assert result.status == 69, result.errors
    assert "stories were found, and none of them could be had" in result.errors
    assert {failure["reason"] for failure in report(tmp_path)["failures"]} == {"malformed"}


# Being stopped


def start(archive: Path, front: Front, name: str, **rates: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-W", "error", "-m", "scrapy", "crawl", "stories", "-a", f"from={name}",
            "-s", f"ARCHIVE_DIR={archive}", *front.settings(**rates),
        ],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def until_asked(front: Front, pattern: str, times: int) -> None:
    for _ in range(600):
        if len(front.paths(pattern)) >= times:
            return
        time.sleep(0.05)
    raise AssertionError(f"{pattern} was not asked for {times} times")


def lines(archive: Path) -> Counter[tuple[str, ...]]:
    """All lines that are no events, less what tells of the runs."""
    contents = Archive(archive)
    return Counter(
        (type(line).__name__, str(line.version), str(said(line)), line.provenance.date_captured)
        for line in (*contents.stories(), *contents.duplicates(), *contents.rejected())
    )


def test_what_an_index_has_said_is_kept_when_the_run_is_killed(front: Front, tmp_path: Path) -> None:
    process = start(tmp_path, front, "commoncrawl", commoncrawl_index=3.0)
    until_asked(front, INDEX, 2)
    # It is acknowledged within a second.
    time.sleep(2)
    process.kill()
    process.communicate()
    verdict = scrapy("verify", "-s", f"ARCHIVE_DIR={tmp_path}")
    # A warcinfo, and for each answer a request, a response and what there is to say of them.
    assert "; 7 WARC records; 0 defects" in verdict.output


@BOTH
def test_a_killed_run_and_those_after_it_make_the_same_archive(front: Front, tmp_path: Path, name: str) -> None:
    assert backfill(tmp_path / "once", front, name).status == 0
    killed = tmp_path / "killed"
    for moment in (2, 9, 25):
        front.asked.clear()
        process = start(killed, front, name, wayback=0.02, commoncrawl_data=0.02)
        until_asked(front, CAPTURES, min(moment, 9))
        time.sleep(0.03 * moment)
        process.kill()
        process.communicate()
    assert backfill(killed, front, name).status == 0
    assert lines(killed) == lines(tmp_path / "once")
    assert_whole(killed)


@pytest.mark.parametrize("fault", [None, Fault(CAPTURES, 1, 429, {"Retry-After": "300"})])
def test_a_run_that_is_told_to_stop_stops(front: Front, tmp_path: Path, fault: Fault | None) -> None:
    front.faults = [replace(fault)] if fault else []
    process = start(tmp_path, front, "wayback", wayback=0.05)
    until_asked(front, CAPTURES, 1 if fault else 9)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors.decode()
    assert b"Traceback" not in errors, errors.decode()
    assert backfill(tmp_path, front, "wayback").status == 0
    assert len(stories(tmp_path)) == STORIES
    assert_whole(tmp_path)


# What cannot be meant


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["from=google"], "from='google' must be wayback or commoncrawl"),
        (["from="], "from='' must be wayback or commoncrawl"),
        (["from=wayback", "base_url=http://127.0.0.1:1"], "from and base_url exclude each other"),
        (["from=wayback", "max_pages=2"], "from and max_pages exclude each other"),
        (["from=wayback", "warc=pyproject.toml"], "from and warc exclude each other"),
    ],
)
def test_wrong_arguments(tmp_path: Path, arguments: list[str], message: str) -> None:
    archive = tmp_path / "archive"
    options = (part for argument in arguments for part in ("-a", argument))
    result = scrapy("crawl", "stories", "-s", f"ARCHIVE_DIR={archive}", *options)
    assert result.status == 64
    assert message in result.errors
    assert not archive.exists()
