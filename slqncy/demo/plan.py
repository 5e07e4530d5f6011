"""Which story stands at which address, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum, auto
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from .seed import SEED_NUMBER, SEED_SECTION, read_seed
from .writing import write_stories

if TYPE_CHECKING:
    from .story import DemoStory

SECTIONS = {"szxw": "市政新闻", "bdxw": "本地新闻", "kjxw": "科技新闻"}
PRIVATE_SECTION, PRIVATE_NUMBER = "nbxw", 88
COPIES = 6
FEWEST = 20


class Kind(StrEnum):
    """What is odd about a page; all but a copy hold a text of their own."""

    STORY = auto()
    COPY = auto()
    """The body of another page, under another section and number; of every second one a paragraph is left out."""
    MISCOUNTED = auto()
    """Its banner declares more characters than the body has."""
    UNLISTED = auto()
    """Linked by its neighbours only: in no list and not in the sitemap."""
    ORPHAN = auto()
    """In the sitemap only."""
    EMPTY = auto()
    """A title without body and banner."""
    GONE = auto()
    """Listed, but HTTP 404."""
    SOFT_404 = auto()
    """Listed, but the site's 页面不存在 page with HTTP 200."""
    PRIVATE = auto()
    """Listed, but disallowed by robots.txt."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of the site; `story.published` is the date of the page."""

    story: DemoStory
    section: str
    kind: Kind
    number: int = 0
    twin: int = -1
    """For a copy and its original: what the two have in common; -1 for all others."""

    @property
    def path(self) -> str:
        """Path of the page."""
        return f"/{self.section}/{self.number}.html"


def plan_site(count: int, seed: int) -> list[Entry]:
    """`count` distinct stories with the seed story, and the odd pages, newest first; a higher number is an older page.

    Raises ValueError for fewer than 20 stories.
    """
    if count < FEWEST:
        raise ValueError(f"a demo site needs {FEWEST} stories, not {count}")
    rng = Random(seed)
    private, soft, gone, empty, unlisted, orphan, miscounted, *stories = write_stories(count + 3, seed)
    odd = [
        Entry(private, PRIVATE_SECTION, Kind.PRIVATE, PRIVATE_NUMBER),
        Entry(soft, "kjxw", Kind.SOFT_404),
        Entry(gone, "szxw", Kind.GONE),
        Entry(replace(empty, paragraphs=(), title_lines=()), "szxw", Kind.EMPTY),
        Entry(unlisted, "szxw", Kind.UNLISTED),
        Entry(orphan, "bdxw", Kind.ORPHAN),
        Entry(miscounted, "kjxw", Kind.MISCOUNTED),
    ]
    originals = [
        Entry(story, rng.choices(list(SECTIONS), (45, 40, 35))[0], Kind.STORY, twin=twin if twin < COPIES else -1)
        for twin, story in enumerate(stories)
    ]
    copies = [_copy(entry, rng) for entry in originals[:COPIES]]
    seed_entry = Entry(read_seed(), SEED_SECTION, Kind.STORY, SEED_NUMBER)
    return _numbered([*odd, *originals, *copies, seed_entry], seed_entry, rng)


def _copy(entry: Entry, rng: Random) -> Entry:
    section = rng.choice([name for name in SECTIONS if name != entry.section])
    later = entry.story.published + timedelta(days=rng.randint(1, 3))
    story = replace(entry.story, published=later)
    return replace(entry, story=_shortened(story) if entry.twin % 2 else story, section=section, kind=Kind.COPY)


def _shortened(story: DemoStory) -> DemoStory:
    """The story without its second paragraph, if it can spare one, under a title that says more."""
    first, *others = story.paragraphs
    left = others[1:] if len(others) > 2 else others  # noqa: PLR2004
    return replace(story, title=f"{story.title}（图）", paragraphs=(first, *left), title_lines=())


def _numbered(entries: list[Entry], fixed: Entry, rng: Random) -> list[Entry]:
    entries = sorted(entries, key=lambda entry: entry.story.published, reverse=True)
    steps = list(accumulate(rng.randint(1, 9) for _ in entries))
    shift = fixed.number - steps[entries.index(fixed)]
    return [
        entry if entry.number else replace(entry, number=step + shift)
        for entry, step in zip(entries, steps, strict=True)
    ]
