"""A takedown: the text is nowhere in the archive any more, what is not of it stays, and no run brings it back."""

from __future__ import annotations

import json
import shutil
import zlib
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.files import open_segment
from slqncy.archive.forget import forget
from slqncy.archive.layout import LEDGER, segments_on_disk, warc_path
from slqncy.archive.ledger import Ledger
from slqncy.archive.quarantine import keep_aside
from slqncy.archive.repair import rebuild
from slqncy.archive.verify import verify
from slqncy.demo import serving
from slqncy.demo.site import DemoResponse
from slqncy.reasons import Failure, PageKind, State
from slqncy.records import encode
from slqncy.warc.read import capture_at
from tests.crawling import Pages, Result, crawl, links, redirect, scrapy, story_page, text_of
from tests.samples import HOME, page_found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Known

STREET = "证人周某的住址是青石巷十七号,电话尾数是四四一二。"
EDITED = "记者后来得知,周某已经搬到了枫桥路三号院居住。"
FURTHER = "在第二页上还能读到周某女儿就读学校的名称。"
TEXTS = (STREET, EDITED, FURTHER)
WHY = "应当事人要求 on request, 26 November 2026"
FORGOTTEN = [f"http://www.slqncy.com/szxw/{name}.html" for name in ("1", "1_2", "3", "5", "4")]
STAYS = "http://www.slqncy.com/szxw/2.html"

_FIRST = story_page(1, f"{STREET}\n{text_of(1)}", more='<a href="/szxw/1_2.html">2</a>')
_FURTHER = f"<html><head><title>续</title></head><body><div><p>{FURTHER}</p><p>{text_of(81)}</p></div></body></html>"
_COPY = story_page(3, f"{STREET}\n{text_of(1)}\n{FURTHER}\n{text_of(81)}")
_EDITED = story_page(1, f"{STREET}\n{EDITED}\n{text_of(1)}", more='<a href="/szxw/1_2.html">2</a>')
_GBK = {"Content-Type": "text/html; charset=gb18030"}

EMPTY = Pages({"/": links("/szxw/1.html", "/szxw/6.html")})
SITE = Pages({
    "/": links(*(f"/szxw/{number}.html" for number in range(1, 7))),
    "/szxw/1.html": _FIRST, "/szxw/1_2.html": _FURTHER, "/szxw/2.html": story_page(2, text_of(2)),
    # A copy, an address that leads to the story, and one that gives it byte by byte.
    "/szxw/3.html": _COPY, "/szxw/4.html": redirect("/szxw/1.html"), "/szxw/5.html": _FIRST,
})  # fmt: skip
LATER = Pages({**SITE.pages, "/szxw/1.html": DemoResponse(200, _GBK, _EDITED.encode("gb18030"))})


@dataclass(frozen=True)
class Made:
    """An archive with a story that has to go, and what its raw responses were."""

    root: Path
    warcs: Path
    """Its WARC files, as somebody has kept them elsewhere."""
    token: str
    """Of the last change before the takedown."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Look, do not write: three runs, one month of them closed, and things in quarantine/."""
    root = tmp_path_factory.mktemp("made") / "archive"
    pages = Pages()
    with serving(pages) as server:
        for site in (EMPTY, SITE):
            pages.pages = site.pages
            result = crawl(root, server.base_url, "full=1")
            assert result.status in {0, 65}, result.errors
        with closing(ArchiveWriter(root)) as archive:
            archive.close_months("2100-01")
        pages.pages = LATER.pages
        result = crawl(root, server.base_url, "full=1")
        assert result.status == 0, result.errors
    _set_aside(root)
    assert [story.version for story in Archive(root).stories() if story.story_id == "1"] == [1, 2]
    assert {found for _, data in contents(root) for found in found_in(data)} == set(TEXTS)
    assert verify(root, full=True).defects == []
    token = list(Archive(root).changes())[-1].token
    warcs = root.with_name("elsewhere")
    shutil.copytree(root / "warc", warcs)
    return Made(root, warcs, token)


def _set_aside(root: Path) -> None:
    """What kills and damage have left: an old ledger, tails of both stories, bytes nobody can read, another story."""
    rebuild(root)
    one, two = (next(story for story in Archive(root).stories() if story.story_id == name) for name in "12")
    keep_aside(root, "stories/2099-01.jsonl", encode(two) + encode(one)[:500])
    keep_aside(root, "stories/2099-02.jsonl", encode(two) + encode(one))
    keep_aside(root, "stories/2099-03.jsonl", encode(two))
    keep_aside(root, "warc/slqncy-1.warc.gz", (root / "warc" / sorted(root.glob("warc/*"))[1].name).read_bytes()[40:])


@pytest.fixture(scope="module")
def taken(made: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Look, do not write: the archive after the takedown, and what the command said."""
    root = shutil.copytree(made.root, tmp_path_factory.mktemp("taken") / "archive")
    return root, command(root, "forget", "slqncy/szxw/1", "--why", WHY)


def command(root: Path, *arguments: str) -> Result:
    result = scrapy(*arguments, "-s", f"ARCHIVE_DIR={root}")
    assert "Traceback" not in result.errors, result.errors
    return result


def contents(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file as it is, and all that can be unpacked out of it at any byte."""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path, data
            start = data.find(b"\x1f\x8b\x08")
            while start >= 0:
                yield path, _unpacked(data[start:])
                start = data.find(b"\x1f\x8b\x08", start + 1)


def _unpacked(data: bytes) -> bytes:
    unpack, parts = zlib.decompressobj(wbits=31), []
    try:
        for start in range(0, len(data), 64):
            parts.append(unpack.decompress(data[start : start + 64]))
            if unpack.eof:
                break
    except zlib.error:
        pass
    return b"".join(parts)


@cache
def _forms(text: str) -> list[bytes]:
    """A text, and a few characters of it, however they may be written."""
    pieces = [text, text[4:12]]
    escaped = [json.dumps(piece)[1:-1] for piece in pieces]
    return [
        *(piece.encode(coding) for piece in pieces for coding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")),
        *(piece.encode() for piece in escaped), *(piece.upper().replace("\\U", "\\u").encode() for piece in escaped),
    ]  # fmt: skip


def found_in(data: bytes) -> list[str]:
    return [text for text in TEXTS if any(form in data for form in _forms(text))]


def lines(root: Path) -> dict[str, list[bytes]]:
    found = {}
    for name in segments_on_disk(root):
        with open_segment(root, name) as file:
            found[name] = list(file)
    return found


def known(root: Path, url: str) -> Known | None:
    with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
        return ledger.known(url)


def assert_gone(root: Path) -> None:
    """No text of the story anywhere, nothing wrong, and each of its addresses is known to be forgotten."""
    assert [(path, found) for path, data in contents(root) if (found := found_in(data))] == []
    assert verify(root, full=True).defects == []
    states = {url: story and story.state for url in FORGOTTEN for story in [known(root, url)]}
    assert states == dict.fromkeys(FORGOTTEN, State.FORGOTTEN)


def test_nothing_of_the_text_is_left(taken: tuple[Path, Result]) -> None:
    root, result = taken
    assert result.status == 0, result.errors
    assert_gone(root)
    assert list(root.rglob(".*.tmp*")) == []
    assert not (root / ".takedown.json").exists()


def test_pages_of_runs_say_of_stories_their_addresses_only(made: Made) -> None:
    """So that nothing on them has to go."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(made.root.glob("runs/*.html"))]
    assert len(pages) == 3
    assert "http://www.slqncy.com/szxw/3.html" in pages[1], "a copy"
    titles = {story.title for story in Archive(made.root).stories()}
    assert titles
    assert [title for title in titles for page in pages if title in page] == []


def test_it_says_what_went_and_what_is_left_to_do(taken: tuple[Path, Result]) -> None:
    said = taken[1].output
    assert "slqncy/szxw/1 is forgotten" in said
    assert all(f"  {url}\n" in said for url in FORGOTTEN)
    assert "  stories/: 2 lines\n" in said
    assert "  quarantine/: " in said
    assert "copies and backups" in said


def test_all_else_stays_byte_for_byte(made: Made, taken: tuple[Path, Result]) -> None:
    root, _ = taken
    for name, before in lines(made.root).items():
        after = lines(root).get(name, [])
        if name.startswith("events"):
            assert list(map(len, after[: len(before)])) == list(map(len, before))
        else:
            other = [
                line for line in before if not any(f'"canonical_url":"{url}"'.encode() in line for url in FORGOTTEN)
            ]
            assert after == other
    assert {path.name.partition(".jsonl")[0] for path in root.glob("quarantine/*")} == {"stories-2099-03"}


def test_other_raw_responses_are_where_they_were(made: Made, taken: tuple[Path, Result]) -> None:
    """The address that was empty before it had the story gave the first of all pages that say so."""
    root, _ = taken
    pages = [*Archive(root).stories(), *Archive(root).rejected()]
    assert {page.story_id for page in pages} == {"2", "6"}
    for page in pages:
        place = page.provenance.warc
        assert place.offset is not None
        ours, before = (capture_at(warc_path(each, place.file), place.offset, 1 << 20) for each in (root, made.root))
        assert ours.payload == before.payload != b""


def test_followers_are_told(made: Made, taken: tuple[Path, Result]) -> None:
    root, _ = taken
    since = list(Archive(root).changes(made.token))
    assert {(change.change, change.url) for change in since} == {
        ("GONE", url) for url in FORGOTTEN if url != FORGOTTEN[1]
    }
    tokens = [change.token for change in Archive(made.root).changes()]
    assert all(list(Archive(root).changes(token))[-len(since) :] == since for token in tokens)


def test_explain_and_coverage(taken: tuple[Path, Result]) -> None:
    root, _ = taken
    said = command(root, "explain", "http://slqncy.com/szxw/1.html").output
    assert "forgotten; never asked for again" in said
    assert WHY in said
    assert "/ 4 taken down" in command(root, "coverage").output


def test_no_run_brings_it_back(taken: tuple[Path, Result], made: Made, tmp_path: Path) -> None:
    root = shutil.copytree(taken[0], tmp_path / "archive")
    new: dict[str, str | bytes | DemoResponse] = {
        "/szxw/8.html": redirect("/szxw/1.html"),
        "/": links(*(f"/szxw/{number}.html" for number in range(1, 9))),
    }
    with serving(Pages({**LATER.pages, **new})) as server:
        assert crawl(root, server.base_url, "full=1").status == 0
        asked = {request.path for request in server.requests}
    assert "/szxw/2.html" in asked
    assert asked.isdisjoint(f"/szxw/{name}.html" for name in ("1", "1_2", "3", "4", "5"))
    result = scrapy("crawl", "stories", "-a", f"warc={made.warcs}", "-s", f"ARCHIVE_DIR={root}")
    assert result.status in {0, 65}, result.errors
    leads_there = known(root, "http://www.slqncy.com/szxw/8.html")
    assert leads_there is not None
    assert (leads_there.state, leads_there.reason) == (State.FAILED, Failure.REDIRECTS)
    assert command(root, "reextract", "--apply").status == 0
    assert command(root, "wacz", str(root / "packed.wacz")).status == 0
    assert_gone(root)


def test_text_that_comes_back_is_found(made: Made, taken: tuple[Path, Result], tmp_path: Path) -> None:
    root = shutil.copytree(taken[0], tmp_path / "archive")
    for path in made.root.glob("*/*.jsonl*"):
        shutil.copy(path, root / path.relative_to(made.root))
    rebuild(root)
    assert any("is forgotten, and has lines all the same" in defect for defect in verify(root).defects)
    again = forget(root, [FORGOTTEN[0]], None, WHY)
    assert again
    assert again.is_repeated
    assert_gone(root)
    assert sum(b'"event":"forgotten"' in line for data in lines(root).values() for line in data) == len(FORGOTTEN)


def test_a_page_that_was_never_found(made: Made, tmp_path: Path) -> None:
    """Also where captures hold it, and what leads to it; what others say is theirs."""
    root = tmp_path / "archive"
    with closing(ArchiveWriter(root)) as archive:
        archive.write(page_found(HOME, PageKind.FRONT))
    assert command(root, "forget", "http://slqncy.com//szxw/1.html?from=app", "--why", WHY).status == 0
    result = scrapy("crawl", "stories", "-a", f"warc={made.warcs}", "-s", f"ARCHIVE_DIR={root}")
    assert result.status == 0, result.errors
    pages = [*Archive(root).stories(), *Archive(root).duplicates(), *Archive(root).rejected()]
    assert {page.story_id for page in pages} == {"2", "3", "5", "6"}
    assert [(path, EDITED) for path, data in contents(root) if EDITED in found_in(data)] == []
    assert verify(root, full=True).defects == []


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["slqncy/szxw/1", "--why", " "], 64, "say why"),
        (["--why", WHY, "http://www.slqncy.com/"], 64, "only stories can be forgotten"),
        (["--why", WHY, "slqncy/szxw/999"], 65, "never found"),
    ],
    ids=["no-reason", "no-story", "unknown-id"],
)
def test_wrong_arguments_change_nothing(made: Made, arguments: list[str], status: int, message: str) -> None:
    before = _hashes(made.root)
    result = command(made.root, "forget", *arguments)
    assert result.status == status
    assert message in result.output + result.errors
    assert _hashes(made.root) == before


def _hashes(root: Path) -> dict[Path, bytes]:
    """Every file but the lock, which says who held it last."""
    return {
        path: sha256(path.read_bytes()).digest()
        for path in root.rglob("*.*")
        if path.name != ".lock" and path.is_file()
    }
