"""The benchmark of speed: its site is as it says, its figures are put together properly, and it runs."""

from __future__ import annotations

import re
import sys
from http.client import HTTPConnection
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from benchmarks.speed import site as site_module
from benchmarks.speed.lean import LeanSite
from benchmarks.speed.measure import FailedError, cost
from benchmarks.speed.samples import time_text
from benchmarks.speed.server import served
from benchmarks.speed.site import build
from benchmarks.speed.table import Run, table, targets
from slqncy.demo.site import SECTION_DESIGNS
from tests.crawling import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MB = 1_000_000


def page_figures(body: bytes, codec: str) -> dict[str, float]:
    """What the site's docstring has medians of."""
    tree: Any = html.document_fromstring(body.decode(codec))
    code = "".join(tree.xpath("//script/text() | //style/text()"))
    return {
        "bytes": len(body),
        "tags": tree.xpath("count(descendant-or-self::*)"),
        "links": tree.xpath("count(//a[@href])"),
        "scripts (inline ones)": tree.xpath("count(//script)"),
        "script and style, bytes": 100 * len(code.encode()) / len(body),
        "comments": tree.xpath("count(//comment())"),
        "images": tree.xpath("count(//img)"),
        "characters of text": len(" ".join("".join(tree.xpath("//body//text()[not(parent::script)]")).split())),
    }


def test_site_is_as_its_docstring_says() -> None:
    assert site_module.__doc__
    said = {
        name: float(here.replace(",", "").split()[0])
        for name, here in re.findall(r"^ {4}(\S.*?) {2,}(\S.*?) {2,}", site_module.__doc__, re.MULTILINE)
    }
    site = build(200)
    found = [page_figures(site.page(path).body, SECTION_DESIGNS[path.split("/")[1]].codec) for path in site.paths]
    assert {name: median(page[name] for page in found) for name in said} == pytest.approx(said, rel=0.2)
    assert all(10_000 <= page["bytes"] <= 60_000 for page in found)


def test_site_is_the_same_each_time() -> None:
    first, second = build(40), build(40)
    assert first.ready == second.ready
    assert all(first.page(target) == second.page(target) for target in first.ready)


def test_lean_site_has_texts_of_their_own() -> None:
    site = LeanSite(1500)
    pages = {number: site.respond(f"/s{number // 1000}/{number}.html") for number in (0, 1, 999, 1000, 1499)}
    assert len({page.body for page in pages.values() if page}) == len(pages)
    assert [site.respond(target) for target in ("/s0/1000.html", "/s2/", "/s1/1500.html")] == [None] * 3


def test_server_counts_what_it_sends() -> None:
    with served(build, 20) as site:
        connection = HTTPConnection(site.base_url.removeprefix("http://"))

        def get(target: str, **headers: str) -> tuple[int, bytes, str]:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("ETag", "")

        story = max(site.pages)
        status, body, tag = get(story)
        assert (status, body) == (200, build(20).page(story).body)
        assert get(story, **{"If-None-Match": tag})[0] == 304
        assert get("/nothing")[0] == 404
        assert site.asked() == {story: 1}
        assert site.asked() == {}
        connection.close()


RUNS = [
    Run("bare", 0, 100, 1.0, 2.0, 100 * MB), Run("bare", 1, 100, 1.2, 2.0, 100 * MB),
    Run("bare", 0, 1000, 5.0, 10.0, 100 * MB), Run("bare", 1, 1000, 5.4, 10.0, 100 * MB),
    Run("ours", 0, 100, 2.0, 4.0, 120 * MB), Run("ours", 1, 100, 2.2, 4.0, 120 * MB),
    Run("ours", 0, 1000, 6.5, 12.5, 140 * MB), Run("ours", 1, 1000, 6.0, 11.5, 140 * MB),
    Run("news-please", 0, 100, 30.0, 40.0, 300 * MB),
]  # fmt: skip


def test_table() -> None:
    labels = {"bare": "bare Scrapy", "ours": "ours", "news-please": "news-please", "wget": "not run"}
    rows = table(RUNS, labels, "bare").splitlines()[2:]
    assert [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows] == [
        ["bare Scrapy", "1,000", "5.20 (5.00-5.40)", "4.56 (4.44-4.67)", "10.00", "100", "100", "1.00"],
        ["ours", "1,000", "6.25 (6.00-6.50)", "4.61 (4.22-5.00)", "12.00", "83", "140", "1.20 (1.11-1.30)"],
        ["news-please", "100", "300.00", "", "400.00", "2", "300", "30.00"],
    ]  # fmt: skip


def test_targets() -> None:
    assert targets(RUNS).splitlines() == [
        "- CPU a page of ours, without WARC, to bare Scrapy's: 1.20 (1.11-1.30), should be at most 1.35: reached"
    ]
    slower = [
        Run(run.contender, run.round, run.pages, run.cpu * (run.contender == "ours") * 2 or run.cpu, 1, 1)
        for run in RUNS
    ]
    assert "2.40 (2.22-2.60), should be at most 1.35: **not reached**" in targets(slower)


def test_samples_by_room_and_function() -> None:
    start = "main (scrapy/cmdline.py);Command.run (slqncy/commands/crawl.py)"
    lines = [
        f"{start};read (slqncy/extract/page.py);sub (re/__init__.py) 6",
        f"{start};poll (asyncio/base_events.py) 3",
        f"{start};_load (<frozen importlib._bootstrap>);<module> ({ROOT}/slqncy/dedup/text.py) 1",
    ]
    rooms, own, within = (part.splitlines()[1:] for part in time_text("a crawl", lines).split("\n\n")[1:])
    assert rooms == [" 60.0%  slqncy/extract", " 30.0%  Scrapy, Twisted", " 10.0%  imports"]
    assert own == [
        " 60.0%  sub (re/__init__.py)", " 30.0%  poll (asyncio/base_events.py)",
        " 10.0%  <module> (slqncy/dedup/text.py)",
    ]  # fmt: skip
    assert within == [" 60.0%  read (slqncy/extract/page.py)", " 10.0%  <module> (slqncy/dedup/text.py)"]


def test_failure_is_told(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="exit status 3\nno way"):
        cost([sys.executable, "-c", "print('no way'); raise SystemExit(3)"], tmp_path, log=tmp_path / "log")


def test_benchmark_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.speed", "--stories", "40", "--few", "40", "--rounds", "1"]
    took = cost([*command, "--only", "bare,ours"], ROOT, log=tmp_path / "log")
    rows = re.findall(
        r"^\| (bare Scrapy|ours, without WARC) \| (\d+) \| [\d.]+ \|", (tmp_path / "log").read_text(), re.MULTILINE
    )
    assert rows == [("bare Scrapy", str(len(build(40).ready))), ("ours, without WARC", str(len(build(40).ready)))]
    assert took.cpu > 0
