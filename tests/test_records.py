"""What stands on a line, and what comes back from it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from slqncy.records import (
    Duplicate,
    Line,
    Rejected,
    Rewrite,
    Story,
    content_hash,
    decode,
    encode,
    is_as_written,
    json_schema,
)
from tests.samples import duplicate, rejected, rewrite, story

SAMPLES: list[Line] = [story(1), duplicate(2), rejected(3), rewrite(story(4))]
TEXT = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('\u2028\u2029\x85\n\r\x00"\\')))


@given(TEXT, TEXT, st.lists(TEXT))
def test_a_record_comes_back_as_it_was(title: str, text: str, keywords: list[str]) -> None:
    record = dataclasses.replace(story(1), title=title, text=text, keywords=keywords)
    line = encode(record)
    assert decode(line, Story) == record
    assert json.loads(line)["text"] == text
    assert line.decode().splitlines(keepends=True) == [line.decode()]


@pytest.mark.parametrize("record", SAMPLES, ids=lambda record: type(record).__name__)
def test_every_kind_of_record_comes_back(record: Line) -> None:
    assert decode(encode(record), type(record)) == record


def _without(line: bytes, *names: str) -> bytes:
    """A line as it would be without these keys."""
    fields = json.loads(line)
    for name in names:
        for holder in (fields, fields["provenance"]):
            holder.pop(name, None)
    return msgspec.json.encode(fields) + b"\n"


def test_lines_of_earlier_versions_are_as_they_were_written() -> None:
    record = story(1, 'is it ,"robots":[] or not')
    line = encode(record)
    for names in ((), ("robots",), ("robots", "web_archive", "date_captured")):
        older = _without(line, *names)
        assert decode(older, Story) == record
        assert is_as_written(older, record)
    assert not is_as_written(_without(line, "language"), record)
    assert not is_as_written(_without(line, "web_archive"), record)
    record.robots = ["noindex"]
    assert not is_as_written(line, record)


def test_chinese_and_punctuation_are_written_as_they_are() -> None:
    assert "第1条新闻的正文。\\n(王宇)".encode() in encode(story(1))


@pytest.mark.parametrize("breaker", ["\u2028", "\u2029", "\x85"])
def test_line_breakers_are_escaped(breaker: str) -> None:
    line = encode(story(1, f"甲{breaker}乙"))
    assert f"甲\\u{ord(breaker):04x}乙".encode() in line
    assert breaker.encode() not in line


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        encode(dataclasses.replace(story(1), title="\ud800"))


OWN_KEYS = """
schema_version id version url canonical_url site section story_id title text authors byline_raw source_name publication
date_published date_published_raw date_modified language images keywords description robots declared_chars
declared_minutes char_count declared_delta content_hash date_downloaded provenance
"""
DUPLICATE_KEYS = "duplicate_of duplicate_kind duplicate_score duplicate_evidence"
REWRITE_KEYS = """
schema_version id version canonical_url title content_hash rewrite_of rewrite_kind rewrite_score rewrite_evidence
date_downloaded run_id
"""
PROVENANCE_KEYS = "spider run_id parser_version http_status encoding etag last_modified web_archive date_captured warc"


def test_keys_stand_in_the_order_of_the_contract() -> None:
    own = OWN_KEYS.split()
    assert list(json.loads(encode(story(1)))) == own
    assert list(json.loads(encode(duplicate(1)))) == [*own, *DUPLICATE_KEYS.split()]
    assert list(json.loads(encode(rejected(1)))) == [*own, "reason", "reason_detail"]
    assert list(json.loads(encode(rewrite(story(1))))) == REWRITE_KEYS.split()
    assert list(json.loads(encode(story(1)))["provenance"]) == PROVENANCE_KEYS.split()


def test_what_is_absent_has_its_type() -> None:
    bare = Story(
        id="a/b/1",
        url="",
        canonical_url="",
        site="",
        section="",
        story_id="",
        date_downloaded="",
        provenance=story(1).provenance,
    )
    line = json.loads(encode(bare))
    assert {key for key, value in line.items() if value is None} == {
        "declared_chars",
        "declared_minutes",
        "declared_delta",
    }
    assert {key for key, value in line.items() if value == []} == {"authors", "images", "keywords", "robots"}
    assert {"title", "text", "byline_raw", "date_published"} <= {key for key, value in line.items() if value == ""}


def test_the_hash_tells_title_and_text_apart() -> None:
    # printf '甲\n乙' | sha256sum
    assert content_hash("甲", "乙") == "sha256:083dc4488876df55ba6002090210b3f7ede5586d0c26c9770504332e867d8710"
    assert content_hash("甲", "乙") != content_hash("甲乙", "")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", msgspec.DecodeError),
        (b"{", msgspec.DecodeError),
        (b"\xff\n", msgspec.DecodeError),
        (b"{}\n", msgspec.ValidationError),
        (encode(story(1)).replace(b'"version":1,"url"', b'"version":0,"url"'), msgspec.ValidationError),
        (encode(story(1)).replace(b'"version":1,"url"', b'"version":"1","url"'), msgspec.ValidationError),
        (encode(story(1)).replace(b'"id":"slqncy/szxw/1"', b'"id":"slqncy/1"'), msgspec.ValidationError),
        (encode(story(1)).replace(b'"char_count":', b'"char_count":-'), msgspec.ValidationError),
        (encode(story(1)).replace(b'"authors":["', b'"authors":[1,"'), msgspec.ValidationError),
    ],
)
def test_what_is_no_line_is_refused(line: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(line, Story)
    assert issubclass(error, ValueError)


def test_a_reason_outside_the_list_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(encode(rejected(1)).replace(b'"not_found"', b'"bad_mood"'), Rejected)


def test_a_score_above_certainty_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(encode(duplicate(1)).replace(b'"duplicate_score":1.0', b'"duplicate_score":1.5'), Duplicate)
    with pytest.raises(msgspec.ValidationError):
        decode(encode(rewrite(story(1))).replace(b'"rewrite_score":0.75', b'"rewrite_score":1.5'), Rewrite)


# JSON Schema


@pytest.mark.parametrize("record", SAMPLES, ids=lambda record: type(record).__name__)
def test_lines_fit_their_published_schema(record: Line) -> None:
    schema = json_schema(type(record))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(encode(record)))


@pytest.mark.parametrize("record", SAMPLES, ids=lambda record: type(record).__name__)
def test_the_schema_wants_every_key_and_no_other(record: Line) -> None:
    validator = Draft202012Validator(json_schema(type(record)))
    line: dict[str, Any] = json.loads(encode(record))
    for key in line:
        assert not validator.is_valid({name: value for name, value in line.items() if name != key}), key
        assert not validator.is_valid({**line, key: {}}), key
    assert not validator.is_valid({**line, "mood": ""})
    for inner in line.keys() & {"provenance", "images"}:
        nested = line[inner][0] if inner == "images" else line[inner]
        for key in nested:
            short = {name: value for name, value in nested.items() if name != key}
            assert not validator.is_valid({**line, inner: [short] if inner == "images" else short}), (inner, key)


def test_every_field_is_described() -> None:
    for record in SAMPLES:
        schema = json_schema(type(record))
        assert '"default"' not in json.dumps(schema), "every key is on every line"
        for component in schema["$defs"].values():
            assert component["description"]
            assert all(value["description"] for value in component.get("properties", {}).values())
