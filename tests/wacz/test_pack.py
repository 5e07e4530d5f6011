"""Packages, read as strangers read them."""

from __future__ import annotations

import gzip
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveDamagedError, ArchiveError
from slqncy.wacz import NoCapturesError, Title, pack
from tests.peers import output_of
from tests.wacz.conftest import CHINESE, LONG, SITE, html
from tests.wacz.stranger import Package, Read, records
from tests.wacz.warcs import Kept, Warc, digest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.wacz.conftest import Odd


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "packed.wacz"


def by_id(package: Package) -> dict[str, Read]:
    found = {record.headers["WARC-Record-ID"]: record for record in package.records()}
    assert len(found) == len(package.records())
    return found


# The whole archive


def test_every_capture_is_where_the_index_says(odd: Odd, target: Path) -> None:
    packed = pack(odd.paths, target)
    package = Package(target)
    package.check()
    assert (packed.files, packed.captures, packed.completed, packed.without_payload) == (2, 19, 0, 0)
    assert {line.fields["url"] for line in package.lines()} >= {LONG, CHINESE, f"{SITE}/robots.txt"}


def test_files_go_in_as_they_are(odd: Odd, target: Path) -> None:
    pack(odd.paths, target)
    for path in odd.paths:
        assert Package(target).in_place(f"archive/{path.name}") == path.read_bytes()


def test_what_is_packed_already_is_not_packed_again(odd: Odd, target: Path) -> None:
    pack(odd.paths, target)
    with zipfile.ZipFile(target) as package:
        ways = {info.filename: info.compress_type for info in package.infolist()}
    stored = {name for name, way in ways.items() if way == zipfile.ZIP_STORED}
    assert stored == {"indexes/index.cdx.gz", *(f"archive/{path.name}" for path in odd.paths)}


def test_the_index_has_the_lines_that_cdxj_indexer_writes_but_for_304(odd: Odd, target: Path) -> None:
    pack(odd.paths, target)
    theirs = output_of("cdxj-indexer", "--sort", *odd.paths).splitlines()
    without = [line for line in theirs if '"status": "304"' not in line]
    assert len(without) == len(theirs) - 2
    assert Package(target).index.decode().splitlines() == without


def test_an_index_of_many_blocks(tmp_path: Path, target: Path) -> None:
    warc = Warc(tmp_path / "many.warc.gz")
    for number in range(1000):
        warc.response(
            f"{SITE}/szxw/{number}.html", f"2026-11-01T{number // 60:02}:{number % 60:02}:00Z", b"%d" % number
        )
    pack([warc.write()], target)
    package = Package(target)
    package.check()
    assert len(package.member("indexes/index.idx").splitlines()) == 5


def test_equal_captures_make_equal_bytes(odd: Odd, target: Path) -> None:
    for month in ("", "2026-11"):
        pack(odd.paths, target, month=month)
        before = target.read_bytes()
        for path in odd.paths:
            os.utime(path, (0, 0))
        pack(odd.paths, target, month=month)
        assert target.read_bytes() == before


def test_a_revisit_of_what_is_not_there_is_counted(odd: Odd, target: Path) -> None:
    packed = pack(odd.paths[1:], target)
    Package(target).check()
    assert packed.without_payload == 4


# Pages


def test_stories_and_front_pages_that_came_are_pages(odd: Odd, target: Path) -> None:
    packed = pack(odd.paths, target)
    package = Package(target)
    paths = [page["url"].removeprefix(SITE) for page in package.pages]
    assert paths == [
        "/", "/szxw/1.html", "/szxw/2.html", "/szxw/6.html", "/szxw/1.html", CHINESE.removeprefix(SITE), "/szxw/7.html",
        "/szxw/2.html", LONG.removeprefix(SITE), "/szxw/8.html", "/szxw/8.html", "/szxw/9.html", "/szxw/10.html", "/",
    ]  # fmt: skip
    assert packed.pages == len(paths)
    assert [page["ts"] for page in package.pages] == sorted(page["ts"] for page in package.pages)
    ids = {record.headers["WARC-Record-ID"] for record in package.captures()}
    assert {f"<urn:uuid:{page['id']}>" for page in package.pages} < ids


def test_the_package_begins_with_the_home_page_as_it_was_last(odd: Odd, target: Path) -> None:
    pack(odd.paths, target)
    manifest = Package(target).manifest
    assert (manifest["mainPageUrl"], manifest["mainPageDate"]) == (f"{SITE}/", "2026-11-03T00:00:00Z")
    assert manifest["created"] == "2026-11-03T00:00:00Z"
    assert manifest["title"] == "www.slqncy.com, 2026-10-31 to 2026-11-03"


def offset_of(path: Path, record_id: str) -> int:
    """Where the gzip member of a record begins, found without reading records."""
    content = path.read_bytes()
    position = 0
    while position >= 0:
        following = content.find(b"\x1f\x8b\x08", position + 1)
        try:
            if record_id.encode() in gzip.decompress(content[position : following if following > 0 else None]):
                found = gzip.decompress(content[position:following]).partition(b"\r\n\r\n")[0]
                if f"WARC-Record-ID: {record_id}".encode() in found:
                    return position
        except (EOFError, OSError):
            pass
        position = following
    raise AssertionError(record_id)


def test_a_page_is_called_what_its_payload_was_called(odd: Odd, target: Path) -> None:
    url, file = f"{SITE}/szxw/1.html", odd.paths[0].name
    place = offset_of(odd.paths[0], odd.october.id)
    titles = [
        Title(url, "2026-10-01T00:00:00Z", "slqncy-20260101000000-00000.warc.gz", 17, "早先的标题"),
        Title(url, "2026-10-31T23:59:59Z", file, place, "“东渚”\u2028街道"),
        Title(url, "2026-11-01T12:00:00Z", "slqncy-20261101000000-00001.warc.gz", 17, "另一个标题"),
        Title(f"{SITE}/szxw/6.html", "2026-10-01T00:00:00Z", "", None, "从前"),
        Title(f"{SITE}/szxw/6.html", "2026-10-02T00:00:00Z", "", None, "现在"),
        Title(f"{SITE}/szxw/6.html", "2026-12-02T00:00:00Z", "", None, "以后"),
        Title(f"{SITE}/szxw/7.html", "2026-12-02T00:00:00Z", "", None, "后来"),
        Title(f"{SITE}/szxw/7.html", "2026-12-03T00:00:00Z", "", None, "更后"),
        Title(f"{SITE}/szxw/8.html", "2026-11-01T00:00:00Z", "", None, ""),
    ]
    for month in ("", "2026-11"):
        pack(odd.paths, target, month=month, titles=titles)
        package = Package(target)
        package.check()
        named = {(page["url"], page["ts"]): page.get("title") for page in package.pages}
        # A revisit has the payload, and so the title, of October.
        assert named[url, "2026-11-02T00:00:00Z"] == "“东渚”\u2028街道"
        assert named.get((url, "2026-10-31T23:59:52Z")) == (None if month else "“东渚”\u2028街道")
        assert named[f"{SITE}/szxw/6.html", "2026-11-01T00:00:00Z"] == "现在"
        assert named[f"{SITE}/szxw/7.html", "2026-11-02T00:00:03Z"] == "后来"
        assert named[f"{SITE}/szxw/8.html", "2026-11-02T00:00:06Z"] is None


# One month


@pytest.fixture
def november(odd: Odd, target: Path) -> Package:
    packed = pack(odd.paths, target, month="2026-11")
    package = Package(target)
    package.check()
    assert (packed.files, packed.captures, packed.completed, packed.without_payload) == (1, 12, 4, 0)
    return package


def test_a_month_has_its_own_records_and_no_others(odd: Odd, november: Package) -> None:
    assert [name for name in november.names() if name.startswith("archive/")] == ["archive/2026-11.warc.gz"]
    assert {
        record.headers["WARC-Date"][:7] for record in november.records() if record.headers["WARC-Type"] != "warcinfo"
    } == {"2026-11"}
    found = november.records()
    infos = [number for number, record in enumerate(found) if record.headers["WARC-Type"] == "warcinfo"]
    assert infos == [0, 1, 5]
    assert found[0].headers["WARC-Filename"] == "2026-11.warc.gz"
    assert [found[number].headers["WARC-Filename"] for number in infos[1:]] == [path.name for path in odd.paths]
    # All that belongs to a capture came along, and what came to nothing too.
    assert sum(record.headers["WARC-Type"] == "request" for record in found) == 14
    assert any(b"failure: connection lost" in record.block for record in found)


def test_a_revisit_of_another_month_has_its_own_head_and_the_payload(odd: Odd, november: Package) -> None:
    for record_id in (odd.revisit, odd.elsewhere):
        record = by_id(november)[record_id]
        assert record.headers["WARC-Type"] == "response"
        assert record.payload == odd.october.payload
        assert b'ETag: "later"' in record.http
        assert record.headers["WARC-Payload-Digest"] == digest(odd.october.payload)
        assert record.headers["WARC-Block-Digest"] == digest(record.block)
        assert not {name for name in record.headers if name.startswith(("WARC-Refers-To", "WARC-Profile"))}
        assert record.headers["WARC-IP-Address"] == "127.0.0.1"


def test_a_304_to_a_page_of_another_month_is_the_page_as_it_was(odd: Odd, november: Package) -> None:
    record = by_id(november)[odd.not_modified]
    assert record.headers["WARC-Type"] == "response"
    assert record.headers["WARC-Date"] == "2026-11-02T00:00:02Z"
    assert record.http.startswith(b"HTTP/1.1 200 OK")
    assert record.payload == odd.october.payload


def test_what_needs_nothing_of_another_month_keeps_its_bytes(odd: Odd, november: Package) -> None:
    before = {record.headers["WARC-Record-ID"]: record for path in odd.paths for record in records(path.read_bytes())}
    after = by_id(november)
    assert after[odd.within] == before[odd.within]
    assert after[odd.within].headers["WARC-Type"] == "revisit"
    changed = {record_id for record_id, record in after.items() if before.get(record_id, record) != record}
    assert len(changed) == 4
    assert {odd.revisit, odd.elsewhere, odd.not_modified} < changed


def test_other_programs_agree_with_the_digests_of_a_month(november: Package, tmp_path: Path) -> None:
    path = tmp_path / "2026-11.warc.gz"
    path.write_bytes(november.in_place("archive/2026-11.warc.gz"))
    told = output_of("warcio", "check", "-v", path)
    assert "digest fail" not in told
    # All but the revisit, which warcio does not look into.
    assert told.count("digest pass") == len(november.records()) - 1
    theirs = output_of("cdxj-indexer", "--sort", path).splitlines()
    assert november.index.decode().splitlines() == [line for line in theirs if '"status": "304"' not in line]


def test_a_truncated_original_makes_a_truncated_response(tmp_path: Path, target: Path) -> None:
    first, second = Warc(tmp_path / "1.warc.gz"), Warc(tmp_path / "2.warc.gz")
    cut = first.response(f"{SITE}/1", "2026-10-01T00:00:00Z", b"half", b"", ("WARC-Truncated", "length"))
    revisit = second.revisit(f"{SITE}/1", "2026-11-01T00:00:00Z", cut)
    pack([first.write(), second.write()], target, month="2026-11")
    record = by_id(Package(target))[revisit]
    assert (record.headers["WARC-Truncated"], record.payload) == ("length", b"half")


def test_a_revisit_whose_payload_is_in_no_file_stays_one(odd: Odd, target: Path) -> None:
    packed = pack(odd.paths[1:], target, month="2026-11")
    assert (packed.completed, packed.without_payload) == (0, 4)
    Package(target).check()


def test_a_revisit_of_another_payload_than_it_says_is_damage(tmp_path: Path, target: Path) -> None:
    first, second = Warc(tmp_path / "1.warc.gz"), Warc(tmp_path / "2.warc.gz")
    kept = first.response(f"{SITE}/1", "2026-10-01T00:00:00Z", html(1))
    second.revisit(f"{SITE}/1", "2026-11-01T00:00:00Z", Kept(kept.id, kept.uri, kept.date, html(2)))
    paths = [first.write(), second.write()]
    with pytest.raises(ArchiveDamagedError, match=r"2\.warc\.gz, byte \d+: not of the payload"):
        pack(paths, target, month="2026-11")


# What goes wrong


def test_nothing_to_pack_is_said(odd: Odd, tmp_path: Path, target: Path) -> None:
    empty = Warc(tmp_path / "empty.warc.gz")
    empty.failure(f"{SITE}/1", "2026-11-01T00:00:00Z")
    with pytest.raises(NoCapturesError, match="no captures of 2025-01"):
        pack(odd.paths, target, month="2025-01")
    for paths in ([], [empty.write()]):
        with pytest.raises(NoCapturesError, match=r"^no captures$"):
            pack(paths, target)
    assert list(tmp_path.glob("*.wacz")) + list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("month", ["", "2026-11"])
@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: data[:900] + b"X" + data[901:]])
def test_damage_is_named_and_leaves_the_package_that_is_there(
    odd: Odd, target: Path, month: str, spoil: object
) -> None:
    assert callable(spoil)
    pack(odd.paths, target)
    before = target.read_bytes()
    odd.paths[1].write_bytes(spoil(odd.paths[1].read_bytes()))
    with pytest.raises(ArchiveDamagedError, match=rf"{odd.paths[1]}, byte \d+: .*`scrapy verify`"):
        pack(odd.paths, target, month=month)
    assert target.read_bytes() == before
    assert list(target.parent.glob(".*")) == []


def test_what_a_killed_packing_left_is_in_nobodys_way(odd: Odd, target: Path) -> None:
    target.with_name(".packed.wacz.tmp").write_bytes(b"PK\x03\x04 and no more")
    pack(odd.paths, target)
    Package(target).check()
    assert list(target.parent.glob(".*")) == []


def test_a_place_that_cannot_be_written_is_named(odd: Odd, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"nowhere/packed\.wacz: not written: .*No such file"):
        pack(odd.paths, tmp_path / "nowhere/packed.wacz")
