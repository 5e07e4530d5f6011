from __future__ import annotations

import json
import re

import pytest

from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.story import Extracted, extract_story, story_fields
from slqncy.records import Image
from tests.extract.designs import DESIGNS, FORMS, NOW, PARAGRAPHS, TITLE


def read(html: str, url: str = "http://news.example/szxw/1.html") -> Extracted:
    page = parse_page(html.encode(), url)
    return extract_story(page, page_lines(page), downloaded=NOW)


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_tells_its_time(design: str) -> None:
    assert read(DESIGNS[design](FORMS["br"](PARAGRAPHS))).date_published == "2020-03-15T14:05:00+08:00"


def test_all_fields_of_one_page() -> None:
    head = (
        '<html lang="zh-CN"><head><title>湖滨读书会_湖滨新闻网</title><link rel="canonical" href="/szxw/1.html">'
        '<meta name="keywords" content="读书,社区，读书"><meta name="description" content="四十多位居民参加。">'
        '<meta property="article:modified_time" content="2020-03-16T01:00:00Z"></head>'
    )
    body = (
        '<p>位置：<a href="/">首页</a> > <a href="/sh/">社会</a> > 正文</p><h1>湖滨读书会</h1>'
        '<div>2020年3月15日 14:05　来源：<a href="http://daily.example/">湖滨日报</a>　作者：林晓 周明</div>'
        '<div><p><img src="/u/1.jpg" alt="读书会现场"></p>'
        "<p>本报讯 上周六，湖滨社区的活动室里坐满了人，大家带着书来了。</p></div><p>责任编辑：陈浩</p>"
    )
    assert read(f"{head}<body>{body}</body></html>") == Extracted(
        title="湖滨读书会",
        paragraphs=["本报讯 上周六，湖滨社区的活动室里坐满了人，大家带着书来了。"],
        date_published="2020-03-15T14:05:00+08:00",
        date_published_raw="2020年3月15日 14:05",
        date_modified="2020-03-16T09:00:00+08:00",
        source_name="湖滨日报",
        source_url="http://daily.example/",
        editors=["陈浩"],
        dateline="本报讯",
        breadcrumbs=["首页", "社会"],
        byline_raw="林晓 周明",
        authors=["林晓", "周明"],
        language="zh-Hans",
        images=[Image(url="http://news.example/u/1.jpg", caption="读书会现场")],
        keywords=["读书", "社区"],
        description="四十多位居民参加。",
        canonical_url="http://news.example/szxw/1.html",
    )


def test_json_ld_is_read() -> None:
    data = {
        "@graph": [
            {
                "@type": "NewsArticle",
                "headline": TITLE,
                "datePublished": "2020-03-15T06:05:00Z",
                "author": [{"name": "林晓"}],
            }
        ]
    }
    extracted = read(f'<script type="application/ld+json">{json.dumps(data)}</script><p>{PARAGRAPHS[0]}</p>')
    assert (extracted.title, extracted.authors, extracted.date_published) == (
        TITLE,
        ["林晓"],
        "2020-03-15T14:05:00+08:00",
    )


def test_the_url_dates_a_page_that_says_nothing() -> None:
    extracted = read(f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p>", "http://news.example/2020/0315/1.html")
    assert extracted.date_published == "2020-03-15"


def test_a_publication_line_dates_the_story() -> None:
    extracted = read(
        f"<h1>{TITLE}</h1><p>2019年3月7日刊登在《湖滨日报》头版</p><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>"
    )
    assert (extracted.date_published, extracted.paragraphs[0]) == ("2019-03-07", "2019年3月7日刊登在《湖滨日报》头版")


def test_a_closing_line_tells_when_and_by_whom_a_story_was_posted() -> None:
    extracted = read(
        f"<h1>{TITLE}</h1><div>{PARAGRAPHS[0]}<br>{PARAGRAPHS[1]}<br>本贴由大卫于2020年3月15日14:05:21在〖湖滨读书会（网上论坛）〗发表.</div>"
    )
    assert (extracted.date_published, extracted.authors) == ("2020-03-15T14:05:21+08:00", ["大卫"])


def dated(title: str, *lines: str, url: str = "http://news.example/szxw/1.html") -> Extracted:
    info = "".join(f"<div>{line}</div>" for line in lines)
    return read(f"<title>{title}_湖滨网</title><h1>{title}</h1>{info}<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>", url)


@pytest.mark.parametrize(
    "title",
    [
        "苏州今日迎来初雪",
        "昨日苏州最高温破纪录",
        "3月15日消费者维权",
        "苏州5月1日起施行新规",
        "2018年3月1日大事记",
        "来源：一个词的考证",
        "作者：何以为家",
    ],
)
def test_a_headline_tells_neither_day_nor_source_nor_author(title: str) -> None:
    extracted = dated(title, f"首页 > {title}", "2018-03-21 08:28 来源：湖滨日报")
    assert (extracted.date_published, extracted.source_name, extracted.authors) == (
        "2018-03-21T08:28:00+08:00",
        "湖滨日报",
        [],
    )


@pytest.mark.parametrize(
    ("lines", "published", "modified"),
    [
        (
            ["更新时间：2021-01-01 08:00 发布时间：2016-04-14 11:34"],
            "2016-04-14T11:34:00+08:00",
            "2021-01-01T08:00:00+08:00",
        ),
        (["更新于 2021-01-01 08:00", "2016-04-14"], "2016-04-14", "2021-01-01T08:00:00+08:00"),
        (["更新时间：2016-04-14 11:34"], "2016-04-14T11:34:00+08:00", "2016-04-14T11:34:00+08:00"),
        (["今天是2026年11月24日 星期二 2016-04-14 来源：湖滨日报"], "2016-04-14", ""),
        (["今天是2026年11月24日", "2016-04-14 11:34"], "2016-04-14T11:34:00+08:00", ""),
        (["时间：16-04-10 20:24"], "2016-04-10T20:24:00+08:00", ""),
        (["2016-04-14", "昨天 08:20"], "2016-04-14", ""),
        (["昨天 21:10 来源：湖滨日报"], "2026-11-23T21:10:00+08:00", ""),
        (["3小时前 湖滨日报 阅读 12"], "2026-11-24T07:00:00+08:00", ""),
        (["读者昨天 21:10 留言"], "", ""),
        (["2016年四月，老街改造前", "2016-04-14 11:34"], "2016-04-14T11:34:00+08:00", ""),
    ],
)
def test_the_dateline_is_told_from_other_dates(lines: list[str], published: str, modified: str) -> None:
    extracted = dated(TITLE, *lines)
    assert (extracted.date_published, extracted.date_modified) == (published, modified)


@pytest.mark.parametrize(
    "info",
    [
        "<table><tr><td>发布时间</td><td>2016-04-14 11:34</td><td>来源</td><td>湖滨日报</td></tr></table>",
        "<dl><dt>发布：</dt><dd>2016-04-14 11:34</dd><dt>来源：</dt><dd>湖滨日报</dd></dl>",
    ],
)
def test_label_and_value_may_stand_in_two_cells(info: str) -> None:
    extracted = dated(TITLE, info)
    assert (extracted.date_published, extracted.source_name) == ("2016-04-14T11:34:00+08:00", "湖滨日报")


def test_no_field_holds_what_no_record_may() -> None:
    unfit = "\\ud800\\u0000\\u0007\\ufffe"
    data = (
        f'{{"headline":"读书{unfit}会","datePublished":"2020-03-15{unfit}","author":{{"name":"林晓{unfit}"}},'
        f'"keywords":["读书{unfit}"],"description":"居民{unfit}参加"}}'
    )
    steps = f'{{"@type":"BreadcrumbList","itemListElement":[{{"name":"首页{unfit}"}}]}}'
    extracted = read(
        f'<script type="application/ld+json">[{data},{steps}]</script>'
        '<meta name="source" content="湖滨&#xd800;&#7;日报">'
        f'<p>{PARAGRAPHS[0]}</p><img src="/1&#xfffe;.jpg" alt="书&#0;架"><p>{PARAGRAPHS[1]}</p>'
    )
    assert (extracted.title, extracted.authors, extracted.keywords) == ("读书会", ["林晓"], ["读书"])
    assert (extracted.source_name, extracted.breadcrumbs, extracted.description) == ("湖滨日报", ["首页"], "居民参加")
    assert re.search("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]", str(extracted)) is None


def test_an_event_in_the_text_is_no_publication() -> None:
    assert read(f"<h1>{TITLE}</h1><p>2012年5月1日，湖滨社区建成，居民陆续搬来。</p>").date_published == ""


def test_the_closing_byline_names_the_authors_and_stays_in_the_text() -> None:
    extracted = read(
        f"<title>{TITLE}</title><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><p>居民可以预约座位，每次两小时。(张彪朱晓)</p>"
    )
    assert (extracted.byline_raw, extracted.authors) == ("(张彪朱晓)", ["张彪", "朱晓"])
    assert extracted.paragraphs[-1].endswith("(张彪朱晓)")


def test_given_lines_are_the_body() -> None:
    page = parse_page(DESIGNS["plain"](FORMS["p"](PARAGRAPHS)).encode(), "http://news.example/")
    lines = page_lines(page)
    chosen = [line for line in lines if line.text == PARAGRAPHS[1]]
    assert story_fields(page, lines, None, chosen, downloaded=NOW).paragraphs == [PARAGRAPHS[1]]


def test_traditional_characters_are_told() -> None:
    assert read("<p>這個活動由社區與書店主辦，來了許多居民，大家說還會再來。</p>").language == "zh-Hant"


@pytest.mark.parametrize("sign", ["\f", "\x85", "\u2028", "&#12;"])
def test_no_address_holds_a_control_character(sign: str) -> None:
    address = f"http://news.example/a{sign}b"
    extracted = read(
        f'<title>{TITLE}</title><link rel="canonical" href="{address}"><h1>{TITLE}</h1>'
        f'<p>2020-03-15 来源：<a href="{address}">湖滨日报</a></p>'
        f'<p>{PARAGRAPHS[0]}</p><img src="{address}.jpg"><p>{PARAGRAPHS[1]}</p>'
    )
    addresses = [extracted.canonical_url, extracted.source_url, *(image.url for image in extracted.images)]
    assert all(found.isascii() and found.isprintable() for found in addresses)
    assert len(list(filter(None, addresses))) == 3


@pytest.mark.parametrize(
    ("lang", "language"), [("en-GB", "en-GB"), ("en\f", "en"), ("e\fn", ""), ("&#12;", ""), ("很", "")]
)
def test_a_language_is_a_tag(lang: str, language: str) -> None:
    page = parse_page(
        f'<html lang="{lang}"><body><p>A line of text, and no more.</p>'.encode(), "http://news.example/1"
    )
    assert extract_story(page, page_lines(page), downloaded=NOW).language == language
