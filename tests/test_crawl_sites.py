"""`scrapy crawl stories -a sites=`: many sites in one process, and what people see of them."""

from __future__ import annotations

import json
import re
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveWriter
from slqncy.demo import serving
from tests.crawling import Pages, links, scrapy, stories, story_page, text_of
from tests.notify.ping_server import pinged
from tests.notify.test_metrics import samples
from tests.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer
    from slqncy.demo.site import DemoResponse

    Serve = Callable[[Pages], DemoServer]

_PROFILE = """
name = "{name}"
extends = "slqncy"
[urls]
hosts = ["www.{name}.example"]
base_url = "{base_url}"
sections = ["szxw"]
[gate]
min_stories = {least}
"""


def profile(folder: Path, name: str, base_url: str, *, least: int = 1) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(_PROFILE.format(name=name, base_url=base_url, least=least))


def site_of(*numbers: int) -> Pages:
    pages = {f"/szxw/{number}.html": story_page(number, text_of(number)) for number in numbers}
    return Pages({"/": links(*pages), "/szxw/": links(*pages), **pages})


def arguments(folder: Path, archive: Path, *more: str) -> list[str]:
    return [
        "crawl", "stories", "-a", f"sites={folder}", "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0", *more
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, serve_pages: Serve) -> Path:
    """Profiles of three sites, of which one is to have more stories than it has."""
    profile(tmp_path / "sites", "one", serve_pages(site_of(1, 2)).base_url)
    profile(tmp_path / "sites", "two", serve_pages(site_of(3)).base_url)
    profile(tmp_path / "sites", "few", serve_pages(site_of(4)).base_url, least=9)
    return tmp_path / "sites"


def test_each_site_has_a_row_and_the_worst_of_them_the_exit_status(folder: Path, tmp_path: Path) -> None:
    profile(folder, "down", "http://127.0.0.1:9")
    metrics = tmp_path / "slqncy.prom"
    with pinged() as service:
        more = ["-s", f"PING_URL={service.url}", "-s", f"METRICS_FILE={metrics}", "-s", "PROGRESS_INTERVAL=0.01"]
        more += ["-s", "RETRY_TIMES=0", "-s", "DELAY_MAX=0"]
        result = scrapy(*arguments(folder, tmp_path / "archive", *more))
    assert result.status == 65
    assert stories(tmp_path / "archive").keys() == {"one/szxw/1", "one/szxw/2", "two/szxw/3", "few/szxw/4"}
    rows = [line.split() for line in result.output.splitlines()]
    assert [(row[0], row[2], row[6:]) for row in rows[1:5]] == [
        ("few", "1", ["65", "data"]), ("down", "0", ["69", "unavailable"]), ("one", "2", ["0"]), ("two", "1", ["0"]),
    ]  # fmt: skip
    assert (rows[5][:2], rows[5][3], rows[5][-2:]) == (["4", "sites"], "4", ["2", "failed"])
    assert "".join(row[-1] for row in rows[7:]) == f"{tmp_path / 'archive/runs'}"
    assert "\nfew: gate: 1 stories were seen, the profile expects at least 9 (exit status 65)\n" in result.errors
    assert "\ndown: the site could not be reached, or answers with errors only" in result.errors
    last = (
        "scrapy crawl: 2 of 4 sites did not go well; of few: gate: 1 stories were seen, the profile expects at least 9 "
        "(exit status 65)"
    )
    assert result.errors.splitlines()[-1] == last
    # Those who watch from afar are told of the process once, and of each site.
    assert [ping.path for ping in service.pings] == ["/start", "/65"]
    assert service.pings[1].body.splitlines()[-1] == last
    said = samples(metrics)
    assert {site: value for (name, site, *_), value in said.items() if name == "slqncy_run_exit_status"} == {
        "down": 69, "few": 65, "one": 0, "two": 0,
    }  # fmt: skip
    assert [said["slqncy_archive_stories", site] for site in ("few", "one")] == [1, 2]
    told = re.findall(r"\[slqncy\.extensions\.progress\] INFO: (.*)", result.errors)
    assert told
    assert {line for line in told if " of 4 done" not in line} == set()
    runs = [json.loads(path.read_bytes()) for path in (tmp_path / "archive/runs").glob("*.json")]
    assert {run["site"]: run["exit_status"] for run in runs} == {"down": 69, "few": 65, "one": 0, "two": 0}
    for run in runs:
        assert run["addresses"]["adds_up"]
        assert {line.partition("/")[0] for line in run["coverage"]} <= {run["site"]}
        assert run["addresses"]["found"] == sum(run["addresses"]["states"].values())


def test_of_sites_that_went_well_nothing_is_on_standard_error(folder: Path, tmp_path: Path) -> None:
    (folder / "few.toml").unlink()
    result = scrapy(*arguments(folder, tmp_path / "archive", "-L", "WARNING"))
    assert (result.status, result.errors) == (0, "")
    assert result.output.splitlines()[-1] == "2 sites: finished"


def test_an_archive_that_another_run_has_is_said_once(folder: Path, tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path / "archive")):
        result = scrapy(*arguments(folder, tmp_path / "archive", "-L", "CRITICAL"))
    assert (result.status, result.output) == (75, "")
    (last,) = result.errors.splitlines()
    assert last.startswith(f"scrapy crawl: {tmp_path / 'archive'}: process ")
    assert last.endswith("is writing to this archive; wait for it to end (exit status 75)")


class _Held(Pages):
    """Its last story does not come before it is let through."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(site_of(first, last).pages)
        self._last = f"/szxw/{last}.html"
        self.opened = Event()

    def respond(self, target: str) -> DemoResponse:
        if target == self._last:
            self.opened.wait(60)
        return super().respond(target)


@pytest.mark.parametrize("stops", [0, 1, 2])
def test_one_block_at_the_foot_of_a_terminal(tmp_path: Path, stops: int) -> None:
    held, other = _Held(1, 2), _Held(3, 4)
    with serving(held) as one, serving(other) as two:
        profile(tmp_path / "sites", "one", one.base_url)
        profile(tmp_path / "sites", "two", two.base_url)
        command = arguments(tmp_path / "sites", tmp_path / "archive")
        with terminal(80, 24, *command, environment={}) as shown:
            shown.wait_for_block(
                "stories  2 new", r"pages    6 answered, 4 lists, \d+ a minute", "sites    2 going on, 0 of 2 done",
                r"slowest  (one|two) has at least 1 page left, story /szxw/[24].html",
                r"time     \d+ s so far", "━+",
            )  # fmt: skip
            assert sum("─" * 79 in line for line in shown.screen) == 1
            for stop in range(stops):
                shown.type(b"\x03")
                shown.wait_for(lambda: sum("Received SIG" in line for line in shown.lines) > stop)  # noqa: B023
            held.opened.set()
            other.opened.set()
            assert shown.end() == (75 if stops else 0)
            assert "─" not in "".join(shown.lines)
            assert shown.shows_cursor
            rows = [line.split() for line in shown.lines if line.startswith(("one  ", "two  "))]
            assert [row[-1] for row in rows] == ["temporary" if stops else "0"] * 2
