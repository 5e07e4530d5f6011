"""Whether one story duplicates another, how, and how we know."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from slqncy.dedup import weights
from slqncy.dedup.likeness import compare, days_between, shared_bits, shared_runs, title_likeness
from slqncy.dedup.signals import near_signals, rewrite_signals
from slqncy.reasons import DuplicateKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slqncy.dedup.likeness import Likeness
    from slqncy.dedup.text import Compared

_LEAST_CONTAINED = 0.15
"""Half of what any copy has that was ever changed for measuring: two texts with less are no copies."""
_PART = 0.75
"""A text whose length is a smaller share of the other's is a part of it."""
_FAR = 30
"""Days after which a bulletin made from the same template is likelier than a copy."""
_FAR_CONTAINED = 0.97
_SMALL, _SMALL_CONTAINED = 0.3, 0.8
"""Of a part so small so much must be in the whole."""
_MANY_CONFLICTS = 2
"""Figures; where so many differ, and no more agree, it is a bulletin."""
_FAR_BITS = 20.0
_CAPTION, _SAME_TITLE = 30, 0.5
"""Characters of a text, and the least Dice coefficient of two titles that are one."""
_MOST_NAMED = 6
_EQUAL = "equal normal form, of {} characters and figures"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which on a pair counts: 0 to 1, the estimated probability of being right."""

    near: float = 0.5
    rewrite: float = 0.5
    far: float = 0.9
    """Of either, between stories that are published more than a month apart."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Thresholds:
        """DEDUP_NEAR_SCORE and DEDUP_REWRITE_SCORE. Raises ValueError for what is no score."""
        return cls(*(_score(name, settings[name]) for name in ("DEDUP_NEAR_SCORE", "DEDUP_REWRITE_SCORE")))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one story duplicates another."""

    kind: DuplicateKind
    score: float
    """0 to 1, three decimals."""
    evidence: str
    """What was compared, in a sentence."""
    common: int
    """Characters that both have, in one order."""

    @property
    def rank(self) -> tuple[bool, int, float]:
        """The better of two verdicts on one story has the higher rank: any copy before any rewrite.

        A page of several stories copies each of them for certain, and is a copy of that which is most of it.
        """
        is_copy = self.kind is not DuplicateKind.REWRITE
        return is_copy, self.common if is_copy else 0, self.score


def _score(name: str, value: Any) -> float:
    try:
        score = float(value)
    except (TypeError, ValueError):
        score = -1.0
    if not 0 < score <= 1:
        raise ValueError(f"{name}={value}: a score is a number above 0, and 1 at most; the default is 0.5")
    return score


def judge(new: Compared, old: Compared, thresholds: Thresholds) -> Verdict | None:
    """How `new` duplicates `old`, or None where it does not."""
    if _are_captions(new, old):
        return None
    if new.fingerprint and new.fingerprint == old.fingerprint:
        return Verdict(DuplicateKind.SAME_TEXT, 1.0, _EQUAL.format(len(new.text)), len(new.text))
    return None if _is_neither(new, old) else _judge_different(new, old, thresholds)


def _judge_different(new: Compared, old: Compared, thresholds: Thresholds) -> Verdict | None:
    like = compare(new, old)
    if like.contained < _LEAST_CONTAINED and _rewrite_score(like) < thresholds.rewrite:
        return None
    like = like.aligned(new, old)
    is_far = _are_far(like.days)
    far = thresholds.far if is_far else 0.0
    near = _probability(weights.NEAR, near_signals(like))
    if near >= max(thresholds.near, far) and _may_be_copy(like, is_far=is_far):
        kind = DuplicateKind.CONTAINED if like.length < _PART else DuplicateKind.NEAR_TEXT
        return Verdict(kind, _score_of(near), _near_evidence(like), like.alignment.aligned)
    rewrite = _rewrite_score(like)
    if rewrite >= max(thresholds.rewrite, far) and like.shared_bits > _least_bits(is_far=is_far):
        evidence = _rewrite_evidence(like, new, old)
        return Verdict(DuplicateKind.REWRITE, _score_of(rewrite), evidence, like.alignment.aligned)
    return None


def _are_captions(new: Compared, old: Compared) -> bool:
    """Whether the texts are so short that the titles tell the stories: 请点击观看视频 stands under many."""
    if max(len(new.text), len(old.text)) >= _CAPTION or not new.title_pairs or not old.title_pairs:
        return False
    return title_likeness(new, old) < _SAME_TITLE


def _is_neither(new: Compared, old: Compared) -> bool:
    """Whether neither a copy nor a rewrite can come of it: of most candidates that is all there is to find out."""
    is_far = _are_far(days_between(new, old))
    if shared_bits(new, old) > _least_bits(is_far=is_far):
        return False
    return shared_runs(new, old) < (_FAR_CONTAINED if is_far else _LEAST_CONTAINED)


def _are_far(days: int | None) -> bool:
    return days is not None and days > _FAR


def _least_bits(*, is_far: bool) -> float:
    """A rewrite shares more. Without any figure in common nothing tells one from another story of the kind."""
    return _FAR_BITS if is_far else 0.0


def _may_be_copy(like: Likeness, *, is_far: bool) -> bool:
    """Whether what labelled data are too few to show does not speak against it."""
    places = like.alignment
    if places.conflicting >= max(_MANY_CONFLICTS, places.agreeing):
        return False
    # A speech that a report quotes is in it as well, but not nearly all of the report in the speech.
    least = _FAR_CONTAINED if is_far else _SMALL_CONTAINED if like.length < _SMALL else 0.0
    return like.contained >= least


def _rewrite_score(like: Likeness) -> float:
    """Of a pair that is not aligned, the most that it can have: alignment shows figures that differ."""
    return _probability(weights.REWRITE, rewrite_signals(like))


def _score_of(probability: float) -> float:
    """As it is written down: of different texts none is certain."""
    return min(round(probability, 3), 0.999)


def _probability(logistic: tuple[float, ...], signals: tuple[float, ...]) -> float:
    """Of a logistic regression: the bias, then a weight for each signal."""
    bias, *each = logistic
    return 1 / (1 + exp(-bias - sum(weight * signal for weight, signal in zip(each, signals, strict=True))))


def _near_evidence(like: Likeness) -> str:
    places = like.alignment
    return (
        f"{like.contained:.0%} of the shorter text's runs of 5 characters are in the longer one, "
        f"which is {1 / max(like.length, 0.001):.1f} times as long; {places.aligned} characters align, "
        f"{places.agreeing} figures agree there and {places.conflicting} differ"
    )


def _rewrite_evidence(like: Likeness, new: Compared, old: Compared) -> str:
    shared = [name for name in new.bits if name in old.bits]
    telling = sorted(shared, key=lambda name: -new.bits[name])[:_MOST_NAMED]
    return (
        f"{len(shared)} of {len(new.bits)} figures are the other's ({len(old.bits)}): {', '.join(telling) or 'none'}; "
        f"{like.figures_in_order:.0%} in the same order, {like.alignment.conflicting} differ at one place; "
        f"{like.pairs_contained:.0%} of the pairs of characters and {like.title_equal:.0%} of the title in common"
    )
