"""What a process says at its end that has crawled many sites."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from slqncy.display.closing import LINES, WIDTH, Closing
from slqncy.display.closing_sites import Figures, SiteEnded, closing_of_sites, last_words, site_ended
from slqncy.exitcodes import SEVERITY, ExitStatus, most_severe
from slqncy.visible import visible
from tests.display.test_closing import RUNS, ended, lines

GOOD = SiteEnded(
    name="slqncy", status=ExitStatus.OK, reason="finished", figures=Figures(34, 28, 3, 1, 0), traffic=(36, 24_000)
)
DOWN = SiteEnded(name="longtansi", status=ExitStatus.UNAVAILABLE, reason="the site could not be reached")


def test_a_row_for_each_site_and_the_sum() -> None:
    assert closing_of_sites([replace(GOOD, name="ar7y"), GOOD], "output/runs", 61.0) == Closing(
        [
            "site                   pages      new   copies rejected   failed  exit status",
            "ar7y                      34       28        3        1        0  0",
            "slqncy                    34       28        3        1        0  0",
            "2 sites                   68       56        6        2        0",
            "traffic     72 requests, 48.0 kB received, 1 min 1 s",
            "reports     output/runs",
        ],
        [],
        [],
    )
    assert last_words([GOOD, GOOD]) == "2 sites: finished"


def test_a_site_that_failed_comes_first_and_says_why() -> None:
    figures = {"requested": 9, "archived": 5, "failures": 4, "unsent": 1}
    reason = "gate: only 5 of 9 stories are complete by their own banner; they are archived, but look at declared_delta"
    gate = site_ended(
        "ar7y",
        ended(
            figures, counters={"slqncy/failed/too_slow": 4}, examples={"outcome/failed": "ar7y/a/1"},
            status=ExitStatus.DATA, reason=reason,
        ),
    )  # fmt: skip
    sites = [GOOD, DOWN, gate]
    said = closing_of_sites(sites, "output/runs", 61.0)
    assert [line.split()[0] for line in said.account[1:4]] == ["ar7y", "longtansi", "slqncy"]
    assert said.account[1].endswith("        4  65 data")
    assert said.account[4].endswith("        4  2 failed")
    assert said.trouble == [
        "ar7y: gate: only 5 of 9 stories are complete by their own banner; they are",
        "    archived, but look at declared_delta (exit status 65)",
        "no answer   4 too_slow; asked for again later: ar7y/a/1",
        "longtansi: the site could not be reached (exit status 69)",
    ]
    assert said.advice == ["run again   scrapy crawl stories", "look at     scrapy explain ar7y/a/1"]
    assert last_words(sites) == f"2 of 3 sites did not go well; of ar7y: {reason}"


def test_sites_that_find_no_room_are_summed_up() -> None:
    sites = [replace(GOOD, name=f"site{number}", figures=Figures(number)) for number in range(100)]
    sites += [replace(DOWN, name=f"down{number:02}") for number in range(30)]
    said = closing_of_sites(sites, "output/runs", 61.0)
    *shown, others, total, _, _ = [line.split() for line in said.account[1:]]
    assert [name for name, *_ in shown] == [f"down{number:02}" for number in range(len(shown))]
    assert (others[:2], others[-2:]) == ([f"{130 - len(shown)}", "others"], [f"{30 - len(shown)}", "failed"])
    assert (total[:3], total[-2:]) == (["130", "sites", f"{sum(range(100))}"], ["30", "failed"])
    assert said.trouble == [
        "down00, down01, down02 and 27 more: the site could not be reached (exit status",
        "    69)",
    ]


def test_reasons_that_find_no_room_are_counted() -> None:
    sites = [replace(DOWN, name=f"down{number:02}", reason=f"reason {number:02}") for number in range(30)]
    said = closing_of_sites([GOOD, *sites], "output/runs", 61.0)
    assert said.trouble[:2] == ["down00: reason 00 (exit status 69)", "down01: reason 01 (exit status 69)"]
    assert said.trouble[-1] == f"{30 - len(said.trouble) + 1} more sites did not go well; the report of each says why"


def test_what_all_sites_have_in_common_is_said_once() -> None:
    assert last_words([DOWN, replace(DOWN, name="ar7y")]) == DOWN.reason
    assert last_words([DOWN, GOOD]).startswith("1 of 2 sites did not go well; of longtansi: ")


SITES = st.builds(
    SiteEnded,
    name=st.text("abcdefgh-_0123456789", min_size=1, max_size=60),
    status=st.sampled_from(ExitStatus),
    reason=st.sampled_from(["finished", "甲" * 300, "word " * 90, "a \x1b[31m b"]),
    figures=st.builds(Figures, *[st.integers(0, 10**7)] * 5),
    traffic=st.tuples(st.integers(0, 10**12), st.integers(0, 10**15)),
) | st.builds(site_ended, st.sampled_from(["slqncy", "longtansi"]), RUNS)


@settings(deadline=None)  # a machine may be busy
@given(st.lists(SITES, min_size=1, max_size=40), st.text(max_size=200), st.floats(0, 10**9))
def test_it_is_one_screen_however_many_there_are(sites: list[SiteEnded], reports: str, seconds: float) -> None:
    said = closing_of_sites(sites, reports, seconds)
    told = lines(said)
    assert max(map(cell_len, told)) <= WIDTH
    assert len(told) <= LINES - 2
    assert {line for line in told if visible(line) != line} == set()


def test_a_figure_without_room_is_told_in_millions() -> None:
    many = replace(GOOD, figures=Figures(99_999_999, 100_000_000, 40_123_456_789, 0, 7))
    row = closing_of_sites([many], "runs", 0).account[1]
    assert row.split()[1:] == ["99999999", "100", "M", "40123", "M", "0", "7", "0"]
    assert cell_len(row) <= WIDTH


def test_every_status_has_its_place_in_the_order_of_severity() -> None:
    assert sorted(SEVERITY) == sorted(ExitStatus)
    assert most_severe([]) is ExitStatus.OK
    assert most_severe([ExitStatus.FORBIDDEN, ExitStatus.DATA, ExitStatus.TEMPORARY]) is ExitStatus.DATA
