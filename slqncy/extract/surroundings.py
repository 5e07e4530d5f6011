"""The short lines around a story that say when, by whom and where from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from slqncy.extract.title import squash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.extract.lines import Line


class Surroundings(NamedTuple):
    """Lines around a story without its headline; a label and its value in two cells are one line."""

    below: list[Line]
    """Between headline and body."""
    above: list[Line]
    """Above the headline."""
    after: list[Line]
    """Behind the body."""

    @property
    def near(self) -> list[Line]:
        return [*self.below, *self.above]


_BEFORE = 4
_AFTER_TITLE = 12
_AFTER_BODY = 6
LONGEST_NEAR_LINE = 120
_LONGEST_VALUE = 40
_SHORTEST_REPEAT = 4
_LABEL = re.compile(
    r"(?:(?:信息|文章|稿件|新闻)?来\s*源|稿源|出\s*处|作\s*者|记\s*者|(?:责任)?编\s*辑|责\s*编|(?:发布|发表|更新|修改)(?:时间|日期)?|时\s*间|日\s*期)\s*[:：]?"
)


def surroundings(lines: list[Line], headline: Line | None, title: str, body: list[Line]) -> Surroundings:
    """The short lines near the headline and the body's ends."""
    first = lines.index(body[0]) if body else len(lines)
    last = lines.index(body[-1]) if body else len(lines)
    start = lines.index(headline) if headline is not None else first
    below = range(start, min(max(first, start), start + _AFTER_TITLE))
    above = range(max(0, start - _BEFORE), start)
    beside = range(max(start, first - _BEFORE), first)
    after = range(last + 1, min(len(lines), last + 1 + _AFTER_BODY))

    said = squash(title)

    def fields(indexes: Iterable[int], stop: int) -> list[Line]:
        joined = (_with_value(lines, index, stop) for index in indexes)
        rest = (_without_title(line, headline, title, said) for line in joined if len(line.text) <= LONGEST_NEAR_LINE)
        return [line for line in rest if line.text]

    return Surroundings(
        fields(dict.fromkeys([*below, *beside]), first), fields(above, start), fields(after, len(lines))
    )


def _with_value(lines: list[Line], index: int, stop: int) -> Line:
    line = lines[index]
    if index + 1 < stop and _LABEL.fullmatch(line.text):
        value = lines[index + 1]
        if len(value.text) <= _LONGEST_VALUE and not _LABEL.fullmatch(value.text):
            return replace(value, text=f"{line.text.rstrip(':： ')}：{value.text}")
    return line


def _without_title(line: Line, headline: Line | None, title: str, said: str) -> Line:
    """A headline may hold days and labels of its own."""
    in_heading = headline is not None and line.block is headline.block
    if (in_heading and squash(line.text) in said) or (line.text[:1] == title[:1] and squash(line.text) == said):
        return replace(line, text="")
    if len(title) >= _SHORTEST_REPEAT and title in line.text:
        return replace(line, text=line.text.replace(title, " "))
    return line
