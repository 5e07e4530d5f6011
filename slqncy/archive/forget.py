"""A takedown: what the archive has of a story goes for good, and the story is never asked for again."""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import line_at, whole_lines
from slqncy.archive.forget_exchanges import captured_of
from slqncy.archive.layout import LEDGER, LINE_TYPES, Kind, segment_kind, segment_name
from slqncy.archive.ledger import open_month
from slqncy.archive.lock import held
from slqncy.archive.recovery import open_ledger
from slqncy.archive.reports import reports_of
from slqncy.archive.seal import is_broken, set_seal
from slqncy.archive.takedown import Takedown, begin, complete
from slqncy.archive.takedown_lines import Cut
from slqncy.reasons import HOLE, EventKind, PageKind, Rejection, State
from slqncy.records import Event, Rejected, Story, decode, encode, moment

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slqncy.archive.forget_exchanges import Captured
    from slqncy.archive.ledger import Entry, Known, Ledger
    from slqncy.warc.loss import Loss

_OK = 200
_IN_ITS_PLACE = HOLE | {Rejection.HTTP_STATUS, Rejection.CHALLENGE, Rejection.LOGIN, Rejection.WAITING_ROOM}
"""Rejected for these reasons, a page is another one than the story."""
_PLACE = re.compile(rb'"warc":\{"file":"([^"]*)","offset":(\d+)\}')
_SERVED = re.compile(rb'"url":"([^"]*)"')
_COPIES = """
    SELECT DISTINCT url FROM line WHERE note = ? AND segment GLOB 'duplicates/*' AND note GLOB '*/*' ORDER BY url
"""
_PARTS = "SELECT id FROM url WHERE story = ? AND story <> '' AND kind = 'part' ORDER BY id"
# Elsewhere in stories/ such a text stands for itself.
_ALIKE = """
    SELECT url, segment, position FROM line AS alike
    WHERE content_hash IN (SELECT value FROM json_each(?)) AND segment NOT GLOB 'rewrites/*'
        AND NOT EXISTS (
            SELECT 1 FROM line WHERE line.content_hash = alike.content_hash AND line.segment GLOB 'stories/*'
                AND line.url NOT IN (SELECT value FROM json_each(?))
        )
    ORDER BY segment, position
"""
_TOLD_ALIKE = """
    SELECT DISTINCT url.story FROM line JOIN url ON url.id = line.url
    WHERE note = ? AND note GLOB '*/*' AND segment GLOB 'rewrites/*' AND state <> 'forgotten' ORDER BY url.story
"""
_TELLS = "SELECT DISTINCT note FROM line WHERE url = ? AND note GLOB '*/*' ORDER BY note"
_SHARED = "SELECT warc, position FROM capture WHERE digest = ?"


class NoStoryError(ValueError):
    """What is to be forgotten is no story; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Named:
    """A story of a known site, whether the archive has heard of it or not."""

    url: str
    """Canonical."""
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was taken down."""

    id: str
    addresses: list[str]
    """All that are forgotten, the story's own first."""
    is_repeated: bool
    """Whether the story had been forgotten before."""
    gone: Counter[str]
    """How many things went, by folder: lines, in events/ details, requests with what came back, files."""
    originals: list[str]
    """Stories that this one is a copy or a rewrite of; they stay."""
    alike: list[str]
    """Stories that copy or rewrite this one, and stay."""
    shared: int
    """Raw responses that stay, as lines of other stories name them."""


def forget(root: Path, names: Iterable[str], named: Named | None, why: str) -> Forgotten | None:
    """Take down the first of these URLs or story ids that the archive has heard of, or else what is `named`.

    None where there is neither. Raises NoStoryError, ArchiveLockedError, ArchiveDamagedError where something cannot be
    read, which nothing has changed then, and ArchiveError where the disk will not have it: once the takedown has begun,
    the next start goes on with it.
    """
    with held(root):
        complete(root)
        if is_broken(root):
            raise ArchiveDamagedError(
                f"{root / LEDGER}: changed since the last run; `scrapy rebuild` makes it anew from the lines"
            )
        try:
            with closing(open_ledger(root)) as ledger:
                known = _story_of(ledger, ledger.first_known(names))
                named = Named(known.url, known.story) if known else named
                if named is None:
                    return None
                plan = _Plan(root, ledger, named)
                takedown = plan.takedown(why)
        except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            if isinstance(error, NoStoryError):
                raise
            raise ArchiveDamagedError(f"{root}: {error}; `scrapy verify` names every defect") from error
        begin(root, takedown)
        gone = complete(root)
        assert gone is not None
        set_seal(root)
    return Forgotten(
        id=named.id, addresses=takedown.cut.addresses, is_repeated=bool(known and known.state is State.FORGOTTEN),
        gone=gone, originals=plan.originals, alike=plan.alike, shared=plan.shared,
    )  # fmt: skip


def _story_of(ledger: Ledger, known: Known | None) -> Known | None:
    """The story that an address is of. Raises NoStoryError."""
    if known and known.kind is PageKind.PART:
        known = ledger.known_by_story(known.story)
    if known and known.kind is not PageKind.STORY:
        raise NoStoryError(f"{known.url} is a page of kind {known.kind}; only stories can be forgotten")
    return known


@dataclass
class _Plan:
    """What is of a story, found out without changing anything."""

    root: Path
    ledger: Ledger
    story: Named
    addresses: dict[int, Known] = field(default_factory=dict)
    """By their numbers, in the order found out."""
    lines: dict[str, Entry] = field(default_factory=dict)
    """Single lines of other addresses, by their SHA-256."""
    originals: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    shared: int = 0

    def takedown(self, why: str) -> Takedown:
        """All that is to go. Raises ValueError, OSError, EOFError or zlib.error for what cannot be read."""
        known = self.ledger.known(self.story.url)
        if known:
            self._add_copies(known)
            self._add_alike(known)
            self._find_others(known)
        at = moment(datetime.now(UTC))
        cut = self._cut(why, at)
        captured = self._captured(cut)
        exchanges: dict[str, list[Loss]] = {}
        for one in captured:
            exchanges.setdefault(one.file, []).append(one.loss)
        marks = {*cut.names, *(entry.content_hash for entry in self._entries())}
        for one in captured:
            marks |= {one.uri, *([one.digest] if one.has_payload else [])}
        return Takedown(at=at, cut=cut, exchanges=exchanges, marks=sorted(marks))

    # Addresses and lines

    def _add(self, known: Known) -> None:
        """Take in an address, and the further pages of its story."""
        self.addresses[known.id] = known
        for (number,) in self.ledger.db.execute(_PARTS, (known.story,)):
            part = self.ledger.known_by_id(number)
            assert part
            self.addresses[number] = part

    def _add_copies(self, story: Known) -> None:
        """Addresses of which the archive says that they have a copy; of one that has a story of its own, that line."""
        self._add(story)
        for (number,) in self.ledger.db.execute(_COPIES, (story.story,)).fetchall():
            copy = self.ledger.known_by_id(number)
            assert copy
            of_it = [entry for entry in self.ledger.versions(Kind.DUPLICATE, number) if entry.note == story.story]
            self._add_lines(copy, of_it)

    def _add_lines(self, known: Known, entries: list[Entry]) -> None:
        if known.id in self.addresses:
            return
        if self.ledger.versions(Kind.STORY, known.id):
            self.lines |= {entry.digest.hex(): entry for entry in entries}
            self.alike += [known.story] if known.story not in self.alike else []
        else:
            self._add(known)

    def _add_alike(self, story: Known) -> None:
        """Addresses at which the same title and text were seen, as where they lead to the story."""
        told = [(entry, line) for entry in self._entries() if (line := self._page(entry)) and _tells_it(line)]
        hashes = msgspec.json.encode([entry.content_hash for entry, _ in told]).decode()
        rows = self.ledger.db.execute(_ALIKE, (hashes, msgspec.json.encode(list(self.addresses)).decode())).fetchall()
        served = {line.url.encode() for _, line in told} | {story.url.encode()}
        for number, segment, position in [*rows, *self._leading_to(served)]:
            known = self.ledger.known_by_id(number)
            assert known
            at = [entry for entry in self.ledger.entries(number) if entry.place == (segment, position)]
            self._add_lines(known, at)

    def _leading_to(self, served: set[bytes]) -> Iterator[tuple[int, str, int]]:
        """Lines of rejected/ that hold what came from these addresses, asked for as other pages."""
        for segment in self.ledger.segments():
            if segment_kind(segment) is not Kind.REJECTED:
                continue
            for position, data in whole_lines(self.root, segment):
                found = _SERVED.search(data)
                if found and found[1] in served:
                    line = decode(data, Rejected)
                    known = self.ledger.known(line.canonical_url)
                    if line.reason is Rejection.REDIRECTED and known:
                        yield known.id, segment, position

    def _entries(self) -> list[Entry]:
        """The lines that go."""
        own = [entry for number in self.addresses for entry in self.ledger.entries(number)]
        return [*own, *self.lines.values()]

    def _page(self, entry: Entry) -> Story | None:
        line = decode(line_at(self.root, *entry.place), LINE_TYPES[segment_kind(entry.segment)])
        return line if isinstance(line, Story) else None

    def _find_others(self, story: Known) -> None:
        """Stories that are told to tell the same, and stay."""
        left_out = {known.story for known in self.addresses.values()} | {*self.alike}
        tells = (name for (name,) in self.ledger.db.execute(_TELLS, (story.id,)))
        told = (name for (name,) in self.ledger.db.execute(_TOLD_ALIKE, (story.story,)))
        self.originals += [name for name in tells if name not in left_out]
        self.alike += [name for name in told if name not in left_out]

    # What goes

    def _cut(self, why: str, at: str) -> Cut:
        tombstones = [
            _tombstone(known.url, known.kind, known.story, why, at)
            for known in self.addresses.values()
            if known.state is not State.FORGOTTEN
        ]
        if not self.addresses:
            tombstones = [_tombstone(self.story.url, PageKind.STORY, self.story.id, why, at)]
        addresses = [known.url for known in self.addresses.values()] or [self.story.url]
        ids = {known.story for known in self.addresses.values()} | {self.story.id}
        month = max(at[:7], open_month(self.ledger.segments().values()))
        return Cut(
            addresses=addresses, lines=list(self.lines), names=[*addresses, *sorted(ids)],
            reports=reports_of(self.root, addresses), segment=segment_name(Kind.EVENT, month), tombstones=tombstones,
        )  # fmt: skip

    def _captured(self, cut: Cut) -> list[Captured]:
        """What was captured of the addresses, but for payloads that others go by."""
        warcs = (line.provenance.warc for entry in self.lines.values() if (line := self._page(entry)))
        singly = {(warc.file, warc.offset) for warc in warcs}
        found = list(captured_of(self.root, self.ledger.warcs(), frozenset(cut.addresses), singly))
        places = {(one.file, one.answer) for one in found if one.has_payload}
        named = self._named(cut, places) if places else set()
        gone = [one for one in found if (one.file, one.answer) not in named and not self._is_shared(one, found)]
        self.shared = len(found) - len(gone)
        return gone

    def _named(self, cut: Cut, places: set[tuple[str, int | None]]) -> set[tuple[str, int | None]]:
        """Those of some places of raw responses that lines name which stay."""
        named: set[tuple[str, int | None]] = set()
        for segment in self.ledger.segments():
            if not issubclass(LINE_TYPES[segment_kind(segment)], Story):
                continue
            for _, line in whole_lines(self.root, segment):
                if found := _PLACE.search(line):
                    place = found[1].decode(), int(found[2])
                    if place in places and not cut.has_page(line):
                        named.add(place)
        return named

    def _is_shared(self, one: Captured, found: list[Captured]) -> bool:
        """Whether it is a page that other addresses show too, and no story by its status: that nothing is there."""
        if not one.has_payload or one.status == _OK:
            return False
        sha1 = base64.b32decode(one.digest.removeprefix("sha1:"))
        return bool(set(self.ledger.db.execute(_SHARED, (sha1,))) - {(each.file, each.answer) for each in found})


def _tombstone(url: str, kind: PageKind, story: str, why: str, at: str) -> str:
    event = Event(
        event=EventKind.FORGOTTEN, at=at, run_id="", url=url, kind=kind, id=story, state=State.FORGOTTEN, detail=why
    )
    return encode(event).decode()


def _tells_it(line: Story) -> bool:
    """Whether a line has the text of the story, and not what stood in its place."""
    return bool(line.text) and not (isinstance(line, Rejected) and line.reason in _IN_ITS_PLACE)
