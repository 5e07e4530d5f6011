"""Texts of others are no orders to our terminal."""

from __future__ import annotations

import json
import logging
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scrapy.utils.test import get_crawler

from slqncy.extensions.log import VisibleLog, VisibleRecord
from slqncy.visible import visible, visible_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m红\x1b]0;title\x07", "<U+001B>[31m红<U+001B>]0;title<U+0007>"),
        ("\x9b2J\r\x08\x00\x7f", "<U+009B>2J<U+000D><U+0008><U+0000><U+007F>"),
        ("甲\u202e乙\u2066丙\u200f", "甲<U+202E>乙<U+2066>丙<U+200F>"),
        ("甲\u200b乙\ufeff\u00ad", "甲<U+200B>乙<U+FEFF><U+00AD>"),
        ("甲\n\t\u2028乙", "甲<U+000A><U+0009><U+2028>乙"),
        ("\ud800\ue000\uffff\U000e0041", "<U+D800><U+E000><U+FFFF><U+E0041>"),
        ("\u3000\u3000“甲”，[red]乙\u00a0e\u0301 😀", "\u3000\u3000“甲”，[red]乙\u00a0e\u0301 😀"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_nothing_is_left_that_is_no_letter_mark_sign_or_space(text: str) -> None:
    shown = visible(text)
    assert {unicodedata.category(character)[0] for character in shown} <= set("LMNPSZ")
    assert not {unicodedata.category(character) for character in shown} & {"Zl", "Zp"}
    assert visible(shown) == shown


@example("\ud800")
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same(text: str) -> None:
    source = json.dumps({"said": text}, ensure_ascii=False, indent=2)
    shown = visible_json(source)
    assert json.loads(shown) == {"said": text}
    assert shown.count("\n") == source.count("\n")
    assert visible(shown.replace("\n", "")) == shown.replace("\n", "")


def said(message: str, *arguments: object, error: Exception | None = None) -> str:
    """What a handler writes of a message."""
    exc_info = (type(error), error, None) if error else None
    record = VisibleRecord("scrapy", logging.ERROR, "file.py", 1, message, arguments, exc_info)
    return logging.Formatter("2026-11-26 [%(name)s] %(message)s").format(record)


def test_a_log_has_all_from_its_level_on_and_of_the_rest_no_record_is_made() -> None:
    factory = logging.getLogRecordFactory()
    logger = logging.getLogger("of a library")
    logger.setLevel(1)
    try:
        for level, least in (("WARNING", logging.WARNING), (logging.INFO, logging.INFO), ("NOTSET", 1)):
            VisibleLog.from_crawler(get_crawler(settings_dict={"LOG_LEVEL": level}))
            assert logger.isEnabledFor(least)
            assert not logger.isEnabledFor(least - 1)
    finally:
        logging.setLogRecordFactory(factory)
        logging.disable(logging.NOTSET)


def test_a_log_has_lines_of_ours_only() -> None:
    forged = "x\n2026-11-26 [scrapy] forged\x1b[2J"
    assert said("No answer: %s", forged) == (
        "2026-11-26 [scrapy] No answer: x<U+000A>2026-11-26 [scrapy] forged<U+001B>[2J"
    )
    assert said("Enabled:\n%s", forged) == (
        "2026-11-26 [scrapy] Enabled:\n    x\n    2026-11-26 [scrapy] forged<U+001B>[2J"
    )
    assert said("Error", error=ValueError(forged)) == (
        "2026-11-26 [scrapy] Error\n    ValueError: x\n    2026-11-26 [scrapy] forged<U+001B>[2J"
    )
