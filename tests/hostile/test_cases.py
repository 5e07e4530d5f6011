"""A hostile web: each case ends as it should, and all good stories around it are archived."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slqncy.archive.verify import verify
from tests.crawling import scrapy
from tests.hostile.cases import CASES
from tests.hostile.judge import faults, outcome
from tests.hostile.server import serving

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.crawling import Result
    from tests.hostile.case import Case

_TIMEOUT = 4
"""Seconds that we wait for an answer."""
_TOGETHER = [case for case in CASES if not case.is_site]
_ALONE = {str(case): case for case in CASES if case.is_site}


def _crawl(cases: Sequence[Case], directory: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Crawl one site with all these cases, and look at what became of each, and of all else."""
    archive = directory / "archive"
    with serving(cases) as hostile:
        for name, value in hostile.environment.items():
            monkeypatch.setenv(name, value)
        for again in range(max(case.runs for case in cases)):
            result = scrapy(
                "crawl", "stories", *hostile.arguments(), "-a", f"full={again}", "-s", f"ARCHIVE_DIR={archive}",
                "-s", "DOWNLOAD_DELAY=0", "-s", f"DOWNLOAD_TIMEOUT={_TIMEOUT}",
            )  # fmt: skip
        outcomes = {str(case): outcome(case, hostile, archive) for case in cases}
        wrong = {str(case): got for case in cases if (got := outcomes[str(case)]) not in case.expected}
        assert not wrong, result.errors
        assert not faults(hostile, archive)
    assert not verify(archive, full=True).defects
    assert [path.name for path in directory.iterdir()] == ["archive"]
    for path in archive.glob("runs/*.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        assert report["requests"]["adds_up"]
        assert report["addresses"]["adds_up"]
    assert "Traceback" not in result.errors
    return result


def test_all_that_goes_into_one_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = _crawl(_TOGETHER, tmp_path, monkeypatch)
    assert result.status == 0, result.errors


@pytest.mark.parametrize("name", _ALONE)
def test_what_concerns_a_whole_site(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _crawl([_ALONE[name]], tmp_path, monkeypatch)


def test_every_case_of_the_list_is_here() -> None:
    assert {case.number for case in CASES} == set(range(1, 69))
    assert len({str(case) for case in CASES}) == len(CASES)
