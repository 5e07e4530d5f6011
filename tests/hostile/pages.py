"""Cases 47 to 49, 53 to 63 and 68: what pages hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.hostile.case import Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import html, sized
from tests.hostile.texts import plain_page, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.hostile.case import Answer
    from tests.raw_server import Step

_ARCHIVED, _REFUSED = (Outcome.ARCHIVED,), (Outcome.REJECTED_REFUSED,)
_ARCHIVED_OR_REFUSED = (Outcome.ARCHIVED, Outcome.REJECTED_REFUSED)


def _notice(title: str, body: str, script: str = "") -> Answer:
    page = f"<html><head><meta charset=utf-8><title>{title}</title>{script}</head><body>{body}</body></html>"
    return lambda _: (html(page.encode()),)


def _more(more: Callable[[], str]) -> Answer:
    """The story, and more behind it."""
    return lambda asked: (html(plain_page(asked.number, more=more()).encode()),)


def _nested(tags: bytes) -> Answer:
    """The story, within tags."""
    return lambda asked: (html(asked.page.replace(b"<h1>", tags + b"<h1>", 1)),)


def _titled(title: str) -> Answer:
    return lambda asked: (html(plain_page(asked.number, title=title).encode()),)


def _dated(dateline: str, head: str = "") -> Answer:
    return lambda asked: (html(plain_page(asked.number, dateline=dateline, head=head).encode()),)


def _typed(content_type: str, codec: str = "utf-8", words: str = "") -> Answer:
    def answer(asked: Asked) -> Iterable[Step]:
        texts = [*story(asked.number).paragraphs, f"文中还有这些字:{words}"] if words else []
        body = plain_page(asked.number, paragraphs=texts).encode(codec)
        return (sized(body, f"Content-Type: {content_type}".encode()) if content_type else sized(body),)

    return answer


def _controls(asked: Asked) -> Iterable[Step]:
    page = asked.page
    # In the middle of the text, and of its words.
    for junk in (b"\0", b"\x01\x08\x1b[31m", b"&#xD800;&#xDFFF;&#0;", b"&#xFFFE;\xef\xbf\xbf\xef\xb7\x90", b"\x7f"):
        page = page.replace("的".encode(), junk + "的".encode(), 3)
    return (html(page.replace(b"[31m", b"")),)


def _deep_json() -> str:
    return '<script type="application/ld+json">' + '{"a":[' * 100_000 + "</script>"


def _large_json(megabytes: int) -> str:
    data = {"@type": "NewsArticle", "headline": "x" * megabytes * 900_000, "keywords": ["y"] * megabytes * 20_000}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


_CHALLENGE = (
    '<script>document.cookie="__jsl_clearance=1"+String.fromCharCode(54,56)+";Max-age=3600";location.reload()</script>'
)
_LOGIN = (
    "<h2>用户登录</h2><p>您还没有登录,请先登录后查看全文</p><form action=/login method=post>"
    "<input name=user><input type=password name=password><button>登录</button></form>"
)
PAGES = (
    Case(
        47, "soft 404", (Outcome.REJECTED_SOFT_404,),
        _notice("页面不存在", "<h1>页面不存在</h1><p>对不起,您访问的页面不存在或已被删除。</p>"),
    ),
    Case(48, "script that tests for a browser", (Outcome.REJECTED_CHALLENGE,), _notice("", "", _CHALLENGE)),
    Case(
        48, "captcha", (Outcome.REJECTED_CHALLENGE,),
        _notice("安全验证", "<h1>安全验证</h1><p>您的访问过于频繁,请输入验证码后继续访问</p><input name=captcha>"),
    ),
    Case(48, "login", (Outcome.REJECTED_LOGIN,), _notice("用户登录", _LOGIN)),
    Case(
        48, "waiting room", (Outcome.REJECTED_WAITING_ROOM,),
        _notice("系统繁忙", "<h1>系统繁忙</h1><p>当前访问人数过多,系统繁忙,请稍后再试</p>"),
    ),
    Case(
        49, "300,000 links", _REFUSED,
        _more(lambda: "".join(f"<a href=/x/{n}.html>新闻</a>" for n in range(300_000))),
    ),
    Case(53, "500,000 attributes", _REFUSED, _more(lambda: f"<p {' '.join(f'a{n}=1' for n in range(500_000))}>")),
    Case(54, "5,000 nested elements", _REFUSED, _nested(b"<div>" * 5000)),
    Case(55, "300,000 open tags", _ARCHIVED_OR_REFUSED, _nested(b"<b>" * 300_000)),
    Case(56, "adoption agency, <a>", _ARCHIVED_OR_REFUSED, _more(lambda: "<a><div>" * 4000)),
    Case(56, "adoption agency, <nobr>", _ARCHIVED_OR_REFUSED, _more(lambda: "<nobr><p>" * 4000 + "</nobr>" * 4000)),
    Case(57, "30 MB of text", (Outcome.REJECTED_TOO_LARGE,), _more(lambda: "<p>" + "很长的一段话。" * 1_500_000)),
    Case(58, "NUL, controls, surrogates, noncharacters", _ARCHIVED, _controls),
    Case(59, "header says utf-8, body is GBK", _ARCHIVED, _typed("text/html; charset=utf-8", "gbk")),
    Case(
        59, "gb2312, with characters of GB 18030", _ARCHIVED,
        _typed("text/html; charset=gb2312", "gb18030", "镕喆㐂𠮷€"),
    ),
    Case(59, "header says utf-7", _ARCHIVED, _typed("text/html; charset=utf-7")),
    Case(59, "header says utf-99", _ARCHIVED, _typed("text/html; charset=utf-99")),
    Case(60, "image/jpeg", _ARCHIVED, _typed("image/jpeg")),
    Case(60, "no Content-Type", _ARCHIVED, _typed("")),
    Case(61, "title with BiDi override", _ARCHIVED, _titled("社区举办读书会\u202egpj.exe")),
    Case(61, "title with ANSI escape", _ARCHIVED, _titled("社区\x1b]0;pwned\x07举办\x1b[2J读书会")),
    Case(61, "title with line ends", _ARCHIVED, _titled("社区举办读书会\r\n2026-11-01 [scrapy] ERROR: 假的日志")),
    Case(61, "title with a script", _ARCHIVED, _titled("社区举办读书会&lt;script&gt;alert(1)&lt;/script&gt;")),
    Case(61, "title with a formula", _ARCHIVED, _titled('=HYPERLINK("http://evil.example/";"社区举办读书会")')),
    Case(61, "title with the end of a comment", _ARCHIVED, _titled("社区举办读书会--&gt;]]&gt;")),
    Case(62, "date 0000-00-00", _ARCHIVED, _dated("<p>发布时间:0000-00-00 00:00:00</p>")),
    Case(62, "date 9999-12-31", _ARCHIVED, _dated("<p>发布时间:9999-12-31 23:59:59</p>")),
    Case(62, "2月30日", _ARCHIVED, _dated("<p>发布时间:2020年2月30日 25:61</p>")),
    Case(
        62, "two dates that conflict", _ARCHIVED,
        _dated("<p>2019-01-01 08:00</p>", '<meta property="article:published_time" content="2050-05-05T00:00:00Z">'),
    ),
    Case(63, "JSON-LD 100,000 deep", _ARCHIVED, _more(_deep_json)),
    Case(63, "JSON-LD of 10 MB", _ARCHIVED, _more(lambda: _large_json(10))),
    # More than PARSE_MAX_SIZE.
    Case(63, "JSON-LD of 14 MB", _REFUSED, _more(lambda: _large_json(14))),
    Case(
        68, "Referrer-Policy that names a function", _ARCHIVED,
        lambda asked: (html(asked.page, b"Referrer-Policy: os.system"),),
    ),
)  # fmt: skip
