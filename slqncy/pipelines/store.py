"""Store: what the page means for the story's address, and the line it brings, once, where it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from slqncy.archive.layout import Kind, kind_of
from slqncy.archive.ledger import newest, next_version
from slqncy.archive.rebuild import note
from slqncy.archive.schedule import seconds
from slqncy.extensions.run import NEW_LINE
from slqncy.pipelines.base import Step
from slqncy.reasons import GONE, UNSETTLED, EventKind, State
from slqncy.records import Duplicate, Rejected, Rewrite

if TYPE_CHECKING:
    from slqncy.archive.ledger import Entry
    from slqncy.items import StoryItem
    from slqncy.records import Story


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a page means for the address of its story."""

    event: EventKind
    state: State | None
    """The state from now on; None where it stays."""
    is_line: bool
    """Whether the page becomes a line."""


class Store(Step):
    """A story is a new line only where its title or text is new; what is not a story goes whole to its own file."""

    name = "store"

    async def take(self, item: StoryItem) -> StoryItem:
        """Write. Raises ArchiveError, and DropItem for what is not a new version of a story, after it is written."""
        record = item.record()
        event = self._store(item, record)
        self.count(event)
        self.count(f"{event}/{_sort(record)}")
        self.count("stories", not isinstance(record, Rejected))
        if event not in NEW_LINE:
            raise DropItem(f"{event}: {record.canonical_url}", log_level="DEBUG")
        return item

    def _store(self, item: StoryItem, record: Story) -> EventKind:
        known = self.archive.known(record.canonical_url)
        versions = self.archive.versions(kind_of(record), record.canonical_url)
        outcome, version = judge_page(record, known.state if known else State.FOUND, versions)
        record.version = next_version(versions)
        rewrite = item.rewrite_record() if outcome.is_line else None
        # A story of several pages may change on a page that is not asked for; a web archive is not asked again; and
        # that what stands in place of a story is as it was says nothing of the story.
        has_validators = item.parts == 1 and not record.captured and not isinstance(record, Rejected)
        self.run.answered(
            record.canonical_url,
            outcome.event,
            record if outcome.is_line else None,
            rewrite,
            state=outcome.state,
            reason=record.reason if isinstance(record, Rejected) else "",
            detail=_detail(rewrite or record),
            version=version,
            http_status=record.provenance.http_status,
            etag=record.provenance.etag if has_validators else "",
            last_modified=record.provenance.last_modified if has_validators else "",
            date_captured=record.provenance.date_captured,
        )
        self.count("rewrites", rewrite is not None)
        return outcome.event


def judge_page(record: Story, was: State, versions: list[Entry]) -> tuple[Outcome, int | None]:
    """What a page means for an address that was in a state, and the version of the line that stands for it, if any.

    `versions` are the archived lines of the same kind for that address.
    """
    latest, kind = newest(versions), kind_of(record)
    # A site may say again what it said before; of what a web archive has, each version counts once.
    compared = versions if record.captured else filter(None, [latest])
    same = next((line for line in compared if _says_the_same(line, record)), None)
    if record.captured:
        is_newest = latest is None or seconds(record.as_of) >= latest.as_of
        outcome = judge_capture(kind, was, is_first=not versions, is_new=same is None, is_newest=is_newest)
    else:
        is_gone = isinstance(record, Rejected) and record.reason in GONE
        outcome = judge(kind, was, is_first=not versions, is_new=same is None, is_gone=is_gone)
    if outcome.is_line:
        return outcome, next_version(versions)
    standing = same or latest
    return outcome, standing.version if standing and outcome.event is not EventKind.GONE else None


def judge(kind: Kind, was: State, *, is_first: bool, is_new: bool, is_gone: bool) -> Outcome:
    """What a page of a kind means for an address that was in a state.

    `is_first` where the archive has no line of that kind for it, `is_new` where that line says something else,
    `is_gone` where the page says that there is no such story.
    """
    if kind is Kind.STORY:
        if is_new:
            return Outcome(EventKind.ARCHIVED if is_first else EventKind.CHANGED, State.ARCHIVED, is_line=True)
        event = EventKind.RETURNED if was is State.GONE else EventKind.UNCHANGED
        return Outcome(event, State.ARCHIVED, is_line=False)
    if was in {State.ARCHIVED, State.GONE}:
        if is_gone:
            event = EventKind.UNCHANGED if was is State.GONE else EventKind.GONE
            return Outcome(event, State.GONE, is_line=False)
        # The archive has the story: a page that shows none now is kept, and takes nothing back.
        return Outcome(EventKind.REJECTED if is_new else EventKind.UNCHANGED, None, is_line=is_new)
    state = State.DUPLICATE if kind is Kind.DUPLICATE else State.REJECTED
    if was is state and not is_new:
        return Outcome(EventKind.UNCHANGED, state, is_line=False)
    return Outcome(EventKind(state.value), state, is_line=is_new)


def judge_capture(kind: Kind, was: State, *, is_first: bool, is_new: bool, is_newest: bool) -> Outcome:
    """What a page out of a web archive means for an address that was in a state.

    It tells what the site said once, and takes nothing back that the site has said since: a story that is gone stays
    so. `is_first` where the archive has no line of that kind for it, `is_new` where none says the same, `is_newest`
    where none is of a later time.
    """
    if not is_new:
        return Outcome(EventKind.UNCHANGED, None, is_line=False)
    if kind is Kind.STORY:
        if is_first:
            return Outcome(EventKind.ARCHIVED, State.ARCHIVED, is_line=True)
        is_change = is_newest and was is not State.GONE
        return Outcome(EventKind.CHANGED if is_change else EventKind.EARLIER, None, is_line=True)
    state = State.DUPLICATE if kind is Kind.DUPLICATE else State.REJECTED
    return Outcome(EventKind(state.value), state if was in UNSETTLED else None, is_line=True)


def _says_the_same(line: Entry, record: Story) -> bool:
    return (line.content_hash, line.note) == (record.content_hash, note(record))


def _sort(record: Story) -> str:
    """What a story, a duplicate or a rejected page is counted by."""
    if isinstance(record, Rejected):
        return record.reason
    return record.duplicate_kind if isinstance(record, Duplicate) else record.section


def _detail(record: Story | Rewrite) -> str:
    if isinstance(record, Rewrite):
        return f"rewrite of {record.rewrite_of}: {record.rewrite_evidence}"
    if isinstance(record, Duplicate):
        return f"{record.duplicate_kind} of {record.duplicate_of}: {record.duplicate_evidence}"
    return record.reason_detail if isinstance(record, Rejected) else ""
