"""Copies and rewrites in words: what `scrapy duplicates` prints, piece by piece, with line feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.display.rows import row, rows
from slqncy.reasons import DuplicateKind
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from slqncy.archive.clusters import Link, Listed, Member
    from slqncy.display.columns import Columns
    from slqncy.records import Story

_LOST = "no line in stories/"


def told(listed: Listed) -> Iterator[str]:
    """A story, how many copies and rewrites it has, and their ids."""
    title = _LOST if listed.title is None else listed.title
    yield visible(f"{listed.id}  {title}".rstrip()) + "\n"
    yield visible(f"  {_counted(listed)}") + "\n "
    yield from (visible(f" {story_id}") for story_id in listed.ids)
    yield "\n"


def _counted(listed: Listed) -> str:
    folders = (("duplicates/", listed.copies), ("rewrites/", listed.rewrites))
    words = [f"{counts.total()} in {folder} ({_kinds(counts)})" for folder, counts in folders if counts]
    return ", ".join([*words, f"{listed.itself} itself"] if listed.itself else words)


def _kinds(counts: Counter[DuplicateKind]) -> str:
    return ", ".join(f"{counts[kind]} {kind}" for kind in DuplicateKind if counts[kind])


def told_original(story_id: str, story: Story | None) -> str:
    """The story that others copy or rewrite."""
    about = f"{story.canonical_url}  {_published(story)}  {story.title}" if story else _LOST
    return visible(f"{story_id}  {about}".rstrip()) + "\n"


def told_member(link: Link, member: Member) -> str:
    """A story that copies or rewrites another, and how that is known."""
    published = _published(member.story) if member.story else _LOST
    known = f"{member.kind} of {link.original}  {member.score:g}"
    return visible(f"  {known}  {link.id}  {member.url}  {published}  {member.evidence}") + "\n"


def _published(story: Story) -> str:
    return story.date_published or "no date"


def beside(columns: Columns, link: Link, original: Story | None, member: Member) -> Iterator[str]:
    """Title and text of a story and of one that copies or rewrites it, side by side."""
    heads = (_head(link.original, original), f"{_head(link.id, member.story)}, {member.kind} {member.score:g}")
    yield "\n" + columns.heading(*heads) + "\n"
    if original and member.story:
        yield columns.row(row(original.title, member.story.title)) + "\n"
        yield from (columns.row(laid) + "\n" for laid in rows(original.text, member.story.text))


def _head(story_id: str, story: Story | None) -> str:
    return f"{story_id} {f'version {story.version}' if story else _LOST}"
