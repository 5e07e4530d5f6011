"""What is kept of a response."""

from __future__ import annotations

import pytest
from scrapy.http import Response

from slqncy.spiders.responses import validator


@pytest.mark.parametrize(
    ("value", "kept"),
    [(b'"a"', '"a"'), (b"a" * 1000, "a" * 1000), (b"a" * 1001, ""), (b"\xe4", ""), (b"a\tb", "")],
    ids=["short", "long", "too long", "not ASCII", "not printable"],
)
def test_a_validator_that_can_be_sent_back(value: bytes, kept: str) -> None:
    assert validator(Response("http://a/", headers={"ETag": value}), "ETag") == kept
