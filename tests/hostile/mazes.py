"""Cases 42 to 46: lists without an end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from tests.hostile.case import Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import html
from tests.hostile.texts import links_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.raw_server import Step

MOST_REQUESTS = 100
"""For one maze, in one run."""


def _maze(number: int, name: str, further: Callable[[str, Asked], Iterable[tuple[str, str]]]) -> Case:
    """A section whose pages show the same two stories, and links of (address, text) that depend on the address."""

    def answer(asked: Asked) -> Iterable[Step]:
        more = "".join(f'<a href="{url}">{text}</a> ' for url, text in further(asked.target, asked))
        stories = ["/szxw/1.html", asked.path]
        return (html(links_page(stories, f'<div class="page">{more}</div>').encode()),)

    return Case(
        number, name, (Outcome.BOUNDED,), links=("/m{number}/",), pages={"/m{number}(?:[/?;].*)?": answer}
    )  # fmt: skip


def _number(pattern: str, target: str, default: int = 1) -> int:
    match = re.search(pattern, target)
    return int(match[1]) if match else default


def _calendar(target: str, asked: Asked) -> Iterable[tuple[str, str]]:
    month = _number(r"month=(\d+)", target, 24_000)
    base = f"/m{asked.number}/"
    for other, text in ((month - 1, "上一月"), (month + 1, "下一月"), (month + 1, "下一页")):
        yield f"{base}?month={other}", text
    for day in range(1, 32):
        yield f"{base}{month // 12}/{month % 12 + 1}/{day}/", str(day)


def _session(before: str) -> Callable[[str, Asked], Iterable[tuple[str, str]]]:
    def further(target: str, asked: Asked) -> Iterable[tuple[str, str]]:
        page = _number(r"index_(\d+)", target)
        # No two answers of this server say the same session.
        session = f"{asked.times:04}{len(target):04}{crc32(target.encode()):08x}"
        for other in range(1, 6):
            yield f"/m{asked.number}/index_{other}.html{before}{session}", str(other)
        if page < 5:
            yield f"/m{asked.number}/index_{page + 1}.html{before}{session}", "下一页"

    return further


def _permutations(target: str, asked: Asked) -> Iterable[tuple[str, str]]:
    page = _number(r"page=(\d+)", target)
    names = ("page", "cat", "order", "utm_source", "spm")
    for turn in range(len(names)):
        turned = names[turn:] + names[:turn]
        values = {"page": page, "cat": 3, "order": "desc", "utm_source": f"s{len(target) % 7}", "spm": len(target)}
        yield f"/m{asked.number}/?" + "&".join(f"{name}={values[name]}" for name in turned), str(page)
        values["page"] = page % 3 + 1
        yield f"/m{asked.number}/?" + "&".join(f"{name}={values[name]}" for name in turned), "下一页"


MAZES = (
    _maze(42, "endless calendar", _calendar),
    _maze(43, "session in the path", _session(";jsessionid=")),
    _maze(43, "session in the query", _session("?PHPSESSID=")),
    _maze(44, "a/b/a/b", lambda _target, _asked: (("a/b/", "下一页"), ("./b/a/", "2"), ("a/index_2.html", "3"))),
    _maze(
        45, "the last page again and again",
        lambda target, asked: ((f"/m{asked.number}/index_{_number('index_([0-9]+)', target) + 1}.html", "下一页"),),
    ),
    _maze(46, "one query in any order", _permutations),
)  # fmt: skip
