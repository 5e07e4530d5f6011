"""A replay whose pages other processes read makes what one makes that reads them itself, whatever becomes of those."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crawling import ROOT, links, story_page, text_of
from tests.replaying import command, events, lines, offline, replay_arguments
from tests.warc.handmade import record, response, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SITE = "http://www.slqncy.com"
STORIES = 500
"""And other pages between them; the first hundred are read before another process is started."""
DEEP = "<div>" * 5000 + "一句话。"
NOARCHIVE = '<html><head><meta name="robots" content="noarchive"></head><body><h1>题</h1><p>不得存档的一段话。</p>'
WALL = "<html><head><title>安全验证</title></head><body><p>请完成安全验证后继续访问</p></body></html>"
TEXT = "HTTP/1.1 200 OK\r\nContent-Type: text/plain"


def records() -> Iterator[bytes]:
    """Stories, copies of them, edits, lists, stories of two pages, walls, hostile pages, and what is no page at all."""
    for number in range(1, STORIES + 1):
        url, text = f"{SITE}/szxw/{number}.html", text_of(number)
        if number % 10 == 0:
            yield record("request", b"GET / HTTP/1.1\r\n\r\n", WARC_Target_URI=url)
            yield response(f"{SITE}/szxw/list_{number}.html", links(*(f"{number + n}.html" for n in range(20))))
        if number % 25 == 0:
            part = f"{SITE}/szxw/{number}_2.html"
            yield response(url, story_page(number, text, more=f'<a href="{number}_2.html">下一页</a>'))
            yield response(part, f"<html><body><h1>题</h1><p>{text_of(number + 10_000)}</p></body></html>")
        elif number % 25 == 1:
            yield response(url, story_page(number, text_of(max(1, number - 20))))
        else:
            yield response(url, story_page(number, text))
        if number % 40 == 0:
            strange = (WALL, DEEP, NOARCHIVE, "", story_page(number, "改了\n" + text))[number // 40 % 5]
            yield response(f"{SITE}/szxw/{number + 5}.html", strange)
            yield response(f"{SITE}/szxw/{number + 20_000}.html", "plain words", TEXT)
            yield response(f"{SITE}/szxw/{number + 30_000}.html", "none", "HTTP/1.1 404 Not Found")
            yield response(f"{SITE}/szxw/{number + 40_000}.html", WALL, "HTTP/1.1 503 Busy\r\nRetry-After: 9")


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("captured") / "pages.warc.gz", *records())


def replay(archive: Path, captured: Path, meanwhile: Callable[[int], None]) -> tuple[int, str]:
    """Exit status and standard error; `meanwhile` is given the process."""
    arguments = [*replay_arguments(archive, captured), "-s", "REPLAY_PROCESSES=2"]
    with (archive.parent / f"{archive.name}.log").open("w+") as log:
        process = subprocess.Popen(command(*arguments), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        try:
            meanwhile(process.pid)
            status = process.wait(120)
        finally:
            process.kill()
            process.wait()
        log.seek(0)
        return status, log.read()


@pytest.fixture(scope="module")
def alone(captured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that one process makes."""
    archive = tmp_path_factory.mktemp("alone") / "archive"
    result = offline(*replay_arguments(archive, captured), "-s", "REPLAY_PROCESSES=1")
    assert result.status == 0, result.errors
    assert "other processes" not in result.errors
    return archive


def workers_of(pid: int) -> list[int]:
    """The processes that read pages for another, once there are two."""
    for _ in range(2000):
        found = [child for child in children(pid) if b"slqncy.reading.worker" in command_line(child)]
        if len(found) == 2:
            return found
        time.sleep(0.01)
    raise AssertionError("no processes were started")


def children(pid: int) -> list[int]:
    stats = ((int(path.name), told(int(path.name), "stat")) for path in Path("/proc").glob("[0-9]*"))
    return [child for child, stat in stats if stat and int(stat.rpartition(b")")[2].split()[1]) == pid]


def command_line(pid: int) -> bytes:
    return told(pid, "cmdline")


def told(pid: int, what: str) -> bytes:
    """What Linux says of a process; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def assert_gone(pids: list[int]) -> None:
    for _ in range(1000):
        if not any(map(command_line, pids)):
            return
        time.sleep(0.01)
    raise AssertionError(f"still there: {pids}")


def read_elsewhere(errors: str) -> int:
    """How many pages other processes have read, by the log."""
    match = re.search(r"Other processes have read (\d+) of \d+ pages", errors)
    assert match
    return int(match[1])


def test_the_archive_is_the_same(alone: Path, captured: Path, tmp_path: Path) -> None:
    assert {"rejected", "duplicates", "stories"} <= {name.partition("/")[0] for name in lines(alone)}
    result = offline(*replay_arguments(tmp_path, captured), "-s", "REPLAY_PROCESSES=2")
    assert result.status == 0, result.errors
    assert "Pages are read by 2 other processes from now on" in result.errors
    assert "has ended" not in result.errors
    assert read_elsewhere(result.errors)
    assert lines(tmp_path) == lines(alone)
    assert events(tmp_path) == events(alone)


def test_the_archive_is_the_same_where_one_of_them_is_killed(alone: Path, captured: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    status, errors = replay(archive, captured, lambda pid: os.kill(workers_of(pid)[0], signal.SIGKILL))
    assert status == 0, errors
    assert errors.count("A process that read pages has ended") == 1
    assert read_elsewhere(errors)
    assert lines(archive) == lines(alone)
    assert events(archive) == events(alone)


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 75)])
def test_none_of_them_outlives_the_run(captured: Path, tmp_path: Path, sent: signal.Signals, status: int) -> None:
    started: list[int] = []

    def end(pid: int) -> None:
        started.extend(workers_of(pid))
        os.kill(pid, sent)

    ended, errors = replay(tmp_path / "archive", captured, end)
    assert ended == status, errors
    assert_gone(started)
