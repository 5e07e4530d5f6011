"""Three ways to crawl a hostile site, and what comes of each."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.hostile.watched import Ended, watch
from slqncy.archive import Archive, ArchiveError
from tests.crawling import ROOT
from tests.hostile.case import story_path
from tests.hostile.judge import faults, good_expected, outcome
from tests.hostile.mazes import MOST_REQUESTS
from tests.hostile.outcomes import UNREACHED, Outcome
from tests.hostile.server import serving
from tests.hostile.texts import story

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.hostile.case import Case
    from tests.hostile.server import HostileServer

_PLAIN = ROOT / "benchmarks/hostile/plain.py"
_ERROR = re.compile(r" (?:ERROR|CRITICAL): |^Traceback", re.MULTILINE)
_WARNING = " WARNING: "


class Way(StrEnum):
    """Who crawls."""

    STOCK = "stock"  # a plain spider with Scrapy's default settings
    HARDENED = "settings"  # the same with those of our settings that need no part of ours
    OURS = "ours"  # scrapy crawl stories


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case."""

    outcome: str
    """In words."""
    is_right: bool
    good: int
    """Good stories stored."""
    good_expected: int
    peak: float
    """MiB."""
    seconds: float


def crawl(case: Case, way: Way) -> Result:
    """Crawl a site with this one case, in a fresh process."""
    with TemporaryDirectory() as name, serving([case]) as hostile:
        directory = Path(name)
        return _ours(case, hostile, directory) if way is Way.OURS else _plain(case, hostile, directory, way)


def _ours(case: Case, hostile: HostileServer, directory: Path) -> Result:
    archive = directory / "archive"
    command = [
        sys.executable, "-m", "scrapy", "crawl", "stories", *hostile.arguments(), "-s", f"ARCHIVE_DIR={archive}",
        "-s", "DOWNLOAD_DELAY=0",
    ]  # fmt: skip
    ended = [
        watch([*command, "-a", f"full={again}"], ROOT, hostile.environment, directory / "log")
        for again in range(case.runs)
    ]
    wrong: list[str] = []
    good: set[str] = set()
    try:
        became = outcome(case, hostile, archive)
        wrong = faults(hostile, archive)
        good = {record.story_id for record in Archive(archive).stories()} & set(map(str, hostile.site.good))
    except ArchiveError:
        became = f"no archive, exit status {ended[-1].status}"
    if ended[-1].was_killed:
        became = f"hung, killed; {became}"
    is_right = became in case.expected and not wrong
    return _result("; ".join([became, *wrong]), len(good), hostile, ended, is_right=is_right)


def _plain(case: Case, hostile: HostileServer, directory: Path, way: Way) -> Result:
    items, log = directory / "items.jsonl", directory / "log"
    base_url = hostile.server.base_url
    if case.host:
        base_url = base_url.replace("127.0.0.1", case.host)
    command = [
        sys.executable, "-m", "scrapy", "runspider", str(_PLAIN), "-a", f"base_url={base_url}", "-o", str(items),
        "-s", "DOWNLOAD_DELAY=0",
    ]  # fmt: skip
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]), **hostile.environment}
    if way is Way.HARDENED:
        environment["SCRAPY_SETTINGS_MODULE"] = "benchmarks.hostile.hardened"
    ended = [watch(command, directory, environment, log) for _ in range(case.runs)]
    stored = _stored(items)
    good = sum(_is_whole(stored, number) for number in hostile.site.good)
    is_told = _is_told(log.read_text(encoding="utf-8", errors="replace"), hostile.site.numbers[case])
    became, is_right = _judge(case, hostile, stored, good, is_told=is_told)
    if ended[-1].was_killed:
        became, is_right = f"hung, killed; {became}", False
    elif ended[-1].status:
        became, is_right = f"exit status {ended[-1].status}; {became}", False
    return _result(became, good, hostile, ended, is_right=is_right)


def _stored(items: Path) -> dict[str, list[str]]:
    """Texts that were stored, by the path that was asked for."""
    stored: dict[str, list[str]] = {}
    if items.exists():
        for line in items.read_bytes().splitlines():
            try:
                item = json.loads(line)
            except ValueError:
                continue  # torn where the process was killed
            path = "/" + item["asked"].split("/", 3)[3] if item["asked"].startswith("http") else item["asked"]
            stored.setdefault(path, []).append(item["text"])
    return stored


def _is_whole(stored: Mapping[str, list[str]], number: int) -> bool:
    """Whether each paragraph of a story is there."""
    return any(
        all(paragraph in text for paragraph in story(number).paragraphs) for text in stored.get(story_path(number), [])
    )


def _is_told(log: str, number: int) -> bool:
    """Whether a log says that something is wrong: any error, or a warning about the case."""
    warnings = (line for line in log.splitlines() if _WARNING in line)
    return bool(_ERROR.search(log)) or any(str(number) in line for line in warnings)


def _judge(
    case: Case, hostile: HostileServer, stored: Mapping[str, list[str]], good: int, *, is_told: bool
) -> tuple[str, bool]:
    """What a plain spider made of a case, and whether that will do."""
    has_all_good = good == len(hostile.site.good)
    if hostile.elsewhere.served:
        return "asked a server that it must not ask", False
    if not UNREACHED.isdisjoint(case.expected):
        return ("crawled all the same", False) if good else ("nothing fetched", True)
    if Outcome.BOUNDED in case.expected or Outcome.NOT_ASKED in case.expected:
        requests = len(hostile.heard(case))
        most = MOST_REQUESTS if Outcome.BOUNDED in case.expected else 0
        return f"{requests} requests", requests <= most and has_all_good
    if case.sitemap:
        return "told in the log" if is_told else "read, or passed over without a word", has_all_good
    number = hostile.site.numbers[case]
    became, will_do = _story(case, number, stored, is_told=is_told)
    return became, will_do and has_all_good


def _story(case: Case, number: int, stored: Mapping[str, list[str]], *, is_told: bool) -> tuple[str, bool]:
    texts = stored.get(story_path(number), [])
    is_wanted = not {Outcome.ARCHIVED, Outcome.SECOND_VERSION}.isdisjoint(case.expected)
    if not texts:
        return ("told in the log", not is_wanted) if is_told else ("lost silently", False)
    if Outcome.EXCLUDED_ROBOTS in case.expected:
        return "fetched all the same", False
    if _is_whole(stored, number):
        return "stored whole", True
    return "stored as a story, and is none, or half of one", False


def _result(became: str, good: int, hostile: HostileServer, ended: list[Ended], *, is_right: bool) -> Result:
    return Result(
        outcome=became,
        is_right=is_right,
        good=good,
        good_expected=len(good_expected(hostile.site)),
        peak=max(run.peak for run in ended),
        seconds=sum(run.seconds for run in ended),
    )
