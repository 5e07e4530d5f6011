"""A site of a hundred thousand small pages that are made on demand, to follow memory over.

Lists of 1,000 stories hang on the home page. A page has a text of its own, about 2 kB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from slqncy.demo import DemoResponse

_SECTION = 1000
_PATH = re.compile(r"/s(\d+)/(?:(\d+)\.html)?")
_WORDS = (
    "社区河道桥梁学校医院书店公园菜场车站码头工地剧院球场古镇茶园果林渔村老街新区"
    "整治修缮开放验收搬迁扩建启用竣工改造绿化检查演练培训评选巡查慰问捐赠展览比赛签约"
)


@dataclass(frozen=True, slots=True)
class LeanSite:
    """So many stories."""

    stories: int

    @property
    def ready(self) -> frozenset[str]:
        """Nothing is made before anybody asks."""
        return frozenset()

    def respond(self, target: str) -> DemoResponse | None:
        """The answer to GET `target`."""
        if target == "/":
            return _page("首页", "".join(f'<li><a href="/s{n}/">第{n}版</a></li>' for n in range(self._sections)))
        match = _PATH.fullmatch(target)
        if not match or int(match[1]) >= self._sections:
            return None
        section, number = int(match[1]), match[2]
        numbers = range(section * _SECTION, min((section + 1) * _SECTION, self.stories))
        if number is None:
            return _page(f"第{section}版", "".join(f'<li><a href="{n}.html">{title(n)}</a></li>' for n in numbers))
        return _story(int(number)) if int(number) in numbers else None

    @property
    def _sections(self) -> int:
        return -(-self.stories // _SECTION)


def title(number: int) -> str:
    """Of a story."""
    return f"{_word(number, 0)}{_word(number, 1)}第{number}期公告发布"


def _word(number: int, place: int) -> str:
    return _pair(sha256(b"%d" % number).digest()[place])


def _pair(number: int) -> str:
    """Two characters that are a word."""
    start = number * 2 % len(_WORDS)
    return _WORDS[start : start + 2]


def _story(number: int) -> DemoResponse:
    digest = sha256(b"%d" % number).digest()
    sentences = [
        f"{_pair(a)}{_pair(b)}{a * 256 + b}处,{_pair(a + b)}第{a ^ b}组到场。"
        for a, b in zip(digest, digest[1:] + digest[:1], strict=True)
    ]
    paragraphs = ["".join(sentences[start : start + 8]) for start in range(0, len(sentences), 8)]
    chars = sum(map(len, paragraphs)) + len(paragraphs) + 1
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return _page(title(number), f"<h1>{title(number)}</h1><div><p>本篇文章{chars}字,读完约2分钟</p>{body}</div>")


def _page(name: str, main: str) -> DemoResponse:
    body = f'<html><head><meta charset="utf-8"><title>{name}</title></head><body>{main}</body></html>'.encode()
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "ETag": f'"{len(body)}-{name.encode().hex()[:24]}"',
        "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT",
    }
    return DemoResponse(200, headers, body)
