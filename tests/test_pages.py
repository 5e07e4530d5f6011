"""Pages of our own in `pages/`, each read as a crawl reads it and compared, field by field, with what a reader sees."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from slqncy.extract.boilerplate import strip
from slqncy.extract.lines import page_lines
from slqncy.extract.links import page_links
from slqncy.extract.listing import list_entries
from slqncy.extract.page import Page, parse_page
from slqncy.extract.pagination import list_pages
from slqncy.extract.reading import read_story
from slqncy.extract.soft404 import missing_page_notice
from slqncy.sites import load_site
from tests.crawling import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = ROOT / "tests/pages"
SITE = load_site("slqncy")
MANDATORY = {
    # A story is no list: its entries are none.
    "stories": {"title", "paragraphs", "date_published", "source_name", "authors", "encoding", "entries"},
    "lists": {"entries", "pages", "encoding"},
}


@dataclass(frozen=True)
class Case:
    """A folder of `pages/`."""

    kind: str
    name: str

    def json(self, file: str) -> Any:
        return json.loads((PAGES / self.kind / self.name / file).read_text(encoding="utf-8"))


def cases(kind: str) -> list[Case]:
    return [Case(kind, folder.name) for folder in sorted((PAGES / kind).iterdir())]


STORIES, LISTS = cases("stories"), cases("lists")


@cache
def read(case: Case) -> dict[str, Any]:
    """Every field that an expectation may name."""
    response = case.json("response.json")
    body = (PAGES / case.kind / case.name / "page.html").read_bytes()
    page = parse_page(body, response["url"], response["headers"].get("Content-Type", ""))
    downloaded = datetime.fromisoformat(response["downloaded"])
    links = page_links(page)
    fields = {
        "encoding": page.encoding,
        "replaced": page.replaced,
        "links": list(dict.fromkeys(link.url for link in links)),
        "entries": [asdict(entry) for entry in list_entries(page, downloaded)],
    }
    if case.kind == "lists":
        return fields | {"pages": list_pages(page, links)}
    return fields | story_fields(page, downloaded)


def story_fields(page: Page, downloaded: datetime) -> dict[str, Any]:
    extracted = read_story(page, SITE, downloaded)
    stripped = strip(extracted.paragraphs, extracted.title, SITE)
    fields = asdict(extracted)
    fields["images"] = [{"url": image.url, "caption": image.caption} for image in extracted.images]
    title = stripped.title or extracted.title
    text = "\n".join(stripped.paragraphs or [line.text for line in page_lines(page)])
    return fields | {
        "title": title,
        "paragraphs": stripped.paragraphs,
        "source_name": extracted.source_name or stripped.source_name,
        "declared_chars": stripped.declared_chars,
        "declared_delta": stripped.declared_delta,
        "is_missing": bool(missing_page_notice(title) or missing_page_notice(text)),
    }


def expectations(cases: list[Case]) -> list[Any]:
    """One parameter set a case and field; a defect that is known must show."""
    found = []
    for case in cases:
        known = case.json("response.json").get("known_defect", {})
        for name, value in case.json("expected.json").items():
            marks = [pytest.mark.xfail(strict=True, reason=known[name])] if name in known else []
            found.append(pytest.param(case, name, value, id=f"{case.name}-{name}", marks=marks))
    return found


@pytest.mark.parametrize(("case", "name", "expected"), expectations(STORIES))
def test_story_field(case: Case, name: str, expected: object) -> None:
    assert read(case)[name] == expected


@pytest.mark.parametrize(("case", "name", "expected"), expectations(LISTS))
def test_list_field(case: Case, name: str, expected: object) -> None:
    assert read(case)[name] == expected


# C0 controls and DEL, lone surrogates, noncharacters, U+FFFD; a line end within a paragraph is none either.
UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffd\ufffe\uffff\U0001fffe\U0001ffff]")


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


@pytest.mark.parametrize("case", STORIES + LISTS, ids=lambda case: f"{case.kind}-{case.name}")
def test_no_field_holds_what_no_record_may(case: Case) -> None:
    found = {name: text for name, value in read(case).items() for text in texts(value) if UNFIT.search(text)}
    assert found == {}


@pytest.mark.parametrize("case", STORIES + LISTS, ids=lambda case: f"{case.kind}-{case.name}")
def test_expectations_name_known_fields_and_all_that_must_be(case: Case) -> None:
    names = case.json("expected.json").keys()
    response = case.json("response.json")
    assert names - read(case).keys() == set()
    assert MANDATORY[case.kind] - names == set()
    assert response.keys() - {"known_defect"} == {"url", "headers", "downloaded"}
    assert response.get("known_defect", {}).keys() - names == set()
