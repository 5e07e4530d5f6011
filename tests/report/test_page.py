"""The page of a run: what it says, what it never says, and how it is met by eye, by keyboard and by a screen reader."""

from __future__ import annotations

import json
import re
import sys
from contextlib import closing
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment
from jsonschema import Draft202012Validator
from lxml.html import document_fromstring

from slqncy.archive import ArchiveWriter
from slqncy.archive.coverage import coverage
from slqncy.archive.reports import read_reports, runs_of
from slqncy.archive.verify import verify
from slqncy.reasons import Standing
from slqncy.report.leave import leave
from slqncy.report.page import _environment, run_page, span_page
from slqncy.report.plots import lying, standing
from slqncy.run_report import FailedPage, HostReceipt, NewStories, Pages, Pair, Pairs, Politeness, RunReport, SlowPage
from tests.browser import DESKTOP, PHONE, browser, needs_chromium, overflow, page_of, violations
from tests.display.test_number_line import line
from tests.samples import finished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.html import HtmlElement
    from playwright.sync_api import Browser

    from tests.conftest import DemoCrawl

SMALLEST = {"width": 320, "height": 640}
MARKUP = "</style></script></title></svg><script>window.pwned = 1</script><img src=x onerror=alert(1)>"
ORDERS = f"{MARKUP}\"'&\u202e\u2066{{{{ 7*7 }}}}"
HOSTILE = f"http://news.example/szxw/{ORDERS}"
LINKS = ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "//elsewhere.example/", HOSTILE]


def hostile_report() -> RunReport:
    """Of a site that puts its orders wherever it has a say."""
    return RunReport(
        run_id="20261126T041700-1", site=ORDERS, started="2026-11-26T04:17:00+00:00",
        exit_status=65, exit_reason=ORDERS, arguments={"base_url": ORDERS},
        settings={ORDERS: [ORDERS]}, counters={ORDERS: ORDERS}, versions={"slqncy": ORDERS},
        requests={"requested": 4, "rejected": 4, "adds_up": False},
        stories=NewStories(lines=1, sections={ORDERS: 1}, days={"": 1}, fields={ORDERS: 1}),
        rejections={ORDERS: Pages(count=999, urls=LINKS)},
        duplicates={"same_text": Pairs(count=999, pairs=[Pair(id=ORDERS, url=url, of=ORDERS) for url in LINKS])},
        slowest=[SlowPage(url=url, exchange=1.0, reading=0.5) for url in LINKS],
        failures=[FailedPage(url=url, reason=ORDERS, detail="what it failed on: 青石巷十七号") for url in LINKS],
        politeness=Politeness(requests=4, retry_after=2, retry_after_kept=1, unsent=1, hosts={ORDERS: HostReceipt()}),
    )  # fmt: skip


def hostile_page() -> bytes:
    earlier = [hostile_report() for _ in range(6)]
    for day, report in enumerate(earlier, 19):
        report.started = f"2026-11-{day}T04:17:00+00:00"
        report.stories.fields, report.stories.lines = {ORDERS: 9}, 9
    report = hostile_report()
    report.stories.fields, report.stories.lines = {ORDERS: 1}, 9
    lines = [line({1: Standing.ARCHIVED, 9: Standing.REJECTED}, f"{ORDERS}/{ORDERS}"), line({}, ORDERS)]
    return run_page(report, earlier, lines)


def shown(page: bytes) -> HtmlElement:
    return document_fromstring(page.decode())


def words(page: bytes) -> str:
    return " ".join(str(shown(page).text_content()).split())


def test_orders_are_shown_and_not_obeyed() -> None:
    page = hostile_page()
    document = shown(page)
    assert {str(element.tag) for element in document.iter()} & {"script", "img", "iframe", "link", "base"} == set()
    assert "<U+202E><U+2066>" in words(page)
    assert "\u202e" not in page.decode()
    assert "49" not in words(page).split("{{")[1][:9], "a template of theirs is text"
    assert {element.get("href") for element in document.iter("a")} - {None} == {
        element.get("href") for element in document.iter("a") if str(element.get("href")).startswith(("#", "http://news"))
    }  # fmt: skip
    assert {element.get("rel") for element in document.iter("a") if not str(element.get("href")).startswith("#")} == {
        "noreferrer noopener"
    }
    assert "青石巷" not in page.decode(), "what failures say in detail would have to be forgotten"


def test_a_page_is_one_file_that_loads_nothing() -> None:
    document = shown(hostile_page())
    (policy,) = (each for each in document.iter("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.get("content") == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    loads = [(element.tag, name) for element in document.iter() for name in ("src", "srcset") if element.get(name)]
    assert loads == []
    style = "".join(str(element.text) for element in document.iter("style"))
    assert "url(" not in style
    assert "@import" not in style


def test_the_same_reports_make_the_same_page() -> None:
    assert hostile_page() == hostile_page()


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def another_process() -> bytes:
        _environment.cache_clear()
        made = hostile_page()
        _environment.cache_clear()
        return made

    compiled: list[str | None] = []
    compile_ = Environment.compile

    def counted(self: Environment, source: Any, name: str | None = None, *more: Any, **options: Any) -> Any:
        compiled.append(name)
        return compile_(self, source, name, *more, **options)

    monkeypatch.setattr(Environment, "compile", counted)
    monkeypatch.setattr("slqncy.report.page.__file__", str(tmp_path / "page.py"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    # As within an egg, which is no directory.
    (tmp_path / "__pycache__").touch()
    nowhere = [another_process() for _ in range(2)]
    assert len(compiled) == 2 * (once := len({*compiled}))
    (tmp_path / "__pycache__").unlink()
    (tmp_path / "__pycache__").mkdir()
    compiled.clear()
    beside = [another_process() for _ in range(3)]
    assert len(compiled) == once
    assert len({*nowhere, *beside}) == 1


def test_a_plot_has_its_figures_in_a_table_and_nothing_of_pygal_but_shapes() -> None:
    plot = standing("Stories", ("day", "stories"), [("2026-11-01", 3), ("<b>", 0)])
    svg = document_fromstring(plot.svg)
    assert {str(element.tag) for element in svg.iter()} <= {"html", "body", "svg", "g", "rect", "path", "text", "title"}
    assert [title.text for title in svg.iter("title")] == ["2026-11-01: 3", "<b>: 0"]
    assert 'role="img" aria-label="Stories"' in plot.svg
    assert plot.rows == [("2026-11-01", 3), ("<b>", 0)]
    assert lying("Sections", ("section", "stories"), [("first", 2), ("second", 1)]).rows[0] == ("first", 2)


@pytest.mark.parametrize("days", [{}, {"2026-11-26": 3}, {"": 2, "*": 9}, {"1990-01-01": 1, "2026-11-26": 1}], ids=len)
def test_days_are_told_apart_however_many_there_are(days: dict[str, int]) -> None:
    report = RunReport(run_id="1", started="2026-11-26T04:17:00+00:00", stories=NewStories(lines=3, days=days))
    tables = [
        table for table in shown(run_page(report, [], [])).iter("table") if "published" in str(table.text_content())
    ]
    counts = [int(str(cell.text)) for table in tables for cell in table.iter("td") if cell.get("class") == "number"]
    assert sum(counts) == sum(days.values())
    assert len(counts) < 70


def test_the_demo_site_of_a_real_run(demo_crawl: DemoCrawl) -> None:
    (path,) = demo_crawl.archive.glob("runs/*.html")
    (report,) = read_reports(demo_crawl.archive, runs_of(demo_crawl.archive))
    said = words(path.read_bytes())
    assert "All is well" in said
    assert "Exit status 0: finished." in said
    assert f"{report.requests['requested']} pages were asked for, and each has one outcome" in said
    # The account on the page is whole.
    outcomes = said.split("each has one outcome: ")[1].split(".")[0]
    assert sum(int(part.split()[0]) for part in outcomes.split(", ")) == report.requests["requested"]
    schema = json.loads((demo_crawl.archive / "schema/run.v1.json").read_bytes())
    Draft202012Validator(schema).validate(json.loads(path.with_suffix(".json").read_bytes()))
    # What the server was asked for is what the receipt says.
    receipt = report.politeness
    assert receipt.requests == len(demo_crawl.requests) == receipt.pages + receipt.robots
    (host,) = receipt.hosts.values()
    assert (host.requests, host.most_in_flight, host.bytes_sent) == (receipt.requests, 1, receipt.bytes_sent)
    assert report.stories.lines == sum(report.stories.sections.values()) == sum(report.stories.days.values())
    assert report.stories.lines == report.stories.fields["title"] == report.requests["archived"]
    assert sum(pages.count for pages in report.rejections.values()) == report.requests["rejected"]
    assert sum(pairs.count for pairs in report.duplicates.values()) == report.requests["duplicates"]
    declared = sum(delta.stories for delta in report.stories.declared_delta)
    assert declared == report.stories.fields["declared_chars"]
    assert len(report.slowest) == 10
    assert report.timings.cpu > 0
    assert report.timings.exchanges < report.timings.wall
    assert report.timings.peak_memory > 50_000_000
    assert report.settings == {"ARCHIVE_DIR": str(demo_crawl.archive), "DOWNLOAD_DELAY": "0"}
    assert {"slqncy", "python", "scrapy", "twisted", "lxml", "pyopenssl", "sqlite"} <= report.versions.keys()


@pytest.fixture(scope="module")
def pages(demo_crawl: DemoCrawl, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Of a real run, of a hostile site, and of a span of runs."""
    folder = tmp_path_factory.mktemp("pages")
    reports = list(read_reports(demo_crawl.archive, runs_of(demo_crawl.archive)))
    written = {"hostile": hostile_page(), "span": span_page(reports * 2, coverage(demo_crawl.archive))}
    for name, page in written.items():
        (folder / f"{name}.html").write_bytes(page)
    (real,) = demo_crawl.archive.glob("runs/*.html")
    return {"run": real} | {name: folder / f"{name}.html" for name in written}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@needs_chromium
@pytest.mark.parametrize(
    ("name", "scheme"), [("run", "light"), ("run", "dark"), ("hostile", "light"), ("span", "dark")]
)
def test_nobody_is_left_out(chromium: Browser, pages: dict[str, Path], name: str, scheme: str) -> None:
    """Opened as a file, all that is folded shown; that of a run on a desktop and a telephone."""
    with page_of(chromium, DESKTOP, scheme) as page:
        page.goto(pages[name].as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for size in (DESKTOP, PHONE) if name == "run" else (PHONE,):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert violations(page) == []
            assert overflow(page) == 0
        page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
        assert overflow(page) == 0
        assert page.evaluate("window.pwned") is None


@needs_chromium
def test_by_keyboard(chromium: Browser, pages: dict[str, Path]) -> None:
    with page_of(chromium, DESKTOP, "light") as page:
        page.goto(pages["run"].as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.evaluate("document.querySelector('summary').focus()")
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('details').open") is True
        folded = page.evaluate("[...document.querySelectorAll('.scroll')].every(each => each.tabIndex === 0)")
        assert folded is True


@needs_chromium
def test_on_paper_all_that_is_folded_is_shown(chromium: Browser, pages: dict[str, Path]) -> None:
    with page_of(chromium, DESKTOP, "light") as page:
        page.goto(pages["run"].as_uri())
        cell = page.locator("details td").first
        assert not cell.is_visible()
        page.emulate_media(media="print")
        assert cell.is_visible()
        assert not page.locator("nav").is_visible()


def test_a_page_that_cannot_be_made_takes_no_report_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("a defect of the template")

    monkeypatch.setattr("slqncy.report.page.run_page", broken)
    with closing(ArchiveWriter(tmp_path)) as writer:
        report = RunReport(run_id="20261126T041700-1", started="2026-11-26T04:17:00+00:00")
        proof = leave(writer, report, [])
        writer.write(finished(proof, run_id=report.run_id))
    (written,) = read_reports(tmp_path, runs_of(tmp_path))
    assert (written.exit_status, written.page) == (70, "")
    assert "the page of the run cannot be made" in written.exit_reason
    assert verify(tmp_path, full=True).defects == []


def test_an_outcome_is_told_in_the_words_of_the_terminal() -> None:
    report = hostile_report()
    report.requests = {"requested": 3, "archived": 1, "unsent": 2}
    assert "each has one outcome: 1 archived, 2 not asked any more." in words(run_page(report, [], []))


def test_failures_that_are_not_named_are_counted() -> None:
    report = hostile_report()
    report.requests["failures"] = 1234
    assert "1234 pages could not be had; of these the first 4 are named." in words(run_page(report, [], []))
    report.failures = []
    assert "Every page that was asked for came" not in words(run_page(report, [], []))


def test_a_run_looks_back_on_sound_reports_only(tmp_path: Path) -> None:
    odd: list[dict[str, Any]] = [
        {"started": "yesterday"}, {"started": "2026-11-01T04:17:00"}, {"started": "2026-11-01T04:17:00Z", "stories": 7},
        {"started": "2026-11-01T04:17:00Z", "stories": {"days": {"2026-11-31": 1}}}, {},
        {"started": "2026-11-01T04:17:00Z", "finished": "soon"},
    ]  # fmt: skip
    far = {"lines": 2, "days": {"0001-01-01": 1, "9999-12-31": 1}}
    sound: dict[str, Any] = {"run_id": "sound", "site": "slqncy", "started": "2026-11-02T04:17:00Z", "stories": far}
    with closing(ArchiveWriter(tmp_path)) as writer:
        report = RunReport(run_id="20261126T041700-1", site="slqncy", started="2026-11-26T04:17:00+00:00")
        for number, earlier in enumerate([*odd, sound]):
            writer.write_run(f"20261101T041700-{number}", {"site": "slqncy", **earlier})
        leave(writer, report, [])
        page = (tmp_path / f"runs/{report.run_id}.html").read_bytes()
    # Of the last odd one, nothing that is odd is looked back on.
    assert "The 3 runs" in words(page)
    (read,) = read_reports(tmp_path, [f"20261101T041700-{number}" for number in range(len(odd) + 1)])
    began = process_time()
    assert "9999" in words(span_page([read], []))
    assert process_time() - began < 5


def run_on(site: str, hour: int, stories: int) -> RunReport:
    told = NewStories(lines=stories, sections={f"{site}/szxw": stories} if stories else {})
    started = f"2026-11-{1 + hour // 24:02}T{hour % 24:02}:17:00+00:00"
    return RunReport(run_id=f"{site}-{hour}", site=site, started=started, stories=told)


def test_runs_on_many_sites_are_each_told_of_beside_those_on_their_own() -> None:
    sites = ("one", "two", "six")
    runs = [run_on(site, hour, 10 if site != "two" or hour < 10 else 0) for hour in range(40) for site in sites]
    page = span_page(runs, [])
    (finding,) = re.findall(r"<strong>Look:</strong> (.*?)</li>", page.decode())
    assert finding.startswith("two: the whole site: no new story for 1 d 6 h")
    counted, hours = document_fromstring(page).cssselect("section[aria-labelledby=history] figure")
    assert {value.text for value in hours.cssselect("td.number")} == {"1"}
    # Runs of one minute have one label: it is written below every fifteenth bar only.
    assert len(counted.cssselect("g.axis.x text")) == 4
    titles = [title.text for title in counted.iter("title")]
    assert (len(titles), titles[0], titles[-1]) == (60, "11-01 20:17: 10", "11-02 15:17: 10")
    assert "There are too few runs yet" in words(span_page(runs[:15], []))


def test_a_run_looks_back_on_its_site_however_many_others_there_are(tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path)) as writer:
        for hour in range(2):
            for site in ["slqncy", *(f"site{number}" for number in range(110))]:
                run_id = f"20261101T{hour:02}1700-7-{site}"
                writer.write_run(run_id, {"run_id": run_id, "site": site, "started": f"2026-11-01T{hour:02}:17:00Z"})
        own = "20261101T021800-8"
        writer.write_run(own, {"run_id": own, "site": "slqncy", "started": "2026-11-01T02:18:00Z"})
        of_another = "20261101T021900-8"
        writer.write_run(of_another, {"run_id": of_another, "site": "site7", "started": "2026-11-01T02:19:00Z"})
        for site in ("slqncy", "site7"):
            now = RunReport(run_id=f"20261126T041700-1-{site}", site=site, started="2026-11-26T04:17:00+00:00")
            leave(writer, now, [])
    for site in ("slqncy", "site7"):
        page = words((tmp_path / f"runs/20261126T041700-1-{site}.html").read_bytes())
        assert re.findall(r"The (\d+) runs", page) == ["4"]


def test_a_long_run_is_told_in_hours() -> None:
    report = hostile_report()
    report.timings.wall, report.timings.cpu = 3720.0, 27.14
    assert "It took 1 h 2 min," in words(run_page(report, [], []))
    assert "27.1 s of a processor" in words(run_page(report, [], []))
