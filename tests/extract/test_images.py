from __future__ import annotations

import pytest

from slqncy.extract.images import story_images
from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from tests.extract.designs import PARAGRAPHS, TITLE


def images(html: str) -> list[tuple[str, str]]:
    page = parse_page(
        f"<div><p>{PARAGRAPHS[0]}</p>{html}<p>{PARAGRAPHS[1]}</p></div>".encode(), "http://news.example/1"
    )
    body = [line for line in page_lines(page) if line.text in PARAGRAPHS]
    return story_images(body, page.url, TITLE)


@pytest.mark.parametrize(
    ("html", "caption"),
    [
        ('<p><img src="/1.jpg" alt="读书会现场"></p>', "读书会现场"),
        ('<figure><img src="/1.jpg" alt="x"><figcaption>居民在\n换书</figcaption></figure>', "居民在换书"),
        ('<p><img src="/1.jpg"></p><p>图为读书会现场。</p>', "图为读书会现场。"),
        ('<p><img src="/1.jpg"><br>居民在换书 记者 林晓 摄</p>', "居民在换书 记者 林晓 摄"),
        (
            f'<p><img src="/1.jpg" alt="{TITLE}"></p><p>（资料图片：居民换书 通讯员林晓摄）</p>',
            "（资料图片：居民换书 通讯员林晓摄）",
        ),
        ('<p><img src="/1.jpg" alt="IMG_2031.jpg"></p><p>图书馆昨天开门，居民来了很多。</p>', ""),
        (f'<p><img src="/1.jpg" alt="{TITLE}"></p>', ""),
        ('<p><img src="/1.jpg"></p>', ""),
    ],
)
def test_a_caption_is_what_the_page_says_of_the_picture(html: str, caption: str) -> None:
    assert images(html) == [("http://news.example/1.jpg", caption)]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="/images/ico_12.gif" alt="向左">',
        '<img src="/share-qrcode.png">',
        '<img src="/1.gif" width="16" height="16">',
        '<img src="data:image/gif;base64,R0lGOD">',
        '<a href="http://shop.example/"><img src="/1.jpg"></a>',
    ],
)
def test_icons_and_advertisements_are_no_pictures(html: str) -> None:
    assert images(html) == []


def test_the_picture_behind_a_placeholder_is_found() -> None:
    assert images('<img src="/loading.gif" data-original="u/1.jpg">') == [("http://news.example/u/1.jpg", "")]


def test_a_repeated_picture_counts_once() -> None:
    assert images('<img src="/1.jpg"><noscript><img src="/1.jpg"></noscript>') == [("http://news.example/1.jpg", "")]
