from __future__ import annotations

import json

import pytest

from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.story import Extracted, extract_story
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
        "<h1>湖滨读书会</h1><div>2020年3月15日 14:05　来源：湖滨日报　作者：林晓 周明</div>"
        '<div><p><img src="/u/1.jpg" alt="读书会现场"></p>'
        "<p>上周六，湖滨社区的活动室里坐满了人，大家带着书来了。</p></div>"
    )
    assert read(f"{head}<body>{body}</body></html>") == Extracted(
        title="湖滨读书会",
        paragraphs=["上周六，湖滨社区的活动室里坐满了人，大家带着书来了。"],
        date_published="2020-03-15T14:05:00+08:00",
        date_published_raw="2020年3月15日 14:05",
        date_modified="2020-03-16T09:00:00+08:00",
        source_name="湖滨日报",
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
    assert extract_story(page, lines, body=chosen, downloaded=NOW).paragraphs == [PARAGRAPHS[1]]


def test_traditional_characters_are_told() -> None:
    assert read("<p>這個活動由社區與書店主辦，來了許多居民，大家說還會再來。</p>").language == "zh-Hant"
