"""robots.txt by RFC 9309: what may be asked for, given any answer; and the answers that only a network can give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slqncy.archive.hosts import is_damaged, read_hosts, write_hosts
from slqncy.archive.layout import HOSTS
from slqncy.demo.site import DemoResponse
from slqncy.exitcodes import ExitStatus
from slqncy.manners.robots import MOST_BYTES, UnavailableError, read_robots
from slqncy.records import moment
from tests.crawling import Pages, links, redirect, scrapy, stories, story_page, text_of
from tests.raw_server import End, Wait, raw_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer
    from tests.crawling import Result
    from tests.raw_server import Step

    Serve = Callable[[Pages], DemoServer]

SITE = "http://www.slqncy.com"
GBK = {"专题": "%D7%A8%CC%E2", "题": "%CC%E2", "滇": "%B5%E1"}


def may_fetch(status: int, body: bytes | str, path: str, agent: str = "slqncy") -> bool:
    """Whether the answer to the request for robots.txt lets a path be asked for."""
    try:
        rules = read_robots(status, body.encode() if isinstance(body, str) else body, agent)
    except UnavailableError:
        return False
    return rules.allows(f"{SITE}{path}")


def group(*lines: str, agent: str = "*") -> str:
    return "".join(f"{line}\n" for line in (f"User-agent: {agent}", *lines))


def filled(within: str, beyond: str) -> str:
    """A file whose first part ends with the last octet that is read."""
    head = group()
    return f"{head}{'#' * (MOST_BYTES - len(head) - len(within) - 1)}\n{within}{beyond}"


@pytest.mark.parametrize("status", [301, 304, 206, 401, 403, 429, 500, 502, 503, 599, 999])
def test_where_rules_cannot_be_had_nothing_may_be_asked_for(status: int) -> None:
    assert not may_fetch(status, "", "/")
    with pytest.raises(UnavailableError, match=f"HTTP {status}"):
        read_robots(status, b"", "slqncy")


@pytest.mark.parametrize("status", [400, 404, 405, 408, 410, 418, 451, 499])
def test_where_there_are_no_rules_everything_may(status: int) -> None:
    assert may_fetch(status, group("Disallow: /"), "/szxw/1.html")


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        # Nothing that forbids.
        ("", "/", True),
        (group("Disallow:"), "/", True),
        ("Disallow: /\n", "/", True),
        (group("Disallow: /", agent="Baiduspider"), "/", True),
        ("<!DOCTYPE html><html><title>首页</title><body>Disallow: /</body></html>", "/", True),
        (b"\x00\xff" * 5000, "/", True),
        # How a file is written.
        (group("Disallow: /szxw/"), "/szxw/1.html", False),
        ("\ufeff" + group("Disallow: /"), "/", False),
        (group("Disallow: /").encode("utf-16"), "/", False),
        (group("Disallow: /").replace("\n", "\r"), "/", False),
        (group("Disallow: /").replace("\n", "\r\n"), "/", False),
        ("User-agent: *\nDisallow: /", "/", False),
        ("  user-AGENT :  *  \n\tDISALLOW\t:\t/szxw/  # 专题 \n", "/szxw/1.html", False),
        (group("Disallow: /") + "User-agent: 别人\n", "/", False),
        ("# 注释".encode("gbk") + b"\n" + group("Disallow: /").encode(), "/", False),
        (group("Disallow: /a#b"), "/ab", False),
        (group("Disallow: /a\u2028Allow: /a\u0085Allow: /a\x0bAllow: /a", "Disallow: /a"), "/a", False),
        (group("Disalow: /szxw/"), "/szxw/1.html", False),
        ("User agent *\nDisallow /szxw/\n", "/szxw/1.html", False),
        # Which group.
        (group("Disallow: /", agent="SLQNCY"), "/", False),
        (group("Disallow: /", agent="slqncy/0.1"), "/", False),
        (group("Disallow: /", agent="s"), "/", True),
        (group("Disallow: /", agent="slqncybot"), "/", True),
        (group("Disallow: /") + group("Disallow: /szxw/", agent="slqncy"), "/nbxw/", True),
        (group("Disallow: /szxw/", agent="slqncy") + group("Disallow: /"), "/szxw/", False),
        (group("Disallow: /") + group(agent="slqncy"), "/", True),
        (group("Disallow: /a", agent="slqncy") + group() + group("Disallow: /b", agent="slqncy"), "/b", False),
        (group("Disallow: /a") + group("Disallow: /b"), "/b", False),
        ("User-agent: other\nUser-agent: slqncy\nDisallow: /\n", "/", False),
        ("User-agent: other\n\n\nUser-agent: slqncy\nDisallow: /\n", "/", False),
        ("User-agent: slqncy\nCrawl-delay: 1\nUser-agent: other\nDisallow: /\n", "/", False),
        ("User-agent: slqncy\nSitemap: /x\nClean-param: y\nUser-agent: other\nDisallow: /\n", "/", False),
        ("User-agent: slqncy\nDisallow:\nUser-agent: other\nDisallow: /\n", "/", True),
        # Which rule.
        (group("Disallow: /", "Allow: /szxw/"), "/szxw/1.html", True),
        (group("Allow: /szxw/", "Disallow: /"), "/nbxw/1.html", False),
        (group("Allow: /szxw", "Disallow: /szxw/"), "/szxw/1.html", False),
        (group("Disallow: /szxw/", "Allow: /szxw/"), "/szxw/1.html", True),
        (group("Allow: /", "Disallow: /*.html"), "/szxw/1.html", False),
        (group("Disallow: /szxw"), "/szxw.html", False),
        (group("Disallow: /SZXW/"), "/szxw/1.html", True),
        (group("Disallow: /"), "/robots.txt", True),
        (group("Disallow: szxw/"), "/szxw/1.html", True),
        # Patterns.
        (group("Disallow: /*.php$"), "/a/b.php", False),
        (group("Disallow: /*.php$"), "/a/b.php?c=1", True),
        (group("Disallow: /*?"), "/list.html?page=2", False),
        (group("Disallow: /*?"), "/list.html", True),
        (group("Disallow: /szxw/$"), "/szxw/", False),
        (group("Disallow: /szxw/$"), "/szxw/1.html", True),
        (group("Disallow: /a*b*c"), "/axxbxxc", False),
        (group("Disallow: *"), "/", False),
        (group(*("Disallow: /" + "*a" * 500 for _ in range(50))), "/" + "a" * 400 + "b", True),
        # Octets.
        (group("Disallow: /新闻/"), "/%E6%96%B0%E9%97%BB/1.html", False),
        (group("Disallow: /%e6%96%b0%e9%97%bb/"), "/%E6%96%B0%E9%97%BB/1.html", False),
        (group("Disallow: /%E6%96%B0/"), "/%E6%97%A7/", True),
        (group("Disallow: /专题/").encode("gbk"), f"/{GBK['专题']}/1.html", False),
        (group("Disallow: /题/").encode("gbk"), f"/{GBK['滇']}/1.html", True),
        (group("Disallow: /%73zxw/"), "/szxw/1.html", False),
        (group("Disallow: /a%2Fb"), "/a/b", True),
        (group("Disallow: /a%2Ab"), "/axxb", True),
        (group("Disallow: /a%2Ab"), "/a*b", False),
        (group("Disallow: /a b"), "/a%20b", False),
        # Length.
        (filled("Disallow: /early/\n", "Disallow: /late/\n"), "/early/", False),
        (filled("Disallow: /early/\n", "Disallow: /late/\n"), "/late/", True),
        (filled("Disallow: /", "szxw/1.html\n"), "/nbxw/", True),
        (filled("Disallow: /szxw", "/1.html\n"), "/szxw/1.html", True),
        (filled("Disallow: /szxw/", "\nDisallow: /\n"), "/szxw/1.html", False),
        (filled("Disallow: /szxw/", "\nDisallow: /\n"), "/nbxw/", True),
        (filled("Disallow: /szxw/", "\r\nDisallow: /\r\n"), "/szxw/1.html", False),
    ],
)  # fmt: skip
def test_what_rules_let_us_ask_for(body: bytes | str, path: str, allowed: bool) -> None:
    assert may_fetch(200, body, path) is allowed


def test_the_last_of_many_rules_counts() -> None:
    body = group(*(f"Disallow: /*{n}*{n + 1}/a$" for n in range(15_000)), "Disallow: /late/")
    assert not may_fetch(200, body, "/late/")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (group("Crawl-delay: 10"), 10),
        (group("Crawl-delay: 0.5", "Disallow: /a/"), 0.5),
        (group("Crawl-delay: 7") + group("Crawl-delay: 2", agent="slqncy"), 2),
        (group("Crawl-delay: 7") + group("Disallow: /a/", agent="slqncy"), 0),
        (group("Crawl-delay: 30", agent="Slurp") + group("Disallow: /a/"), 0),
        (group("Crawl-delay: 86400"), 300),
        (group("Crawl-delay: -1"), 0),
        (group("Crawl-delay: soon"), 0),
        (group("Crawl-delay: nan"), 0),
        (group("Disallow: /a/"), 0),
    ],
)
def test_how_long_to_leave_between_requests(lines: str, seconds: float) -> None:
    assert read_robots(200, lines.encode(), "slqncy").crawl_delay == seconds


def test_sitemaps_are_named_for_everybody() -> None:
    body = f"Sitemap: {SITE}/a.xml\nUser-agent: other\nDisallow: /\nsitemap : {SITE}/新.xml # b\nSitemap:\n".encode()
    assert read_robots(200, body, "slqncy").sitemaps == [f"{SITE}/a.xml", f"{SITE}/%E6%96%B0.xml"]


def run(archive: Path, base_url: str, *settings: str) -> Result:
    """A crawl without a pause between requests, and without retries."""
    given = (f"ARCHIVE_DIR={archive}", "DOWNLOAD_DELAY=0", "RETRY_TIMES=0", "DOWNLOAD_TIMEOUT=2", *settings)
    return scrapy(
        "crawl", "stories", "-a", f"base_url={base_url}", *(part for setting in given for part in ("-s", setting))
    )


@pytest.mark.parametrize(
    ("steps", "requests"),
    [
        ([Wait(30)], 1),
        ([End.RESET], 1),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nUser-agent: other\n", End.CLOSE], 1),
        ([b"HTTP/1.1 302 Found\r\nLocation: /robots.txt\r\nContent-Length: 0\r\n\r\n"], 6),
        ([b"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n"], 1),
    ],
    ids=["hangs", "is reset", "is cut", "redirects to itself", "leads away"],
)
def test_a_file_that_cannot_be_had(tmp_path: Path, steps: list[Step], requests: int) -> None:
    with raw_server(lambda _target, _times: steps) as server:
        result = run(tmp_path, server.base_url)
    assert result.status == ExitStatus.UNAVAILABLE, result.errors
    assert "/robots.txt cannot be had" in result.errors
    assert "Traceback" not in result.errors
    assert [served.target for served in server.served] == ["/robots.txt"] * requests
    assert read_hosts(tmp_path) == {}


def test_a_file_is_kept_for_a_day(serve_pages: Serve, tmp_path: Path) -> None:
    robots = "User-agent: *\nDisallow: /szxw/2.html\nSitemap: http://www.slqncy.com/map.xml\n"
    sitemap = "<urlset><url><loc>http://www.slqncy.com/szxw/3.html</loc></url></urlset>"
    pages = Pages({"/": links("/szxw/1.html", "/szxw/2.html"), "/map.xml": sitemap, "/robots.txt": redirect("/1")})
    pages.pages |= {f"/{hop}": redirect(f"/{hop + 1}") for hop in range(1, 5)} | {"/5": robots}
    pages.pages |= {f"/szxw/{n}.html": story_page(n, text_of(n)) for n in (1, 2, 3)}
    server = serve_pages(pages)

    def asked(*settings: str) -> list[str]:
        server.requests.clear()
        assert run(tmp_path, server.base_url, *settings).status == ExitStatus.OK
        return [request.path for request in server.requests]

    first = asked()
    assert first[:6] == ["/robots.txt", "/1", "/2", "/3", "/4", "/5"]
    assert stories(tmp_path).keys() == {"slqncy/szxw/1", "slqncy/szxw/3"}
    second = asked()
    assert "/robots.txt" not in second
    assert "/map.xml" in second
    hosts = read_hosts(tmp_path)
    hosts[server.base_url].robots_fetched = moment(datetime.now(UTC) - timedelta(days=1, minutes=1))
    write_hosts(tmp_path, hosts)
    pages.pages["/5"] = DemoResponse(404, {}, b"")
    assert asked()[0] == "/robots.txt"
    assert read_hosts(tmp_path)[server.base_url].robots_status == 404
    (tmp_path / HOSTS).write_bytes((tmp_path / HOSTS).read_bytes().replace(b"404", b"200"))
    assert is_damaged(tmp_path)
    verified = scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={tmp_path}")
    assert (verified.status, HOSTS in verified.output + verified.errors) == (ExitStatus.DATA, True)
    assert asked("ROBOTS_MAX_AGE=0")[0] == "/robots.txt"
    assert not is_damaged(tmp_path)
