"""Pages recorded beside a proposed profile, what they say, and the test that they still say it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from slqncy.newsite.proposal import Proposal
    from slqncy.newsite.sample import Sample, Told

PAGES = 3
_MOST_ADDRESSES = 15
"""Of stories, and of other pages, in a test."""

_TEST = '''\
"""The profile {name}.toml: which addresses are stories, and what three recorded pages say, a test for each field.

`scrapy newsite` wrote this with what it read. Compare {name}-pages/expected.json once with the pages as a browser shows
them, and mend what is wrong: until then, these tests say only that nothing has changed.
"""

import json
from datetime import datetime
from pathlib import Path

import pytest

from slqncy.extract.page import parse_page
from slqncy.newsite.recorded import fields
from slqncy.newsite.sample import tell
from slqncy.sites import Address, load_site

HERE = Path(__file__).parent
PAGES = HERE / "{name}-pages"
SITE = load_site(str(HERE / "{name}.toml"))
ADDRESS = Address(SITE)
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
FIELDS = [(page["file"], name) for page in EXPECTED["pages"] for name in page["fields"]]


@pytest.mark.parametrize("url", EXPECTED["stories"])
def test_is_a_story(url):
    assert ADDRESS.canonical(url) == url
    assert ADDRESS.story(url)


@pytest.mark.parametrize("url", EXPECTED["others"])
def test_is_no_story(url):
    assert ADDRESS.story(ADDRESS.canonical(url)) is None


@pytest.mark.parametrize(("file", "name"), FIELDS)
def test_field(file, name):
    recorded = next(page for page in EXPECTED["pages"] if page["file"] == file)
    page = parse_page((PAGES / file).read_bytes(), recorded["url"], recorded["content_type"])
    told = tell(page, SITE, datetime.fromisoformat(recorded["downloaded"]))
    assert fields(told, page.encoding)[name] == recorded["fields"][name]
'''


def chosen(proposal: Proposal) -> list[Sample]:
    """The pages to record: of one section each where that can be, those with a banner first."""
    samples = sorted(proposal.samples, key=lambda sample: sample.told.declared_delta is None)
    seen: set[str] = set()
    apart = [sample for sample in samples if _is_new(proposal.stories.section_of(sample.path), seen)]
    return [*apart, *(sample for sample in samples if sample not in apart)][:PAGES]


def fields(told: Told, encoding: str) -> dict[str, Any]:
    """What is compared of a page."""
    return {
        "title": told.title,
        "date_published": told.date,
        "byline_raw": told.byline,
        "source_name": told.source_name,
        "first_line": told.paragraphs[0] if told.paragraphs else "",
        "last_line": told.paragraphs[-1] if told.paragraphs else "",
        "char_count": told.chars,
        "declared_chars": told.declared_chars,
        "declared_delta": told.declared_delta,
        "encoding": encoding,
    }


def as_files(proposal: Proposal, stem: str, told: list[Told]) -> dict[str, bytes]:
    """The test, the pages and what they say, by the names that they have beside the profile STEM.toml.

    `told` is what the chosen pages say by the proposed profile, in their order.
    """
    pages = chosen(proposal)
    home = f"{proposal.scheme}://{next(iter(proposal.hosts))}"
    accepted = [*(sample.path for sample in proposal.samples), *filter(proposal.stories.accepts, proposal.linked)]
    refused = [path for path in proposal.linked if not proposal.stories.accepts(path)]
    expected = {
        "stories": [home + path for path in accepted[:_MOST_ADDRESSES]],
        "others": [home + path for path in refused[:_MOST_ADDRESSES]],
        "pages": [
            {
                "file": _file(number),
                "url": home + urlsplit(page.url).path,
                "content_type": page.content_type,
                "downloaded": page.downloaded.isoformat(timespec="seconds"),
                "fields": fields(said, page.page.encoding),
            }
            for number, (page, said) in enumerate(zip(pages, told, strict=True), 1)
        ],
    }
    return {
        f"test_{stem}.py": _TEST.replace("{name}", stem).encode(),
        f"{stem}-pages/expected.json": (json.dumps(expected, ensure_ascii=False, indent=1) + "\n").encode(),
        **{f"{stem}-pages/{_file(number)}": page.body for number, page in enumerate(pages, 1)},
    }


def _file(number: int) -> str:
    return f"{number}.html"


def _is_new(section: str, seen: set[str]) -> bool:
    is_new = section not in seen
    seen.add(section)
    return is_new
