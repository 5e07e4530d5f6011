"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from slqncy.extract.patterns import late


def test_a_late_pattern_finds_what_others_find() -> None:
    pattern = late(r"(?P<name>[\u3400-\u9fff]+) by", re.IGNORECASE)
    match = pattern.search("陈秀雅 BY")
    assert match
    assert match["name"] == "陈秀雅"
    assert pattern.sub("", "陈秀雅 By hand") == " hand"


def test_a_late_pattern_is_compiled_when_it_is_used() -> None:
    pattern = late("(")
    with pytest.raises(re.error, match="unterminated"):
        pattern.search("")
