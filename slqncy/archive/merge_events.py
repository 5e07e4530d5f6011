"""What an event of one of several archives says of its address once all of them are one, and its pages judged anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from slqncy.archive.layout import Kind
from slqncy.reasons import GONE, UNSETTLED, EventKind, PageKind, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from slqncy.records import Event

_STANDS = frozenset({State.ARCHIVED, State.GONE})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the events so far say of an address."""

    state: State | None = None
    """None where it was never heard of."""
    stories: int = 0
    """Lines in stories/ so far."""
    copies: int = 0
    rejected: int = 0

    @property
    def is_open(self) -> bool:
        """Whether no answer stands."""
        return self.state is None or self.state in UNSETTLED

    @property
    def best(self) -> State:
        """What its lines make of it."""
        lines = (State.ARCHIVED, self.stories), (State.DUPLICATE, self.copies), (State.REJECTED, self.rejected)
        return next((state for state, count in lines if count), State.FOUND)


class Brought(NamedTuple):
    """The line that an event brought, as it is in the one archive."""

    kind: Kind
    version: int
    detail: str
    """What is said of a copy or a rewrite."""
    is_line: bool
    """False where the line before says the same: it is left out."""


def restated(event: Event, was: Standing, brought: Brought | None) -> Event | None:
    """What the event says in the one archive, or None where that is nothing new.

    `brought` is the line that it brought, None where it brought none.
    """
    if event.event is EventKind.FOUND:
        return _found(event, was)
    if event.kind is not PageKind.STORY:
        return event
    # What was judged again is judged anew, as all is.
    if event.event is EventKind.RESCORED:
        return None
    if brought is None:
        told = _BY_EVENT.get(event.event) or _BY_STATE.get(event.state, _as_said)
        return told(event, was)
    if not brought.is_line:
        return _same_again(event, was, brought)
    return replace(_BY_KIND[brought.kind](event, was, brought), version=brought.version)


def after(event: Event, was: Standing, brought: Brought | None) -> Standing:
    """What is known once an event is told as it was `restated`."""
    state = event.state or was.state
    if brought is None or not brought.is_line:
        return replace(was, state=state)
    return Standing(
        state=state,
        stories=was.stories + (brought.kind is Kind.STORY),
        copies=was.copies + (brought.kind is Kind.DUPLICATE),
        rejected=was.rejected + (brought.kind is Kind.REJECTED),
    )


def _found(event: Event, was: Standing) -> Event | None:
    """Another archive may have found it before, or asked for it in the same second."""
    if event.state is None or was.state is None:
        return event
    return replace(event, state=None) if event.via else None


def _story(event: Event, was: Standing, brought: Brought) -> Event:
    is_first = not was.stories
    if event.event is EventKind.REEXTRACTED:
        return replace(event, state=State.ARCHIVED if is_first else None)
    if is_first:
        return replace(event, event=EventKind.ARCHIVED, state=State.ARCHIVED, detail=brought.detail)
    if event.date_captured:
        # It says nothing of what the site says now.
        kind = event.event if event.event in {EventKind.CHANGED, EventKind.EARLIER} else EventKind.CHANGED
        return replace(event, event=kind, state=None, detail=brought.detail)
    return replace(event, event=EventKind.CHANGED, state=State.ARCHIVED, detail=brought.detail)


def _copy(event: Event, was: Standing, brought: Brought) -> Event:
    if event.event is EventKind.REEXTRACTED:
        return replace(event, state=State.DUPLICATE)
    state = State.DUPLICATE if was.is_open or not event.date_captured else None
    return replace(event, event=EventKind.DUPLICATE, state=state, detail=brought.detail)


def _rejected(event: Event, was: Standing, _brought: Brought) -> Event:
    # Where there was no story, the page says that there is none; of a story the same page says that it is gone.
    is_gone = event.state in {State.REJECTED, State.GONE} and event.reason in GONE and not event.date_captured
    if is_gone and was.state in _STANDS:
        return replace(event, event=EventKind.GONE, state=State.GONE)
    kind = EventKind.REJECTED if event.event is EventKind.GONE else event.event
    is_open = was.state not in _STANDS and (was.is_open or not event.date_captured)
    return replace(event, event=kind, state=State.REJECTED if is_open else None)


_BY_KIND = {Kind.STORY: _story, Kind.DUPLICATE: _copy, Kind.REJECTED: _rejected}
"""Events that brought a line."""


def _same_again(event: Event, was: Standing, brought: Brought) -> Event | None:
    """The address said so before, as another archive knows."""
    if event.event is EventKind.REEXTRACTED:
        return None
    unchanged = replace(event, event=EventKind.UNCHANGED, state=None, detail="", version=was.stories or was.copies)
    if brought.kind is Kind.REJECTED:
        is_open = was.state not in _STANDS and not event.date_captured
        return replace(unchanged, state=State.REJECTED if is_open else None, version=was.rejected)
    if event.date_captured:
        return unchanged
    if was.state is State.GONE:
        return replace(unchanged, event=EventKind.RETURNED, state=State.ARCHIVED)
    return replace(unchanged, state=was.best)


# Events that brought no line


def _as_said(event: Event, was: Standing) -> Event:
    # Of a page that was none there is a reason.
    version = was.rejected if event.reason else was.stories or was.copies
    return replace(event, version=min(event.version, version)) if event.version and version else event


def _lost(event: Event, was: Standing) -> Event:
    return replace(event, state=was.best, version=was.stories or None)


def _new(event: Event, was: Standing) -> Event:
    """Its line was lost since."""
    return replace(event, state=State.ARCHIVED if was.stories else None, version=was.stories)


def _unsettled(event: Event, was: Standing) -> Event:
    return event if was.is_open else replace(event, state=None)


def _gone(event: Event, was: Standing) -> Event:
    # A copy is no story that could be gone.
    return event if was.stories else replace(event, event=EventKind.REJECTED, state=None)


def _rejected_again(event: Event, was: Standing) -> Event:
    if was.state in _STANDS and event.reason in GONE and not event.date_captured:
        kind = EventKind.UNCHANGED if was.state is State.GONE else EventKind.GONE
        return replace(event, event=kind, state=State.GONE, version=None)
    state = State.REJECTED if was.rejected and was.state not in _STANDS else None
    return replace(_as_said(event, was), state=state)


def _there(event: Event, was: Standing) -> Event:
    """A story, or a copy, is as it was."""
    kind = event.event
    if was.stories or kind is EventKind.RETURNED:
        kind = EventKind.RETURNED if was.state is State.GONE else EventKind.UNCHANGED
    state = was.best if was.stories or was.copies else None
    return replace(_as_said(event, was), event=kind, state=state)


_BY_EVENT = {EventKind.LOST: _lost, **dict.fromkeys((EventKind.ARCHIVED, EventKind.CHANGED, EventKind.EARLIER), _new)}
_BY_STATE: dict[State | None, Callable[[Event, Standing], Event]] = {
    **dict.fromkeys(UNSETTLED, _unsettled), State.GONE: _gone, State.REJECTED: _rejected_again, State.ARCHIVED: _there,
    State.DUPLICATE: _there,
}  # fmt: skip
