"""Writing down what was judged anew: lines are added, none is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slqncy.archive.history import page_at
from slqncy.archive.layout import Kind, segment_kind
from slqncy.archive.ledger import next_version
from slqncy.reasons import DuplicateKind, EventKind, PageKind, State
from slqncy.records import Duplicate, Event, Story, moment, rewrite_line, story_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.archive import ArchiveWriter
    from slqncy.dedup.archived import Original
    from slqncy.dedup.rescore import Change
    from slqncy.records import Rewrite

_WITHDRAWN = {
    "rewrite_of": "",
    "rewrite_kind": DuplicateKind.REWRITE,
    "rewrite_score": 0.0,
    "rewrite_evidence": "an earlier line is withdrawn",
}


def apply(archive: ArchiveWriter, changes: Iterable[Change], *, divert_rewrites: bool) -> None:
    """Write what `rescore` has found. Raises ArchiveError.

    A story stays in stories/, whatever it is now; rewrites/ says what it duplicates. A copy that is none becomes a
    story, and one of another story gets a further line in duplicates/.
    """
    run_id = f"rescore-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    for change in changes:
        page = page_at(archive.root, change.place)
        said = story_fields(page)
        is_story = change.now is None or not change.now.sets_apart(divert_rewrites=divert_rewrites)
        if segment_kind(change.place.segment) is Kind.STORY:
            archive.write(_event(page, change, None, run_id), None, _rewrite(page, change.now, run_id))
        elif is_story:
            story = Story(**said)
            story.version = next_version(archive.versions(Kind.STORY, page.canonical_url))
            rewrite = _rewrite(story, change.now, run_id) if change.now else None
            archive.write(_event(story, change, State.ARCHIVED, run_id), story, rewrite)
        else:
            assert change.now is not None
            copy = Duplicate(**said, **change.now.fields("duplicate"))
            copy.version = next_version(archive.versions(Kind.DUPLICATE, page.canonical_url))
            archive.write(_event(copy, change, None, run_id), copy)
    archive.commit()


def _event(page: Story, change: Change, state: State | None, run_id: str) -> Event:
    return Event(
        event=EventKind.RESCORED,
        at=moment(datetime.now(UTC)),
        run_id=run_id,
        url=page.canonical_url,
        kind=PageKind.STORY,
        id=page.id,
        state=state,
        detail=str(change),
        version=page.version,
    )


def _rewrite(page: Story, original: Original | None, run_id: str) -> Rewrite:
    return rewrite_line(page, original.fields("rewrite") if original else _WITHDRAWN, run_id)
