"""A site that gives orders to whoever reads of it: logs, terminals and reports show its words, and obey none."""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from html import escape
from typing import TYPE_CHECKING

import pytest
from lxml.html import document_fromstring

from slqncy.archive import Archive
from tests.crawling import links, scrapy, story_page, text_of
from tests.raw_server import End, raw_server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.crawling import Result
    from tests.raw_server import Step

WINDOW, FORGED = "\x1b]0;pwned\x07\x1b[2J\x9b31m", "2026-11-26 00:00:00 [scrapy.core.engine] INFO: forged"
ORDERS = f'甲\u202e乙\u2066\u200b\u2028{WINDOW}\r\n{FORGED}<script>alert(1)</script>=HYPERLINK("http://a/")-->../../etc/passwd'
HEADER = b"\x1b]0;pwned\x07\x9b31m\x08\x85\xe2\x80\xae"
PATHS = [
    "/szxw/1.html%1b]0;pwned%07",
    f"/szxw/2.html%0d%0a{FORGED.replace(' ', '%20')}",
    "/..%2f..%2fetc/passwd/3.html",
    "/szxw/%00.html",
    "/szxw/..%5c..%5c4.html",
    "/%2e%2e/%2e%2e/etc/5.html",
    "/\u202eszxw/\u200b6.html",
]


def hostile_story(number: int, text: str = "") -> str:
    title = f"东渚街道第{number}次志愿服务活动举行"
    return story_page(number, text or text_of(number)).replace(title, escape(f"{title}{ORDERS}"))


def answer(status: str = "200 OK", body: str = "", *headers: bytes) -> bytes:
    data = body.encode()
    head = [f"HTTP/1.1 {status}".encode("latin-1"), *headers, f"Content-Length: {len(data)}".encode()]
    return b"\r\n".join([*head, b"", data])


HTML = b"Content-Type: text/html; charset=utf-8"
EDITED = text_of(1).replace("居民们", "大家")
ANSWERS: dict[str, Sequence[Step]] = {
    "/robots.txt": [
        answer("200 OK", f"User-agent: *\nDisallow: /x{WINDOW}\u202e\nSitemap: /map.xml\nSitemap: /{ORDERS[:40]}.xml")
    ],
    "/map.xml": [answer("200 OK", f"<urlset><url><loc>{ORDERS[:30]}</urlset>", b"Content-Type: text/xml")],
    "/szxw/1.html": [answer("200 OK", hostile_story(1), HTML, b'ETag: "' + HEADER + b'"')],
    "/szxw/2.html": [answer("200 OK", hostile_story(2, EDITED), HTML, b"Last-Modified: " + HEADER)],
    "/szxw/3.html": [answer("302 Found", "", b"Location: /szxw/1.html?" + HEADER)],
    "/szxw/4.html": [answer("302 Found", "", b"Location: http://elsewhere.example/" + HEADER)],
    "/szxw/5.html": [answer("200 OK", "GIF89a", b"Content-Type: image/" + HEADER)],
    "/szxw/6.html": [answer(f"404 {WINDOW}", ORDERS, HTML)],
    "/szxw/7.html": [HEADER + b"\r\n\r\n", End.CLOSE],
    "/szxw/8.html": [answer("200 OK", f"<title>x</title><p>请输入验证码{escape(ORDERS)}</p>", HTML)],
    "/szxw/9.html": [answer("200 OK", f"<title>x</title><p>您访问的文章不存在{escape(ORDERS)}</p>", HTML)],
    "/szxw/10.html": [answer("200 OK", "x", b"Content-Encoding: " + HEADER, b"Transfer-Encoding: " + HEADER)],
}


def answers(target: str, _times: int) -> Sequence[Step]:
    if target == "/":
        stories = [f"/szxw/{number}.html" for number in range(1, 11)]
        return [answer("200 OK", links(*stories, *map(escape, PATHS)) + escape(ORDERS), HTML)]
    return ANSWERS.get(target, [answer(f"404 {WINDOW}", ORDERS, HTML)])


def unseen(text: str) -> set[str]:
    """The characters of a text that a terminal obeys or nobody sees."""
    categories = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {f"U+{ord(sign):04X}" for sign in text if unicodedata.category(sign) in categories and sign != "\n"}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The site in an archive, and beside it a log of all that Scrapy says."""
    folder = tmp_path_factory.mktemp("hostile")
    with raw_server(answers) as server:
        result = scrapy(
            "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={folder / 'archive'}",
            "-s", "DOWNLOAD_DELAY=0", "-s", "DOWNLOAD_TIMEOUT=5", "-s", f"LOG_FILE={folder / 'log'}", "-L", "DEBUG",
        )  # fmt: skip
    return folder, result


def test_what_a_run_says(crawled: tuple[Path, Result]) -> None:
    folder, result = crawled
    assert result.status == 0, result.errors
    assert {story.story_id for story in Archive(folder / "archive").stories()} == {"1"}
    assert unseen(result.output + result.errors) == set()
    log = (folder / "log").read_text(encoding="utf-8")
    assert "elsewhere.example" in log
    assert unseen(log) == set()
    # Each line is one of ours, or what belongs to it.
    lines = [line for line in log.partition("Spider opened")[2].split("\n")[1:-1] if not line.startswith("    ")]
    assert [line for line in lines if not re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[\w.]+\] [A-Z]+: ", line)] == []
    assert [line for line in lines if line.startswith(FORGED)] == []


def test_what_is_on_disk(crawled: tuple[Path, Result]) -> None:
    folder, _ = crawled
    archive = folder / "archive"
    assert {path.name for path in folder.iterdir()} == {"archive", "log"}
    names = [path.relative_to(archive).as_posix() for path in archive.rglob("*")]
    assert [name for name in names if not re.fullmatch(r"\.lock|[a-z]+(?:[/.-][\w-]+)*(?:\.[\w.]+)?", name)] == []
    assert archive.stat().st_mode & 0o777 == 0o700
    (report,), (page,) = archive.glob("runs/*.json"), archive.glob("runs/*.html")
    for path in (report, page):
        assert unseen(path.read_text(encoding="utf-8")) == set(), path
    details = " ".join(failure["detail"] for failure in json.loads(report.read_text(encoding="utf-8"))["failures"])
    assert "elsewhere.example" in details
    shown = document_fromstring(page.read_text(encoding="utf-8"))
    assert {element.tag for element in shown.iter()} & {"script", "img", "iframe", "object", "link", "base"} == set()
    assert {name for element in shown.iter() for name in map(str, element.attrib) if name.startswith("on")} == set()
    targets = [link.get("href", "") for link in shown.iter("a")]
    assert any(target.startswith("http://") for target in targets)
    assert [target for target in targets if not target.startswith(("http://", "#"))] == []
    assert "东渚街道" not in page.read_text(encoding="utf-8"), "no title is on the page"
    # Data stay as they were said, one line a record.
    for path in (archive / "stories").iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        assert "\u202e" in json.loads(lines[0])["title"]
        assert len(lines) == path.read_bytes().count(b"\n")


@pytest.mark.parametrize(
    "command",
    [
        "verify --full", "explain slqncy/szxw/4", "coverage", "duplicates",
        "duplicates slqncy/szxw/1", "dedup --rescore -s DEDUP_NEAR_SCORE=1", "changes", "reextract",
        "wacz {folder}/hostile.wacz", "coverage --svg {folder}/hostile.svg", "explain \x1b]0;pwned\x07\u202e",
    ],
    ids=lambda command: command.split(" ")[0] + str(len(command)),
)  # fmt: skip
def test_what_commands_say(crawled: tuple[Path, Result], tmp_path: Path, command: str) -> None:
    folder, _ = crawled
    arguments = command.format(folder=tmp_path).split(" ")
    result = scrapy(*arguments, "-s", f"ARCHIVE_DIR={folder / 'archive'}")
    assert result.status == (65 if "\x1b" in command else 0), result.errors
    assert unseen(result.output + result.errors) == set()
    assert "Traceback" not in result.errors
    for path in tmp_path.glob("*.wacz"):
        with zipfile.ZipFile(path) as package:
            told = [package.read(name).decode() for name in package.namelist() if name.endswith((".json", ".jsonl"))]
        assert any("甲\\u202e乙" in text for text in told)
        assert set().union(*map(unseen, told)) == set()
    for path in tmp_path.glob("*.svg"):
        assert unseen(path.read_text(encoding="utf-8")) == set()
