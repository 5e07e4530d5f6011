"""One event in two wordings: what both say is the same, figure by figure, and no sentence is."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from slqncy.demo.story import DemoStory
from slqncy.demo.writing import BEIJING

_FIRST_DAY = datetime(2016, 3, 1, 8, 30, tzinfo=BEIJING)
_WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def told_twice(seed: str) -> tuple[DemoStory, DemoStory]:
    """An event in both wordings, a day apart; the same seed gives the same, another one other figures."""
    rng = Random(seed)  # noqa: S311  # no secret
    published = _FIRST_DAY + timedelta(days=rng.randrange(1500))
    facts = {
        "place": rng.choice(_WORDS["places"]),
        "day": f"{published.month}月{published.day}日",
        "total": f"{rng.uniform(40, 300):.1f}",
        "daily": f"{rng.uniform(1, 10):.2f}",
        "share": f"{rng.uniform(5, 60):.1f}",
        "most": f"{rng.uniform(5, 15):.2f}",
        "before": f"{rng.uniform(1.7, 2.5):.2f}",
        "after": f"{rng.uniform(1.1, 1.6):.2f}",
        "speed": f"{rng.uniform(5, 19):.1f}",
        "green": f"{rng.randrange(8, 40)}",
        "guides": f"{rng.randrange(5, 60)}",
        "riders": f"{rng.uniform(10, 90):.1f}",
        "official": rng.choice(_WORDS["officials"]),
    }
    first, second = _WORDS["wordings"]
    return _story(first, facts, published), _story(second, facts, published + timedelta(days=1))


def _story(wording: dict[str, Any], facts: dict[str, str], published: datetime) -> DemoStory:
    author: str = wording["author"]
    return DemoStory(
        title=wording["title"].format(**facts),
        paragraphs=tuple(line.format(author=author, **facts) for line in wording["paragraphs"]),
        title_lines=(), byline=author, authors=(author,), publication="", source_name="本站", published=published,
        keywords=("交通", "大桥"),
    )  # fmt: skip
