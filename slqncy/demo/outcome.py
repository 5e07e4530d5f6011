"""Does an archive of the demo site hold what it must?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.archive import Archive
    from slqncy.demo.expected import Expected
    from slqncy.records import Story

_FIELDS = (
    "title", "text", "declared_chars", "declared_minutes", "declared_delta", "byline_raw", "publication",
    "date_published", "source_name",
)  # fmt: skip


@dataclass(slots=True)
class Comparison:
    """Story addresses by what was expected of them and what became of them."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an address expected to be the first turned out the second."""
    differences: list[str] = field(default_factory=list)
    """One sentence each."""

    def table(self) -> str:
        """A line for each pair of outcomes."""
        return "\n".join(
            f"  {expected:<10} {count:>4}  {'as expected' if expected == found else f'but were {found}'}"
            for (expected, found), count in sorted(self.outcomes.items())
        )


def compare(expected: Iterable[Expected], archive: Archive) -> Comparison:
    """Compare an archive with the ground truth; of two copies either may be the original."""
    comparison = Comparison()
    records: dict[str, tuple[str, Story]] = {}
    for found, stories in (
        ("rejected", archive.rejected()),
        ("duplicate", archive.duplicates()),
        ("archived", archive.stories()),
    ):
        records |= {story.canonical_url: (found, story) for story in stories}
    truth = list(expected)
    found_at = {line.path: records.get(line.url, ("excluded", None)) for line in truth}
    for line in truth:
        found, story = found_at[line.path]
        wanted = line.outcome
        if line.twin and {found, found_at[line.twin][0]} == {"archived", "duplicate"}:
            wanted = found  # type: ignore[assignment]
        comparison.outcomes[wanted, found] += 1
        if wanted != found:
            comparison.differences.append(f"{line.path}: {found} instead of {wanted} {line.reason}")
        elif story is not None:
            comparison.differences += _differences(line, story)
    for url in records.keys() - {line.url for line in truth}:
        comparison.outcomes["unknown", records[url][0]] += 1
        comparison.differences.append(f"{url}: {records[url][0]}, but the site has no such story")
    return comparison


def _differences(line: Expected, story: Story) -> Iterable[str]:
    if line.outcome == "rejected":
        if (reason := getattr(story, "reason", "")) != line.reason:
            yield f"{line.path}: rejected for {reason} instead of {line.reason}"
        return
    found = {name: getattr(story, name) for name in _FIELDS}
    found |= {"authors": tuple(story.authors), "images": tuple(image.url for image in story.images)}
    for name, value in found.items():
        if value != (wanted := getattr(line, name)):
            yield f"{line.path}: {name} is {value!r:.80} instead of {wanted!r:.80}"
