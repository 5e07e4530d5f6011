from __future__ import annotations

import json

import pytest

from slqncy.extract.breadcrumbs import find_breadcrumbs
from slqncy.extract.lines import page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.page import parse_page
from slqncy.extract.title import title_line
from tests.extract.designs import PARAGRAPHS, TITLE


def breadcrumbs(above: str) -> list[str]:
    page = parse_page(
        f"<title>{TITLE}_湖滨网</title>{above}<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p>".encode(), "http://news.example/"
    )
    metadata, lines = read_metadata(page), page_lines(page)
    return find_breadcrumbs(metadata, lines, title_line(metadata, lines), TITLE)


@pytest.mark.parametrize(
    ("above", "steps"),
    [
        ("<p>您当前的位置：<a href=/>首页</a> &gt; <a href=/n/>社会</a> &gt; 正文</p>", ["首页", "社会"]),
        ("<p>当前位置: 首页 >> 社会 >> </p>", ["首页", "社会"]),
        ("<p><a href=/>湖滨网</a>»<a href=/n/>社会</a></p>", ["湖滨网", "社会"]),
        (f"<p>所在位置：首页 / 社会 / {TITLE}</p>", ["首页", "社会"]),
        ("<p><a href=/s>分享到 >></a> <a href=/m>更多</a></p>", []),
        ("<p><a href=/>首页</a> <a href=/n/>社会</a></p>", []),
    ],
)
def test_the_steps_are_read_above_the_headline(above: str, steps: list[str]) -> None:
    assert breadcrumbs(above) == steps


def test_annotated_steps_come_first() -> None:
    steps = [{"name": "首页"}, {"item": {"name": "社会"}}, {"name": TITLE}]
    data = json.dumps([{"@type": "BreadcrumbList", "itemListElement": steps}])
    above = f'<script type="application/ld+json">{data}</script><p>位置：首页 > 教育</p>'
    assert breadcrumbs(above) == ["首页", "社会"]
