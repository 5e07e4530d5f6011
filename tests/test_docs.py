"""What the documents say is what the code does."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.settings import default_settings

from slqncy import run_report, settings
from slqncy.archive.changes import Change
from slqncy.archive.months import Manifest
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import DuplicateKind, EventKind, PageKind, Rejection, State
from slqncy.records import Duplicate, Event, Image, Provenance, Rejected, Rewrite, Story, Warc
from slqncy.sites import load_site, site_names
from slqncy.sites.profile import _flatten
from slqncy.spiders.arguments import NAMES
from slqncy.warc.exchange import Truncation
from slqncy.warc.write import exchange_records
from tests import warcs
from tests.command_lines import COMMANDS, mistake
from tests.crawling import ROOT
from tests.warc.samples import Memory, exchange

if TYPE_CHECKING:
    from enum import StrEnum

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
README, CHINESE = PAGES["README.md"], PAGES["README.zh.md"]
WARC, DATA_FORMAT = PAGES["docs/warc.md"], PAGES["docs/data-format.md"]

_ORIGINAL = ("webArchive", "originalUri", "originalDate", "originalDigest")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
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
        exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", is_conditional=True),
    ]
    written = {name for one in exchanges for name in warcs.fields(exchange_records(one, Memory()).data)}
    table = WARC.split("| field | meaning |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|([^|]+)\|", table, re.MULTILINE)))) == written


def test_exit_statuses() -> None:
    table = PAGES["docs/operating.md"].split("| exit status | what happened | what to do |\n")[1].split("\n\n")[0]
    assert re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \|$", table, re.MULTILINE) == [str(status) for status in ExitStatus]


def test_arguments_and_sites() -> None:
    crawling = PAGES["docs/crawling.md"]
    assert set(re.findall(r"^\| `-a (\w+)=", crawling, re.MULTILINE)) == NAMES
    assert set(re.findall(r"`(\w+)`", crawling.split("Known: ")[1].split("|")[0])) == set(site_names())


def test_sites_and_keys_of_profiles() -> None:
    sites, keys = PAGES["docs/sites.md"].split("\n## The keys of a profile\n")
    hosts = dict(re.findall(r"^\| `(\w+)` \| ([\w.]+)", sites, re.MULTILINE))
    assert hosts == {name: load_site(name).hosts[0] for name in site_names()}
    profile = tomllib.loads((ROOT / "slqncy/sites/slqncy.toml").read_text(encoding="utf-8"))
    assert set(first_column(keys)) == {name for name, _ in _flatten(profile)} | {"extends"}


def test_commands() -> None:
    ours = {name for name, command in COMMANDS.items() if type(command).__module__.startswith("slqncy.")}
    for table in (README, CHINESE, PAGES["docs/commands.md"] + PAGES["docs/crawling.md"]):
        assert set(re.findall(r"^(?:\| `)?scrapy (\w+)", table, re.MULTILINE)) >= ours


@pytest.mark.parametrize("page", PAGES)
def test_command_lines_can_be_copied(page: str) -> None:
    blocks = "\n".join(block for block in _FENCED.findall(PAGES[page]) if block.startswith("```sh"))
    lines = re.findall(r"^(?:\$ )?(scrapy .*)$", blocks, re.MULTILINE)
    lines += re.findall(r"`(scrapy [^`]+)`", _FENCED.sub("", PAGES[page]))
    assert {line: wrong for line in lines if (wrong := mistake(line))} == {}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^):#]+)(?:#[^)]*)?\)", _FENCED.sub("", PAGES[page]))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_both_readmes_say_the_same() -> None:
    english, chinese = (
        {
            "headings": re.findall(r"^#+ ", re.sub(r"^ *# .*", "", _FENCED.sub("", readme)), re.MULTILINE),
            "code": [
                re.sub(r"  +.*$|  +#.*$", "", line) for block in _FENCED.findall(readme) for line in block.split("\n")
            ],
            "links": re.findall(r"\]\(([^)]+)\)", readme)[1:],
            "commands": first_column(readme),
        }
        for readme in (README, CHINESE)
    )
    assert english == chinese
    assert "](README.zh.md)" in README
    assert "](README.md)" in CHINESE


def test_every_guard_is_where_it_is_said_to_be() -> None:
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in security.splitlines() if line.startswith("| ") and "threat" not in line]
    assert len(rows) > 10
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row[2])} - vars(settings).keys() == set()
    assert [link for link in re.findall(r"\]\(([^)]+)\)", security) if not (ROOT / link).is_file()] == []


def test_settings() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^`|]+)`? \|", PAGES["docs/settings.md"], re.MULTILINE))
    assert len(rows) == PAGES["docs/settings.md"].count("\n| `")
    assert (rows.pop("USER_AGENT"), rows.pop("DOWNLOAD_SLOTS")) == ("made of it", "by archive")
    assert rows == {name: str(vars(settings)[name]) or '""' for name in rows}
    # What settings.py imports in capitals is in no line of its own.
    here = set(re.findall(r"^([A-Z_]+) = ", (ROOT / "slqncy/settings.py").read_text(encoding="utf-8"), re.MULTILINE))
    assert here - vars(default_settings).keys() - rows.keys() == set()
