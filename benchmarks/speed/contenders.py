"""Who is measured, and how each is started."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
CONCURRENCY = 16
"""Requests in flight at most, for whoever can have several."""
_HERE = Path(__file__).parent
_SCRAPY = (sys.executable, "-m", "scrapy")
_AT_ONCE = ("-s", f"CONCURRENT_REQUESTS={CONCURRENCY}", "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={CONCURRENCY}")


@dataclass(frozen=True, slots=True)
class Task:
    """One run of a contender."""

    base_url: str
    directory: Path
    """Empty, for what it writes."""
    targets: Path
    """A file that names every page, for those who cannot find them."""
    captures: Path
    """The WARC files of a crawl by ours."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A program, and how it is asked to read the site."""

    name: str
    label: str
    command: Callable[[Task], list[str]]
    needs: str | None = "scrapy"
    """The package of this Python that it takes; None: wget."""
    in_project: bool = False
    """Whether it runs in the directory of the project, and not in its own."""
    fetches: bool = True
    """False: it reads captures."""
    slow: bool = False
    """Whether it is given the small site only, and once."""
    statuses: tuple[int, ...] = (0,)
    cores: int | None = None
    """None: all there are."""

    @property
    def is_installed(self) -> bool:
        """Whether it can be run here."""
        return bool(find_spec(self.needs) if self.needs else which("wget"))


def _bare(follow: str) -> Callable[[Task], list[str]]:
    return lambda task: [
        *_SCRAPY, "runspider", str(_HERE / "bare.py"), "-a", f"base_url={task.base_url}", "-a", f"follow={follow}",
        "-O", str(task.directory / "stories.jsonl"), *_AT_ONCE,
    ]  # fmt: skip


def _ours(warc: bool) -> Callable[[Task], list[str]]:
    return lambda task: [
        *_SCRAPY, "crawl", "stories", "-a", f"base_url={task.base_url}", "-s", f"ARCHIVE_DIR={task.directory}",
        "-s", "DOWNLOAD_DELAY=0", "-s", f"WARC_ENABLED={warc}", "-L", "WARNING", *_AT_ONCE,
    ]  # fmt: skip


def _replay(task: Task) -> list[str]:
    return [
        *_SCRAPY, "crawl", "stories", "-a", f"warc={task.captures}", "-s", f"ARCHIVE_DIR={task.directory}",
        "-L", "WARNING",
    ]  # fmt: skip


def _extractor(peer: str) -> Callable[[Task], list[str]]:
    return lambda task: [
        sys.executable, str(_HERE / "peers/fetch_and_extract.py"), peer, task.base_url, str(task.targets),
        str(task.directory / "articles.jsonl"),
    ]  # fmt: skip


def _news_please(task: Task) -> list[str]:
    here = str(task.directory / "news-please")
    return [sys.executable, str(_HERE / "peers/news_please.py"), task.base_url, here, str(CONCURRENCY)]


def _wget(task: Task) -> list[str]:
    return [
        "wget", "--mirror", "--no-verbose", "--no-host-directories", "--directory-prefix", str(task.directory),
        "--reject-regex=/(static|upload)/", f"{task.base_url}/",
    ]  # fmt: skip


def _least(task: Task) -> list[str]:
    return [sys.executable, "-m", "benchmarks.speed.least", str(task.captures)]


BARE, LINKS, OURS, WARC = "bare", "bare-links", "ours", "ours-warc"
LEAST, REPLAY, REPLAY_ALL, NEWS_PLEASE = "least", "replay", "replay-all", "news-please"
CONTENDERS = (
    Contender(BARE, "bare Scrapy", _bare("lists")),
    Contender(LINKS, "bare Scrapy, links of every page", _bare("pages")),
    Contender(OURS, "ours, without WARC", _ours(warc=False), in_project=True),
    Contender(WARC, "ours", _ours(warc=True), in_project=True),
    Contender("wget", "wget --mirror", _wget, needs=None, statuses=(0, 8)),  # 8: a link led nowhere
    Contender("trafilatura", "trafilatura", _extractor("trafilatura"), needs="trafilatura", slow=True),
    Contender("newspaper4k", "newspaper4k", _extractor("newspaper4k"), needs="newspaper", slow=True),
    Contender(NEWS_PLEASE, "news-please", _news_please, needs="newsplease", slow=True),
    Contender(LEAST, "FastWARC and lxml", _least, in_project=True, fetches=False, cores=1),
    Contender(REPLAY, "replay, one core", _replay, in_project=True, fetches=False, cores=1),
    Contender(REPLAY_ALL, "replay, all cores", _replay, in_project=True, fetches=False),
)
