"""Whatever is wrong with a WARC file is named, and nothing else."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.warc.check import Defect, Target, check
from tests.warc.damage import DAMAGES, GZIP, RESPONSE, Damage, damaged, flip
from tests.warc.good import ALLOWED, own_file
from tests.warc.records import HTML, NAME, File, chunked, exchange, good_file, http, member, sha1, warcinfo

if TYPE_CHECKING:
    from pathlib import Path


def nowhere(_: Target) -> bool:
    return False


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("warc") / NAME


def found(path: Path, data: bytes, *, own: bool = True) -> list[Defect]:
    path.write_bytes(data)
    return list(check(path, own=own, known=nowhere))


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_is_named(path: Path, damage: Damage) -> None:
    defects = found(path, damaged(damage))
    assert any(damage.says in defect.what for defect in defects), [str(defect) for defect in defects]
    assert all(str(defect).startswith(f"{NAME}, byte {defect.offset}: ") for defect in defects)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_in_a_file_of_others_what_the_standard_forbids_is_named(path: Path, damage: Damage) -> None:
    data = damaged(damage)
    assert bool(found(path, data, own=False)) == damage.is_forbidden


def test_names_of_damages_differ() -> None:
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES)


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_standard_allows_is_let_pass(path: Path, name: str) -> None:
    assert found(path, ALLOWED[name](), own=False) == []


def test_good_file_is_good(path: Path) -> None:
    assert found(path, good_file().data()) == []


@pytest.mark.parametrize("seed", range(10))
def test_what_is_written_is_good(path: Path, seed: int) -> None:
    data, records = own_file(seed, 40)
    assert records > 80
    assert found(path, data) == []
    assert found(path, data, own=False) == []
    assert found(path, gzip.decompress(data), own=False) == []


SMALL = File([warcinfo(), *exchange("http://a.cn/", http(b"<p>"))])


def test_flipped_bits_are_named(path: Path) -> None:
    """Or else change nothing: deflate leaves some bits unused. The benchmark flips all; here every third is."""
    data = SMALL.data()
    content = gzip.decompress(data)
    unused = 0
    for bit in range(random.Random().randrange(3), 8 * len(data), 3):
        flipped = flip(data, bit)
        if not found(path, flipped):
            assert gzip.decompress(flipped) == content
            unused += 1
    assert unused <= 7 * len(SMALL.recs)


def test_every_flipped_bit_of_a_response_is_named(path: Path) -> None:
    """As if it had been wrong before it was compressed."""
    records = [rec.data() for rec in SMALL.recs]
    start, end = b"".join(map(member, records[:2])), member(records[3])
    for bit in range(8 * len(records[2])):
        flipped = flip(records[2], bit)
        assert found(path, start + member(flipped) + end), flipped


def test_torn_anywhere_is_named(path: Path) -> None:
    data = SMALL.data()
    whole = {len(member(SMALL.recs[0].data())), len(data)}
    for size in range(len(data) + 1):
        assert (found(path, data[:size]) == []) == (size in whole)


def test_random_damage_is_named(path: Path) -> None:
    rng = random.Random(1)
    data = good_file().data()
    for _ in range(300):
        at, size = rng.randrange(len(data)), rng.randrange(1, 100)
        insert = rng.choice([b"", rng.randbytes(size), bytes(size), data[at : at + size] * 2])
        changed = data[:at] + insert + data[at + rng.choice([0, size]) :]
        if changed != data:
            assert found(path, changed), (at, insert)


def test_random_damage_of_what_is_not_compressed_can_be_read(path: Path) -> None:
    """It may be named or not: nothing tells that another URI was right."""
    rng = random.Random(2)
    data = b"".join(rec.data() for rec in good_file().recs)
    for _ in range(500):
        at, size = rng.randrange(len(data)), rng.choice([1, 1, 3, 30])
        changed = data[:at] + rng.randbytes(size) + data[at + size :]
        found(path, changed, own=False)
        assert found(path, changed)
        assert found(path, data[:at])


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_can_be_read(path: Path, data: bytes) -> None:
    for start in (b"", b"WARC/1.1\r\n", member(b"WARC/1.1\r\n" + data)):
        assert found(path, start + data)
        assert found(path, start + data, own=False)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_to_one_record_does_not_hide_that_of_the_next(path: Path, damage: Damage) -> None:
    """Wherever the records can be told apart at all."""
    second = good_file()
    second.recs[GZIP].set("WARC-IP-Address", "1.2.3.4.5")
    data = damaged(damage) + b"".join(member(rec.data()) for rec in second.recs[1:])
    lost = {"torn in the last record", "whole file in one member", "not compressed", "no WARC file"}
    if damage.name not in lost:
        assert any("1.2.3.4.5" in defect.what for defect in found(path, data))


def test_offsets(path: Path) -> None:
    file = good_file()
    file.recs[GZIP].set("WARC-IP-Address", "localhost")
    members, records = file.members(), [rec.data() for rec in file.recs]
    packed, plain = (found(path, b"".join(parts), own=False) for parts in (members, records))
    assert [defect.offset for defect in packed] == [sum(map(len, members[:GZIP]))]
    assert [defect.offset for defect in plain] == [sum(map(len, records[:GZIP]))]


def test_records_of_one_member_are_counted(path: Path) -> None:
    file = good_file()
    file.recs[GZIP].set("WARC-Payload-Digest", sha1(b""))
    defects = found(path, gzip.compress(b"".join(rec.data() for rec in file.recs)), own=False)
    said = "record 6 of the member: WARC-Payload-Digest is not that of the payload, but that of no bytes at all"
    assert defects == [Defect(NAME, 0, said)]


def test_revisit_of_another_file(path: Path) -> None:
    file = good_file()
    response = file.recs.pop(RESPONSE)
    del file.recs[1:3]
    asked: list[Target] = []

    def known(target: Target) -> bool:
        asked.append(target)
        return True

    path.write_bytes(file.data())
    assert list(check(path, own=True, known=known)) == []
    assert list(check(path, own=True)) == []
    names = ("WARC-Record-ID", "WARC-Target-URI", "WARC-Date", "WARC-Payload-Digest")
    assert asked == [Target(*map(response.get, names))] * 2


def test_what_a_run_is_writing_is_not_looked_at(path: Path) -> None:
    data = SMALL.data()
    open_path = path.with_name(f"{NAME}.open")
    open_path.write_bytes(data + data[:100])
    assert list(check(open_path, own=True, end=len(data))) == []
    assert [defect.what for defect in check(open_path, own=True)] == ["the file ends within the gzip member"]
    open_path.write_bytes(data)
    assert [defect.what for defect in check(open_path, own=True, end=len(data) + 1)] == [
        f"the file ends here, and not at byte {len(data) + 1}"
    ]


def test_name_of_the_file(path: Path) -> None:
    other = path.with_name("other.warc.gz")
    other.write_bytes(SMALL.data())
    assert {defect.what for defect in check(other, own=True)} == {
        "not named slqncy-YYYYMMDDhhmmss-NNNNN.warc.gz",
        f"WARC-Filename is not the name of the file: '{NAME}'",
    }


@pytest.mark.parametrize("wire", [http(HTML * 9000), chunked(*[HTML * 50] * 200)], ids=["plain", "chunked"])
def test_large_responses_are_compared_with_the_wire(path: Path, wire: bytes) -> None:
    recs = exchange("http://a.cn/", wire)
    assert found(path, File([warcinfo(), *recs]).data()) == []
    recs[1].block = recs[1].block.replace(b"<body>", b"<BODY>", 1)
    recs[1].refresh()
    [defect] = found(path, File([warcinfo(), *recs]).data())
    assert "not what came over the wire" in defect.what


def test_framing_longer_than_what_is_kept(path: Path) -> None:
    chunks = [bytes(1 + number % 1000) for number in range(60000)]
    recs = exchange("http://a.cn/", chunked(*chunks))
    assert len(recs[2].block) > 1 << 20
    assert found(path, File([warcinfo(), *recs]).data()) == []


@pytest.mark.parametrize("framing", ["", "nonsense", "3:x*2", "%31:-1*1", "a:5*99"])
def test_framing_that_is_wrong(path: Path, framing: str) -> None:
    recs = exchange("http://a.cn/", chunked(HTML))
    lines = [line for line in recs[2].block.split(b"\r\n") if not line.startswith(b"wireFraming")]
    recs[2].block = b"\r\n".join([f"wireFraming: {framing}".encode(), *lines])
    recs[2].refresh()
    assert found(path, File([warcinfo(), *recs]).data())


@pytest.mark.parametrize("compressed", [True, False])
def test_memory_is_flat(path: Path, *, compressed: bool) -> None:
    recs = [warcinfo(), *exchange("http://a.cn/", http(random.Random(1).randbytes(1 << 16) * 256))]
    path.write_bytes(b"".join(member(rec.data()) if compressed else rec.data() for rec in recs))
    del recs
    tracemalloc.start()
    assert list(check(path, own=compressed)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
