"""Changed copies: is the story found, and is another found instead?"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Kind
from benchmarks.dedup.tally import Tally, strongest, total
from slqncy.dedup import normal_form

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.dedup.data import Data, Variant
    from benchmarks.dedup.methods.protocol import Found, Method

REWRITES = ("auto_light", "auto_heavy", "spun")
COPIES = ("exact", "repara", "title", "boiler", "merged", "trad", "edit10", "trunc60", "trunc30", "combo", "embed")
WIDTH = 5
HELD = 0.9


class Best(StrEnum):
    """What the best report of a variant is."""

    RIGHT = "right"
    """The story, or one with its text."""
    HELD = "held"
    """Another story, but its text is in the variant too: neither right nor wrong."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Mistake:
    """Another story is reported, and the right one is not."""

    asked: str
    gold: str
    best: str
    kind: Kind
    score: float
    held: bool


@dataclass
class Variants:
    """The answers to all variants."""

    classes: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """How the right story was reported, by change."""
    best: Counter[Best] = field(default_factory=Counter)
    called_exact: Counter[str] = field(default_factory=Counter)
    """Reports as exact of stories with another normal form, by change."""
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Right among the best reports; None where there are none."""
        judged = self.best[Best.RIGHT] + self.best[Best.WRONG]
        return self.best[Best.RIGHT] / judged if judged else None

    def of(self, changes: Iterable[str]) -> Tally:
        """All variants of several changes."""
        return total(self.classes[change] for change in changes if change in self.classes)


def ask_variants(method: Method, data: Data) -> Variants:
    """Ask for each variant, with all stories in the index."""
    result = Variants()
    for variant in data.variants:
        found = method.ask(variant.doc)
        kind = strongest(one for one in found if one.id == variant.gold)
        result.classes[variant.change].count(kind)
        result.called_exact[variant.change] += sum(_no_equal(variant, one, data) for one in found)
        if not found:
            continue
        best = _best(variant, found[0], data)
        result.best[best] += 1
        if kind is None and best is not Best.RIGHT:
            mistake = Mistake(variant.doc.id, variant.gold, *found[0], held=best is Best.HELD)
            result.mistakes.append(mistake)
    return result


def _no_equal(variant: Variant, one: Found, data: Data) -> bool:
    return one.kind is Kind.EXACT and normal_form(variant.doc.text) != normal_form(data.stories[one.id].text)


def _best(variant: Variant, best: Found, data: Data) -> Best:
    form = normal_form(data.stories[best.id].text)
    if best.id == variant.gold or form == normal_form(data.stories[variant.gold].text):
        return Best.RIGHT
    inside = _grams(normal_form(variant.doc.text))
    story = _grams(form)
    return Best.HELD if len(story & inside) >= HELD * len(story) else Best.WRONG


def _grams(form: str) -> set[str]:
    return {form[start : start + WIDTH] for start in range(len(form) - WIDTH + 1)}
