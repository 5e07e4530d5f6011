"""Captchas, logins and waiting rooms in place of pages: kept with the reason, not taken for stories, not hammered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slqncy.archive import Archive
from slqncy.demo.site import DemoResponse
from tests.crawling import Pages, crawl, links, stories, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

CAPTCHA = (
    "<html><head><title>访问验证</title></head><body><p>您的访问过于频繁，请输入验证码后继续访问</p></body></html>"
)
LOGIN = "<html><head><title>提示信息</title></head><body><p>抱歉，您还没有登录，请先登录</p></body></html>"
BUSY = "<html><head><title>提示</title></head><body><p>系统繁忙，请稍后再试</p></body></html>"
SCRIPT = "<html><body><script>document.cookie='guard=1';location.reload()</script></body></html>"


def answered(status: int, page: str) -> DemoResponse:
    return DemoResponse(status, {"Content-Type": "text/html; charset=utf-8", "ETag": '"wall"'}, page.encode())


def test_walls_are_no_stories_and_take_nothing_back(serve_pages: Serve, tmp_path: Path) -> None:
    good = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(1, 10)}
    pages = Pages({"/": links(*good), **good})
    pages.pages |= {
        "/szxw/2.html": answered(200, CAPTCHA),
        "/szxw/4.html": answered(200, LOGIN),
        "/szxw/6.html": answered(202, SCRIPT),
        "/szxw/8.html": answered(403, BUSY),
        # In place of a list, and of the second page of a story.
        "/szxw/": answered(200, CAPTCHA),
        "/szxw/9_2.html": answered(200, CAPTCHA),
    }
    pages.pages["/szxw/9.html"] = good["/szxw/9.html"].replace("</body>", '<a href="9_2.html">2</a></body>')
    server = serve_pages(pages)
    result = crawl(tmp_path, server.base_url)
    assert result.status == 0, result.errors
    assert stories(tmp_path).keys() == {f"slqncy/szxw/{number}" for number in (1, 3, 5, 7)}
    rejected = {record.story_id: record for record in Archive(tmp_path).rejected()}
    reasons = {number: str(record.reason) for number, record in rejected.items()}
    assert "In place of http://www.slqncy.com/szxw/2.html: challenge (" in result.errors
    assert reasons == {"2": "challenge", "4": "login", "6": "challenge"}
    assert all(record.provenance.warc.file for record in rejected.values())
    report = json.loads(next(tmp_path.glob("runs/*.json")).read_text())
    details = {failure["url"].removeprefix("http://www.slqncy.com"): failure for failure in report["failures"]}
    assert details["/szxw/"]["reason"] == "server_error"
    assert details["/szxw/"]["detail"].startswith("no list: challenge, ")
    assert details["/szxw/8.html"]["detail"] == "HTTP 403: waiting_room, 系统繁忙，请"
    assert report["counters"]["slqncy/guard/wall"] == 5

    # The next time the walls are down, and stand elsewhere.
    pages.pages |= {**good, "/szxw/": links(*good), "/szxw/1.html": answered(200, CAPTCHA)}
    assert crawl(tmp_path, server.base_url, "full=1").status == 0
    assert len(stories(tmp_path)) == 9
    assert [record.story_id for record in Archive(tmp_path).rejected()][3:] == ["1"]
    events = [json.loads(line) for path in tmp_path.glob("events/*.ndjson") for line in path.read_text().splitlines()]
    # What it would be asked for with the next time is of the wall.
    assert [event["etag"] for event in events if event["reason"] in {"challenge", "login"}] == [""] * 4


def test_three_walls_in_a_row_end_the_run(serve_pages: Serve, tmp_path: Path) -> None:
    good = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in range(1, 12)}
    pages = Pages({"/": links(*good), **good})
    pages.pages |= {f"/szxw/{number}.html": answered(200, CAPTCHA) for number in range(2, 12)}
    server = serve_pages(pages)
    result = crawl(tmp_path, server.base_url)
    assert result.status == 75, result.errors
    host = server.base_url.removeprefix("http://")
    assert f"we should wait ({host} shows a captcha or a test for a browser); run again later" in result.errors
    assert "\nrun again   " in result.errors
    assert "\nwalls       3 captchas or waiting rooms: " in result.errors
    assert [request.path for request in server.requests if "html" in request.path] == [
        f"/szxw/{number}.html" for number in range(1, 5)
    ]
    pages.pages |= good
    assert crawl(tmp_path, server.base_url).status == 0
    assert stories(tmp_path).keys() == {"slqncy/szxw/1", *(f"slqncy/szxw/{number}" for number in range(5, 12))}
