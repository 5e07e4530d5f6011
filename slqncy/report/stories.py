"""What a run added to the archive, and what it met besides: counted, and the first of each named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.records import Duplicate, Rejected
from slqncy.report.tally import Tally
from slqncy.run_report import MOST_LISTED, Delta, NewStories, Pages, Pair, Pairs

if TYPE_CHECKING:
    from slqncy.records import Rewrite, Story

_MOST_SECTIONS, _MOST_DAYS = 1000, 5000
FIELDS = (
    "title", "text", "authors", "byline_raw", "source_name", "publication", "date_published", "date_modified",
    "language", "images", "keywords", "description", "declared_chars", "declared_minutes",
)  # fmt: skip
"""Of a story: those whose coverage is counted."""
DELTAS: tuple[tuple[int | None, int | None], ...] = (
    (None, -101), (-100, -21), (-20, -6), (-5, -2), (-1, -1), (0, 0), (1, 1), (2, 5), (6, 20), (21, 100), (101, None),
)  # fmt: skip
"""Spans of declared_delta that are counted together, from the least to the most of each; what is whole is alone."""
_DAY = len("2026-11-26")
REWRITE = "rewrite"


class Stories:
    """Counts the lines of a run."""

    def __init__(self) -> None:
        self.rejections: dict[str, Pages] = {}
        """By reason."""
        self.duplicates: dict[str, Pairs] = {}
        """By kind."""
        self._sections, self._days = Tally(_MOST_SECTIONS), Tally(_MOST_DAYS)
        self._fields = dict.fromkeys(FIELDS, 0)
        self._deltas = [0] * len(DELTAS)
        self._lines = 0

    def add(self, record: Story, rewrite: Rewrite | None = None) -> None:
        """A line was written, and perhaps one that says what the story rewrites."""
        if isinstance(record, Rejected):
            pages = self.rejections.setdefault(record.reason, Pages())
            pages.count += 1
            if len(pages.urls) < MOST_LISTED:
                pages.urls.append(record.canonical_url)
        elif isinstance(record, Duplicate):
            self._pair(record.duplicate_kind, record, record.duplicate_of)
        else:
            self._story(record)
            if rewrite and rewrite.rewrite_of:
                self._pair(REWRITE, record, rewrite.rewrite_of)

    def new(self) -> NewStories:
        """What is new in stories/."""
        return NewStories(
            lines=self._lines,
            sections=dict(self._sections.counts.most_common()),
            days=dict(sorted(self._days.counts.items())),
            declared_delta=[
                Delta(least=least, most=most, stories=count)
                for (least, most), count in zip(DELTAS, self._deltas, strict=True)
            ],
            fields=dict(self._fields),
        )

    def _pair(self, kind: str, record: Story, of: str) -> None:
        pairs = self.duplicates.setdefault(kind, Pairs())
        pairs.count += 1
        if len(pairs.pairs) < MOST_LISTED:
            pairs.pairs.append(Pair(id=record.id, url=record.canonical_url, of=of))

    def _story(self, story: Story) -> None:
        self._lines += 1
        self._sections.add(f"{story.site}/{story.section}")
        self._days.add(story.date_published[:_DAY])
        for name in FIELDS:
            self._fields[name] += getattr(story, name) not in ("", [], None)
        if (delta := story.declared_delta) is not None:
            self._deltas[_place(delta)] += 1


def _place(delta: int) -> int:
    return next(place for place, (_, most) in enumerate(DELTAS) if most is None or delta <= most)
