"""Which version of a story is what the site has said last, found from any shares of the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slqncy.archive.ledger import newest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from slqncy.records import Story


class Version(NamedTuple):
    """A version of a story, to compare."""

    number: int
    as_of: str
    captured: bool


class Edited(NamedTuple):
    """A story that has several versions."""

    number: int
    """Of the newest one that was archived."""
    captured: bool
    """Whether one beyond the first is of a web archive, so that what was archived last need not be the newest."""


def edited(stories: Iterable[Story]) -> dict[str, Edited]:
    """The stories that have several versions, by id: few have, so that only those are kept in mind."""
    return merged((story.id, Edited(story.version, story.captured)) for story in stories if story.version > 1)


def merged(found: Iterable[tuple[str, Edited]]) -> dict[str, Edited]:
    """What several shares say of stories, as one."""
    whole: dict[str, Edited] = {}
    for name, one in found:
        other = whole.get(name, one)
        whole[name] = Edited(max(one.number, other.number), one.captured or other.captured)
    return whole


def versions_of(names: Collection[str], stories: Iterable[Story]) -> list[tuple[str, Version]]:
    """All versions of these stories. What comes out of a web archive may be older than any line before it."""
    return [(story.id, Version(story.version, story.as_of, story.captured)) for story in stories if story.id in names]


def standing(edits: Mapping[str, Edited], versions: Iterable[tuple[str, Version]]) -> dict[str, int]:
    """The version that stands of each story with several; `versions` are all of those that have captured ones."""
    several: dict[str, list[Version]] = {}
    for name, version in versions:
        several.setdefault(name, []).append(version)
    last = {name: found.number for name, those in several.items() if (found := newest(sorted(those)))}
    return {name: edit.number for name, edit in edits.items()} | last
