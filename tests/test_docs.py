"""What the documents say is what the code does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from slqncy import run_report, settings
from slqncy.archive.changes import Change
from slqncy.archive.months import Manifest
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import DuplicateKind, EventKind, PageKind, Rejection, State
from slqncy.records import Duplicate, Event, Image, Provenance, Rejected, Rewrite, Story, Warc
from slqncy.sites import site_names
from slqncy.warc.exchange import Truncation
from slqncy.warc.write import exchange_records
from tests import warcs
from tests.crawling import ROOT, scrapy
from tests.warc.samples import Memory, exchange

if TYPE_CHECKING:
    from enum import StrEnum

README = (ROOT / "README.md").read_text(encoding="utf-8")
WARC = (ROOT / "docs/warc.md").read_text(encoding="utf-8")
MANNERS = (ROOT / "docs/manners.md").read_text(encoding="utf-8")
DATA_FORMAT = (ROOT / "docs/data-format.md").read_text(encoding="utf-8")

_ORIGINAL = ("webArchive", "originalUri", "originalDate", "originalDigest")
NOTES = dict.fromkeys(("page", "kind", "site", "servedAt", "refused", *_ORIGINAL), "-")
"""What `slqncy.download` adds to the fields of a raw response."""


def first_column(table: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def section(heading: str) -> str:
    return DATA_FORMAT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("heading", "types", "reasons"),
    [
        ("stories/YYYY-MM.jsonl", [Story, Image, Provenance, Warc], None),
        ("duplicates/YYYY-MM.jsonl", [Duplicate], DuplicateKind),
        ("rejected/YYYY-MM.jsonl", [Rejected], Rejection),
        ("rewrites/YYYY-MM.jsonl", [Rewrite], None),
        (
            "runs/RUN_ID.json",
            [
                run_report.RunReport,
                run_report.Timings,
                run_report.Politeness,
                run_report.HostReceipt,
                run_report.NewStories,
                run_report.Delta,
                run_report.Pages,
                run_report.Pairs,
                run_report.Pair,
                run_report.SlowPage,
                run_report.FailedPage,
            ],
            None,
        ),
        ("Closed months", [Manifest], None),
        ("Changes", [Change], None),
    ],
)
def test_every_key_and_reason_is_explained_in_order(
    heading: str, types: list[Any], reasons: type[StrEnum] | None
) -> None:
    story_keys = Story.__dataclass_fields__ if types[0] in {Duplicate, Rejected} else {}
    keys = [name for record_type in types for name in record_type.__dataclass_fields__ if name not in story_keys]
    headings = {"duplicate_kind"} if reasons is DuplicateKind else {"reason"} if reasons else set()
    explained = first_column(section(heading))
    expected = keys + ([] if reasons is None else [*headings, *reasons])
    assert explained == expected


def test_events() -> None:
    assert first_column(section("events/YYYY-MM.ndjson")) == [
        *Event.__dataclass_fields__, "event", *EventKind, "state", *State, "kind", *PageKind,
    ]  # fmt: skip


def test_truncations_of_raw_responses() -> None:
    assert first_column(WARC.split("| value | what happened |")[1].split("\n\n")[0]) == list(Truncation)


def test_fields_of_raw_responses() -> None:
    exchanges = [
        exchange(b"HTTP/1.1 100\n\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\r\n\r\n", notes=NOTES),
        exchange(b"no response", failure="no response"),
        exchange(withheld="noarchive"),
    ]
    written = {name for one in exchanges for name in warcs.fields(exchange_records(one, Memory()).data)}
    table = WARC.split("| field | meaning |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|([^|]+)\|", table, re.MULTILINE)))) == written


def test_exit_statuses() -> None:
    table = README.split("| exit status | what happened |\n")[1].split("\n\n")[0]
    assert re.findall(r"^\| (\d+)", table, re.MULTILINE) == [str(status.value) for status in ExitStatus]


def test_arguments_and_sites() -> None:
    result = scrapy("crawl", "stories", "-a", "nonsense=1")
    known = re.search(r"known are (.*?) \(", result.errors)
    assert known
    documented = set(re.findall(r"^\| `-a (\w+)=", README, re.MULTILINE))
    assert documented == set(known[1].split(", "))
    assert set(re.findall(r"`(\w+)`", README.split("Known: ")[1].split("|")[0])) == set(site_names())


def test_commands_exist() -> None:
    listed = scrapy().output
    for command in set(re.findall(r"^(?:\| `)?scrapy (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^  {command} ", listed, re.MULTILINE), command


def test_every_guard_is_where_it_is_said_to_be() -> None:
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in security.splitlines() if line.startswith("| ") and "threat" not in line]
    assert len(rows) > 10
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row[2])} - vars(settings).keys() == set()
    assert [link for link in re.findall(r"\]\(([^)]+)\)", security) if not (ROOT / link).is_file()] == []


def test_settings_of_manners() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^`|]+)`? \|", MANNERS, re.MULTILINE))
    assert rows.pop("USER_AGENT") == "made of it"
    assert rows == {name: str(vars(settings)[name]) or '""' for name in rows}
    assert len(rows) == MANNERS.split("\n## Settings\n")[1].split("\n## ")[0].count("\n| `") - 1
