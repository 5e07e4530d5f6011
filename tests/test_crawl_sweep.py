"""Sweeps: `-a ids=…` on small hand-written sites."""

from __future__ import annotations

import json
import signal
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.reliability.crawl_process import Moment, Strike, Tripwire, start, strike
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger
from slqncy.demo import serving
from slqncy.demo.site import DemoResponse
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import State
from tests.crawling import Pages, Result, crawl, links, redirect, scrapy, stories, story_page, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.archive.ledger import Known
    from slqncy.demo import DemoServer

    Serve = Callable[[Pages], DemoServer]

BUSY = DemoResponse(503, {}, b"")
TOO_MANY = DemoResponse(429, {"Retry-After": "3600"}, b"")


def site(*numbers: int, section: str = "szxw") -> Pages:
    """Stories of these numbers, which no list shows."""
    return Pages({f"/{section}/{n}.html": story_page(n, text_of(n), section=section) for n in numbers})


def everywhere(page: str | DemoResponse) -> Pages:
    """The same answer for every number that is asked for."""
    return Pages({f"/szxw/{number}.html": page for number in range(1, 31)})


def sweep(archive: Path, server: DemoServer, *arguments: str) -> tuple[Result, list[str]]:
    """A run, and the paths of the stories it asked for, in order."""
    server.requests.clear()
    result = crawl(archive, server.base_url, *arguments)
    assert "Traceback" not in result.errors
    return result, [
        request.path.removesuffix(".html") for request in server.requests if request.path.endswith(".html")
    ]  # fmt: skip


def paths(*numbers: int, section: str = "szxw") -> list[str]:
    return [f"/{section}/{number}" for number in numbers]


def known(archive: Path) -> dict[str, Known]:
    """What the ledger knows, by section and number."""
    with closing(Ledger(archive / LEDGER, read_only=True)) as ledger:
        names = [row[0] for row in ledger.db.execute("SELECT story FROM url WHERE kind = 'story' ORDER BY id")]
        found = {name.removeprefix("slqncy/"): ledger.known_by_story(name) for name in names}
    return {name: story for name, story in found.items() if story}


def report(archive: Path) -> dict[str, Any]:
    """The report of the run that ended last."""
    path = max(archive.glob("runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
    told: dict[str, Any] = json.loads(path.read_bytes())
    assert told["requests"]["adds_up"] is True
    assert told["addresses"]["adds_up"] is True
    return told


def is_sound(archive: Path) -> bool:
    return scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={archive}").status == 0


def test_numbers_are_asked_for_once_lowest_first_and_nothing_else_is(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site(103, 105, 109)
    pages.pages |= {"/": links("/szxw/104.html"), "/robots.txt": "Sitemap: http://www.slqncy.com/sitemap.xml\n"}
    server = serve_pages(pages)
    result, asked = sweep(tmp_path, server, "ids=108-110, 102-105,104")
    assert result.status == 0, result.errors
    assert asked == paths(102, 103, 104, 105, 108, 109, 110)
    assert {request.path for request in server.requests} == {"/robots.txt", *(f"{path}.html" for path in asked)}
    assert stories(tmp_path).keys() == {"slqncy/szxw/103", "slqncy/szxw/105", "slqncy/szxw/109"}
    assert {name for name, story in known(tmp_path).items() if story.state is State.REJECTED} == {
        "szxw/102", "szxw/104", "szxw/108", "szxw/110",
    }  # fmt: skip
    result, asked = sweep(tmp_path, server, "ids=101-111")
    assert result.status == 0
    assert asked == paths(101, 106, 107, 111)
    assert sweep(tmp_path, server, "ids=101-111")[1] == []
    assert report(tmp_path)["exit_status"] == 0
    assert is_sound(tmp_path)


def test_full_asks_for_what_is_known_too(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site(1, 2)
    server = serve_pages(pages)
    sweep(tmp_path, server, "ids=1-3")
    pages.pages |= site(3).pages | {"/szxw/2.html": story_page(2, text_of(20))}
    result, asked = sweep(tmp_path, server, "ids=1-3", "full=1")
    assert asked == paths(1, 2, 3)
    assert "3 requested = 1 archived + 1 changed + 1 unchanged" in result.output
    assert is_sound(tmp_path)


def test_what_a_story_links_becomes_known_and_is_asked_for_by_an_ordinary_run(
    serve_pages: Serve, tmp_path: Path
) -> None:
    pages = site(5, 50)
    pages.pages["/szxw/5.html"] = story_page(5, text_of(5), more=links("/szxw/50.html"))
    pages.pages["/"] = links("/szxw/5.html")
    server = serve_pages(pages)
    assert sweep(tmp_path, server, "ids=5")[1] == paths(5)
    assert known(tmp_path)["szxw/50"].state is State.FOUND
    assert sweep(tmp_path, server, "ids=49-51")[1] == paths(49, 50, 51)


def test_a_section_is_asked_for_what_those_before_it_have_not(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site(1, 2, 5)
    pages.pages |= site(3, section="tyxw").pages | site(4, section="yaowen").pages
    server = serve_pages(pages)
    result, asked = sweep(tmp_path, server, "ids=1-6", "sections=szxw,tyxw,yaowen")
    assert result.status == 0, result.errors
    in_turn = [(range(1, 7), "szxw"), ([3, 4, 6], "tyxw"), ([4, 6], "yaowen")]
    assert asked == [path for numbers, section in in_turn for path in paths(*numbers, section=section)]
    assert stories(tmp_path).keys() == {
        f"slqncy/{name}" for name in ("szxw/1", "szxw/2", "szxw/5", "tyxw/3", "yaowen/4")
    }  # fmt: skip
    assert sweep(tmp_path, server, "ids=1-6", "sections=szxw,tyxw,yaowen")[1] == []
    # One that is known in a section has no other.
    assert sweep(tmp_path, server, "ids=1-6", "sections=other")[1] == paths(6, section="other")
    coverage = report(tmp_path)["coverage"]
    assert coverage.keys() == {"slqncy", "slqncy/other", "slqncy/szxw", "slqncy/tyxw", "slqncy/yaowen"}
    assert coverage["slqncy"] == {
        "lowest": 1, "highest": 6, "archived": 5, "duplicate": 0, "gone": 0, "forgotten": 0, "waiting": 0,
        "rejected": 0, "missing": 1, "never_asked": 0, "unnumbered": 0,
    }  # fmt: skip


def test_the_profile_says_which_sections(serve_pages: Serve, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "slqncy"\nextends = "slqncy"\n[urls]\nsections = ["tyxw", "szxw"]\n')
    server = serve_pages(site(2))
    _, asked = sweep(tmp_path / "archive", server, f"site={profile}", "ids=1-2")
    assert asked == [*paths(1, 2, section="tyxw"), *paths(1, 2)]


def test_with_many_requests_at_once_a_section_waits_for_the_one_before(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(site(*range(1, 40, 2)))
    result = scrapy(
        "crawl", "stories", "-a", f"base_url={server.base_url}", "-s", f"ARCHIVE_DIR={tmp_path}", "-s",
        "DOWNLOAD_DELAY=0", "-a", "ids=1-40", "-a", "sections=szxw,tyxw", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8",
    )  # fmt: skip
    assert result.status == 0, result.errors
    assert {r.path for r in server.requests if "tyxw" in r.path} == {f"/tyxw/{n}.html" for n in range(2, 41, 2)}
    assert len(stories(tmp_path)) == 20


def test_a_number_that_leads_elsewhere(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site(7, section="tyxw")
    pages.pages |= {"/": links(), "/szxw/7.html": redirect("/tyxw/7.html"), "/szxw/8.html": redirect("/")}
    server = serve_pages(pages)
    assert sweep(tmp_path, server, "ids=7-8")[0].status == 0
    assert known(tmp_path)["tyxw/7"].state is State.FOUND
    _, asked = sweep(tmp_path, server, "ids=7-8", "sections=szxw,tyxw")
    assert asked == paths(7, 8, section="tyxw")
    assert stories(tmp_path).keys() == {"slqncy/tyxw/7"}


def test_what_failed_is_asked_for_again_when_it_is_due(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site(1, 3)
    pages.pages["/szxw/2.html"] = BUSY
    server = serve_pages(pages)
    result, _ = sweep(tmp_path, server, "ids=1-3", "sections=szxw,tyxw")
    assert result.status == 0
    assert report(tmp_path)["requests"]["failures"] == 1
    assert "/tyxw/2.html" not in {request.path for request in server.requests}, "nobody knows that it is missing"
    assert set(sweep(tmp_path, server, "ids=1-3")[1]) == {"/szxw/2"}
    pages.pages |= site(2).pages
    # By now it has failed twice, and is due in an hour.
    assert sweep(tmp_path, server, "ids=1-3")[1] == []
    assert sweep(tmp_path, server, "ids=1-3", "full=1")[1] == paths(1, 2, 3)
    assert len(stories(tmp_path)) == 3


def test_max_stories_is_exact_and_no_number_is_known_before_it_is_asked_for(serve_pages: Serve, tmp_path: Path) -> None:
    server = serve_pages(site(2, 4, 6, 8))
    result, asked = sweep(tmp_path, server, "ids=1-1000000", "max_stories=2")
    assert result.status == 0, result.errors
    assert asked == paths(1, 2, 3, 4)
    assert report(tmp_path)["addresses"]["found"] == 4
    assert sweep(tmp_path, server, "ids=1-1000000", "max_stories=1")[1] == paths(5, 6)


def test_holes_do_not_burden_ordinary_runs_unless_a_page_links_them(serve_pages: Serve, tmp_path: Path) -> None:
    pages = site(1, 2)
    pages.pages["/"] = links("/szxw/1.html", "/szxw/99.html")
    server = serve_pages(pages)
    sweep(tmp_path, server, "ids=1-9")
    due = {name for name, story in known(tmp_path).items() if story.due is not None}
    assert due == {"szxw/1", "szxw/2"}, "stories are looked at again for edits"
    crawl(tmp_path, server.base_url)
    assert known(tmp_path)["szxw/99"].due is not None, "what a page links is looked at again"
    # Meanwhile the site has got a story there.
    pages.pages |= site(7).pages | {"/": links("/szxw/1.html", "/szxw/7.html", "/szxw/8.html")}
    _, asked = sweep(tmp_path, server)
    assert asked == paths(7, 8)
    assert "slqncy/szxw/7" in stories(tmp_path)
    assert known(tmp_path)["szxw/8"].due is not None
    assert sweep(tmp_path, server)[1] == []
    assert report(tmp_path)["addresses"]["found"] == 0
    assert is_sound(tmp_path)


def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    numbers = range(1, 121)
    wire = Tripwire(site(*range(1, 121, 3)))
    with serving(wire) as server:
        assert sweep(tmp_path / "whole", server, "ids=1-120")[1] == paths(*numbers)
        server.requests.clear()
        for at in (30, 25):
            wire.arm(at)
            life = start(tmp_path / "killed", server.base_url, "-a", "ids=1-120")
            assert strike(life, signal.SIGKILL, Strike(Moment.REQUEST, request=at), wire) is not None
        assert crawl(tmp_path / "killed", server.base_url, "ids=1-120").status == 0
        asked = [request.path for request in server.requests if request.path != "/robots.txt"]
    assert set(asked) == {f"/szxw/{number}.html" for number in numbers}
    # Anew only what was answered and not acknowledged: a group of lines, three a number at most, for each kill.
    assert len(asked) <= len(numbers) + 2 * 45
    whole, killed = known(tmp_path / "whole"), known(tmp_path / "killed")
    assert {name: story.state for name, story in killed.items()} == {
        name: story.state for name, story in whole.items()
    }  # fmt: skip
    assert stories(tmp_path / "killed").keys() == stories(tmp_path / "whole").keys()
    assert is_sound(tmp_path / "killed")


@pytest.mark.parametrize(
    ("pages", "status", "reason"),
    [
        (site(), ExitStatus.OK, "finished"),
        (Pages({**site(1, 2).pages, "/szxw/3.html": BUSY}), ExitStatus.OK, "finished"),
        (everywhere("<html><body>Welcome</body></html>"), ExitStatus.DATA, "none of 30"),
        (everywhere(BUSY), ExitStatus.UNAVAILABLE, "none of them could be had"),
        (everywhere(TOO_MANY), ExitStatus.TEMPORARY, "we should wait"),
        (Pages({"/robots.txt": "User-agent: *\nDisallow: /szxw/\n"}), ExitStatus.FORBIDDEN, "every number"),
        (Pages({"/robots.txt": BUSY}), ExitStatus.UNAVAILABLE, "none of them could be had"),
    ],
    ids=["holes", "some", "no stories", "down", "wait", "robots", "no robots"],
)
def test_exit_status(serve_pages: Serve, tmp_path: Path, pages: Pages, status: ExitStatus, reason: str) -> None:
    result, _ = sweep(tmp_path, serve_pages(pages), "ids=1-30")
    assert result.status == status, result.errors
    assert reason in report(tmp_path)["exit_reason"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ids=1-2", "max_pages=1"], "ids and max_pages exclude each other"),
        (["ids=9-1"], "'9-1' runs backwards; write 1-9"),
        (["ids="], "write ids=9000-9600,9700"),
    ],
)
def test_a_wrong_range_is_said_before_any_request(
    serve_pages: Serve, tmp_path: Path, arguments: list[str], message: str
) -> None:
    result, asked = sweep(tmp_path / "archive", serve_pages(site(1)), *arguments)
    assert result.status == ExitStatus.USAGE
    assert message in result.errors
    assert asked == []
    assert not (tmp_path / "archive").exists()
