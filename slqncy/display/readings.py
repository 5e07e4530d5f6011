"""What a better parser would say otherwise: field by field, with examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive.reextract import Reading

_EXAMPLES = 3
_SHOWN, _BESIDE = 40, 10
"""Characters of a value at most, and of those before and behind what differs."""


@dataclass(slots=True)
class Differences:
    """Counts of what differs, and the first examples of each."""

    read: int = 0
    other: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, reading: Reading) -> None:
        """Count a page."""
        self.read += 1
        self.other += reading.is_other
        page, was = reading.now.page, reading.was
        if was is None or was.kind is not reading.now.kind:
            kept = " (kept as it is)" if reading.is_no_story_any_more else ""
            self._add(f"from {was.kind if was else 'nothing'} to {reading.now.kind}{kept}", f"{page.id}: {page.title}")
        for name, (before, now) in sorted(reading.fields.items()):
            self._add(name, f"{page.id}: {_difference(_text(before), _text(now))}")

    def lines(self) -> Iterator[str]:
        """The report; the most frequent first."""
        width = max(map(len, self.counts), default=0)
        for what, count in self.counts.most_common():
            yield f"{what:{width}}  {count} pages"
            for example in self.examples[what]:
                yield f"{'':{width}}    {visible(example)}"

    def _add(self, what: str, example: str) -> None:
        self.counts[what] += 1
        if len(self.examples[what]) < _EXAMPLES:
            self.examples[what].append(example)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _difference(before: str, now: str) -> str:
    """What is said, from shortly before the first difference to shortly behind the last."""
    start = max(0, _same(before, now) - _BESIDE)
    end = max(0, _same(before[::-1], now[::-1]) - _BESIDE)
    shown = (_cut(text, start, len(text) - end) for text in (before, now))
    return " → ".join(shown)


def _same(one: str, other: str) -> int:
    """Characters that two texts have in common at the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _cut(text: str, start: int, end: int) -> str:
    stop = min(end, start + _SHOWN)
    return f"{'…' if start else ''}{text[start:stop]}{'…' if stop < len(text) else ''}" or '""'
