"""Stories that must not be merged: another event on the same topic, bulletins from one template."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.dedup.tally import COPIES, Tally, strongest
from slqncy.dedup import normal_form

if TYPE_CHECKING:
    from benchmarks.dedup.data import Data, HardNegative
    from benchmarks.dedup.methods.protocol import Found, Kind, Method


@dataclass
class Negatives:
    """What was reported where nothing should be."""

    hard: Tally = field(default_factory=Tally)
    """Any story with another text as a copy; the one on the same topic as a rewrite."""
    stories: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """Bulletins merged with any other of their family, by family."""
    pairs: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """Pairs of bulletins merged, by family."""
    merged: list[tuple[str, str, Kind]] = field(default_factory=list)
    """What was asked for, what was reported, and as what."""


def ask_negatives(method: Method, data: Data) -> Negatives:
    """Ask for each, with all stories in the index; bulletins are added after they were asked for.

    Families share an index: no report counts but of the same family.
    """
    result = Negatives()
    for negative in data.hard_negatives:
        found = [one for one in method.ask(negative.doc) if _is_false(negative, one, data)]
        result.hard.count(strongest(found))
        result.merged += [(negative.doc.id, one.id, one.kind) for one in found[:1]]
    earlier: defaultdict[str, set[str]] = defaultdict(set)
    for bulletin in data.bulletins:
        known = earlier[bulletin.family]
        found = [one for one in method.ask(bulletin.doc) if one.id in known]
        if known:
            result.stories[bulletin.family].count(strongest(found))
        kinds = {one.id: one.kind for one in found}
        for other in sorted(known):
            result.pairs[bulletin.family].count(kinds.get(other))
        result.merged += [(bulletin.doc.id, one.id, one.kind) for one in found[:1]]
        method.add(bulletin.doc)
        known.add(bulletin.doc.id)
    return result


def _is_false(negative: HardNegative, one: Found, data: Data) -> bool:
    # Some of them are among the stories, and found there.
    if normal_form(negative.doc.text) == normal_form(data.stories[one.id].text):
        return False
    return one.kind in COPIES or one.id == negative.like
