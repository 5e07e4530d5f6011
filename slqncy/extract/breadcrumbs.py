"""The way from the home page to a story, as the page shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.extract.title import squash

if TYPE_CHECKING:
    from slqncy.extract.lines import Line
    from slqncy.extract.metadata import Metadata

_LINES_ABOVE = 30
_LONGEST = 150
_LABEL = re.compile(r"^.{0,8}?(?:位置|[你您]在)(?:是)?\s*[:：]?\s*")
_STEP = re.compile(r"\s*(?:>+|＞+|»|›|→|\\)\s*|\s+(?:[-/|·]|::)\s+|(?<=页)-")
_ARROW = re.compile(r"[>＞»›→]")
_END = re.compile(r"正\s*文.*|全文|文章|内容|详细?(?:内容)?|浏览")
_TOOLS = re.compile(r"分享|更多|上一[页篇]|下一[页篇]")
_LONGEST_STEP = 16
_MOST_STEPS = 8


def find_breadcrumbs(metadata: Metadata, lines: list[Line], headline: Line | None, title: str) -> list[str]:
    """Return the steps in order, without the story itself; [] if the page shows none."""
    if metadata.breadcrumbs:
        return _steps(metadata.breadcrumbs, title)
    stop = next((i for i, line in enumerate(lines) if line is headline), 0)
    for line in reversed(lines[max(0, stop - _LINES_ABOVE) : stop]):
        labelled = _LABEL.match(line.text)
        if (
            len(line.text) <= _LONGEST
            and not _TOOLS.search(line.text)
            and (labelled or (_ARROW.search(line.text) and line.linked))
        ):
            steps = _steps(_STEP.split(_LABEL.sub("", line.text)), title)
            if steps and all(len(step) <= _LONGEST_STEP for step in steps) and len(steps) <= _MOST_STEPS:
                return steps
    return []


def _steps(names: list[str], title: str) -> list[str]:
    story = squash(title)
    kept = [re.sub(r"\s正文$", "", name).strip(" \u3000-") for name in names]
    return [name for name in kept if squash(name) and not _END.fullmatch(name) and squash(name) != story]
