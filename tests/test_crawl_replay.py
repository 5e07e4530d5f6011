"""What a crawl has captured is all it takes to make its archive again, line by line, and without a network."""

from __future__ import annotations

import gzip
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import brotli
import pytest

from slqncy.archive import Archive
from slqncy.archive.layout import LEDGER
from slqncy.archive.seal import set_seal
from slqncy.demo import serving
from tests.crawling import ROOT, Pages, links, stories, story_page, text_of
from tests.dedup import texts
from tests.offline_scrapy import TOUCHED_THE_NETWORK
from tests.replaying import (
    Script,
    assert_replays,
    assert_sound,
    command,
    crawled,
    events,
    lines,
    offline,
    replay,
    replay_arguments,
    response,
    scripted,
    story_addresses,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer
    from tests.conftest import DemoCrawl

    Serve = Callable[[Pages], DemoServer]

SOFT_404 = "<html><title>提示</title><body><p>对不起,您要查看的文章不存在或已被删除</p></body></html>"
BUSY = response("busy", status="503 Service Unavailable")
GONE = response("<html><head><title>404</title></head><body>404", status="404 Not Found")
SMALL = ("WARC_MAXSIZE=20000",)
"""Many files instead of one."""


def page(number: int, text: str = "", *, more: str = "", **headers: str) -> bytes:
    return response(story_page(number, text or text_of(number), more=more), **headers)


def site_of(*numbers: int) -> Script:
    """A site of stories that one list shows."""
    targets = [f"/szxw/{number}.html" for number in numbers]
    pages = {target: [page(number)] for target, number in zip(targets, numbers, strict=True)}
    return Script({**pages, "/": [response(links(*targets))], "/szxw/": [response(links(*targets))]})


def all_due(archive: Path) -> None:
    """Have the next run look at every story again."""
    with closing(sqlite3.connect(archive / LEDGER)) as db:
        db.execute("UPDATE url SET due = 0 WHERE kind = 'story'")
        db.commit()
    set_seal(archive)


# The guard of these tests


def test_to_touch_the_network_would_be_seen(tmp_path: Path) -> None:
    result = offline(
        "crawl", "stories", "-a", "base_url=http://127.0.0.1:9", "-s", f"ARCHIVE_DIR={tmp_path}",
        "-s", "DOWNLOAD_DELAY=0",
    )  # fmt: skip
    assert result.status == TOUCHED_THE_NETWORK
    assert "socket.connect" in result.errors


# The same lines


def test_the_demo_site(demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    assert_replays(demo_crawl.archive, tmp_path / "replay")
    assert len(stories(tmp_path / "replay")) == 120


def test_replays_are_equal_byte_by_byte_and_a_second_one_adds_nothing(demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert replay(tmp_path / name, demo_crawl.archive / "warc").status == 0
    assert lines(tmp_path / "one") == lines(tmp_path / "two")
    assert events(tmp_path / "one") == events(tmp_path / "two")
    before = events(tmp_path / "one")
    again = replay(tmp_path / "one", demo_crawl.archive / "warc")
    assert again.status == 0, again.errors
    assert again.output.startswith("0 requested = 0 archived")
    assert lines(tmp_path / "one") == lines(tmp_path / "two")
    assert events(tmp_path / "one") == before
    assert_sound(tmp_path / "one")


def part_of(number: int, *numbers: int) -> tuple[str, list[str]]:
    """A story of several pages: the first one, less its paragraphs' end, and the others."""
    whole = "\n".join(text_of(number).split("\n")[0] for number in numbers) + "(王宇)"
    first = story_page(number, whole)
    paragraphs = whole.split("\n")
    end = first.index(f"<p>{paragraphs[1]}")
    pager = "".join(f'<a href="{number}{f"_{n}" if n > 1 else ""}.html">{n}</a>' for n in range(1, len(paragraphs) + 1))
    trailer = first[first.index("<p>标题") :]
    others = [f"<html><body><h1>续</h1><div><p>{line}</p></div>{pager}</body></html>" for line in paragraphs[1:]]
    return first[:end] + pager + trailer, others


def troubled_site() -> Script:
    """A site with all that may come over the wire."""
    long, (second, third) = part_of(20, 201, 202, 203)
    lame, (missing, _) = part_of(21, 211, 212, 213)
    slow, (_, _) = part_of(22, 221, 222, 223)
    torn = page(12)[:-300]
    utf8 = story_page(8, text_of(8)).encode()
    answers = {
        "/szxw/1.html": [page(1)],
        "/szxw/2.html": [BUSY, BUSY, page(2)],
        "/szxw/3.html": [response("busy", status="503 Service Unavailable", Retry_After="1")],
        "/szxw/4.html": [response("", status="301 Moved", Location="/szxw/1.html")],
        "/szxw/5.html": [response("", status="302 Found", Location="/go?to=51")],
        "/go?to=51": [response("", status="307 Temporary Redirect", Location="http://slqncy.com/szxw/6.html")],
        "/szxw/6.html": [page(6)],
        "/szxw/7.html": [response("", status="302 Found", Location="http://elsewhere.example/szxw/7.html")],
        "/szxw/8.html": [response(gzip.compress(utf8, mtime=0), Content_Encoding="gzip")],
        "/szxw/9.html": [response(brotli.compress(story_page(9, text_of(9)).encode()), Content_Encoding="br")],
        "/szxw/10.html": [response(story_page(10, text_of(10)).encode("gbk"), Content_Type="text/html; charset=gbk")],
        "/szxw/11.html": [chunked(story_page(11, text_of(11)).encode())],
        "/szxw/12.html": [torn, page(12)],
        "/szxw/13.html": [page(13)[:-300]],
        "/szxw/14.html": [response(SOFT_404)],
        "/szxw/15.html": [GONE],
        "/szxw/16.html": [page(16, text_of(1))],
        "/szxw/17.html": [page(17, texts.STORY)],
        "/szxw/18.html": [page(18, texts.edited())],
        "/szxw/19.html": [page(19, texts.REWRITE)],
        "/szxw/20.html": [response(long)],
        "/szxw/20_2.html": [BUSY, response(second)],
        "/szxw/20_3.html": [chunked(third.encode())],
        "/szxw/21.html": [response(lame)],
        "/szxw/21_2.html": [response(missing)],
        "/szxw/22.html": [response(slow)],
        "/szxw/22_2.html": [BUSY],
        "/szxw/23.html": [response(b"\xff\xd8\xff\xe0" + bytes(400), Content_Type="image/jpeg")],
        "/szxw/24.html": [response("<html><head><title>图片</title></head><body><h1>图片</h1></body></html>")],
        "/szxw/25.html": [response("", status="302 Found", Location="/szxw/25.html")],
        "/szxw/26.html": [response("later", status="429 Too Many Requests", Retry_After="5")],
        "/szxw/27.html": [response("<html>no", status="403 Forbidden")],
        "/szxw/28.html": [page(28, "长" * 100_000)],
        "/szxw/29.html": [response(gzip.compress(b"<p>" + bytes(1_000_000)), Content_Encoding="gzip")],
        "/szxw/30.html": [response(bytes(range(256)) * 9, Content_Encoding="gzip")],
        "/szxw/31.html": [response("", status="302 Found", Location="mailto:me@example.org")],
        "/szxw/32.html": [response("<html><body>moved", status="302 Found")],
        "/szxw/33.html": [page(33, Content_Length="")],
        "/szxw/34.html": [b"HTTP/1.1 100 Continue\r\n\r\n" + page(34)],
    }  # fmt: skip
    shown = [target for target in answers if target[6:].removesuffix(".html").isdigit()]
    answers |= {
        "/": [response(links("/szxw/"))],
        "/szxw/": [response(links(*shown))],
        "/robots.txt": [response("Sitemap: http://www.slqncy.com/map.xml\n", Content_Type="text/plain")],
    }
    return Script(answers)


def chunked(body: bytes) -> bytes:
    """A response in chunks of 1000 bytes."""
    chunks = (body[start : start + 1000] for start in range(0, len(body), 1000))
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + framed


def test_all_that_may_come_over_the_wire(tmp_path: Path) -> None:
    script = troubled_site()
    limits = ("DOWNLOAD_MAXSIZE=200000", "DOWNLOAD_WARNSIZE=0", "RETRY_TIMES=2", *SMALL)
    archive = tmp_path / "archive"
    with scripted(script) as base_url:
        # A map of the site that names pages where they are served.
        places = "".join(f"<url><loc>{base_url}/szxw/{number}.html</loc></url>" for number in (1, 6, 104))
        script.answers["/map.xml"] = [
            response("<sitemapindex><sitemap><loc>" + base_url + "/map1.xml</loc></sitemap></sitemapindex>")
        ]
        script.answers["/map1.xml"] = [response(f"<urlset>{places}</urlset>")]
        script.answers["/szxw/104.html"] = [page(104)]
        crawled(archive, base_url, settings=limits)
    archived = {story.story_id for story in stories(archive).values()}
    assert archived == {"1", "2", "6", "8", "9", "10", "11", "12", "17", "19", "20", "33", "34", "104"}
    assert {line.story_id for line in Archive(archive).duplicates()} == {"16", "18"}
    assert {line.id for line in Archive(archive).rewrites()} == {"slqncy/szxw/19"}
    assert len(list((archive / "warc").iterdir())) > 3
    into = tmp_path / "replay"
    result = offline(*replay_arguments(into, archive / "warc"), *(part for limit in limits for part in ("-s", limit)))
    assert result.status == 0, result.errors
    assert "Traceback" not in result.errors
    assert lines(into) == lines(archive)
    assert story_addresses(into) == story_addresses(archive)
    assert_sound(into)


def test_without_a_limit_any_length_is_read_again(tmp_path: Path) -> None:
    script, unlimited = site_of(1, 2), ("DOWNLOAD_MAXSIZE=0", "DOWNLOAD_WARNSIZE=0")
    script.answers["/szxw/1.html"] = [page(1, more=f"<!--{'x' * 1_500_000}-->")]
    archive, into = tmp_path / "archive", tmp_path / "replay"
    with scripted(script) as base_url:
        crawled(archive, base_url, settings=unlimited)
    result = offline(
        *replay_arguments(into, archive / "warc"), *(part for limit in unlimited for part in ("-s", limit))
    )
    assert result.status == 0, result.errors
    assert lines(into) == lines(archive)


def test_a_list_page_that_has_the_address_of_a_story(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    script = site_of(1, 2, 3)
    script.answers |= {
        "/": [response("")],
        "/szxw/": [response(links("/szxw/1.html", "/szxw/2.html"))],
        "/szxw/1.html": [page(1, more=links("/szxw/102.html"))],
        "/szxw/102.html": [response(links("/szxw/3.html"))],
    }
    with scripted(script) as base_url:
        # At first it is taken for a story; then a list leads to it by its number.
        crawled(archive, base_url)
        script.answers["/szxw/"] = [response(links("/szxw/1.html", "/szxw/2.html") + '<a href="102.html">102</a>')]
        for arguments in ((), ("full=1",), ()):
            crawled(archive, base_url, *arguments)
    assert_replays(archive, tmp_path / "replay")


def test_years_of_a_site(tmp_path: Path) -> None:
    script, archive = site_of(1, 2, 3, 4, 5), tmp_path / "archive"
    tagged = {"ETag": '"1"', "Last_Modified": "Wed, 01 Jan 2020 00:00:00 GMT"}
    unchanged = response("", status="304 Not Modified", Content_Length="", ETag='"1"')
    with scripted(script) as base_url:
        script.answers["/szxw/"] = [response(links(*(f"/szxw/{n}.html" for n in range(1, 6))), **tagged), unchanged]
        script.answers["/szxw/3.html"] = [page(3, **tagged), unchanged]
        crawled(archive, base_url)
        # An edit, a story that is gone, one that says the same with validators, and one that is new.
        script.answers["/szxw/1.html"] = [page(1, text_of(1) + "\n更正:时间有误。")]
        script.answers["/szxw/2.html"] = [GONE]
        script.answers["/szxw/6.html"] = [page(6)]
        script.answers["/"] = [response(links("/szxw/6.html", "/szxw/1.html"))]
        all_due(archive)
        crawled(archive, base_url)
        # It returns, another is gone, one that was edited is as it was, and the whole site is asked.
        script.answers["/szxw/2.html"] = [page(2)]
        script.answers["/szxw/4.html"] = [GONE]
        script.answers["/szxw/1.html"] = [page(1)]
        script.answers["/szxw/3.html"] = [page(3, **tagged)]
        script.answers["/szxw/"] = [response(links("/szxw/1.html", "/szxw/5.html"))]
        crawled(archive, base_url, "full=1")
        # What is gone returns with another text, and a story turns into none.
        script.answers["/szxw/4.html"] = [page(4, text_of(44))]
        script.answers["/szxw/5.html"] = [response("<html><title>x</title><body>")]
        all_due(archive)
        crawled(archive, base_url)
    happened = {event.event for event in Archive(archive).events() if event.kind == "story"}
    assert happened >= {"archived", "changed", "gone", "returned", "not_modified", "unchanged", "rejected"}
    assert [story.version for story in Archive(archive).stories() if story.story_id == "1"] == [1, 2, 3]
    into = tmp_path / "replay"
    assert_replays(archive, into)
    # Not when: a crawl tells of a 304 when it deals with it, a replay of when it was asked for.
    told = [(event.event, event.url, event.version) for event in Archive(archive).events() if event.url]
    again = [(event.event, event.url, event.version) for event in Archive(into).events() if event.url]
    is_told = {"archived", "changed", "gone", "returned", "not_modified", "unchanged", "rejected"}
    assert [event for event in again if event[0] in is_told] == [event for event in told if event[0] in is_told]
    # Into an archive that has all of it, nothing is added, though old captures say what was said once.
    for known in (into, archive):
        before = lines(known), events(known)
        copy = tmp_path / "warc"
        shutil.copytree(archive / "warc", copy, dirs_exist_ok=True)
        assert replay(known, copy).status == 0
        assert (lines(known), events(known)) == before
    # Of the last run alone only what it has is known, and what was not modified since is still to be had.
    last = max((archive / "warc").iterdir())
    assert replay(tmp_path / "last", last).status == 0
    assert "slqncy/szxw/3" not in stories(tmp_path / "last")


def test_what_is_as_it_was_when_nothing_was_captured(tmp_path: Path) -> None:
    script, archive = site_of(1, 2), tmp_path / "archive"
    unchanged = response("", status="304 Not Modified", Content_Length="")
    script.answers["/szxw/1.html"] = [page(1, ETag='"1"'), unchanged]
    with scripted(script) as base_url:
        crawled(archive, base_url, settings=["WARC_ENABLED=False"])
        all_due(archive)
        crawled(archive, base_url)
    result = replay(tmp_path / "replay", archive / "warc")
    assert (result.status, "HTTP 304" in result.errors) == (0, False), result.errors
    assert "slqncy/szxw/2" in stories(tmp_path / "replay")


def test_two_sites_in_one_archive(tmp_path: Path) -> None:
    archive, into = tmp_path / "archive", tmp_path / "replay"
    one, other = site_of(1, 2, 3), Script()
    # Each has a copy of what the other had before, and what is its own.
    other.answers["/lsbly/7.html"] = [page(7, text_of(1))]
    other.answers["/lsbly/8.html"] = [page(8)]
    other.answers["/"] = [response(links("/lsbly/7.html", "/lsbly/8.html"))]
    with scripted(one) as base_url, scripted(other) as other_url:
        crawled(archive, base_url)
        crawled(archive, other_url, "site=longtansi")
        one.answers["/szxw/4.html"] = [page(4, text_of(8))]
        one.answers["/szxw/5.html"] = [page(5)]
        one.answers["/"] = [response(links("/szxw/4.html", "/szxw/5.html"))]
        crawled(archive, base_url)
        other.answers["/lsbly/8.html"] = [page(8, text_of(88))]
        all_due(archive)
        crawled(archive, other_url, "site=longtansi")
    copies = {line.id: line.duplicate_of for line in Archive(archive).duplicates()}
    assert copies == {"longtansi/lsbly/7": "slqncy/szxw/1", "slqncy/szxw/4": "longtansi/lsbly/8"}
    assert_replays(archive, into)
    alone = tmp_path / "alone"
    assert replay(alone, archive / "warc", "site=longtansi").status == 0
    assert {story.site for story in Archive(alone).stories()} == {"longtansi"}
    nothing = replay(tmp_path / "nothing", archive / "warc", "site=ar7y")
    assert nothing.status == 65
    assert "the files hold no page of this site" in nothing.errors


@pytest.mark.parametrize("argument", ["max_stories=7", "sections=bdxw"])
def test_a_crawl_of_less(demo_site: object, tmp_path: Path, argument: str) -> None:
    archive = tmp_path / "archive"
    with serving(demo_site) as server:  # type: ignore[arg-type]
        crawled(archive, server.base_url, argument)
    assert_replays(archive, tmp_path / "replay")


def test_a_replay_of_less(demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    warcs = demo_crawl.archive / "warc"
    assert replay(tmp_path / "first", warcs, "max_stories=7").status == 0
    assert list(stories(tmp_path / "first").values()) != []
    whole = (demo_crawl.archive / "stories").glob("*").__next__().read_bytes().splitlines()
    first = (tmp_path / "first/stories").glob("*").__next__().read_bytes().splitlines()
    assert len(first) == 7
    assert [line[:2000].split(b'"provenance"')[0] for line in first] == [
        line[:2000].split(b'"provenance"')[0] for line in whole[:7]
    ]
    assert replay(tmp_path / "section", warcs, "sections=bdxw").status == 0
    expected = {name for name in stories(demo_crawl.archive) if name.startswith("slqncy/bdxw/")}
    duplicates = {line.id for line in Archive(demo_crawl.archive).duplicates() if line.section == "bdxw"}
    assert stories(tmp_path / "section").keys() - duplicates == expected
    assert_sound(tmp_path / "section")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_crawl_that_was_ended_and_run_again(tmp_path: Path, how: signal.Signals) -> None:
    archive = tmp_path / "archive"
    script = site_of(*range(1, 60))
    with scripted(script) as base_url:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"base_url={base_url}",
                "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0.05", "-s", "WARC_MAXSIZE=20000",
            ],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while len(script.asked) < 30:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(how)
        process.wait(30)
        crawled(archive, base_url, settings=SMALL)
    assert len(stories(archive)) == 59
    assert_replays(archive, tmp_path / "replay")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_replay_that_was_ended_and_run_again(demo_crawl: DemoCrawl, tmp_path: Path, how: signal.Signals) -> None:
    into = tmp_path / "replay"
    arguments = replay_arguments(into, demo_crawl.archive / "warc")
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command(*arguments), cwd=ROOT, stdout=file, stderr=file)
    # Something is acknowledged, and more is to come: the replay of the rest takes longer than a moment.
    while not list(into.glob("stories/*")):
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(how)
    assert process.wait(60) == (75 if how is signal.SIGTERM else -how), log.read_text()
    assert len(list(Archive(into).stories())) < 120
    assert_replays(demo_crawl.archive, into)


def test_a_crawl_after_a_replay_asks_for_what_is_new(tmp_path: Path) -> None:
    archive, into = tmp_path / "archive", tmp_path / "replay"
    script = site_of(*range(1, 6))
    with scripted(script) as base_url:
        crawled(archive, base_url)
        assert replay(into, archive / "warc").status == 0
        script.answers["/szxw/6.html"] = [page(6)]
        script.answers["/"] = [response(links("/szxw/6.html", "/szxw/1.html"))]
        script.asked.clear()
        # Files of captures have the second in which they were begun in their names.
        time.sleep(1)
        crawled(into, base_url)
    assert [target for target in script.asked if target.endswith("html")] == ["/szxw/6.html"]
    assert len(stories(into)) == 6
    # What it captured is in the archive, whose lines name files of both.
    assert_sound(into)


def test_the_captures_say_where_the_site_was_served(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    for numbers in ((1, 2), (1, 2, 3)):
        with scripted(site_of(*numbers)) as base_url:
            crawled(archive, base_url)
    assert len({story.url.rpartition("/szxw/")[0] for story in stories(archive).values()}) == 2
    # A base_url that is given is for captures that do not say so.
    assert_replays(archive, tmp_path / "replay", "base_url=http://127.0.0.1:1")
