"""What stands around the story on a real news page, put around the pages of the demo site.

`furnish` pads a page to a size drawn from those of real pages, with blocks of these kinds: tags of the head, inline and
external scripts, a style sheet, menus, lists of headlines, boxes of pictures, ids and classes, comments, a footer. All
of it is made up; what and how much follows 334 pages of 92 publishers, see `benchmarks.speed.site`.
"""

from __future__ import annotations

import tomllib
from html import escape
from itertools import chain, repeat
from pathlib import Path
from random import Random
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZES = (14_500, 18_500, 27_000, 35_000, 42_000, 48_500, 53_000, 57_000, 60_000)
"""Bytes that a page may have, at even steps of the distribution; it has up to a box less."""
_HOST = "example.com"
_WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_SCRIPTS = [Template(script) for script in _WORDS["scripts"]]
_CHANNELS: list[str] = _WORDS["channels"]


class Headline(NamedTuple):
    """A story as a box shows it."""

    path: str
    title: str


def furnish(path: str, page: bytes, codec: str, headlines: Sequence[Headline]) -> bytes:
    """The page with furniture around what it has, of a size that hangs on `path` alone, 10 to 60 kB.

    A page that is larger already gets a frame without boxes.
    """
    rng = Random(crc32(path.encode()))  # noqa: S311
    size = _size(rng)
    head = _head(rng, size).encode(codec)
    top = _menu(rng).encode(codec)
    bottom = _footer(rng).encode(codec)
    before, _, rest = page.partition(b"</head>")
    start, _, after = rest.partition(b">")
    main, _, end = after.rpartition(b"</body>")
    opened = (before, head, b"</head>", start, b">", top, main)
    closed = (bottom, b"</body>", end)
    left = size - sum(map(len, chain(opened, closed)))
    boxes: list[bytes] = []
    for made in _boxes(rng, headlines):
        box = made.encode(codec)
        left -= len(box)
        if left < 0:
            break
        boxes.append(box)
    return b"".join(chain(opened, boxes, closed))


def _size(rng: Random) -> int:
    step = rng.randrange(len(SIZES) - 1)
    return rng.randint(SIZES[step], SIZES[step + 1])


def _head(rng: Random, size: int) -> str:
    """External and inline scripts, the more the larger the page is, tags for other sites' cards, a style sheet."""
    tags = [f'<meta name="site-{name}" content="{rng.randrange(10**9)}">\n' for name in ("id", "channel", "template")]
    tags += [f'<link rel="stylesheet" href="https://css.{_HOST}/v{rng.randrange(99)}/all.css">\n']
    tags += [
        f'<script type="text/javascript" src="https://js.{_HOST}/lib/part{rng.randrange(999)}.js"></script>\n'
        for _ in range(size // 8_000)
    ]
    tags += [_script(rng) for _ in range(size // 9_000)]
    if size > SIZES[-3]:
        tags.append(f"<style>{_WORDS['style']}</style>\n")
    return "".join(tags)


def _script(rng: Random) -> str:
    code = rng.choice(_SCRIPTS).substitute(id=rng.randrange(100_000, 1_000_000))
    return f'<script type="text/javascript">{code}</script>\n'


def _menu(rng: Random) -> str:
    links = "\n".join(
        f'        <li class="nav-item nav-{number}"><a href="http://{rng.choice(("news", "www"))}.{_HOST}/c{number}/" '
        f'target="_blank" class="nav-link">{name}</a></li>'
        for number, name in enumerate(_CHANNELS[: rng.randint(8, len(_CHANNELS))])
    )
    return (
        f'\n<!-- 公共导航 begin -->\n<div class="top-bar" id="top_bar"><div class="wrap clearfix">\n<ul class="nav">\n'
        f"{links}\n</ul>\n</div></div>\n<!-- 公共导航 end -->\n"
    )


def _footer(rng: Random) -> str:
    links = " | ".join(
        f'<a href="http://www.{_HOST}/about/{n}.html">{name}</a>' for n, name in enumerate(_WORDS["footer"])
    )
    return (
        f'\n<!-- 页脚 begin -->\n<div class="bottom" id="footer_all"><div class="wrap">\n<p>{links}</p>\n'
        f"<p>网上传播视听节目许可证 第{rng.randrange(10**6):07}号</p>\n</div></div>\n{_script(rng)}<!-- 页脚 end -->\n"
    )


def _boxes(rng: Random, headlines: Sequence[Headline]) -> Iterator[str]:
    """Blocks without end, in the proportions of real pages."""
    kinds = (_list, _slot, _pictures, _list, _slot, _readers, _slot)
    for number, kind in enumerate(chain.from_iterable(repeat(kinds))):
        content = kind(rng, number, headlines)
        name = kind.__name__.strip("_")
        yield (
            f'\n<!-- {name} {number} begin -->\n<div class="layout-grid grid-{number % 3}" data-module="{name}">\n'
            f'    <div class="column col-{number % 3} clearfix">\n        <div class="mod mod-{name}" '
            f'id="{name}_{number}_{rng.randrange(10**6)}" data-track="channel.article.{name}.{number}">\n{content}\n'
            f"        </div>\n    </div>\n</div>\n<!-- {name} {number} end -->\n"
        )


def _some(rng: Random, headlines: Sequence[Headline], least: int, most: int) -> list[Headline]:
    return rng.sample(headlines, min(rng.randint(least, most), len(headlines)))


def _anchor(rng: Random, one: Headline, label: str, track: str) -> str:
    """Half of the links of a box lead to another host of the publisher."""
    host = "" if rng.randrange(2) else f"http://{rng.choice(('news', 'finance', 'sports'))}.{_HOST}/2020/0801"
    return (
        f'<a href="{host}{one.path}" target="_blank" title="{escape(one.title)}" '
        f'onclick="track(&quot;{track}&quot;)">{label}</a>'
    )


def _list(rng: Random, number: int, headlines: Sequence[Headline]) -> str:
    rows = "\n".join(
        f'                <li class="item item-{row}">{_anchor(rng, one, escape(one.title[:14]), f"list.{row}")}</li>'
        for row, one in enumerate(_some(rng, headlines, 7, 11), 1)
    )
    return (
        f'            <div class="hd clearfix"><h3 class="title">{rng.choice(_CHANNELS)}排行</h3></div>\n'
        f'            <div class="bd" id="rank_{number}"><ul class="list list-a">\n{rows}\n            </ul></div>'
    )


def _pictures(rng: Random, number: int, headlines: Sequence[Headline]) -> str:
    return "\n".join(
        '            <div class="pic" style="float:left;width:120px;margin-right:12px">\n                '
        + _anchor(rng, one, _picture(rng, one.title), f"pic.{number}.{cell}")
        + f'\n                <p class="txt">{escape(one.title[:12])}</p>\n            </div>'
        for cell, one in enumerate(_some(rng, headlines, 3, 5), 1)
    )


def _picture(rng: Random, title: str) -> str:
    return (
        f'<img src="https://img.{_HOST}/crop/120x90/{rng.randrange(10**12):012}/{rng.randrange(10**8):08}.jpg" '
        f'width="120" height="90" alt="{escape(title[:14])}" border="0">'
    )


def _slot(rng: Random, number: int, headlines: Sequence[Headline]) -> str:
    """An advertisement, which a script puts there."""
    del headlines
    return (
        f'            <div class="ad" id="ad_{number}" style="display:none"></div>\n{_script(rng)}'
        f'            <script type="text/javascript" src="https://ad.{_HOST}/show/s{rng.randrange(10**8)}.js"></script>'
    )


def _readers(rng: Random, number: int, headlines: Sequence[Headline]) -> str:
    """Comments of readers."""
    del headlines
    return "\n".join(
        f'            <div class="comment-item" id="c{number}_{rng.randrange(10**9)}">\n                '
        f'<span class="user">网友{rng.randrange(10**5)}</span> <span class="time">{rng.randrange(1, 24)}小时前</span>\n'
        f'                <p class="text">{rng.choice(_WORDS["readers"])}</p>\n                '
        f'<a href="javascript:;" class="up" data-id="{rng.randrange(10**8)}">顶({rng.randrange(99)})</a>\n'
        "            </div>"
        for _ in range(rng.randint(2, 4))
    )
