"""Half a page, too much of one, or one that cannot be unpacked is no story, and never lost from sight."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest

from slqncy.archive import Archive
from slqncy.warc.read import capture_at
from tests import warcs
from tests.crawling import links, stories, story_page, text_of
from tests.raw_server import End, raw_server
from tests.replaying import assert_sound, crawled, lines, offline, replay_arguments, response, story_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.raw_server import Step

MAXSIZE = 100_000
LIMITS = (f"DOWNLOAD_MAXSIZE={MAXSIZE}", "DOWNLOAD_WARNSIZE=0", "RETRY_TIMES=1", "DOWNLOAD_FAIL_ON_DATALOSS=False")
"""The last one would have Scrapy take half pages."""
PACKED = {"Content_Encoding": "gzip"}


def story(number: int) -> bytes:
    return story_page(number, text_of(number)).encode()


def chunked(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def answers_of(number: int) -> dict[str, tuple[str, Sequence[Step]]]:
    """Answers to a request for a story, and what becomes of it."""
    page = story(number)
    packed = gzip.compress(page, mtime=0)
    wrong = packed[:-8] + bytes(4) + packed[-4:]
    return {
        "cut by its length": ("incomplete", (response(page[:-400], Content_Length=str(len(page))), End.CLOSE)),
        "a length too short": ("incomplete", (response(page, Content_Length="400"),)),
        "a line behind the end": ("archived", (response(page) + b"\r\n",)),
        "cut within a chunk": ("incomplete", (chunked(page)[:-400], End.CLOSE)),
        "a bad chunk size": ("incomplete", (chunked(page) + b"zz\r\n",)),
        "gzip without its end": ("incomplete", (response(packed[:-8], **PACKED),)),
        "gzip with a wrong checksum": ("incomplete", (response(wrong, **PACKED),)),
        "brotli without its end": ("incomplete", (response(brotli.compress(page)[:-50], Content_Encoding="br"),)),
        "reset": ("incomplete", (b"HTTP/1.1 200 OK\r\n\r\n" + page, End.RESET)),
        "too long": ("too_large", (response(page + b" " * MAXSIZE),)),
        "endless chunks": ("too_large", (chunked(page, *[b" " * 10_000] * 200), End.CLOSE)),
        "too long, unpacked": ("too_large", (response(gzip.compress(page + bytes(9 * MAXSIZE)), **PACKED),)),
        "a million headers": ("too_large", (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000_000, End.CLOSE)),
        "gzip that is none": ("undecodable", (response(bytes(range(256)), **PACKED),)),
        "gzip 30 times": ("undecodable", (response(packed, Content_Encoding=", ".join(["gzip"] * 30)),)),
        "a coding nobody knows": ("undecodable", (response(packed, Content_Encoding="x-own"),)),
        "gzip": ("archived", (response(packed, **PACKED),)),
        "gzip and deflate": (
            "archived",
            (response(zlib.compress(packed), Content_Encoding="gzip, deflate"),),
        ),
        "gzip that is HTML": ("archived", (response(page, **PACKED),)),
        "a coding nobody knows, and HTML": ("archived", (response(page, Content_Encoding="x-own"),)),
        "whole at the second time": ("archived", ()),
        "an error, cut": ("failed", (response("busy", status="500 Oops", Content_Length="99"), End.CLOSE)),
    }


def steps_of(number: int, name: str, times: int) -> Sequence[Step]:
    if steps := answers_of(number)[name][1]:
        return steps
    page = story(number)
    return (response(page if times else page[:-400], Content_Length=str(len(page))), End.CLOSE)


def test_what_becomes_of_stories_and_of_their_replay(tmp_path: Path) -> None:
    names = dict(enumerate(answers_of(0), 1))
    archive, into = tmp_path / "archive", tmp_path / "replay"

    def answers(target: str, times: int) -> Sequence[Step]:
        number = target.removeprefix("/szxw/").removesuffix(".html")
        if number.isdecimal():
            return steps_of(int(number), names[int(number)], times)
        shown = links(*(f"/szxw/{number}.html" for number in names)) if target == "/szxw/" else ""
        return (response(shown, status="200 OK" if shown else "404 Not Found"), End.CLOSE)

    with raw_server(answers) as server:
        crawled(archive, server.base_url, "sections=szxw", settings=LIMITS)
        asked = {name: len(server.to(f"/szxw/{number}.html")) for number, name in names.items()}
    found = {story_id.rpartition("/")[2]: "archived" for story_id in stories(archive)}
    found |= {line.story_id: str(line.reason) for line in Archive(archive).rejected()}
    outcomes = {name: found.get(str(number), "failed") for number, name in names.items()}
    assert outcomes == {name: outcome for name, (outcome, _) in answers_of(0).items()}
    # To ask again helps only against what happens on the way.
    is_tried_again = {name: outcomes[name] in {"incomplete", "failed"} for name in outcomes}
    assert asked == {name: 2 if again or "second" in name else 1 for name, again in is_tried_again.items()}
    for line in Archive(archive).rejected():
        assert (line.title, line.text, line.provenance.http_status) == ("", "", 200)
        assert line.reason_detail
        place = line.provenance.warc
        # Of an endless head there is no response to keep.
        if place.file:
            assert place.offset is not None
            capture = capture_at(archive / "warc" / place.file, place.offset, 10 * MAXSIZE)
            assert capture.notes["refused"] == line.reason
            assert capture.notes["page"] == line.canonical_url
    headless = {line.story_id for line in Archive(archive).rejected() if not line.provenance.warc.file}
    assert [names[int(number)] for number in headless] == ["a million headers"]
    assert_sound(archive)
    warcs.assert_peers_accept(warcs.files(archive))
    # Their captures say the same.
    limits = (part for limit in LIMITS for part in ("-s", limit))
    replayed = offline(*replay_arguments(into, archive / "warc"), *limits)
    assert replayed.status == 0, replayed.errors
    expected = lines(archive)
    (name,) = (name for name in expected if name.startswith("rejected/"))
    expected[name] = b"".join(line for line in expected[name].splitlines(keepends=True) if b'"file":""' not in line)
    assert lines(into) == expected
    of_none = {f"http://www.slqncy.com/szxw/{number}.html" for number in headless}
    assert {row for row in story_addresses(into) if row[0] not in of_none} == {
        row for row in story_addresses(archive) if row[0] not in of_none
    }
    assert_sound(into)


def test_a_story_that_breaks_later_keeps_its_lines(tmp_path: Path) -> None:
    pages = {"/szxw/": response(links("/szxw/1.html")), "/szxw/1.html": response(story(1))}

    def answers(target: str, _times: int) -> Sequence[Step]:
        return (pages.get(target, response("", status="404 Not Found")), End.CLOSE)

    with raw_server(answers) as server:
        crawled(tmp_path, server.base_url, "sections=szxw")
        pages["/szxw/1.html"] = response(story(1)[:-400], Content_Length="9999")
        crawled(tmp_path, server.base_url, "sections=szxw", "full=1", settings=LIMITS, status=65)
    assert [line.reason for line in Archive(tmp_path).rejected()] == ["incomplete"]
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
    assert "archived" in {row[3] for row in story_addresses(tmp_path)}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(links("/szxw/1.html"), Content_Length="9999"), "incomplete"),
        (response(gzip.compress(bytes(9 * MAXSIZE)), **PACKED), "too_large"),
        (response(bytes(range(256)), **PACKED), "unreadable"),
    ],
    ids=["incomplete", "too large", "undecodable"],
)
def test_a_list_is_a_failure(answer: bytes, reason: str, tmp_path: Path) -> None:
    with raw_server(lambda target, _: (answer if target == "/szxw/" else response(""), End.CLOSE)) as server:
        crawled(tmp_path, server.base_url, "sections=szxw", settings=LIMITS, status=65)
    events = Archive(tmp_path).events()
    assert {(event.reason, event.url) for event in events if event.reason} == {(reason, "http://www.slqncy.com/szxw/")}
    assert_sound(tmp_path)


def test_what_would_take_minutes_to_parse_is_refused(tmp_path: Path) -> None:
    flood = story_page(2, text_of(2), more=links(*["/szxw/1.html"] * 30))
    pages = {
        "/": response(links("/szxw/1.html", "/szxw/2.html")),
        "/szxw/": response(links(*(f"/szxw/{number}.html" for number in range(10, 40)))),
        "/szxw/1.html": response(story(1)),
        "/szxw/2.html": response(flood),
    }
    limits = ("PARSE_MAX_LINKS=20",)
    with raw_server(lambda target, _: (pages.get(target, response("", status="404 No")), End.CLOSE)) as server:
        result = crawled(tmp_path, server.base_url, settings=limits)
    assert "'slqncy/guard/markup': 2," in result.errors, result.errors
    (line,) = Archive(tmp_path).rejected()
    assert (line.story_id, line.reason, line.reason_detail, line.text) == ("2", "refused", "links", "")
    failed = {
        (event.url, event.reason, event.detail) for event in Archive(tmp_path).events() if event.event == "failed"
    }
    assert ("http://www.slqncy.com/szxw/", "unreadable", "links") in failed
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
