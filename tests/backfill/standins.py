"""Web archives on loopback: pywb, and before it what the Wayback Machine and Common Crawl do otherwise.

pywb replays captures, and serves indexes: a ZipNum index as Common Crawl's, which is pywb too. The front serves the CDX
dialect of the Wayback Machine, made of pywb's index, the list of Common Crawl's indexes and its WARC files by ranges;
it keeps account of requests, and misbehaves as it is told.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from slqncy.demo.server import running
from tests.backfill.captured import Snapshot, bare_digests, write_index, write_warc, write_zipnum
from tests.peers import peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FIELDS = {"timestamp": "timestamp", "original": "url", "statuscode": "status", "mimetype": "mime", "digest": "digest"}
_PATIENCE = 30


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    at: float
    """Seconds of time.monotonic()."""
    range: str


@dataclass
class Fault:
    """What is answered instead, to so many requests whose path matches."""

    path: str
    """Regular expression."""
    times: int = 1
    status: int = 0
    """0: the right answer, spoilt."""
    headers: dict[str, str] = field(default_factory=dict)
    is_http: bool = True
    torn: bool = False
    """The connection ends in the middle of the body."""
    cut: int = 0
    """So many bytes are missing at the end, and the length says so too."""
    flipped: bool = False
    """A byte in the middle is another."""
    after: int = 0
    """So many requests that match are answered as they should be."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Front(ThreadingHTTPServer):
    """What stands for web.archive.org, index.commoncrawl.org and data.commoncrawl.org at once."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, pywb: str, directory: Path, crawls: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pywb = pywb
        self.directory = directory
        self.crawls = crawls
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"

    def settings(self, **rates: float) -> list[str]:
        """Options of `scrapy crawl`; rates in seconds between requests, by slot."""
        slots = {
            name: {"concurrency": 1, "delay": rates.get(name, 0.001), "jitter": 0}
            for name in ("wayback_cdx", "wayback", "commoncrawl_index", "commoncrawl_data")
        }
        own = {
            "WAYBACK_URL": self.url, "COMMONCRAWL_INDEX_URL": self.url, "COMMONCRAWL_DATA_URL": f"{self.url}data/",
            "DOWNLOAD_SLOTS": json.dumps(slots),
        }  # fmt: skip
        return [part for name, value in own.items() for part in ("-s", f"{name}={value}")]

    def paths(self, pattern: str) -> list[str]:
        """Paths asked for that match."""
        return [asked.path for asked in self.asked if re.search(pattern, asked.path)]

    def fault(self, path: str) -> Fault | None:
        """The fault that is due."""
        for fault in self.faults:
            if fault.times and re.search(fault.path, path):
                fault.after -= 1
                if fault.after < 0:
                    fault.times -= 1
                    return fault
        return None

    def answer(self, target: str, range_: str) -> Answer:
        """The right answer."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path == "/cdx/search/cdx":
            return _json(self._wayback(query))
        if path == "/collinfo.json":
            newest_first = [{"id": name, "cdx-api": f"{self.url}{name}-index"} for name in self.crawls[::-1]]
            return _json(newest_first)
        if match := re.fullmatch(r"/(CC-MAIN-[\d-]+\d)-index", path):
            answer = get(f"{self.pywb}/{match[1]}/cdx?{urlsplit(target).query}")
            if answer.status == 200 and not answer.body.strip():
                return Answer(404, [("Content-Type", "application/json")], b'{"message": "No Captures found for: x"}')
            return answer
        if path.startswith("/data/"):
            return self._part(path.removeprefix("/data/"), range_)
        return get(f"{self.pywb}{target}")

    def _wayback(self, query: dict[str, list[str]]) -> list[list[str]]:
        assert query["output"] == ["json"]
        asked = urlencode({"url": query["url"][0], "matchType": query["matchType"][0], "output": "json"})
        found = [json.loads(line) for line in get(f"{self.pywb}/web/cdx?{asked}").body.splitlines()]
        for condition in query.get("filter", []):
            name, pattern = condition.split(":", 1)
            found = [row for row in found if re.fullmatch(pattern, row[_FIELDS[name]])]
        fields = query["fl"][0].split(",")
        rows = [[row[_FIELDS[name]].removeprefix("sha1:") for name in fields] for row in found]
        start, limit = int(query.get("resumeKey", ["com,slqncy)/ 0"])[0].split(" ")[1]), int(query["limit"][0])
        if not rows[start:]:
            return []
        more = [[], [quote_plus(f"com,slqncy)/ {start + limit}")]] if rows[start + limit :] else []
        return [fields, *rows[start : start + limit], *more]

    def _part(self, name: str, range_: str) -> Answer:
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", range_)
        assert match
        data = (self.directory / name).read_bytes()[int(match[1]) : int(match[2]) + 1]
        return Answer(206, [("Content-Type", "application/octet-stream")], data)


class _Handler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        range_ = self.headers.get("Range", "")
        self.server.asked.append(Asked(self.path, time.monotonic(), range_))
        fault = self.server.fault(self.path)
        if fault and fault.status:
            self._send(Answer(fault.status, list(fault.headers.items()), b"not now"))
            return
        if fault and not fault.is_http:
            self.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")
            self.close_connection = True
            return
        answer = self.server.answer(self.path, range_)
        if fault:
            answer = _spoilt(answer, fault)
        self._send(answer, torn=bool(fault and fault.torn))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The record of requests is the log."""

    def _send(self, answer: Answer, *, torn: bool = False) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if torn else answer.body)
        if torn:
            self.close_connection = True


def _spoilt(answer: Answer, fault: Fault) -> Answer:
    body = bytearray(answer.body)
    if fault.flipped:
        body[len(body) // 2] ^= 1
    return Answer(answer.status, answer.headers, bytes(body[: len(body) - fault.cut]))


def get(url: str) -> Answer:
    """The answer as it comes, less transfer coding."""
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as response:  # noqa: S310
            return _answer(response)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error)


def _answer(response: Any) -> Answer:
    of_the_wire = {"content-length", "transfer-encoding", "connection", "date", "server"}
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in of_the_wire]
    return Answer(response.status, headers, response.read())


def _json(value: object) -> Answer:
    return Answer(200, [("Content-Type", "application/json")], json.dumps(value).encode())


@contextmanager
def web_archives(directory: Path, crawls: dict[str, list[Snapshot]]) -> Iterator[Front]:
    """Both web archives, running; `crawls` are Common Crawl's by their names, oldest first, and all the Wayback's."""
    archive = directory / "archive"
    archive.mkdir(parents=True)
    collections: dict[str, Any] = {}
    indexes = []
    for name, pages in crawls.items():
        warc, cdxj, zipnum = archive / f"{name}.warc.gz", directory / f"{name}.cdxj", directory / f"{name}.idx"
        write_warc(warc, pages)
        write_index(cdxj, warc)
        indexes.append(cdxj.read_text())
        bare_digests(cdxj)
        write_zipnum(zipnum, cdxj)
        index = {"type": "zipnum", "path": str(zipnum)}
        collections[name] = {"index_group": {"all": index}, "archive_paths": f"{archive}/"}
    whole = directory / "whole.cdxj"
    whole.write_text("".join(sorted("".join(indexes).splitlines(keepends=True))))
    collections["web"] = {"index_paths": str(whole), "archive_paths": f"{archive}/"}
    # JSON is YAML.
    (directory / "config.yaml").write_text(json.dumps({"collections": collections}))
    with ExitStack() as stack:
        pywb = stack.enter_context(_pywb(directory))
        yield stack.enter_context(running(Front(pywb, archive, list(crawls))))


@contextmanager
def _pywb(directory: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (directory / "pywb.log").open("wb") as log:
        process = subprocess.Popen(
            [peer("pywb"), "-p", str(port), "-b", "127.0.0.1"], cwd=directory, stdout=log, stderr=log
        )
        try:
            _await(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(_PATIENCE * 10):
        assert process.poll() is None, "pywb has ended; pywb.log has the reason"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("pywb does not answer")
