from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slqncy.extract.listing import Entry, list_entries
from slqncy.extract.page import parse_page
from tests.extract.list_designs import DESIGNS, NO_LISTS, ORIGIN, Design

DOWNLOADED = datetime(2020, 4, 1, 12, tzinfo=UTC)


def entries(body: str, path: str = "/szxw/") -> list[Entry]:
    source = f"<html><head><meta charset=utf-8><title>青荷新闻网</title></head><body>{body}</body></html>"
    return list_entries(parse_page(source.encode(), ORIGIN + path), DOWNLOADED)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_stories_of_a_list(design: Design) -> None:
    assert entries(design.body, design.path) == design.entries


@pytest.mark.parametrize(("path", "body"), [case[1:] for case in NO_LISTS], ids=[case[0] for case in NO_LISTS])
def test_no_list(path: str, body: str) -> None:
    assert entries(body, path) == []
