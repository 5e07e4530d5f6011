"""HTML or not."""

from __future__ import annotations

import pytest

from slqncy.extract.sniff import is_html


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html>",
        b"<HTML lang=zh>",
        b"<p>text",
        b"text<br/>text",
        b'<a href="/">x</a>',
        b"\xef\xbb\xbf<html>",
        "<html>".encode("utf-16"),
        "<html><body>".encode("utf-32"),
        "新闻<div class=a>".encode("gbk"),
        b" " * 99_000 + b"<html>",
    ],
)
def test_html(body: bytes) -> None:
    assert is_html(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain text, 1 < 2 and a <b",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"%PDF-1.7",
        b'<?xml version="1.0"?><rss><channel></channel></rss>',
        b"<urlset></urlset>",
        b"<article>",
        b'{"p": "<pre>"}',
        b" " * 100_000 + b"<html>",
    ],
)
def test_no_html(body: bytes) -> None:
    assert not is_html(body)
