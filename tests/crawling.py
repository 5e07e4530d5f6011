"""Running real commands against real servers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive import Archive
from slqncy.demo.site import DemoResponse
from tests import forkserver

if TYPE_CHECKING:
    from slqncy.records import Story

ROOT = Path(__file__).parent.parent
SEED = (ROOT / "slqncy/demo/seed.txt").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Result:
    """A finished command."""

    status: int
    output: str
    errors: str


def scrapy(*arguments: str, timeout: float = 120) -> Result:
    """Run `scrapy …` in the project, warnings as errors."""
    return result(forkserver.run("scrapy", *arguments, timeout=timeout))


def scrapy_from_nothing(*arguments: str, timeout: float = 120) -> Result:
    """Run `scrapy …` as a shell does, imports included."""
    command = [sys.executable, "-W", "error", "-m", "scrapy", *arguments]
    return result(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False))


def result(done: subprocess.CompletedProcess[str]) -> Result:
    """What we ask of a finished process."""
    return Result(done.returncode, done.stdout, done.stderr)


def crawl(archive: Path, base_url: str, *arguments: str) -> Result:
    """Run `scrapy crawl stories` against a server, without a pause between requests."""
    return scrapy(*crawl_arguments(archive, base_url, *arguments))


def crawl_arguments(archive: Path, base_url: str, *arguments: str) -> list[str]:
    """What `scrapy` is told to crawl."""
    return [
        "crawl", "stories", "-a", f"base_url={base_url}", "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0",
        *(part for argument in arguments for part in ("-a", argument)),
    ]  # fmt: skip


def stories(archive: Path) -> dict[str, Story]:
    """The archived stories by id; an id stands once."""
    found = list(Archive(archive).stories())
    by_id = {story.id: story for story in found}
    assert len(by_id) == len(found)
    return by_id


@dataclass
class Pages:
    """A hand-written site: what is not listed is 404."""

    pages: dict[str, str | bytes | DemoResponse] = field(default_factory=dict)

    def respond(self, target: str) -> DemoResponse:
        """The page of a request target, query included."""
        page = self.pages.get(target)
        if page is None:
            return DemoResponse(404, {"Content-Type": "text/html"}, b"<html><body>404")
        if isinstance(page, DemoResponse):
            return page
        body = page.encode() if isinstance(page, str) else page
        return DemoResponse(200, {"Content-Type": "text/html; charset=utf-8"}, body)


def redirect(location: str) -> DemoResponse:
    """A permanent redirect."""
    return DemoResponse(301, {"Location": location}, b"")


def links(*targets: str) -> str:
    """A page of links, each with a title of its own."""
    items = "".join(f'<li><a href="{target}">第{index}条新闻的标题</a></li>' for index, target in enumerate(targets, 1))
    return f"<html><head><title>新闻</title></head><body><ul>{items}</ul></body></html>"


def story_page(number: int, text: str, *, section: str = "szxw", more: str = "") -> str:
    """A story in a plain design, with banner and trailer; paragraphs are split at line feeds."""
    paragraphs = text.split("\n")
    chars = sum(map(len, paragraphs)) + len(paragraphs) + 1
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    title = f"东渚街道第{number}次志愿服务活动举行"
    return (
        f"<html><head><title>{title}_本地新闻</title></head><body><h1>{title}</h1><div>"
        f"<p>本篇文章{chars}字,读完约{max(1, round(chars / 400))}分钟</p>{body}"
        f"<p>标题:{title}</p><p>地址:http://www.slqncy.com/{section}/{number}.html</p></div>{more}</body></html>"
    )


def text_of(number: int) -> str:
    """A text of two paragraphs that no other number has."""
    return (
        f"3月{number % 28 + 1}日上午,{number}名志愿者在河边清理了{number * 3}公斤垃圾,整理出{number + 7}袋可回收物。\n"
        f"负责人介绍,这是今年的第{number}次活动,共有{number * 11}人次报名参加,居民们纷纷点赞。(王宇)"
    )
