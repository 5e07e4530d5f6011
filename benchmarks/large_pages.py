"""Time large and hostile pages: `python benchmarks/large_pages.py` prints CPU seconds a page."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime

from slqncy.extract.links import page_links
from slqncy.extract.page import parse_page
from slqncy.extract.pagination import list_pages
from slqncy.extract.reading import read_story
from slqncy.sites import load_site

URL = "http://www.slqncy.com/szxw/1.html"
PARAGRAPH = "<p>3月15日,志愿者在河边清理垃圾,居民纷纷点赞,活动持续了两个小时。</p>"
SHORT_PARAGRAPHS = "<h1>志愿者清理河道</h1>{}" + PARAGRAPH * (10_000_000 // len(PARAGRAPH.encode()))
PAGES = {
    "10 MB of short paragraphs": SHORT_PARAGRAPHS.format(""),
    "the same with a wrong count": SHORT_PARAGRAPHS.format("<p>本篇文章9999999字,读完约25000分钟</p>"),
    "10 MB in one paragraph": "<p>" + "一二三四五六七,八。" * 345_000,
    "300,000 links": "".join(f"<a href=/szxw/{number}.html>标题</a>" for number in range(300_000)),
    "80,000 attributes on one tag": "<p " + " ".join(f"a{number}=1" for number in range(80_000)) + ">x",
    "500,000 attributes on one tag": "<p " + " ".join(f"a{number}=1" for number in range(500_000)) + ">x",
    "20,000 nested elements": "<div>" * 20_000 + PARAGRAPH,
    "300,000 unclosed tags": "<b>x" * 300_000 + PARAGRAPH,
}


def main() -> None:
    """Print a line a page."""
    site, now = load_site("slqncy"), datetime.now(UTC)
    print(f"{'page':32}{'MB':>6}{'parse':>8}{'story':>8}{'links':>8}")
    for name, html in PAGES.items():
        body = html.encode()
        times = [time.process_time()]
        page = parse_page(body, URL, "text/html; charset=utf-8")
        times.append(time.process_time())
        read_story(page, site, now)
        times.append(time.process_time())
        list_pages(page, page_links(page))
        times.append(time.process_time())
        seconds = "".join(f"{end - start:8.2f}" for start, end in itertools.pairwise(times))
        print(f"{name:32}{len(body) / 1e6:6.1f}{seconds}  {page.refused and 'refused: ' + page.refused}")


if __name__ == "__main__":
    main()
