"""A page that asks not to be archived: that it exists is told, and what it tells is nowhere."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from slqncy.archive import Archive
from tests import warcs
from tests.crawling import links, scrapy, stories, story_page, text_of
from tests.raw_server import End, raw_server
from tests.replaying import assert_sound, crawled, replay, response

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.raw_server import Step

TITLE = "东渚街道第{}次志愿服务活动举行"
META = '<meta name="{}" content="{}"><meta name="description" content="描述{}"><img src="/1.jpg">'


def page(
    number: int, directive: str = "index, follow", *, robot: str = "robots", packed: bool = False, **headers: str
) -> bytes:
    head = META.format(robot, directive, text_of(number)[:20])
    body = story_page(number, text_of(number)).replace("</head>", f"{head}</head>").encode()
    if packed:
        return response(gzip.compress(body, mtime=0), Content_Encoding="gzip", **headers)
    return response(body, **headers)


PAGES = {
    1: page(1),
    2: page(2, "NoArchive"),
    3: page(3, X_Robots_Tag="nocache"),
    4: page(4, "noarchive", robot="slqncy", packed=True),
    5: page(5, "noarchive", robot="googlebot", X_Robots_Tag="bingbot: noarchive"),
    6: page(6, "none"),
    7: page(7, "unavailable_after: 2020-01-01"),
    8: page(8, "unavailable_after: 2999-01-01"),
    # The same words are a payload that is known: it is kept of the page that lets it be.
    9: page(1, X_Robots_Tag="noarchive"),
    10: page(10, "noarchive").replace(b"200 OK", b"404 Not Found"),
}
WITHHELD = {2: "noarchive", 3: "nocache", 4: "slqncy: noarchive", 7: "unavailable_after: 2020-01-01", 9: "noarchive"}


def answers(target: str, _times: int) -> Sequence[Step]:
    number = target.removeprefix("/szxw/").removesuffix(".html")
    if number.isdecimal():
        return (PAGES[int(number)], End.CLOSE)
    shown = {"/szxw/": links(*(f"/szxw/{number}.html" for number in PAGES))}
    return (response(shown.get(target, ""), status="200 OK" if target in shown else "404 Not Found"), End.CLOSE)


def test_noarchive(tmp_path: Path) -> None:
    archive, into = tmp_path / "archive", tmp_path / "replay"
    with raw_server(answers) as server:
        result = crawled(archive, server.base_url, "sections=szxw")
    assert f"'slqncy/guard/noarchive': {len(WITHHELD)}," in result.errors
    kept = {story.story_id: story.robots for story in stories(archive).values()}
    assert kept == {
        "1": ["index", "follow"], "5": ["bingbot: noarchive"], "6": ["none"], "8": ["unavailable_after: 2999-01-01"],
    }  # fmt: skip
    lines = {int(line.story_id): line for line in Archive(archive).rejected()}
    assert lines.pop(10).reason == "not_found"
    assert {number: line.reason_detail for number, line in lines.items()} == WITHHELD
    for number, line in lines.items():
        assert (line.reason, line.text, line.description, line.images) == ("noarchive", "", "", [])
        assert line.title == TITLE.format(1 if number == 9 else number)
        assert WITHHELD[number] in line.robots
    # Nothing that such a page tells is in any file.
    captured = {one.uri.rpartition("/")[2]: one for one in warcs.exchanges(warcs.files(archive))}
    for number, directive in WITHHELD.items():
        one = captured[f"{number}.html"]
        assert one.kinds == ["request", "response", "metadata"]
        assert (one.truncated, one.fields["withheld"], one.fields["refused"]) == ("unspecified", directive, "noarchive")
        head, _, payload = one.record("response")[1].partition(b"\r\n\r\n")
        assert (head, payload) == (PAGES[number].partition(b"\r\n\r\n")[0], b"")
        assert not one.fields.keys() & {"wireSha256", "wireBytes", "wireFraming"}
    for path in archive.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        assert not [number for number in (2, 3, 4, 7) if text_of(number)[:20].encode() in data], path
    assert_sound(archive)
    warcs.assert_peers_accept(warcs.files(archive))
    # A replay comes to the same, but for what it would have to read; and there is nothing to read again.
    replayed = replay(into, archive / "warc")
    assert replayed.status == 0, replayed.errors
    again = {int(line.story_id): line for line in Archive(into).rejected()}
    assert {number: (line.reason, line.reason_detail) for number, line in again.items() if number != 10} == {
        number: ("noarchive", directive) for number, directive in WITHHELD.items()
    }
    assert stories(into).keys() == stories(archive).keys()
    assert_sound(into)
    reread = scrapy("reextract", "-s", f"ARCHIVE_DIR={archive}")
    assert reread.status == 0, reread.errors
    assert "0 would say something else" in reread.output, reread.output


def test_a_story_that_forbids_it_later_keeps_its_lines(tmp_path: Path) -> None:
    now = {"/szxw/": response(links("/szxw/1.html")), "/szxw/1.html": page(1)}
    with raw_server(lambda target, _: (now.get(target, response("", status="404 No")), End.CLOSE)) as server:
        crawled(tmp_path, server.base_url, "sections=szxw")
        now["/szxw/1.html"] = page(1, "noarchive")
        crawled(tmp_path, server.base_url, "sections=szxw", "full=1", status=65)
    assert stories(tmp_path)["slqncy/szxw/1"].text == text_of(1)
    assert [line.reason for line in Archive(tmp_path).rejected()] == ["noarchive"]
    assert_sound(tmp_path)


def test_a_story_with_a_page_that_forbids_it_is_not_archived(tmp_path: Path) -> None:
    first = story_page(1, text_of(1)).replace("</body>", '<a href="1_2.html">2</a></body>')
    site = {
        "/szxw/": response(links("/szxw/1.html", "/szxw/2.html")),
        "/szxw/1.html": response(first),
        "/szxw/1_2.html": page(12, "noarchive"),
        "/szxw/2.html": page(2),
    }
    with raw_server(lambda target, _: (site.get(target, response("", status="404 No")), End.CLOSE)) as server:
        crawled(tmp_path, server.base_url, "sections=szxw")
    assert stories(tmp_path).keys() == {"slqncy/szxw/2"}
    failed = {(event.url.rpartition("/")[2], event.reason) for event in Archive(tmp_path).events()}
    assert {("1_2.html", "unreadable"), ("1.html", "incomplete")} <= failed
