"""What a page asks of robots, in all the forms in which it may."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from time import process_time

import pytest

from slqncy.extract.directives import read_directives

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PAST = "unavailable_after: 25 jun 2010 15:00:00 pst"


@pytest.mark.parametrize(
    ("tags", "said", "noarchive"),
    [
        ([], [], ""),
        (["noarchive"], ["noarchive"], "noarchive"),
        (["NoIndex,  NOCACHE "], ["noindex", "nocache"], "nocache"),
        (["none"], ["none"], ""),
        (["all", "noindex, noindex"], ["all", "noindex"], ""),
        (["googlebot: noarchive, nofollow"], ["googlebot: noarchive", "googlebot: nofollow"], ""),
        (["googlebot: noindex", "noarchive"], ["googlebot: noindex", "noarchive"], "noarchive"),
        (["noindex, slqncy: noarchive"], ["noindex", "slqncy: noarchive"], "slqncy: noarchive"),
        (["*: noarchive"], ["noarchive"], "noarchive"),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST"], [PAST], PAST),
        (
            ["unavailable_after: Friday, 25-Jun-10 15:00:00 GMT, max-snippet:20"],
            ["unavailable_after: friday, 25-jun-10 15:00:00 gmt", "max-snippet: 20"],
            "unavailable_after: friday, 25-jun-10 15:00:00 gmt",
        ),
        (["otherbot: " + PAST], [f"otherbot: {PAST}"], ""),
        (["unavailable_after: one day"], ["unavailable_after: one day"], ""),
        (["unavailable_after: 99 Jun 99999 15:00:00"], ["unavailable_after: 99 jun 99999 15:00:00"], ""),
        (["noarchive\x1b[2J, \xff"], [], ""),
    ],
)  # fmt: skip
def test_headers(tags: list[str], said: list[str], noarchive: str) -> None:
    directives = read_directives([tag.encode("latin-1") for tag in tags], b"", NOW)
    assert (directives.said, directives.noarchive) == (said, noarchive)


@pytest.mark.parametrize(
    ("date", "is_past"),
    [
        ("2026-11-26T12:00:00Z", True),
        ("2026-11-26T12:00:01Z", False),
        ("2026-11-26T19:00:00+08:00", True),
        ("2026-11-26", True),
        ("2026-11-27", False),
        ("Fri, 27 Nov 2026 12:00:00 GMT", False),
    ],
)
def test_dates(date: str, *, is_past: bool) -> None:
    directive = f"unavailable_after: {date.lower()}"
    directives = read_directives([f"Unavailable_After:{date}".encode()], b"", NOW)
    assert (directives.said, directives.noarchive) == ([directive], directive if is_past else "")


@pytest.mark.parametrize(
    ("page", "said", "noarchive"),
    [
        ('<meta name="robots" content="noarchive">', ["noarchive"], "noarchive"),
        ("<META content=' index , NOCACHE '\nNAME=Robots />", ["index", "nocache"], "nocache"),
        ('<meta name=robots content="no&#97;rchive">', ["noarchive"], "noarchive"),
        ('<meta name="slqncy" content="noarchive">', ["slqncy: noarchive"], "slqncy: noarchive"),
        (f'<meta name=robots content="{PAST}">', [PAST], PAST),
        ('<meta name="googlebot" content="noarchive">', [], ""),
        ('<meta name="robots">', [], ""),
        ('<meta name="keywords" content="robots, noarchive">', [], ""),
        ('<!-- <meta name="robots" content="noarchive"> -->', [], ""),
        ('<script>"<meta name=robots content=noarchive>"</script>', [], ""),
        ("<title><meta name=robots content=noarchive></title>", [], ""),
        ('<a title="<meta name=robots content=noarchive>">', [], ""),
        ('<title>新闻</title><p>x<br><meta name="robots" content="noarchive">', ["noarchive"], "noarchive"),
        ("<meta name=robots content=a><meta name=robots content=noarchive>", ["a", "noarchive"], "noarchive"),
    ],
)  # fmt: skip
def test_pages(page: str, said: list[str], noarchive: str) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        directives = read_directives([], page.encode(encoding), NOW)
        assert (directives.said, directives.noarchive) == (said, noarchive)


def test_a_flood_is_recorded_in_part_and_obeyed() -> None:
    directives = read_directives([b",".join(b"x%d" % number for number in range(9000)) + b",noarchive"], b"", NOW)
    assert len(directives.said) == 50
    assert directives.noarchive == "noarchive"


PIECES = [
    "<meta ", "<meta", "name=robots ", 'name="robots"', "content=", "noarchive", '"', "'", ">", "<", "<!--", "-->", " ",
    "<script>", "</script>", "<title>", "</title", "=", "unavailable_after:", "2026-01-01", ",", "\0", "&#",
]  # fmt: skip
UNFRIENDLY = [*PIECES, "<meta '", '<meta "', '<a b="', "<a '\"", "<meta name=robots content='", "a:"]


def test_no_page_brings_an_error() -> None:
    some = random.Random(3)
    for _ in range(5000):
        soup = "".join(some.choices(PIECES, k=some.randrange(1, 40))).encode()
        read_directives([soup], soup, NOW)


@pytest.mark.parametrize(
    "piece", [*PIECES, "<meta '", '<meta "', '<a b="', "<a '\"", "<meta name=robots content='", "a:"]
)
def test_no_page_takes_longer_than_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        source = b"<meta name=robots content=x>" + piece.encode() * (size // len(piece))
        began = process_time()
        read_directives([source[: size // 8]], source, NOW)
        return process_time() - began

    # Were it quadratic, it would be 64 times as long; one attempt may be disturbed.
    assert any(seconds(400_000) < 25 * max(seconds(50_000), 0.001) for _ in range(3))
