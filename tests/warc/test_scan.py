"""Walking over files of ours: what is whole is found, what is not is told."""

from __future__ import annotations

import gzip
import io
from random import Random

import pytest

from slqncy.warc.exchange import Truncation
from slqncy.warc.scan import Scanned, WarcError, members, scan
from tests.warc.samples import exchange, file_of, response

DATA, CAPTURED, ENDS = file_of(
    exchange(),
    exchange(b"", request=b"", failure="refused"),
    exchange(response(status=b"404 Gone"), uri="http://www.slqncy.com/2"),
    exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", is_conditional=True),
    exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", is_conditional=True, uri="http://www.slqncy.com/3"),
    exchange(b"no response"),
    exchange(b"http/1.1 200\r\n\r\nlower case"),
    exchange(response(b"half of"), truncation=Truncation.TIME),
    exchange(b"HTTP/1.1 200 OK\nA: b\n\nbody"),
)
RECORDS = [1, 3, 1, 3, 3, 3, 2, 3, 3, 3]


def scanned(data: bytes, position: int = 0) -> tuple[list[Scanned], str]:
    """What is whole, and why there is no more."""
    found: list[Scanned] = []
    try:
        found.extend(scan(io.BytesIO(data), position))
    except WarcError as error:
        return found, str(error)
    return found, ""


def test_what_was_written_is_found() -> None:
    found, reason = scanned(DATA)
    assert reason == ""
    assert [one.end for one in found] == ENDS
    assert [one.records for one in found] == RECORDS
    assert [one.captured for one in found] == [None, *(one if one and one.is_page else None for one in CAPTURED)]


@pytest.mark.parametrize("number", range(len(ENDS)))
def test_it_may_begin_where_an_exchange_does(number: int) -> None:
    assert scanned(DATA, ENDS[number])[0] == scanned(DATA)[0][number + 1 :]


def test_a_file_that_is_cut_anywhere_has_what_is_whole_before() -> None:
    whole, _ = scanned(DATA)
    for cut in range(len(DATA)):
        found, reason = scanned(DATA[:cut])
        assert found == [one for one in whole if one.end <= cut]
        assert bool(reason) == (cut not in {0, *ENDS}), cut


def test_zeros_behind_what_is_whole_are_told() -> None:
    # What some file systems leave after a power cut.
    found, reason = scanned(DATA + bytes(1000))
    assert [one.end for one in found] == ENDS
    assert reason == f"byte {len(DATA)}: Error -3 while decompressing data: incorrect header check"


def test_a_flipped_bit_is_told_or_changes_nothing() -> None:
    whole, _ = scanned(DATA)
    told = 0
    random = Random(3)
    for place in range(len(DATA)):
        flipped = bytearray(DATA)
        flipped[place] ^= 1 << random.randrange(8)
        found, reason = scanned(bytes(flipped))
        told += bool(reason)
        # All before it is found; what a flipped bit of a gzip header says (when, on which system) is nobody's matter.
        assert found == whole[: len(found)]
        assert reason or found == whole
        assert place < (found[-1].end if found else 0) or len(found) == sum(end <= place for end in ENDS)
    assert told > len(DATA) * 0.9


def test_members_are_as_long_as_they_say() -> None:
    found = list(members(io.BytesIO(DATA)))
    assert [start for start, _, _ in found] == [0, *(end for _, end, _ in found[:-1])]
    assert found[-1][1] == len(DATA)
    assert all(content.startswith(b"WARC/1.1\r\n") and content.endswith(b"\r\n\r\n") for _, _, content in found)


def test_what_is_no_record_is_told() -> None:
    found, reason = scanned(DATA + gzip.compress(b"no record"))
    assert [one.end for one in found] == ENDS
    assert reason.startswith(f"byte {len(DATA)}: ")
