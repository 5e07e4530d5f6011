from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.story import extract_story
from tests.extract.designs import NOW

URL = "http://news.example/"


@pytest.mark.parametrize(
    "body", [b"", b" ", b"\x00", b"<!-- x -->", b"<?xml version='1.0'?>", b"\xff\xfe", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_page_is_an_empty_one(body: bytes) -> None:
    page = parse_page(body, URL)
    assert page.root.tag == "html"
    assert page.refused == ""


def test_an_xml_declaration_is_no_obstacle() -> None:
    page = parse_page('<?xml version="1.0" encoding="gb2312"?><html><body><p>湖滨新闻</p>'.encode("gbk"), URL)
    assert [line.text for line in page_lines(page)] == ["湖滨新闻"]


@pytest.mark.parametrize(
    "bad",
    [
        "\x01",
        "\x1b",
        "\x00",
        "\ufdd0",
        "\uffff",
        "\U0001fffe",
        "&#0;",
        "&#1;",
        "&#xD800;",
        "&#xFFFE;",
        "&#65533;",
        "&#x110000;",
    ],
)
def test_characters_no_record_may_hold_never_reach_the_text(bad: str) -> None:
    page = parse_page(f"<p>甲{bad}乙</p>".encode(), URL)
    assert [line.text for line in page_lines(page)] == ["甲乙"]


def test_ordinary_references_stay() -> None:
    page = parse_page(b"<p>&#30002;&#x4E59;&amp;&mdash;&#128512;</p>", URL)
    assert [line.text for line in page_lines(page)] == ["甲乙&—😀"]


ATTRIBUTES = [f"a{i}" for i in range(80_000)]


@pytest.mark.parametrize(
    "tag",
    [
        "<p " + " ".join(ATTRIBUTES) + ">",
        "<p " + " ".join(f'{name}=">"' for name in ATTRIBUTES) + ">",
        "<p " + "/".join(f"{name}='<x>'" for name in ATTRIBUTES) + ">",
        "<script " + " ".join(f"{name}=1" for name in ATTRIBUTES) + ">",
        "<p " + " ".join(ATTRIBUTES),
    ],
    ids=["bare", "quoted >", "quoted tags", "script", "unclosed"],
)
def test_a_flood_of_attributes_is_refused(tag: str) -> None:
    page = parse_page(f"<html><body>{tag}正文".encode(), URL)
    assert page.refused == "attributes"
    assert page_lines(page) == []


def test_scripts_are_no_flood() -> None:
    script = "if (i <n && s) x = 'a b c d'; " * 5000
    page = parse_page(f"<script>{script}</script><p>正文</p>".encode(), URL)
    assert page.refused == ""
    assert [line.text for line in page_lines(page)] == ["正文"]


HOSTILE = {
    "nested blocks": b"<div>" * 20_000 + b"x",
    "links": b'<a href="x">y</a> ' * 300_000,
    "open links": "<a href=x>链接".encode() * 50_000,
    "formatting": b"<b><i>" * 50_000 + b"x",
    "paragraphs": "<p>正文，很长。</p>".encode() * 50_000,
    "white space": b"<p>" + "字".encode() + b" \r" * 500_000 + b"x</p>",
    "wide spaces": ("<title>" + "\u3000" * 300_000 + "题</title><p>()" + "\u3000" * 300_000 + "。</p>").encode(),
    "open quotes": b'<a b="' * 100_000,
    "open tags": b"<a" * 500_000,
    "one paragraph": "<p>湖滨社区(记者林晓)2020年，".encode() * 50_000,
    "json": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
    "dates": b"<p>2020-03-15 10:00</p>" * 50_000,
    "items": b"<div itemprop=author>" * 2000 + b"x" * 100_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_are_read_to_their_end(body: bytes) -> None:
    # A step that is not linear would take hours here.
    page = parse_page(body, URL)
    assert page.refused or extract_story(page, page_lines(page), downloaded=NOW)


FRAGMENTS = [
    "<p>", "</p>", "<div>", "<br>", "<a href='http://[x'>", "</a>", "<table><td>", "<title>", "</title>", "<h1>",
    "正文，很长。", "2020年3月15日", " 今天 ", "9999-12-31T23:59:59+99:99", "来源：", "作者：张三", "(王宇)",
    "&#xD800;",
    "\ufffd", "\u3000", "<meta name=author content='", "'>", "<script type=application/ld+json>", "</script>",
    '{"headline": "\\ud800", "datePublished": [{}]}', "<img src=x>", "<html lang=zh>",
    "<link rel=canonical href='//['>",
    "<div itemprop=author>", "\x00",
]  # fmt: skip
SOUP = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(lambda parts: "".join(parts).encode())


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), SOUP))
def test_any_page_is_read_without_an_exception(body: bytes) -> None:
    page = parse_page(body, "http://news.example/a/2020/")
    extracted = extract_story(page, page_lines(page), downloaded=NOW)
    said = repr(extracted)
    assert said.count("\ufffd") == 0 or page.replaced > 0
    said.encode()
