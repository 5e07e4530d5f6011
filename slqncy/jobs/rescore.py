"""`slqncy.dedup.rescore` by many workers, with the same changes in the same order.

A verdict on a page depends on the stories before it, and which pages those are depends on verdicts. But of what stands
in stories/ it does not: later pages are judged against it, whatever is said of it now. So

1. of each shard of events, the pages that are judged, and their keys;
2. of each share of the keys, the pairs of pages that have one in common, where the earlier one stands in stories/;
3. of each shard, the verdicts on its pages as if nothing else were ever judged against,

all in parallel; and last, in one pass, in order: a page of duplicates/ that is a story now is remembered by its keys,
and a later page that has one of these is judged again, against both. All others are what 3. says they are.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from slqncy.archive import Archive, ArchiveDamagedError
from slqncy.archive.history import page_at, pages_in
from slqncy.archive.layout import LEDGER, Kind, Place
from slqncy.archive.ledger import Ledger, require_archive
from slqncy.dedup.archived import of_story
from slqncy.dedup.deduplicator import Finder
from slqncy.dedup.keys import COMMON
from slqncy.dedup.recent import Recent, best
from slqncy.dedup.rescore import Look, look_at
from slqncy.dedup.run import KEY_BITS, Found, short
from slqncy.dedup.so_far import original_by
from slqncy.dedup.text import pack, unpack
from slqncy.jobs import tables
from slqncy.jobs.job import job, outputs_in
from slqncy.jobs.kept import keep, kept
from slqncy.jobs.postings import ASKS, MEMBER, PAIRS, POSTINGS, found_of, pairs_of, postings_of
from slqncy.jobs.shards import Shard, shards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from distributed import Client

    from slqncy.archive.reader import Lengths
    from slqncy.dedup.archived import Original
    from slqncy.dedup.grams import Hashes
    from slqncy.dedup.rescore import Change
    from slqncy.dedup.text import Compared
    from slqncy.dedup.verdict import Thresholds
    from slqncy.jobs.tables import Table
    from slqncy.records import Story

_SHARD_BITS = 32
"""A page's number is that of its shard, and its place there in so many bits."""
_PAGES, _PAIRS, _VERDICTS = "pages", "pairs", "verdicts"
_LOOKS, _ORIGINALS = "looks", "originals"
_POSTINGS, _PLACES, _ROWS = "postings.npy", "places.npy", "rows.npy"
_STORIES = "stories"
_PLACED = ("segment", "position", "start", "end")
"""Where a page's line is, and in the file of a shard's stories what it is compared by."""


def rescore(root: Path, thresholds: Thresholds, client: Client, *, divert_rewrites: bool) -> Iterator[Change]:
    """What `slqncy.dedup.rescore.rescore` gives.

    Raises ArchiveError where there is no archive or the disk fails, ArchiveDamagedError where something cannot be read.
    """
    root = root.resolve()
    require_archive(root, with_ledger=True)
    lengths = Archive(root).acknowledged()
    said = [str(root), lengths, thresholds]
    with job(root.with_name(f".{root.name}.dedup-job"), said, client) as work:
        events = shards({root: lengths}, Kind.EVENT)
        count = len(events)
        keep(work.folder / "lengths", lengths)
        work.each(_PAGES, partial(_look, work.folder), [_Numbered(*shard) for shard in enumerate(events)])
        work.each(_PAIRS, partial(_pair, work.folder, count), range(count))
        pages = _Pages(root, work.folder, count)
        verdicts = work.each(_VERDICTS, partial(_judge, pages, thresholds), range(count))
        yield from _in_order(pages, verdicts, thresholds, divert_rewrites=divert_rewrites)


class _Numbered(NamedTuple):
    """A shard of events, and how many are before it."""

    number: int
    shard: Shard


class _Looked(NamedTuple):
    """A page that is judged."""

    place: Place
    look: Look


@lru_cache(1)
def _lengths(folder: Path) -> Lengths:
    found: Lengths = kept(folder / "lengths")
    return found


# 1. Pages, and their keys


def _look(job: Path, numbered: _Numbered, output: Path) -> None:
    shard, lengths = numbered.shard, _lengths(job)
    looked: list[_Looked] = []
    postings: list[Table] = []
    places: list[tuple[int, ...]] = []
    segments = {name: index for index, name in enumerate(sorted(lengths))}
    try:
        with closing(Ledger(shard.root / LEDGER, read_only=True)) as ledger, (output / _STORIES).open("wb") as stories:
            for place, page in pages_in(shard.root, ledger, shard.segment, shard.end, shard.start):
                known = ledger.known(page.canonical_url)
                assert known is not None
                # What a run has written since the job began is of the next one.
                entries = [
                    line for line in ledger.entries(known.id) if line.position < (lengths.get(line.segment) or 0)
                ]
                if look := look_at(shard.root, entries, place, page):
                    number = numbered.number << _SHARD_BITS | len(looked)
                    role = MEMBER * look.is_always_added | ASKS * (not look.is_edit)
                    story = of_story(page)
                    postings.append(postings_of(number, role, short(story.keys)))
                    start = stories.tell()
                    stories.write(pack(story))
                    places.append((segments[place.segment], place.position, start, stories.tell()))
                    looked.append(_Looked(place, look))
    except sqlite3.Error as error:
        raise ArchiveDamagedError(
            f"{shard.root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines"
        ) from error
    keep(output / _LOOKS, looked)
    tables.write(output / _POSTINGS, tables.joined(POSTINGS, postings))
    columns = np.array(places, dtype=np.uint64).reshape(-1, len(_PLACED)).T
    tables.write(output / _PLACES, dict(zip(_PLACED, columns, strict=True)))


# 2. Pairs of pages that have a key in common


def _pair(job: Path, count: int, share: int, output: Path) -> None:
    """Of one of so many equal shares of all keys."""
    start, end = ((number << KEY_BITS) // count for number in (share, share + 1))
    paths = [folder / _POSTINGS for folder in outputs_in(job / _PAGES, count)]
    postings = tables.joined(POSTINGS, (tables.stretch(path, POSTINGS, start, end) for path in paths))
    tables.write(output / _ROWS, tables.sort(pairs_of(postings)))


# 3. Verdicts


class _Pages:
    """What the first two steps have found."""

    def __init__(self, root: Path, job: Path, count: int) -> None:
        """`count` is that of the shards."""
        self._root = root
        self._pages, self._pairs = outputs_in(job / _PAGES, count), outputs_in(job / _PAIRS, count)
        self._segments = sorted(_lengths(job))

    def looked(self, shard: int) -> list[_Looked]:
        """The pages of a shard."""
        found: list[_Looked] = kept(self._pages[shard] / _LOOKS)
        return found

    def page(self, number: int) -> Story:
        """Any page. Raises ArchiveDamagedError."""
        segment, position, *_ = self._row(number)
        return page_at(self._root, Place(self._segments[segment], position))

    def story(self, number: int) -> Compared:
        """The same, as it is compared. Raises OSError."""
        *_, start, end = self._row(number)
        with (self._pages[number >> _SHARD_BITS] / _STORIES).open("rb") as file:
            file.seek(start)
            return unpack(file.read(end - start))

    def _row(self, number: int) -> list[int]:
        table = tables.read(self._pages[number >> _SHARD_BITS] / _PLACES, _PLACED)
        return [int(column[number & (1 << _SHARD_BITS) - 1]) for column in table.values()]

    def pairs(self, shard: int) -> list[Table]:
        """Of each page of a shard, its pairs."""
        start, end = (number << _SHARD_BITS for number in (shard, shard + 1))
        pairs = tables.joined(PAIRS, (tables.stretch(folder / _ROWS, PAIRS, start, end) for folder in self._pairs))
        return tables.split(pairs, self._numbers(shard))

    def keys(self, shard: int) -> list[set[int]]:
        """Of each page of a shard, its `short` keys."""
        postings = tables.read(self._pages[shard] / _POSTINGS, POSTINGS)
        by_page = tables.sort({"page": postings["page"], "key": postings["key"]})
        return [set(page["key"].tolist()) for page in tables.split(by_page, self._numbers(shard))]

    def _numbers(self, shard: int) -> range:
        start = shard << _SHARD_BITS
        return range(start, start + len(tables.read(self._pages[shard] / _PLACES, _PLACED)[_PLACED[0]]))


class _Earlier:
    """The stories before one page: those that always are, by its pairs, and those that came to be."""

    def __init__(self) -> None:
        self._page, self._pairs = 0, tables.joined(PAIRS, [])
        self._late = Recent()

    def turn_to(self, page: int, pairs: Table) -> None:
        """The page that is asked for."""
        self._page, self._pairs = page, pairs

    def add(self, number: int, keys: Hashes) -> None:
        """A page that came to be a story."""
        self._late.add(number, keys)

    def candidates(self, keys: Hashes, most: int) -> list[int]:
        """As those of an index that has all of them."""
        asked = short(keys)
        late = self._late.find(asked)
        numbers = np.array([self._late.numbers[place] for place in late.places.tolist()], dtype=np.int64)
        return best([found_of(self._pairs, self._page, asked), Found(late.counts, numbers)], most)


class _Judge:
    """Says which original a page has among the stories before it."""

    def __init__(self, pages: _Pages, thresholds: Thresholds) -> None:
        self._pages = pages
        self._earlier = _Earlier()
        self._finder = Finder(self._earlier, pages.story, thresholds)

    def original(self, number: int, pairs: Table) -> Original | None:
        self._earlier.turn_to(number, pairs)
        match = self._finder.find(self._pages.story(number))
        return original_by(match, self._pages.page(number), self._pages.page(match.number)) if match else None

    def add(self, number: int) -> None:
        """Judge those that follow against this one, too."""
        self._finder.add(number, self._pages.story(number))


def _judge(pages: _Pages, thresholds: Thresholds, shard: int, output: Path) -> None:
    judge = _Judge(pages, thresholds)
    originals: dict[int, Original] = {}
    for number, pairs in enumerate(pages.pairs(shard), start=shard << _SHARD_BITS):
        # With fewer there is no candidate.
        if np.count_nonzero(pairs["member"] != pairs["page"]) >= COMMON and (found := judge.original(number, pairs)):
            originals[number] = found
    keep(output / _ORIGINALS, originals)


# Last, in order


def _in_order(
    pages: _Pages, verdicts: list[Path], thresholds: Thresholds, *, divert_rewrites: bool
) -> Iterator[Change]:
    judge, late = _Judge(pages, thresholds), set[int]()
    for shard, folder in enumerate(verdicts):
        originals: dict[int, Original] = kept(folder / _ORIGINALS)
        asked = _Asked(pages, shard)
        for number, (_, look) in enumerate(pages.looked(shard), start=shard << _SHARD_BITS):
            now = originals.get(number)
            if late and not look.is_edit and not late.isdisjoint(asked.keys(number)):
                now = judge.original(number, asked.pairs(number))
            if not look.is_always_added and look.is_added(now, divert_rewrites=divert_rewrites):
                judge.add(number)
                late |= asked.keys(number)
            if change := look.change(now):
                yield change


class _Asked:
    """Keys and pairs of the pages of a shard, read once one is asked for."""

    def __init__(self, pages: _Pages, shard: int) -> None:
        self._pages, self._shard, self._start = pages, shard, shard << _SHARD_BITS

    @cached_property
    def _keys(self) -> list[set[int]]:
        return self._pages.keys(self._shard)

    @cached_property
    def _pairs(self) -> list[Table]:
        return self._pages.pairs(self._shard)

    def keys(self, number: int) -> set[int]:
        return self._keys[number - self._start]

    def pairs(self, number: int) -> Table:
        return self._pairs[number - self._start]
