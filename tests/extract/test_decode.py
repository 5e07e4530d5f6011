from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.extract.decode import decode

TEXT = "湖滨社区办起邻里读书会，四十多位居民参加，大家都说很好，今后每个月都要办一次。"
TRADITIONAL = "湖濱社區辦起鄰里讀書會，四十多位居民參加，大家都說這個活動很好，今後每個月都要辦一次。"


def page(text: str, charset: str, codec: str) -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body><p>{text}</p></body></html>'.encode(codec)


@pytest.mark.parametrize(
    ("text", "label", "codec", "expected"),
    [
        (TEXT, "gb2312", "gb18030", "gb18030"),
        (TEXT + "喆镕", "gb2312", "gbk", "gb18030"),
        (TEXT, "gb2312", "utf-8", "utf-8"),
        (TEXT, "utf-8", "gbk", "gb18030"),
        (TEXT, "iso-8859-1", "gbk", "gb18030"),
        (TEXT, "no-such-charset", "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5", "big5hkscs"),
        (TRADITIONAL, "utf-8", "big5", "big5hkscs"),
        (TRADITIONAL, "gb2312", "big5", "big5hkscs"),
        ("plain ascii", "gb2312", "ascii", "utf-8"),
    ],
)
def test_evidence_outranks_the_label(text: str, label: str, codec: str, expected: str) -> None:
    decoded, used, replaced = decode(page(text, label, codec))
    assert (used, replaced) == (expected, 0)
    assert text in decoded


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    decoded, _, replaced = decode(TEXT.encode(codec), "text/html; charset=gb2312")
    assert (decoded, replaced) == (TEXT, 0)


def test_the_header_is_read() -> None:
    assert decode(TEXT.encode("gbk"), "text/html; charset=GBK")[1] == "gb18030"


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "rot13", "base64"])
def test_codecs_of_python_that_are_no_charsets_are_not_heeded(name: str) -> None:
    # 2 MB of punycode take ten minutes.
    body = b"\xffaaa-" + b"b9cd" * 500_000
    assert decode(body, f"text/html; charset={name}") == decode(body)


def test_damaged_utf8_stays_utf8_and_is_counted() -> None:
    body = page(TEXT * 3, "gb2312", "utf-8").replace("四".encode(), b"\xe5\x9b", 2)
    decoded, used, replaced = decode(body)
    assert (used, replaced) == ("utf-8", 2)
    assert "湖滨社区办起邻里读书会" in decoded


def test_a_published_replacement_character_counts_as_damage() -> None:
    assert decode("坏\ufffd字".encode())[2] == 1


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_decode_and_damage_is_counted(body: bytes, content_type: str) -> None:
    text, _, replaced = decode(body, content_type)
    assert text.count("\ufffd") == replaced
