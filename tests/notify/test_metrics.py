"""The text file for Prometheus, whatever it is told and whatever lies where it is to be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from slqncy.archive.layout import Kind
from slqncy.archive.totals import Totals
from slqncy.exitcodes import ExitStatus
from slqncy.notify import Outcome, Watchers
from slqncy.notify.metrics import SiteRun, write_metrics
from slqncy.run_report import HostReceipt, Pages, Politeness, RunReport
from tests.crawling import ROOT

PROMTOOL = shutil.which("promtool")
STARTED, FINISHED = datetime(2026, 11, 26, 8, 0, tzinfo=UTC), datetime(2026, 11, 26, 8, 2, tzinfo=UTC)
REPORT = RunReport(
    site="slqncy",
    requests={"complete": 3, "incomplete": 1},
    politeness=Politeness(
        requests=9, bytes_received=900, hosts={"http://a": HostReceipt(least_gap=1.5), "http://b": HostReceipt()}
    ),
    rejections={"soft_404": Pages(count=2)},
    counters={"slqncy/outcome/archived": 4, "slqncy/failed/too_slow": 1, "finish_reason": "finished"},
)


def write(
    path: Path, status: ExitStatus, report: RunReport | None = None, totals: Totals | None = None, site: str = "slqncy"
) -> dict[tuple[str, ...], float]:
    """The samples of the file that is written, by name and values of labels."""
    write_metrics(path, [SiteRun(site, STARTED, FINISHED, status, report)], totals)
    return samples(path)


def samples(path: Path) -> dict[tuple[str, ...], float]:
    """By name and values of labels."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_figures_of_a_report(tmp_path: Path) -> None:
    said = write(tmp_path / "slqncy.prom", ExitStatus.OK, REPORT)
    assert said["slqncy_run_duration_seconds", "slqncy"] == 120
    assert said["slqncy_run_stories", "archived", "slqncy"] == 4
    assert said["slqncy_run_failures", "too_slow", "slqncy"] == 1
    assert said["slqncy_run_rejections", "soft_404", "slqncy"] == 2
    assert said["slqncy_run_rejections", "empty", "slqncy"] == 0, "a series that comes and goes is no base of an alert"
    assert said["slqncy_run_complete_ratio", "slqncy"] == 0.75
    assert said["slqncy_run_smallest_gap_seconds", "slqncy"] == 1.5
    assert [path.name for path in tmp_path.iterdir()] == ["slqncy.prom"]


@pytest.mark.parametrize(
    "found",
    [None, b"", b"\xff\xfe", b"{", b"slqncy_last_success_timestamp_seconds{", b"other 1\n", b'=#{,  =\\ }=}"a='],
)
def test_what_lies_there_and_says_nothing_of_a_success(tmp_path: Path, found: bytes | None) -> None:
    path = tmp_path / "slqncy.prom"
    if found is not None:
        path.write_bytes(found)
    said = write(path, ExitStatus.UNAVAILABLE)
    assert {name for name, *_ in said} == {
        "slqncy_run_start_timestamp_seconds", "slqncy_run_end_timestamp_seconds", "slqncy_run_duration_seconds",
        "slqncy_run_exit_status",
    }  # fmt: skip


def test_a_pipe_in_its_place_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slqncy.prom")
    assert write(tmp_path / "slqncy.prom", ExitStatus.UNAVAILABLE)["slqncy_run_exit_status", "slqncy"] == 69


def test_the_time_of_a_success_outlives_failures(tmp_path: Path) -> None:
    path = tmp_path / "slqncy.prom"
    write(path, ExitStatus.OK)
    for status in (ExitStatus.IO, ExitStatus.TEMPORARY):
        said = write(path, status)
        assert said["slqncy_last_success_timestamp_seconds", "slqncy"] == FINISHED.timestamp()
        assert said["slqncy_run_exit_status", "slqncy"] == status


def test_sites_that_one_process_has_crawled_have_series_each(tmp_path: Path) -> None:
    path = tmp_path / "slqncy.prom"
    write(path, ExitStatus.OK, site="ar7y")
    later = FINISHED + (FINISHED - STARTED)
    runs = [SiteRun("slqncy", FINISHED, later, ExitStatus.OK, REPORT), SiteRun("ar7y", FINISHED, later, ExitStatus.IO)]
    totals = Totals(stories={"slqncy": 1, "ar7y": 5}, newest={"ar7y": 2}, lines={Kind.STORY: 6}, size=4)
    write_metrics(path, runs, totals)
    said = samples(path)
    assert said["slqncy_run_exit_status", "slqncy"] == 0
    assert said["slqncy_run_exit_status", "ar7y"] == 74
    assert said["slqncy_last_success_timestamp_seconds", "slqncy"] == later.timestamp()
    assert said["slqncy_last_success_timestamp_seconds", "ar7y"] == FINISHED.timestamp(), "as before"
    assert [said["slqncy_archive_stories", site] for site in ("slqncy", "ar7y")] == [1, 5]
    newest = {name: value for name, value in said.items() if "newest" in name[0]}
    assert newest == {("slqncy_archive_newest_story_timestamp_seconds", "ar7y"): 2}
    helped = re.findall(r"^# HELP (\w+)", path.read_text("utf-8"), re.MULTILINE)
    assert len(helped) == len(set(helped))


def test_a_name_may_have_any_characters(tmp_path: Path) -> None:
    site = '新闻 "\\\n# HELP'
    assert write(tmp_path / "slqncy.prom", ExitStatus.OK, site=site)["slqncy_run_exit_status", site] == 0


def test_a_file_of_another_name_is_not_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    Watchers("", str(precious), tmp_path, ["slqncy"]).end(Outcome(ExitStatus.CONFIG, ("METRICS_FILE must be …",)))
    assert precious.read_text() == "mine"


@pytest.mark.parametrize("where", ["missing/slqncy.prom", "blocked/slqncy.prom", "directory.prom"])
def test_a_file_that_cannot_be_written_is_a_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    (tmp_path / "blocked").write_text("a file")
    (tmp_path / "directory.prom").mkdir()
    Watchers("", str(tmp_path / where), tmp_path, ["slqncy"]).end(Outcome(ExitStatus.OK, ("finished",)))
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("METRICS_FILE cannot be written: [Errno ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocked", "directory.prom"]


def test_a_name_that_cannot_be_written_is_a_line_of_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    # As Python hands over an argument that is no UTF-8.
    Watchers("", str(tmp_path / "a.prom"), tmp_path, ["\udcff"]).end(Outcome(ExitStatus.CONFIG, ("no such profile",)))
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("METRICS_FILE cannot be written: ")


def test_every_figure_is_explained(tmp_path: Path) -> None:
    totals = Totals(stories={"slqncy": 1}, newest={"slqncy": 2}, lines={Kind.STORY: 3}, size=4)
    path = tmp_path / "slqncy.prom"
    write(path, ExitStatus.OK, REPORT, totals)
    written = dict.fromkeys(re.findall(r"^# TYPE (\w+) gauge$", path.read_text("utf-8"), re.MULTILINE))
    explained = re.findall(r"^\| `(slqncy_\w+)`", (ROOT / "docs/schedule.md").read_text("utf-8"), re.MULTILINE)
    assert explained == list(written)
    asked_for = re.findall(r"slqncy_\w+", (ROOT / "deploy/prometheus/slqncy.rules.yml").read_text("utf-8"))
    assert set(asked_for) <= set(written)


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")
@pytest.mark.parametrize("report", [REPORT, None], ids=["report", "none"])
def test_promtool_finds_nothing_wrong_with_names_and_format(tmp_path: Path, report: RunReport | None) -> None:
    path = tmp_path / "slqncy.prom"
    write(path, ExitStatus.OK, report)
    with path.open("rb") as metrics:
        done = subprocess.run(
            [str(PROMTOOL), "check", "metrics"], stdin=metrics, capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")
def test_alerts() -> None:
    rules = ROOT / "deploy/prometheus/slqncy.rules.yml"
    tests = Path(__file__).parent / "rules_test.yml"
    for what in (["check", "rules", str(rules)], ["test", "rules", str(tests)]):
        done = subprocess.run([str(PROMTOOL), *what], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
