"""What a revisit refers to is found, by whatever its writer says of it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from fastwarc.warc import HeaderMap

from slqncy.warc.payloads import Payloads, header
from tests.warc.handmade import DATE, record, response, revisit, written

if TYPE_CHECKING:
    from pathlib import Path

A, B = "http://example.org/a", "http://example.org/b"
ID, OTHER_ID = "<urn:uuid:1>", "<urn:uuid:2>"


def headers(**fields: str) -> HeaderMap:
    found = HeaderMap()
    for name, value in fields.items():
        found.append(name.replace("_", "-"), value)
    return found


FIRST = headers(WARC_Record_ID=ID, WARC_Target_URI=A, WARC_Date=DATE, WARC_Payload_Digest="sha1:A")
SECOND = headers(WARC_Record_ID=OTHER_ID, WARC_Target_URI=B, WARC_Date=DATE, WARC_Payload_Digest="sha1:A")


def test_headers_without_brackets() -> None:
    assert header(headers(WARC_Record_ID=ID), "WARC-Record-ID") == "urn:uuid:1"
    assert header(headers(), "WARC-Record-ID") == ""


@pytest.mark.parametrize(
    ("fields", "offset"),
    [
        ({"WARC_Refers_To": OTHER_ID}, 20),
        ({"WARC_Refers_To": "urn:uuid:2"}, 20),
        ({"WARC_Refers_To_Target_URI": B, "WARC_Refers_To_Date": DATE}, 20),
        ({"WARC_Payload_Digest": "sha1:A"}, 10),
        # The name of the record says more than its address, and that more than what it holds.
        ({"WARC_Refers_To": OTHER_ID, "WARC_Refers_To_Target_URI": A, "WARC_Refers_To_Date": DATE}, 20),
        ({"WARC_Refers_To_Target_URI": B, "WARC_Refers_To_Date": DATE, "WARC_Payload_Digest": "sha1:A"}, 20),
        # One that is not here may have been copied under another name.
        ({"WARC_Refers_To": "<urn:uuid:3>", "WARC_Payload_Digest": "sha1:A"}, 10),
        ({"WARC_Refers_To": "<urn:uuid:3>"}, None),
        ({"WARC_Refers_To_Target_URI": B}, None),
        ({"WARC_Payload_Digest": "sha1:B"}, None),
        ({}, None),
    ],
)
def test_ways_to_find_a_record(tmp_path: Path, fields: dict[str, str], offset: int | None) -> None:
    path = tmp_path / "a.warc"
    with closing(Payloads([path])) as payloads:
        payloads.add(FIRST, 0, 10)
        payloads.add(SECOND, 0, 20)
        assert payloads.find(headers(**fields)) == (None if offset is None else (path, offset))


def test_what_says_nothing_of_itself_is_not_found_by_nothing(tmp_path: Path) -> None:
    with closing(Payloads([tmp_path])) as payloads:
        payloads.add(headers(), 0, 10)
        assert payloads.find(headers()) is None


def test_reading_on_goes_over_what_is_left_once(tmp_path: Path) -> None:
    first = written(tmp_path / "1.warc.gz", response(A, "1", WARC_Record_ID=ID))
    second = written(tmp_path / "2.warc.gz", record("resource", b"x"), response(B, "2", WARC_Record_ID=OTHER_ID))
    third = tmp_path / "3.warc"
    third.write_bytes(b"no WARC file")
    fourth = written(
        tmp_path / "4.warc", revisit(A, WARC_Record_ID="<urn:uuid:4>"), response(A, "4", WARC_Record_ID="<urn:uuid:5>")
    )
    with closing(Payloads([first, second, third, fourth])) as payloads:
        assert len(list(payloads.read_on(1))) == 4
        assert list(payloads.read_on(0)) == []
        assert payloads.find(headers(WARC_Refers_To=ID)) is None
        found = payloads.find(headers(WARC_Refers_To=OTHER_ID))
        assert found is not None
        assert (found[0], found[1] > 0) == (second, True)
        # A revisit has nothing to refer to.
        assert payloads.find(headers(WARC_Refers_To="<urn:uuid:4>")) is None
        assert payloads.find(headers(WARC_Refers_To="<urn:uuid:5>")) is not None
