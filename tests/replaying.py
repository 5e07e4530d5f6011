"""Crawls, replays of what they captured, and what must be the same afterwards."""

from __future__ import annotations

import re
import socketserver
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slqncy.archive.layout import LEDGER
from slqncy.demo.server import running
from slqncy.reasons import State
from tests import forkserver, offline_scrapy
from tests.crawling import Result, result, scrapy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RUN = re.compile(rb'"run_id":"[^"]*"')
_KINDS = ("stories", "duplicates", "rejected", "rewrites")
UNANSWERED = {State.FOUND, State.FAILED, State.EXCLUDED}
"""States of an address that gave no answer: captures do not tell them apart, for there are none."""


def offline(*arguments: str, timeout: float = 120) -> Result:
    """Run `scrapy …`, warnings as errors; to touch the network ends it."""
    return result(forkserver.run(offline_scrapy.__name__, *arguments, timeout=timeout))


def command(*arguments: str) -> list[str]:
    """The command that `offline` runs."""
    return [sys.executable, "-W", "error", "-m", offline_scrapy.__name__, *arguments]


def replay_arguments(archive: Path, files: Path | Iterable[Path], *arguments: str) -> list[str]:
    """What `scrapy` is told to replay."""
    named = ",".join(map(str, files)) if isinstance(files, Iterable) else str(files)
    return [
        "crawl", "stories", "-a", f"warc={named}", "-s", f"ARCHIVE_DIR={archive}",
        *(part for argument in arguments for part in ("-a", argument)),
    ]  # fmt: skip


def replay(archive: Path, files: Path | Iterable[Path], *arguments: str) -> Result:
    """Read captures into an archive, without a network."""
    return offline(*replay_arguments(archive, files, *arguments))


def lines(archive: Path) -> dict[str, bytes]:
    """All files of lines that are no events, less what names a run."""
    paths = (path for kind in _KINDS for path in archive.glob(f"{kind}/*"))
    return {str(path.relative_to(archive)): _RUN.sub(b'"run_id":""', path.read_bytes()) for path in paths}


def events(archive: Path) -> list[bytes]:
    """What happened to addresses, in order, less what names a run."""
    files = sorted(archive.glob("events/*.ndjson"))
    found = (line for path in files for line in path.read_bytes().splitlines() if b'"event":"finished"' not in line)
    return [_RUN.sub(b'"run_id":""', line) for line in found]


def story_addresses(archive: Path) -> set[tuple[str, str, str, str, int]]:
    """URL, kind, story, state and version of each address of a story; those that gave no answer are in one state."""
    with closing(sqlite3.connect(archive / LEDGER)) as db:
        rows = db.execute("SELECT url, kind, story, state, version FROM url WHERE kind = 'story'").fetchall()
    return {
        (url, kind, story, "" if state in UNANSWERED else state, version) for url, kind, story, state, version in rows
    }


def assert_replays(archive: Path, into: Path, *arguments: str) -> None:
    """The captures of an archive, read into a new one, make the same lines in the same order, and the same states."""
    result = replay(into, archive / "warc", *arguments)
    assert result.status == 0, result.errors
    assert "Traceback" not in result.errors
    assert lines(into) == lines(archive)
    assert story_addresses(into) == story_addresses(archive)
    assert_sound(into)


def assert_sound(archive: Path) -> None:
    """`scrapy verify --full` finds nothing wrong."""
    verdict = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}")
    assert verdict.status == 0, verdict.output


def crawled(archive: Path, base_url: str, *arguments: str, settings: Iterable[str] = (), status: int = 0) -> Result:
    """Crawl a server."""
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={base_url}", "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0",
        *(part for argument in arguments for part in ("-a", argument)),
        *(part for setting in settings for part in ("-s", setting)),
    )  # fmt: skip
    assert result.status == status, result.errors
    return result


# Servers that say any bytes


@dataclass
class Script:
    """What a server says: of each target the next answer with each request, and the last one from then on."""

    answers: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, target: str) -> bytes:
        """The bytes to send before hanging up."""
        self.asked.append(target)
        left = self.answers.get(target, [response("<html><body>404", status="404 Not Found")])
        return left.pop(0) if len(left) > 1 else left[0]


def response(body: str | bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """A response with a length, unless another one is given; underscores in names of headers stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body
    given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + data


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        request = self.rfile.readline().split(b" ")
        while self.rfile.readline().strip():
            pass
        self.wfile.write(self.server.script.answer(request[1].decode()))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    script: Script


@contextmanager
def scripted(script: Script) -> Iterator[str]:
    """Serve a script; gives the base URL."""
    with running(_Server(("127.0.0.1", 0), _Handler)) as server:
        server.script = script
        yield f"http://127.0.0.1:{server.server_address[1]}"
