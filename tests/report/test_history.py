"""What is otherwise than as a rule, and several runs as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slqncy.report.headline import headline, headline_of
from slqncy.report.history import SHOWN, WHOLE, alike, changes, days_without, findings, pauses
from slqncy.report.merge import merged
from slqncy.run_report import (
    MOST_LISTED,
    Delta,
    HostReceipt,
    NewStories,
    Pages,
    Pair,
    Pairs,
    Politeness,
    RunReport,
    SlowPage,
    Timings,
)

START = datetime(2026, 11, 1, 4, 17, tzinfo=UTC)


def report(hours: float, stories: int = 10, *, authors: int | None = None, whole: int = 10, **more: Any) -> RunReport:
    """Of a run so many hours after the first one."""
    sections = more.pop("sections", {"slqncy/szxw": stories} if stories else {})
    fields = {"authors": stories if authors is None else authors, "title": stories}
    return RunReport(
        run_id=f"run {hours:g}", site="slqncy", started=(START + timedelta(hours=hours)).isoformat(),
        requests={"complete": whole, "incomplete": 10 - whole},
        stories=NewStories(lines=stories, sections=sections, fields=fields),
        **more,
    )  # fmt: skip


def daily(days: int) -> list[RunReport]:
    return [report(24 * day) for day in range(days)]


def test_a_run_like_those_before_it() -> None:
    assert list(findings(report(24 * 10), daily(10))) == []
    assert list(findings(report(0), [])) == []


def test_a_field_that_is_empty_more_often_and_stories_that_are_less_whole() -> None:
    (finding,) = findings(report(24 * 10, authors=7, whole=3), daily(10))
    assert finding.startswith(f"fewer stories than as a rule have authors (70%, as a rule 100%), {WHOLE} (30%")
    (change,) = (change for change in changes(report(24 * 10, authors=7), daily(10)) if change.is_drop)
    assert (change.name, change.share, change.usual) == ("authors", 0.7, 1.0)


@pytest.mark.parametrize(
    ("now", "earlier"),
    [(report(240, authors=8), daily(10)), (report(240, 4, authors=0), daily(10)), (report(96, authors=0), daily(4))],
    ids=["a little", "of few stories", "after few runs"],
)
def test_what_says_nothing_is_no_drop(now: RunReport, earlier: list[RunReport]) -> None:
    assert list(findings(now, earlier)) == []


def test_a_section_that_went_silent_and_a_site_that_did() -> None:
    both = {"slqncy/szxw": 5, "slqncy/tyxw": 5}
    runs = [report(24 * day, sections=both if day < 6 else {"slqncy/szxw": 10}) for day in range(9)]
    assert list(findings(runs[-1], runs[:-1])) == []
    later = report(24 * 9, sections={"slqncy/szxw": 10})
    (finding,) = findings(later, runs)
    assert finding.startswith("section slqncy/tyxw: no new story for 4 d, where as a rule one comes every 1 d")
    silent = [*daily(10), *(report(24 * day, 0) for day in range(10, 14))]
    (finding,) = findings(silent[-1], silent[:-1])
    assert finding.startswith("the whole site: no new story for 4 d,")


def test_days_without_a_run() -> None:
    runs = [run for day, run in enumerate(daily(10)) if day not in {3, 4}]
    assert list(map(str, days_without(runs))) == ["2026-11-04", "2026-11-05"]
    (finding,) = findings(runs[-1], runs[:-1])
    assert "days without a run, of late 2: 2026-11-04, 2026-11-05" in finding
    weekly = [report(24 * 7 * week) for week in range(10)]
    assert days_without(weekly) == []


def test_only_runs_that_read_the_same_kind_of_thing_are_compared() -> None:
    others = [report(1), report(2, arguments={"ids": "1-9"}), report(0), RunReport(run_id="empty")]
    others[0].site, others[0].arguments = "", {"site": "slqncy"}
    assert [run.run_id for run in alike(report(3), others)] == ["run 0", "run 1"]
    assert [run.run_id for run in alike(report(3, arguments={"ids": "7"}), others)] == ["run 2"]
    assert len(alike(report(0), [report(hour) for hour in range(2 * SHOWN)])) == SHOWN


def test_what_an_exit_status_means() -> None:
    assert headline(RunReport(exit_status=0)).words == "All is well"
    odd = headline(RunReport(exit_status=0, requests={"incomplete": 1}))
    assert odd.to_do == "1 story of another length than declared: `scrapy browse` finds them."
    assert "otherwise than as a rule" in headline(RunReport(exit_status=0), is_usual=False).words
    assert headline(RunReport(exit_status=75), is_usual=False).words == "Not finished"
    assert "does not know" in headline(RunReport(exit_status=3)).words
    runs = [RunReport(run_id="a", exit_status=69), RunReport(run_id="b", exit_status=75), RunReport(run_id="c")]
    assert headline_of(runs).words == "2 of 3 runs did not go well"
    assert headline_of(runs).to_do == "The last run, c: All is well. There is nothing to do."
    assert headline_of(runs[:2]).to_do.startswith("The last run, b: Not finished. Run again")
    assert headline_of(runs[2:]).sign == "✓"


def run_on(site: str, status: int, hours: float = 0) -> RunReport:
    started = (START + timedelta(hours=hours)).isoformat()
    return RunReport(run_id=f"{site} {hours:g}", site=site, started=started, exit_status=status)


def test_of_several_sites_the_last_run_on_each_says_what_is_to_be_done() -> None:
    runs = [run_on("a", 75), run_on("b", 69), run_on("c", 65), run_on("d", 69), run_on("a", 0, 1)]
    said = headline_of(runs)
    assert said.words == "4 of 5 runs did not go well"
    assert said.to_do.startswith("3 of 4 sites did not go well in their last run. c: Pages came, and they are not")
    assert "changed? b, d: The site could not be reached, or answers with errors only. Run again" in said.to_do
    assert headline_of([run_on("a", 75), run_on("b", 0), run_on("a", 0, 1)]).to_do == (
        "The last runs on all of 2 sites went well. There is nothing to do."
    )
    many = headline_of([run_on(f"s{number}", 69) for number in range(7)])
    assert "s0, s1, s2, s3, s4 and 2 more: The site could not be reached" in many.to_do
    assert "x: Ended with a status that this version does not know" in headline_of([runs[0], run_on("x", 3)]).to_do


def test_pauses_are_those_between_runs_on_one_site() -> None:
    runs = [run_on("a", 0), run_on("b", 0, 1), run_on("a", 0, 3)]
    assert pauses(runs) == [None, None, timedelta(hours=3)]


def test_several_runs_as_one() -> None:
    def one(number: int) -> RunReport:
        return report(
            number, number, timings=Timings(wall=1.5, peak_memory=number),
            politeness=Politeness(
                requests=2, delay_longest=number,
                hosts={"a": HostReceipt(requests=2, least_gap=number or None, median_gap=1.0, most_in_flight=1)},
            ),
            rejections={"soft_404": Pages(count=90, urls=["u"] * 90)},
            duplicates={"same_text": Pairs(count=1, pairs=[Pair(id="b", url="u", of="a")])},
            slowest=[SlowPage(url=f"/{number}", exchange=number, reading=0)] * 6,
        )  # fmt: skip

    runs = [one(number) for number in range(3)]
    runs[1].stories.declared_delta = runs[2].stories.declared_delta = [Delta(least=0, most=0, stories=4)]
    whole = merged(runs)
    assert (whole.started, whole.stories.lines, whole.requests["complete"]) == (runs[0].started, 3, 30)
    assert whole.stories.declared_delta == [Delta(least=0, most=0, stories=8)]
    assert (whole.timings.wall, whole.timings.peak_memory) == (4.5, 2)
    host = whole.politeness.hosts["a"]
    assert (whole.politeness.requests, whole.politeness.delay_longest) == (6, 2)
    assert (host.requests, host.least_gap, host.median_gap, host.most_in_flight) == (6, 1, None, 1)
    assert (whole.rejections["soft_404"].count, len(whole.rejections["soft_404"].urls)) == (270, MOST_LISTED)
    assert whole.duplicates["same_text"].count == 3
    assert [page.url for page in whole.slowest] == ["/2"] * 6 + ["/1"] * 4
    assert runs[0].rejections["soft_404"].count == 90, "what is summed up stays as it was"


def test_story_numbers_of_several_runs_are_those_that_the_last_on_each_site_has_left() -> None:
    coverage = [{"slqncy": {"lowest": 1}}, {"ar7y": {"lowest": 3}}, {"slqncy": {"lowest": 2}}]
    runs = [report(hour, coverage=left) for hour, left in enumerate(coverage)]
    runs[1].site = "ar7y"
    assert merged(runs).coverage == {"slqncy": {"lowest": 2}, "ar7y": {"lowest": 3}}
