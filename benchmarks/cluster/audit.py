"""What is wrong with an archive of a fleet, by the truth about its sites; and how the sites were treated."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from slqncy.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.cluster.fleet import Fleet
    from benchmarks.cluster.server import Visit

_NS = 1_000_000_000


@dataclass(slots=True)
class Audit:
    """An archive beside the truth."""

    stories: int = 0
    """Lines in stories/."""
    duplicates: int = 0
    rejected: int = 0
    rewrites: int = 0
    """Of the fleet's events, those whose two wordings were found to be of one."""
    lost: list[str] = field(default_factory=list)
    """Addresses without a line."""
    twice: list[str] = field(default_factory=list)
    """Addresses with more than one line."""
    foreign: list[str] = field(default_factory=list)
    """Lines of no address of the fleet."""
    wrong: list[str] = field(default_factory=list)
    """Addresses that became something else or say something else, and texts that are no story of any address."""
    unseen: list[str] = field(default_factory=list)
    """Texts that are stories of more than one address."""

    @property
    def bad(self) -> int:
        """How much is wrong."""
        return sum(map(len, (self.lost, self.twice, self.foreign, self.wrong, self.unseen)))


def audit(archive: Path, fleet: Fleet) -> Audit:
    """Compare all lines of an archive, whoever wrote them, with what the sites have."""
    there = Archive(archive)
    result, found = Audit(), defaultdict[str, list[tuple[str, str]]](list)
    for story in there.stories():
        found[story.id].append(("archived", f"{story.title}\n{story.text}"))
        result.stories += 1
    for duplicate in there.duplicates():
        found[duplicate.id].append(("duplicate", f"{duplicate.title}\n{duplicate.text}"))
        result.duplicates += 1
    for rejected in there.rejected():
        found[rejected.id].append(("rejected", rejected.reason))
        result.rejected += 1
    told = {frozenset((line.id, line.rewrite_of)) for line in there.rewrites()}
    result.rewrites = len(told & fleet.rewrites)
    _by_address(fleet, found, result)
    _by_group(fleet, found, result)
    return result


def _by_address(fleet: Fleet, found: dict[str, list[tuple[str, str]]], result: Audit) -> None:
    for address in fleet.addresses:
        lines = found.get(address.id, [])
        if len(lines) > 1:
            result.twice.append(f"{address.id}: {' and '.join(kind for kind, _ in lines)}")
        elif not lines and address.outcome != "excluded":
            result.lost.append(f"{address.id}: {address.outcome} {address.reason}")
        for kind, says in lines:
            is_copy = bool(address.group) and kind in {"archived", "duplicate"}
            if kind != address.outcome and not is_copy:
                result.wrong.append(f"{address.id}: {kind} instead of {address.outcome} {address.reason}")
            elif says != (address.reason if kind == "rejected" else f"{address.title}\n{address.text}"):
                result.wrong.append(f"{address.id}: says {says!r:.80}")
    result.foreign += found.keys() - {address.id for address in fleet.addresses}


def _by_group(fleet: Fleet, found: dict[str, list[tuple[str, str]]], result: Audit) -> None:
    groups = defaultdict[str, list[str]](list)
    for address in fleet.addresses:
        if address.group:
            groups[address.group].append(address.id)
    for group, ids in groups.items():
        archived = [id_ for id_ in ids for kind, _ in found.get(id_, []) if kind == "archived"]
        if len(archived) > 1:
            result.unseen.append(f"{group}: {', '.join(archived)}")
        elif not archived:
            result.wrong.append(f"{group}: none of {', '.join(ids)} is a story")


@dataclass(frozen=True, slots=True)
class Manners:
    """How the sites were treated, all workers together."""

    requests: int
    seconds: float
    """From the first request to the last answer."""
    least_gap: float
    """Seconds from the end of an answer to the next request of the same site, at least."""
    in_flight: int
    """Requests of one site at once, at most."""
    again: int
    """Addresses that were answered whole more than once."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def manners(visits: Iterable[Visit]) -> Manners:
    """Of all that a fleet was asked; of one request at least."""
    by_site = defaultdict[str, list["Visit"]](list)
    whole = Counter[tuple[str, str]]()
    for visit in visits:
        by_site[visit.site].append(visit)
        whole[visit.site, visit.target] += visit.status not in {304, 503}
    gaps, in_flight = [], 0
    for of_site in by_site.values():
        of_site.sort(key=lambda visit: visit.begin)
        gaps += [after.begin - before.end for before, after in pairwise(of_site)]
        in_flight = max(in_flight, _at_once(of_site))
    everything = [visit for of_site in by_site.values() for visit in of_site]
    took = max(visit.end for visit in everything) - min(visit.begin for visit in everything)
    return Manners(
        len(everything), took / _NS, min(gaps, default=0) / _NS, in_flight, sum(times > 1 for times in whole.values())
    )


def _at_once(visits: Iterable[Visit]) -> int:
    turns = sorted(turn for visit in visits for turn in ((visit.begin, 1), (visit.end, -1)))
    most = now = 0
    for _, step in turns:
        now += step
        most = max(most, now)
    return most
