"""Sites, disks and neighbours that misbehave: a clear word, an exit status, and nothing half-written."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.demo.site import DemoResponse
from tests.crawling import ROOT, Pages, crawl, links, redirect, scrapy, stories, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]


def is_sound(archive: Path) -> bool:
    """Whether `scrapy verify` finds nothing wrong."""
    return scrapy("verify", "-s", f"ARCHIVE_DIR={archive}").status == 0


def test_an_unreachable_host(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        result = crawl(tmp_path, f"http://127.0.0.1:{bound.getsockname()[1]}")
    assert result.status == 69, result.errors
    assert "the site could not be reached" in result.errors
    assert "Traceback" not in result.errors
    assert not list(tmp_path.glob("*/*.jsonl"))


def test_a_site_of_random_bytes(serve_pages: Serve, tmp_path: Path) -> None:
    class Noise(Pages):
        def respond(self, target: str) -> DemoResponse:
            return DemoResponse(200, {"Content-Type": "text/html"}, random.Random(target).randbytes(5000))

    result = crawl(tmp_path, serve_pages(Noise()).base_url)
    assert result.status == 65, result.errors
    assert "no story was found" in result.errors
    assert "Traceback" not in result.errors
    assert not list(tmp_path.glob("*/*.jsonl"))


@pytest.mark.parametrize("body", [b"", b"<html></html>"])
def test_an_empty_site(serve_pages: Serve, tmp_path: Path, body: bytes) -> None:
    result = crawl(tmp_path, serve_pages(Pages({"/": body, "/szxw/": body, "/robots.txt": b""})).base_url)
    assert result.status == 65, result.errors
    assert "no story was found" in result.errors
    assert not list(tmp_path.glob("*/*.jsonl"))


@pytest.mark.parametrize(
    ("robots", "status", "message"),
    [
        (DemoResponse(200, {}, b"User-agent: *\nDisallow: /\n"), 77, "robots.txt forbids every page"),
        (DemoResponse(503, {}, b""), 69, "could not be reached"),
    ],
)
def test_robots(serve_pages: Serve, tmp_path: Path, robots: DemoResponse, status: int, message: str) -> None:
    server = serve_pages(Pages({"/robots.txt": robots, "/": links("/szxw/1.html")}))
    result = crawl(tmp_path, server.base_url)
    assert result.status == status, result.errors
    assert message in result.errors
    assert {request.path for request in server.requests} == {"/robots.txt"}


def test_pages_that_are_no_stories_are_kept_with_the_reason(serve_pages: Serve, tmp_path: Path) -> None:
    pages: dict[str, str | bytes | DemoResponse] = {
        "/szxw/": links(*(f"/szxw/{number}.html" for number in range(1, 12))),
        "/szxw/1.html": story_page(1, text_of(1)),
        "/szxw/2.html": "<html><title>提示</title><body><p>对不起,您要查看的文章不存在或已被删除</p></body></html>",
        "/szxw/3.html": random.Random(3).randbytes(3000),
        "/szxw/4.html": redirect("/szxw/1.html"),
        "/szxw/5.html": redirect("/"),
        "/szxw/6.html": "<html><head><title>图片</title></head><body><h1>图片</h1></body></html>",
        "/szxw/7.html": DemoResponse(410, {"Content-Type": "text/html"}, b"<html><body>gone"),
        "/szxw/8.html": DemoResponse(200, {"Content-Type": "image/jpeg"}, b"\xff\xd8\xff\xe0" + b"\0" * 400),
        "/szxw/9.html": f"<html><body><p {' '.join(f'a{n}=1' for n in range(80_000))}>{text_of(9)}</p>",
        "/szxw/10.html": DemoResponse(404, {"Content-Type": "text/plain"}, b"no such file"),
        "/szxw/11.html": DemoResponse(206, {"Content-Type": "image/jpeg"}, b"\xff\xd8\xff\xe0" + b"\0" * 400),
        "/": links("/szxw/1.html"),
    }
    result = crawl(tmp_path, serve_pages(Pages(pages)).base_url)
    assert result.status == 0, result.errors
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
    reasons = {record.story_id: str(record.reason) for record in Archive(tmp_path).rejected()}
    assert reasons == {
        "2": "soft_404", "3": "not_html", "4": "redirected", "5": "redirected",
        "6": "empty", "7": "not_found", "8": "not_html", "9": "refused",
        "10": "not_found", "11": "http_status",
    }  # fmt: skip
    assert is_sound(tmp_path)


def test_a_failed_story_stays_due_and_the_next_run_gets_it(serve_pages: Serve, tmp_path: Path) -> None:
    pages = Pages({"/": links("/szxw/1.html", "/szxw/2.html"), "/szxw/1.html": story_page(1, text_of(1))})
    pages.pages["/szxw/2.html"] = DemoResponse(503, {}, b"busy")
    server = serve_pages(pages)
    first = crawl(tmp_path, server.base_url)
    assert first.status == 0, first.errors
    # The section page is missing and story 2 does not answer.
    assert "2 failures" in first.output
    pages.pages["/"] = links("/szxw/1.html")
    pages.pages["/szxw/2.html"] = story_page(2, text_of(2))
    assert crawl(tmp_path, server.base_url).status == 0
    assert stories(tmp_path).keys() == {"slqncy/szxw/1", "slqncy/szxw/2"}


def test_redirects_stay_on_the_site(serve_pages: Serve, tmp_path: Path) -> None:
    elsewhere = serve_pages(Pages({"/": links("/szxw/9.html"), "/szxw/9.html": story_page(9, text_of(9))}))
    pages = Pages({"/": links("/szxw/1.html", f"{elsewhere.base_url}/szxw/9.html", "/szxw/2.html", "/szxw/3.html")})
    pages.pages["/szxw/1.html"] = redirect(f"{elsewhere.base_url}/szxw/9.html")
    pages.pages["/szxw/2.html"] = redirect("/szxw/2.html")
    pages.pages["/szxw/3.html"] = redirect("http://slqncy.com/szxw/4.html")
    pages.pages["/szxw/4.html"] = story_page(4, text_of(4))
    result = crawl(tmp_path, serve_pages(pages).base_url)
    assert result.status == 0, result.errors
    assert stories(tmp_path).keys() == {"slqncy/szxw/4"}
    assert elsewhere.requests == []
    assert "off_site" in result.errors
    assert "redirects" in result.errors


def test_a_story_on_several_pages_is_joined(serve_pages: Serve, tmp_path: Path) -> None:
    whole = "\n".join(text_of(number).split("\n")[0] for number in range(1, 7)) + "(王宇)"
    paragraphs = whole.split("\n")
    page = story_page(1, whole)
    banner, trailer = page[: page.index("<p>3月")], page[page.index("<p>标题") :]
    parts = ["".join(f"<p>{line}</p>" for line in paragraphs[start : start + 2]) for start in (0, 2, 4)]
    pager = '<a href="1.html">1</a><a href="1_2.html">2</a><a href="1_3.html">3</a>'
    pages = Pages({"/": links("/szxw/1.html")})
    pages.pages["/szxw/1.html"] = f"{banner}{parts[0]}{pager}{trailer}"
    pages.pages["/szxw/1_2.html"] = f"<html><body><h1>东渚街道</h1><div>{parts[1]}</div>{pager}</body></html>"
    pages.pages["/szxw/1_3.html"] = f"<html><body><h1>东渚街道</h1><div>{parts[2]}</div>{pager}</body></html>"
    result = crawl(tmp_path, serve_pages(pages).base_url)
    assert "2 further pages" in result.output, result.errors
    (story,) = stories(tmp_path).values()
    assert story.text == whole
    assert story.declared_delta == 0


def test_two_runs_at_once(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))}))
    holder = ArchiveWriter(tmp_path)
    try:
        result = crawl(tmp_path, server.base_url)
    finally:
        holder.close()
    assert result.status == 75, result.errors
    assert "is writing to this archive" in result.errors
    assert server.requests == []
    assert crawl(tmp_path, server.base_url).status == 0


@pytest.mark.parametrize("where", ["a file", "a cut segment"])
def test_an_archive_that_cannot_be_used(serve_pages: Serve, tmp_path: Path, where: str) -> None:
    server = serve_pages(Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))}))
    archive = tmp_path / "archive"
    if where == "a file":
        archive.write_text("not a directory")
    else:
        assert crawl(archive, server.base_url).status == 0
        (segment,) = archive.glob("stories/*.jsonl")
        segment.write_bytes(segment.read_bytes()[:-10])
        server.requests.clear()
    result = crawl(archive, server.base_url)
    assert result.status == 74, result.errors
    assert str(archive) in result.errors
    assert "Traceback" not in result.errors
    assert server.requests == []


def test_a_disk_that_fills_up(serve_pages: Serve, tmp_path: Path) -> None:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(1, 30)}
    pages["/"] = links(*pages)
    server = serve_pages(Pages(dict(pages)))
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "from scrapy.cmdline import execute; execute()"
    )
    done = subprocess.run(
        [
            sys.executable, "-c", limited, "crawl", "stories", "-a", f"base_url={server.base_url}",
            "-s", f"ARCHIVE_DIR={tmp_path}", "-s", "DOWNLOAD_DELAY=0",
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 74, done.stderr
    assert "cannot write to the archive" in done.stderr
    assert "make room, or see who may write there, and run again" in done.stderr
    assert "Traceback" not in done.stderr
    assert crawl(tmp_path, server.base_url).status == 0
    assert len(stories(tmp_path)) == 29
    assert is_sound(tmp_path)


@pytest.mark.parametrize(("how", "status"), [(signal.SIGTERM, 75), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_stopped_goes_on_where_it_was(
    serve_pages: Serve, tmp_path: Path, how: signal.Signals, status: int
) -> None:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(1, 60)}
    pages["/"] = links(*pages)
    server = serve_pages(Pages(dict(pages)))
    process = subprocess.Popen(
        [
            sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"base_url={server.base_url}",
            "-s", f"ARCHIVE_DIR={tmp_path}", "-s", "DOWNLOAD_DELAY=0.05",
        ],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while len(server.requests) < 12:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    assert process.wait(30) == status
    partly = set(stories(tmp_path))
    assert len(partly) < 59
    asked_before = {request.path for request in server.requests}
    server.requests.clear()
    assert crawl(tmp_path, server.base_url).status == 0
    assert len(stories(tmp_path)) == 59
    assert is_sound(tmp_path)
    # What was archived before is not asked for again.
    again = {request.path for request in server.requests} & asked_before
    assert not {f"slqncy{path.removesuffix('.html')}" for path in again} & partly


def long_story(part: str | DemoResponse) -> Pages:
    """A story whose second page is this, and another story."""
    first = story_page(1, text_of(1)).replace("</body>", '<a href="1_2.html">2</a></body>')
    pages: dict[str, str | bytes | DemoResponse] = {
        "/szxw/1.html": first,
        "/szxw/1_2.html": part,
        "/szxw/5.html": story_page(5, text_of(5)),
        "/": links("/szxw/1.html", "/szxw/5.html"),
    }
    return Pages(pages)


@pytest.mark.parametrize(
    "part",
    [
        redirect("/szxw/5.html"),
        DemoResponse(200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + bytes(300)),
        DemoResponse(404, {}, b""),
        "<html><body></body></html>",
        f"<html><body><p {' '.join(f'a{n}=1' for n in range(80_000))}>{text_of(9)}</p>",
    ],
    ids=["another story", "a picture", "missing", "empty", "refused"],
)
def test_a_story_is_archived_whole_or_not_at_all(serve_pages: Serve, tmp_path: Path, part: str | DemoResponse) -> None:
    result = crawl(tmp_path, serve_pages(long_story(part)).base_url)
    assert result.status == 0, result.errors
    assert stories(tmp_path).keys() == {"slqncy/szxw/5"}
    assert is_sound(tmp_path)


def test_an_exception_on_a_further_page_costs_that_story_only(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(long_story(story_page(2, text_of(2))))
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={tmp_path}",
        "-s", "DOWNLOAD_DELAY=0", "-s", "SPIDER_MODULES=tests.broken_spider", "-s", "SPOIL=_read_part",
    )  # fmt: skip
    assert result.status == 70, result.errors
    assert stories(tmp_path).keys() == {"slqncy/szxw/5"}
    assert "unanswered" not in result.output


@pytest.mark.parametrize("path", [f"/szxw/1_{'9' * 5000}.html", f"/{'a' * 3000}/7.html", f"/szxw/{'7' * 2500}.html"])
def test_an_address_that_is_too_long_is_none(serve_pages: Serve, tmp_path: Path, path: str) -> None:
    pages = Pages({"/": links("/szxw/1.html", path), "/szxw/1.html": story_page(1, text_of(1), more=links(path))})
    result = crawl(tmp_path, serve_pages(pages).base_url)
    assert result.status == 0, result.errors
    assert stories(tmp_path).keys() == {"slqncy/szxw/1"}
    assert is_sound(tmp_path)


def test_a_list_page_that_was_taken_for_a_story_is_read_all_the_same(serve_pages: Serve, tmp_path: Path) -> None:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in (1, 2, 3)}
    pages["/szxw/1.html"] = story_page(1, text_of(1), more=links("/szxw/102.html"))
    pages["/szxw/102.html"] = links("/szxw/3.html")
    site = Pages({**pages, "/": "", "/szxw/": links("/szxw/1.html", "/szxw/2.html")})
    server = serve_pages(site)
    assert crawl(tmp_path, server.base_url).status == 0
    site.pages["/szxw/"] = links("/szxw/1.html", "/szxw/2.html") + '<a href="102.html">102</a>'
    for arguments in ((), ("full=1",), ()):
        result = crawl(tmp_path, server.base_url, *arguments)
        assert result.status == 0, result.errors
        assert is_sound(tmp_path)


def test_a_line_is_never_too_long_for_readers(serve_pages: Serve, tmp_path: Path) -> None:
    head = f'<meta name="description" content="{"长" * 400_000}">'
    page = story_page(1, text_of(1)).replace("<head>", f"<head>{head}")
    pages = Pages({"/": links("/szxw/1.html", "/szxw/2.html"), "/szxw/1.html": page})
    pages.pages["/szxw/2.html"] = story_page(2, text_of(2))
    assert crawl(tmp_path, serve_pages(pages).base_url).status == 0
    assert is_sound(tmp_path)
