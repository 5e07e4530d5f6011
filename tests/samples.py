"""Records and events to write, each told from the others by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slqncy.reasons import DuplicateKind, EventKind, Exclusion, Failure, PageKind, Rejection, State
from slqncy.records import Duplicate, Event, Image, Provenance, Rejected, Rewrite, Story, content_hash

if TYPE_CHECKING:
    from slqncy.archive import ArchiveWriter
    from slqncy.archive.layout import Place

FIRST, SECOND = "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z"
RUN_ID = "20261101T000000-1"
HOME = "http://www.slqncy.com/"


def story_url(number: int) -> str:
    return f"http://www.slqncy.com/szxw/{number}.html"


# Records


def story(number: int, text: str = "", *, version: int = 1, downloaded: str = SECOND) -> Story:
    text = text or f"第{number}条新闻的正文。\n(王宇)"
    title = f"第{number}条新闻"
    url = story_url(number)
    return Story(
        id=f"slqncy/szxw/{number}",
        version=version,
        url=url,
        canonical_url=url,
        site="slqncy",
        section="szxw",
        story_id=str(number),
        title=title,
        text=text,
        authors=["王宇"],
        images=[Image(url="http://www.slqncy.com/a.jpg", caption="图")],
        declared_chars=len(text) + 2,
        char_count=len(text),
        content_hash=content_hash(title, text),
        date_downloaded=downloaded,
        provenance=Provenance(
            spider="stories",
            run_id=RUN_ID,
            parser_version="0.1.0",
            http_status=200,
            encoding="gb18030",
        ),
    )


def _fields(record: Story) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Story.__dataclass_fields__}


def duplicate(number: int, original: int = 1, *, version: int = 1, downloaded: str = SECOND) -> Duplicate:
    return Duplicate(
        **_fields(story(number, version=version, downloaded=downloaded)),
        duplicate_of=f"slqncy/szxw/{original}",
        duplicate_kind=DuplicateKind.SAME_TEXT,
        duplicate_score=1.0,
        duplicate_evidence="equal normal form",
    )


def rejected(
    number: int, reason: Rejection = Rejection.NOT_FOUND, *, version: int = 1, downloaded: str = SECOND
) -> Rejected:
    fields = _fields(story(number, version=version, downloaded=downloaded))
    return Rejected(**fields, reason=reason, reason_detail="HTTP 404")


def rewrite(record: Story, original: int = 1) -> Rewrite:
    """What stands beside the line of a story."""
    return Rewrite(
        id=record.id,
        version=record.version,
        canonical_url=record.canonical_url,
        title=record.title,
        content_hash=record.content_hash,
        rewrite_of=f"slqncy/szxw/{original}",
        rewrite_kind=DuplicateKind.REWRITE,
        rewrite_score=0.75,
        rewrite_evidence="3 names and 4 figures",
        date_downloaded=record.date_downloaded,
        run_id=RUN_ID,
    )


# Events of stories


def happened(event: EventKind, number: int, at: str = SECOND, **details: Any) -> Event:
    return Event(
        event=event, at=at, run_id=RUN_ID, url=story_url(number), kind=PageKind.STORY, id=f"slqncy/szxw/{number}",
        **details,
    )  # fmt: skip


def found(number: int, at: str = SECOND, *, via: str = "") -> Event:
    return happened(EventKind.FOUND, number, at, state=State.FOUND, via=via)


def brought(record: Story, *, is_archived: bool = False, **details: Any) -> Event:
    """What happened when a record was written; `is_archived` where the archive had the story before."""
    reason = ""
    state: State | None = None
    if isinstance(record, Rejected):
        event, reason = EventKind.REJECTED, record.reason.value
        state = None if is_archived else State.REJECTED
    elif isinstance(record, Duplicate):
        event, state = EventKind.DUPLICATE, None if is_archived else State.DUPLICATE
    else:
        event, state = EventKind.ARCHIVED if record.version == 1 else EventKind.CHANGED, State.ARCHIVED
    number = int(record.story_id)
    return happened(
        event, number, record.date_downloaded, state=state, reason=reason, version=record.version, http_status=200,
        **details,
    )  # fmt: skip


def gone(number: int, at: str = SECOND) -> Event:
    return happened(EventKind.GONE, number, at, state=State.GONE, reason=Rejection.NOT_FOUND, http_status=404)


def returned(number: int, at: str = SECOND, *, version: int = 1) -> Event:
    return happened(EventKind.RETURNED, number, at, state=State.ARCHIVED, version=version, http_status=200)


def not_modified(number: int, at: str = SECOND) -> Event:
    return happened(EventKind.NOT_MODIFIED, number, at, http_status=304)


def failed(number: int, at: str = SECOND, *, is_settled: bool = False) -> Event:
    """`is_settled` where an earlier answer stands."""
    state = None if is_settled else State.FAILED
    return happened(EventKind.FAILED, number, at, state=state, reason=Failure.UNREACHABLE, detail="no route")


def excluded(number: int, reason: Exclusion, at: str = SECOND) -> Event:
    return happened(EventKind.EXCLUDED, number, at, state=State.EXCLUDED, reason=reason)


# Events of other pages, and of runs


def page_event(event: EventKind, url: str, kind: PageKind, at: str = SECOND, **details: Any) -> Event:
    return Event(event=event, at=at, run_id=RUN_ID, url=url, kind=kind, **details)


def page_found(url: str, kind: PageKind, at: str = SECOND, *, via: str = "") -> Event:
    return page_event(EventKind.FOUND, url, kind, at, state=State.FOUND, via=via)


def opened(url: str, at: str = SECOND) -> Event:
    return page_event(EventKind.OPENED, url, PageKind.FRONT, at)


def fetched(url: str, kind: PageKind, at: str = SECOND, **details: Any) -> Event:
    return page_event(EventKind.FETCHED, url, kind, at, state=State.FETCHED, http_status=200, **details)


def completed(url: str, at: str = SECOND) -> Event:
    return page_event(EventKind.COMPLETED, url, PageKind.FRONT, at)


def finished(report_hash: str, at: str = SECOND, *, run_id: str = RUN_ID) -> Event:
    return Event(event=EventKind.FINISHED, at=at, run_id=run_id, detail="exit status 0: finished", hash=report_hash)


# Both


def keep(writer: ArchiveWriter, *records: Story, original: int = 0) -> list[Place]:
    """Write records, each with the events that a run would write of it; with an original they are its rewrites."""
    places: list[Place] = []
    for record in records:
        known = writer.known(record.canonical_url)
        if known is None:
            writer.write(found(int(record.story_id), record.date_downloaded))
        is_archived = known is not None and known.state in {State.ARCHIVED, State.GONE}
        beside = rewrite(record, original) if original else None
        if place := writer.write(brought(record, is_archived=is_archived), record, beside):
            places.append(place)
    return places
