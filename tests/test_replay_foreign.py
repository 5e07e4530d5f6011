"""Replays of what others have captured, and of files that are damaged, odd, or no captures at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord

from slqncy.archive import Archive
from slqncy.demo import DemoServer, DemoSite, serving
from tests.crawling import ROOT, crawl, links, stories, story_page, text_of
from tests.peers import peer
from tests.replaying import assert_sound, command, lines, replay, replay_arguments
from tests.warc.handmade import gzipped, record, response, revisit, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.demo import DemoResponse
    from tests.conftest import DemoCrawl

WGET = shutil.which("wget")
SITE = "http://www.slqncy.com"
HTML = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8"
ID = "<urn:uuid:11111111-1111-4111-8111-111111111111>"


def said(archive: Path) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """All lines in order, by kind, less what tells how and when they came."""
    opened = Archive(archive)
    kinds = {"stories": opened.stories(), "duplicates": opened.duplicates(), "rejected": opened.rejected()}
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for kind, records in kinds.items():
        found[kind] = []
        for line in map(asdict, records):
            del line["provenance"], line["date_downloaded"]
            found[kind].append((line["canonical_url"], line))
    return found


# Captures by other programs


@dataclass(frozen=True)
class Live:
    """A demo site that is being served, a crawl of it, and what that asked for."""

    archive: Path
    server: DemoServer
    urls: list[str]


@pytest.fixture(scope="module")
def live(demo_site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    archive = tmp_path_factory.mktemp("live") / "archive"
    with serving(demo_site) as server:
        result = crawl(archive, server.base_url)
        assert result.status == 0, result.errors
        paths = [request.path for request in server.requests]
        yield Live(archive, server, [server.base_url + path for path in paths])


@pytest.mark.skipif(WGET is None, reason="wget is not installed")
def test_what_wget_captured_makes_the_same_stories(live: Live, tmp_path: Path) -> None:
    assert WGET
    (tmp_path / "urls").write_text("\n".join(live.urls))
    done = subprocess.run(
        [
            WGET, "--no-config", "--no-verbose", "--no-hsts", "--tries=1", "--timeout=10",
            "--output-document=/dev/null", f"--warc-file={tmp_path / 'wget'}", "--input-file", tmp_path / "urls",
        ],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    # 8 is for the pages that are not there.
    assert done.returncode in {0, 8}, done.stderr
    result = replay(tmp_path / "replay", tmp_path / "wget.warc.gz", f"base_url={live.server.base_url}")
    assert result.status == 0, result.errors
    assert said(tmp_path / "replay") == said(live.archive)
    assert len(stories(tmp_path / "replay")) == 120
    assert_sound(tmp_path / "replay")


_WARCIO = """
import sys
from warcio.capture_http import capture_http
import requests
with capture_http(sys.argv[1]):
    session = requests.Session()
    session.trust_env = False
    for url in open(sys.argv[2]).read().split():
        session.get(url, timeout=10)
"""


def test_what_warcio_captured_makes_the_same_stories(live: Live, tmp_path: Path) -> None:
    (tmp_path / "urls").write_text("\n".join(live.urls))
    path = tmp_path / "warcio.warc.gz"
    done = subprocess.run(
        [peer("python"), "-c", _WARCIO, path, tmp_path / "urls"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = replay(tmp_path / "replay", path, f"base_url={live.server.base_url}")
    assert result.status == 0, result.errors
    assert said(tmp_path / "replay") == said(live.archive)


# Captures in the form of other programs


@dataclass(frozen=True)
class Exchange:
    """What a program would have captured."""

    number: int
    uri: str
    answer: DemoResponse

    @property
    def date(self) -> str:
        return f"2026-11-20T{self.number // 3600:02}:{self.number // 60 % 60:02}:{self.number % 60:02}Z"

    @property
    def name(self) -> str:
        return f"<urn:uuid:00000000-0000-4000-9000-{self.number:012}>"

    def head(self, status_line: str = "HTTP/1.1 {} OK", **headers: str) -> bytes:
        fields = self.answer.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [status_line.format(self.answer.status), *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join([*lines, "", ""]).encode()


def as_common_crawl(exchanges: list[Exchange]) -> bytes:
    """Request, response, metadata; bodies decoded, and the headers that told of the coding renamed."""
    members = [_fastwarc("warcinfo", exchanges[0], b"isPartOf: CC-MAIN-2026-47\r\n")]
    for one in exchanges:
        body = one.answer.body
        head = one.head(
            X_Crawl_Content_Encoding="gzip", X_Crawl_Content_Length=str(len(gzip.compress(body))),
            Content_Length=str(len(body)),
        )  # fmt: skip
        members += [
            _fastwarc("request", one, b"GET / HTTP/1.1\r\n\r\n", WARC_Concurrent_To=one.name),
            _fastwarc(
                "response", one, head + body, WARC_Record_ID=one.name, WARC_IP_Address="127.0.0.1",
                WARC_Identified_Payload_Type="text/html",
            ),
            _fastwarc("metadata", one, b"fetchTimeMs: 42\r\ncharset-detected: GBK\r\n", WARC_Concurrent_To=one.name),
        ]  # fmt: skip
    return b"".join(members)


def _fastwarc(kind: str, one: Exchange, block: bytes, **fields: str) -> bytes:
    made = WarcRecord()
    made.headers.status_line = "WARC/1.0"
    given = {"WARC_Type": kind, "WARC_Record_ID": "<urn:uuid:1>", "WARC_Date": one.date, "WARC_Target_URI": one.uri}
    for name, value in (given | fields).items():
        made.headers.append(name.replace("_", "-"), value)
    made.headers.append("Content-Length", str(len(block)))
    made.set_bytes_content(block)
    buffer = io.BytesIO()
    with GzipWriter(buffer) as member:
        made.write(member)
        member.finish()
        return buffer.getvalue()


def as_browsertrix(exchanges: list[Exchange]) -> bytes:
    """Response before its request, the version of HTTP that was spoken, and a resource for each page."""
    records = [record("warcinfo", b"software: Browsertrix-Crawler\r\n")]
    for one in exchanges:
        fields = {"WARC_Date": f"{one.date[:-1]}.{one.number:03}Z", "WARC_Target_URI": one.uri}
        page_info = json.dumps({"pageid": "x", "urls": {one.uri: {"status": one.answer.status}}}).encode()
        records += [
            record("response", one.head("HTTP/2 {}") + one.answer.body, WARC_Record_ID=one.name, **fields),
            record("request", b"GET / HTTP/2\r\n\r\n", WARC_Concurrent_To=one.name, **fields),
            record("resource", page_info, WARC_Date=one.date, WARC_Target_URI=f"urn:pageinfo:{one.uri}"),
        ]
    return gzipped(records)


def as_heritrix(exchanges: list[Exchange]) -> bytes:
    """WARC 1.0; response, request, metadata; chunked as on the wire, and revisits that say little."""
    records = [record("warcinfo", b"format: WARC File Format 1.0\r\n", version="1.0")]
    for one in exchanges:
        fields = {"version": "1.0", "WARC_Date": one.date, "WARC_Target_URI": one.uri}
        body = one.answer.body
        framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        head = one.head(Transfer_Encoding="chunked")
        digest, later = f"sha1:{one.number:032}", one.date.replace("-20T", "-21T")
        records += [
            record("response", head + framed, WARC_Record_ID=one.name, WARC_Payload_Digest=digest, **fields),
            record("request", b"GET / HTTP/1.0\r\n\r\n", WARC_Concurrent_To=one.name, **fields),
            record("metadata", b"via: x\r\nhopsFromSeed: L\r\n", WARC_Concurrent_To=one.name, **fields),
            revisit(one.uri, one.head(), **(fields | {"WARC_Date": later}), WARC_Payload_Digest=digest),
        ]  # fmt: skip
    return gzipped(records)


@pytest.mark.parametrize("form", [as_common_crawl, as_browsertrix, as_heritrix])
def test_forms_of_other_programs(
    demo_site: DemoSite, demo_crawl: DemoCrawl, tmp_path: Path, form: Callable[[list[Exchange]], bytes]
) -> None:
    base_url = next(Archive(demo_crawl.archive).stories()).url.rpartition("/szxw/")[0]
    exchanges = [
        Exchange(number, base_url + request.path, demo_site.respond(request.path))
        for number, request in enumerate(demo_crawl.requests)
    ]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(form(exchanges))
    result = replay(tmp_path / "replay", path, f"base_url={base_url}")
    assert result.status == 0, result.errors
    assert said(tmp_path / "replay") == said(demo_crawl.archive)
    dates = {story.date_downloaded for story in stories(tmp_path / "replay").values()}
    assert min(dates) >= "2026-11-20T00:00:00Z"
    assert max(dates) < "2026-11-21T00:00:00Z"
    assert_sound(tmp_path / "replay")


# Odd captures, all in one file


def story(
    number: int, *, head: str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8", **fields: str
) -> bytes:
    return response(f"{SITE}/szxw/{number}.html", story_page(number, text_of(number)), head, **fields)


def ours(number: int, **notes: str) -> bytes:
    """A metadata record as ours, for the response before it."""
    block = "".join(f"{name}: {value}\r\n" for name, value in notes.items()).encode()
    return record("metadata", block, WARC_Concurrent_To=f"<urn:uuid:{number}>")


def noted(number: int, **notes: str) -> list[bytes]:
    return [story(number, WARC_Record_ID=f"<urn:uuid:{number}>"), ours(number, **notes)]


def test_odd_captures(tmp_path: Path) -> None:
    moved = "HTTP/1.1 301 Moved\r\nLocation: "
    long = story_page(30, "\n".join(text_of(number).split("\n")[0] for number in (301, 302)) + "(王宇)")
    second = f"<p>{text_of(302).split(chr(10))[0]}(王宇)</p>"
    records = [
        response(f"<{SITE}/szxw/1.html>", story_page(1, text_of(1)), HTML, version="1.0"),
        story(2, WARC_Date="2020-05-06T07:08:09.123456789Z"),
        story(3, WARC_Date="2020-05-06T07:08:09"),
        story(4, WARC_Date=""),
        story(5, WARC_Date="yesterday"),
        story(37, WARC_Date="9999-12-31T23:59:59Z"),
        *(
            story(number, head=f"{HTML}\r\nContent-Encoding: {coding}")
            for number, coding in ((6, "gzip"), (7, "br"), (8, "deflate"), (9, "zstd"), (10, "identity"), (11, "none"))
        ),
        story(12, head="HTTP/2 200\r\ncontent-type: text/html; charset=utf-8"),
        # Ours, or what calls itself so.
        *noted(13, page=f"{SITE}/szxw/13.html", kind="story"),
        *noted(14, page=f"{SITE}/szxw/14.html", kind="nonsense"),
        *noted(15, page=f"{SITE}/szxw/15.html"),
        *noted(16, page="http://elsewhere.example/szxw/16.html", kind="story"),
        *noted(17, page=f"{SITE}/about", kind="story"),
        *noted(18, page=f"{SITE}/szxw/18.html#x", kind="story"),
        *noted(19, page=f"{SITE}/szxw/19.html", kind="part"),
        *noted(20, servedAt="ftp://nowhere:port"),
        *noted(21, servedAt="http://[::1"),
        # Redirects.
        response(f"{SITE}/szxw/22.html", "", f"{moved}/szxw/1.html"),
        response(f"{SITE}/szxw/23.html", "", f"{moved}http://[::1"),
        response(f"{SITE}/szxw/24.html", "", f"{moved}mailto:me@example.org"),
        response(f"{SITE}/szxw/25.html", "", f"{moved}/szxw/25.html"),
        response(f"{SITE}/szxw/26.html", "<html><body>moved", "HTTP/1.1 302 Found"),
        response("http://slqncy.com:80/szxw/27.html", "", f"{moved}{SITE}/szxw/27.html"),
        story(27),
        story(1),
        # Addresses.
        response("dns:www.slqncy.com", "127.0.0.1"),
        response("http://[::1", "x"),
        response("", "x"),
        response(f"{SITE}/{'a' * 5000}.html", "x"),
        response("http://elsewhere.example/szxw/28.html", story_page(28, text_of(28)), HTML),
        response(f"{SITE}/logo.png", b"\x89PNG\r\n\x1a\n" + bytes(300), "HTTP/1.1 200 OK\r\nContent-Type: image/png"),
        # A further page before the first one.
        response(f"{SITE}/szxw/30_2.html", f"<html><body><h1>续</h1><div>{second}</div></body></html>", HTML),
        response(
            f"{SITE}/szxw/30.html",
            long.replace(second, "").replace("</body>", '<a href="30.html">1</a><a href="30_2.html">2</a></body>'),
            HTML,
        ),
        # One that is listed, and one that is not there.
        response(f"{SITE}/szxw/", links("/szxw/31.html", "/szxw/1.html"), HTML),
        response(f"{SITE}/szxw/32.html", "<html><body>404", "HTTP/1.1 404 Not Found"),
        response(f"{SITE}/sitemap.xml", f"<urlset><url><loc>{SITE}/szxw/33.html</loc></url></urlset>"),
        revisit(f"{SITE}/szxw/34.html", WARC_Refers_To=ID),
        story(35, WARC_Truncated="length"),
        story(36, head=f"{HTML}\r\nContent-Length: 999999"),
    ]  # fmt: skip
    result = replay(tmp_path / "replay", written(tmp_path / "a.warc.gz", *records))
    assert result.status == 0, result.errors
    assert "Traceback" not in result.errors
    found = {int(story.story_id): story for story in stories(tmp_path / "replay").values()}
    assert found.keys() == {1, 2, 3, *range(6, 14), 20, 21, 27, 30}
    assert {found[number].date_downloaded for number in (2, 3)} == {"2020-05-06T07:08:09Z"}
    assert found[30].declared_delta == 0
    reasons = {int(line.story_id): str(line.reason) for line in Archive(tmp_path / "replay").rejected()}
    assert reasons == {22: "redirected", 26: "http_status", 32: "not_found"}
    known = {event.url.removeprefix(SITE) for event in Archive(tmp_path / "replay").events() if event.kind == "story"}
    assert {f"/szxw/{number}.html" for number in (31, 33, 34, 35, 36)} <= known
    failed = {
        event.url.removeprefix(SITE) for event in Archive(tmp_path / "replay").events() if event.event == "failed"
    }
    assert failed == {f"/szxw/{number}.html" for number in (23, 24, 34, 35, 36)}
    # The same in a file that is not compressed, but for where it is.
    assert replay(tmp_path / "plain", written(tmp_path / "a.warc", *records)).status == 0
    assert said(tmp_path / "plain") == said(tmp_path / "replay")
    assert_sound(tmp_path / "plain")


# Damage


STORIES = [story(number) for number in range(1, 6)]


def torn(data: bytes) -> bytes:
    return data[:-50]


@pytest.mark.parametrize(
    ("name", "content", "archived", "words"),
    [
        ("gap.warc.gz", gzipped(STORIES) + gzip.compress(b"") + gzipped([story(6)]), 5, ["an empty gzip member"]),
        ("torn.warc.gz", torn(gzipped(STORIES)), 4, ["torn.warc.gz, behind byte ", "the file ends within a record"]),
        ("torn.warc", torn(b"".join(STORIES)), 4, ["torn.warc, behind byte ", "the file ends within a record"]),
        ("rot.warc.gz", gzipped(STORIES) + b"rot" * 99, 5, ["rot.warc.gz, behind byte "]),
        ("page.warc.gz", b"<!DOCTYPE html><html><body><p>text", 0, ["page.warc.gz, behind byte 0: "]),
        ("whole.warc.gz", gzip.compress(b"".join(STORIES), mtime=0), 0, ["`gunzip` it"]),
        ("empty.warc.gz", b"", 0, ["the files hold no page of this site"]),
        (
            "other.warc.gz", gzipped([response("http://example.org/szxw/1.html", "<p>")]), 0,
            ["the files hold no page of this site"],
        ),
        ("lists.warc.gz", gzipped([response(f"{SITE}/szxw/", links("/szxw/1.html"))]), 0, ["no story was found"]),
    ],
)  # fmt: skip
def test_damage_and_other_files(tmp_path: Path, name: str, content: bytes, archived: int, words: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    result = replay(tmp_path / "replay", tmp_path / name)
    assert result.status == 65, result.errors
    assert "Traceback" not in result.errors
    sentence = result.errors.splitlines()[-1]
    assert all(word in sentence for word in words), sentence
    assert len(stories(tmp_path / "replay")) == archived
    assert_sound(tmp_path / "replay")


@pytest.mark.parametrize("what", ["missing.warc.gz", "", ",", "folder"])
def test_a_file_that_is_not_there(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    result = replay(tmp_path / "replay", f"{tmp_path}/{what}" if what.strip(",") else what)  # type: ignore[arg-type]
    assert result.status == 64, result.errors
    assert "warc=" in result.errors.splitlines()[-1]
    assert not (tmp_path / "replay").exists()


def test_a_record_of_any_length(tmp_path: Path) -> None:
    records = [
        response(f"{SITE}/szxw/1.html", "长" * 8_000_000),
        story(2),
        revisit(f"{SITE}/szxw/3.html", WARC_Refers_To=ID),
    ]
    result = replay(tmp_path / "replay", written(tmp_path / "a.warc.gz", *records))
    assert result.status == 0, result.errors
    assert stories(tmp_path / "replay").keys() == {"slqncy/szxw/2"}
    assert "/szxw/1.html: incomplete (longer than we take)" in result.errors


# Junk


def junk(path: Path) -> Path:
    """100,000 records that are of no use, and a story at the end."""
    kinds = [record("resource", b"x" * 300), response("http://example.org/", "<p>" + "x" * 300), ours(1, page="x")]
    members = [gzipped([kind]) for kind in kinds]
    path.write_bytes(b"".join(members) * 33_334 + gzipped([story(1)]))
    return path


def test_junk_costs_no_memory_and_hides_nothing(tmp_path: Path) -> None:
    peaks = []
    for number, path in enumerate([written(tmp_path / "a.warc.gz", story(1)), junk(tmp_path / "junk.warc.gz")]):
        process = subprocess.Popen(
            command(*replay_arguments(tmp_path / f"replay{number}", path)), cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        assert stories(tmp_path / f"replay{number}").keys() == {"slqncy/szxw/1"}
        peaks.append(usage.ru_maxrss)
    assert peaks[1] < peaks[0] + 20_000, peaks


def test_a_signal_is_heard_amid_junk(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command(*replay_arguments(tmp_path / "replay", junk(tmp_path / "junk.warc.gz"))), cwd=ROOT,
            stdout=file, stderr=file,
        )  # fmt: skip
    while b"Spider opened" not in log.read_bytes():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 75, log.read_text()
    # The story comes after all the junk.
    assert not lines(tmp_path / "replay")
