"""A small phrase grammar: [a|b] chooses, {name} draws from a bank, {3-9} and {1.5-9.8} are numbers, {date} is a day."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{([^{}]+)\}")
RANGE = re.compile(r"(\d+)(\.\d)?-(\d+)(\.\d)?")


@dataclass(frozen=True, slots=True)
class Topic:
    """The sentences of one kind of story."""

    keywords: tuple[str, ...]
    titles: list[str]
    leads: list[str]
    middle: list[str]
    ends: list[str]
    pool: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phrases:
    """All banks. `cast` names stay what they are within a story, `pool` names are drawn at every mention."""

    cast: dict[str, list[str]]
    pool: dict[str, list[str]]
    middle: list[str]
    """Sentences that suit any topic."""
    topics: tuple[Topic, ...]


@cache
def load_phrases() -> Phrases:
    """The banks under phrases/, read once."""
    folder = files(__package__) / "phrases"
    words, common, topics = (
        tomllib.loads((folder / f"{n}.toml").read_text("utf-8")) for n in ("words", "common", "topics")
    )
    return Phrases(
        cast=words["cast"],
        pool={**words["pool"], **common["pool"]},
        middle=common["middle"],
        topics=tuple(Topic(**{**topic, "keywords": tuple(topic["keywords"])}) for topic in topics.values()),
    )


@dataclass(slots=True)
class Voice:
    """One story's voice: what is drawn for its cast stays so to the end."""

    rng: Random
    day: datetime
    cast: Mapping[str, list[str]]
    pool: Mapping[str, list[str]]
    known: dict[str, str] = field(default_factory=dict)

    def say(self, pattern: str) -> str:
        """The pattern with every choice made and every slot filled."""
        while CHOICE.search(pattern):
            pattern = CHOICE.sub(self._choose, pattern)
        return SLOT.sub(self._fill, pattern)

    def _choose(self, match: re.Match[str]) -> str:
        options: list[str] = match[1].split("|")
        return self.rng.choice(options)

    def _fill(self, match: re.Match[str]) -> str:
        name = match[1]
        if span := RANGE.fullmatch(name):
            return self._number(span)
        if name == "date":
            near = self.day - timedelta(days=self.rng.randint(0, 9))
            return f"{near.month}月{near.day}日"
        if name in self.cast:
            if name not in self.known:
                self.known[name] = self.say(self.rng.choice(self.cast[name]))
            return self.known[name]
        return self.say(self.rng.choice(self.pool[name]))

    def _number(self, span: re.Match[str]) -> str:
        if span[2]:
            return f"{self.rng.uniform(float(span[1] + span[2]), float(span[3] + (span[4] or ''))):.1f}"
        return str(self.rng.randint(int(span[1]), int(span[3])))
