"""What somebody looks for, out of the address of a page. It may be anything: it is cut to what makes sense."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_WORDS = 10
_LONGEST_WORD = 100
_LONGEST_VALUE = 200
_NUMBER = re.compile(r"[0-9]{1,9}")
_WORD = re.compile(r'["“”]([^"“”]*)["“”]|(\S+)')


class Kind(StrEnum):
    """What to look among."""

    STORY = "story"
    EDITED = "edited"  # stories with several versions
    REWRITE = "rewrite"  # stories that tell what another one tells
    GONE = "gone"  # stories that the site has taken down
    INCOMPLETE = "incomplete"  # stories of another length than they declare
    DUPLICATE = "duplicate"  # all of duplicates/; from here on a part of it
    SAME_TEXT = "same_text"
    SAME_STORY = "same_story"
    NEAR_TEXT = "near_text"
    CONTAINED = "contained"

    @property
    def is_copy(self) -> bool:
        """Whether they are in duplicates/."""
        return self in _COPIES


Choice = TypeVar("Choice", bound=StrEnum)
_COPIES = frozenset({Kind.DUPLICATE, Kind.SAME_TEXT, Kind.SAME_STORY, Kind.NEAR_TEXT, Kind.CONTAINED})


class Order(StrEnum):
    """What comes first."""

    DATE = "date"  # the newest
    RANK = "rank"  # what has most of the words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for; "" and None where it does not matter."""

    words: list[str] = field(default_factory=list)
    """All of them, in title or text."""
    site: str = ""
    section: str = ""
    author: str = ""
    first: date | None = None
    """Day of publication."""
    last: date | None = None
    kind: Kind = Kind.STORY
    order: Order = Order.DATE
    page: int = 1
    """From 1."""


def question(given: Mapping[str, str], most_pages: int) -> Question:
    """What the parameters of an address ask for; one that makes no sense is as if it was not there."""
    return Question(
        words=words_of(given.get("q", "")),
        site=_value(given, "site"), section=_value(given, "section"), author=_value(given, "author"),
        first=_day(given, "from"), last=_day(given, "to"),
        kind=_choice(Kind, given.get("kind", ""), Kind.STORY), order=_choice(Order, given.get("order", ""), Order.DATE),
        page=_page(given.get("page", ""), most_pages),
    )  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words of a search, set apart by spaces; what stands in quotation marks is one."""
    found = (quoted or word for quoted, word in _WORD.findall(text[: MOST_WORDS * _LONGEST_WORD]))
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in map(str.strip, found) if word))[:MOST_WORDS]


def _value(given: Mapping[str, str], name: str) -> str:
    return given.get(name, "").strip()[:_LONGEST_VALUE]


def _day(given: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(_value(given, name))
    except ValueError:
        return None


def _choice(choices: type[Choice], value: str, otherwise: Choice) -> Choice:
    try:
        return choices(value)
    except ValueError:
        return otherwise


def _page(value: str, most: int) -> int:
    return min(max(int(value), 1), most) if _NUMBER.fullmatch(value) else 1
