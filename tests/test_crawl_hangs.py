"""Pages on which the program hangs: the process ends itself, and the next run goes on without them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.layout import READING
from slqncy.archive.verify import verify
from slqncy.demo.site import DemoResponse
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import EventKind, Exclusion, Failure, PageKind, State
from slqncy.records import Event
from tests.crawling import (
    ROOT,
    Pages,
    crawl,
    crawl_arguments,
    links,
    scrapy,
    scrapy_from_nothing,
    stories,
    story_page,
    text_of,
)
from tests.hanging_spider import HANGS, HANGS_EARLY, HANGS_LATER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

SITE = "http://www.slqncy.com"
HUNG = {
    "/szxw/": PageKind.FRONT, "/szxw/2.html": PageKind.STORY, "/szxw/3.html": PageKind.STORY,
    "/szxw/9.html": PageKind.STORY,
    "/szxw/4_2.html": PageKind.PART, "/sitemap.xml": PageKind.SITEMAP, "/news/list_2.html": PageKind.LIST,
}  # fmt: skip
"""Pages that hang, in the order in which a crawl comes to them: the first one is the first page it reads at all."""


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every command use code that hangs."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "tests.hanging_settings")


def site() -> Pages:
    """A page of every kind on which a callback hangs, a story on which a pipeline does, and good stories between."""
    pages: dict[str, str | bytes | DemoResponse] = {
        f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 5, 6, 8)
    }
    pager = '<div class="pager"><a href="/news/list_2.html">2</a><a href="/news/list_3.html">3</a></div>'
    pages |= {
        "/": links(*(f"/szxw/{number}.html" for number in (1, 2, 3, 9, 4, 5)), "/news/"),
        "/szxw/": links("/szxw/1.html") + HANGS,
        "/szxw/2.html": story_page(2, text_of(2)) + HANGS,
        "/szxw/3.html": story_page(3, f"{text_of(3)}\n{HANGS_LATER}"),
        "/szxw/9.html": story_page(9, text_of(9)) + HANGS_EARLY,
        "/szxw/4.html": story_page(4, text_of(4), more='<a href="4_2.html">2</a>'),
        "/szxw/4_2.html": story_page(4, text_of(14)) + HANGS,
        "/news/": links("/szxw/5.html", "/szxw/6.html") + pager,
        "/news/list_2.html": links("/szxw/7.html") + pager + HANGS,
        "/news/list_3.html": links("/szxw/8.html") + pager,
        "/robots.txt": DemoResponse(200, {}, f"Sitemap: {SITE}/sitemap.xml\n".encode()),
        "/sitemap.xml": f"<urlset><url><loc>{SITE}/szxw/6.html</loc></url></urlset>{HANGS}",
    }
    return Pages(pages)


def events(archive: Path, kind: EventKind) -> list[Event]:
    return [event for event in Archive(archive).events() if event.event is kind]


def is_sound(archive: Path) -> bool:
    return not verify(archive, full=True).defects


@pytest.mark.usefixtures("hanging")
def test_what_hangs_is_known_to_the_next_run_and_the_rest_is_archived(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(site())
    for path in HUNG:
        server.requests.clear()
        result = crawl(tmp_path, server.base_url)
        assert result.status == ExitStatus.HUNG, result.errors
        assert f'"url":"{SITE}{path}"' in (tmp_path / READING).read_text()
    server.requests.clear()
    result = crawl(tmp_path, server.base_url)
    assert result.status == 0, result.errors
    assert f"The run before hung while it read {SITE}/news/list_2.html, in " in result.errors
    assert {story.story_id for story in stories(tmp_path).values()} == {"1", "5", "6", "8"}
    assert not HUNG.keys() & {request.path for request in server.requests}
    told = events(tmp_path, EventKind.EXCLUDED)
    assert {event.url.removeprefix(SITE): event.kind for event in told} == HUNG
    assert {(event.reason, event.state) for event in told} == {(Exclusion.HUNG, State.EXCLUDED)}
    assert all("hanging_spider.py" in event.detail and "_hang" in event.detail for event in told)
    (failed,) = {(event.url, event.reason) for event in events(tmp_path, EventKind.FAILED)}
    assert failed == (f"{SITE}/szxw/4.html", Failure.INCOMPLETE)
    assert not (tmp_path / READING).exists()
    assert is_sound(tmp_path)
    # The tracebacks are kept, and so is what they sent, but for the one that has hung before.
    assert len(list((tmp_path / "quarantine").glob("hung.*"))) == len(HUNG)
    assert len(list((tmp_path / "quarantine").glob("warc-*"))) >= len(HUNG) - 1
    explained = scrapy("explain", f"{SITE}/szxw/2.html", "-s", f"ARCHIVE_DIR={tmp_path}").output
    assert "excluded (hung); not read before 20" in explained
    # Neither does a run ask for them that asks for everything.
    server.requests.clear()
    assert crawl(tmp_path, server.base_url, "full=1").status == 0
    assert not HUNG.keys() & {request.path for request in server.requests}


@pytest.mark.usefixtures("hanging")
def test_a_story_that_hangs_when_it_is_looked_at_again_stays_archived(serve_pages: Serve, tmp_path: Path) -> None:
    pages = Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))})
    server = serve_pages(pages)
    assert crawl(tmp_path, server.base_url).status == 0
    pages.pages["/szxw/1.html"] = story_page(1, text_of(1)) + HANGS
    # Whoever reads to the end of its messages has the last of them.
    result = scrapy_from_nothing(*crawl_arguments(tmp_path, server.base_url, "full=1"))
    assert result.status == ExitStatus.HUNG, result.errors
    last = result.errors.splitlines()[-1]
    assert last.startswith(f"scrapy crawl: reading {SITE}/szxw/1.html hung, in ")
    assert "tests/hanging_spider.py:" in last
    assert last.endswith("; run again, and it is left out (exit status 1)")
    assert is_sound(tmp_path), "before anybody has tidied up, too"
    server.requests.clear()
    assert crawl(tmp_path, server.base_url, "full=1").status == 0
    assert "/szxw/1.html" not in {request.path for request in server.requests}
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
    assert is_sound(tmp_path)


def test_a_run_that_is_killed_while_it_reads_a_page_says_nothing_of_the_page(
    serve_pages: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve_pages(Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1)) + HANGS}))
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "tests.hanging_settings")
    process = subprocess.Popen(
        [
            sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"base_url={server.base_url}",
            "-s", f"ARCHIVE_DIR={tmp_path}", "-s", "WATCHDOG_TIMEOUT=0",
        ],
        cwd=ROOT, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    note = tmp_path / READING
    while not (note.exists() and b"/szxw/1.html" in note.read_bytes()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    monkeypatch.delenv("SCRAPY_SETTINGS_MODULE")
    assert crawl(tmp_path, server.base_url).status == 0
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
    assert not events(tmp_path, EventKind.EXCLUDED)
    assert not note.exists()


def test_what_hung_is_asked_for_again_after_30_days(serve_pages: Serve, tmp_path: Path) -> None:
    pages: dict[str, str | bytes | DemoResponse] = {
        f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2)
    }
    server = serve_pages(Pages({"/": links(*pages), **pages}))
    writer = ArchiveWriter(tmp_path)
    for number, at in ((1, "2026-01-01T00:00:00Z"), (2, "2999-01-01T00:00:00Z")):
        writer.write(
            Event(
                event=EventKind.EXCLUDED, at=at, run_id="", url=f"{SITE}/szxw/{number}.html", kind=PageKind.STORY,
                id=f"slqncy/szxw/{number}", state=State.EXCLUDED, reason=Exclusion.HUNG,
            )
        )  # fmt: skip
    writer.close()
    assert crawl(tmp_path, server.base_url).status == 0
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}


def test_captures_that_hang_are_passed_over(
    serve_pages: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, again = tmp_path / "archive", tmp_path / "again"
    pages: dict[str, str | bytes | DemoResponse] = {
        f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 3)
    }
    pages["/szxw/2.html"] = story_page(2, f"{text_of(2)}\n{HANGS_LATER}")
    assert crawl(archive, serve_pages(Pages({"/": links(*sorted(pages)), **pages})).base_url).status == 0
    assert len(stories(archive)) == 3
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "tests.hanging_settings")
    replay = ("crawl", "stories", "-a", f"warc={archive / 'warc'}", "-s", f"ARCHIVE_DIR={again}")
    assert [scrapy(*replay).status for _ in range(2)] == [ExitStatus.HUNG, ExitStatus.OK]
    assert stories(again).keys() == {"slqncy/szxw/1", "slqncy/szxw/3"}
    assert is_sound(again)
    read_again = scrapy("reextract", "-s", f"ARCHIVE_DIR={archive}")
    assert read_again.status == 0, read_again.errors
    assert "2 pages read again, 0 would say something else" in read_again.output
    assert "The run before hung while it read http://www.slqncy.com/szxw/2.html" in read_again.errors
