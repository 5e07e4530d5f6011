"""Verdicts are those of one run that never ended, whenever the index was written and whoever was killed."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.archive import ArchiveWriter
from slqncy.dedup import Thresholds
from slqncy.dedup import index as indexes
from slqncy.dedup.archived import ArchivedStories
from slqncy.reasons import DuplicateKind
from tests.dedup import texts
from tests.dedup.test_archived import Told, bulletins, page, told
from tests.samples import FIRST, SECOND, keep

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDER, NEWER = bulletins(10, FIRST), bulletins(30, SECOND)
RECORDS = [
    page(1, texts.OTHER, texts.OTHER_TITLE, FIRST),
    *OLDER[:5],
    page(2, texts.STORY, texts.TITLE, FIRST),
    page(3, texts.cut(0.6), "", FIRST),
    *OLDER[5:],
    page(4, texts.REWRITE, texts.REWRITE_TITLE, FIRST),
    page(5, texts.PAGE),
    page(6, texts.FOLLOW_UP, texts.FOLLOW_UP_TITLE),
    *NEWER[:3],
    page(7, texts.edited(), texts.REWRITE_TITLE),
    page(8, texts.REWRITE.replace("\n", "")),
    page(9, texts.OTHER),
]
STEPS = ["go on", "acknowledge", "write", "open", "be killed"]


class Process:
    """A run: an archive, and its stories."""

    def __init__(self, root: Path) -> None:
        self.archive = ArchiveWriter(root)
        self.stories = ArchivedStories(self.archive, Thresholds())

    def handle(self, number: int) -> Told:
        """What the pipelines do with a page."""
        record = RECORDS[number]
        answer = told(self.stories, record)
        if is_archived(answer):
            (place,) = keep(self.archive, record)
            self.stories.add(place, record)
        return answer

    def lacks(self, number: int) -> bool:
        return self.archive.known(RECORDS[number].canonical_url) is None

    def end(self) -> None:
        self.stories.flush()
        self.stories.close()
        self.archive.close()

    def be_killed(self) -> None:
        self.stories.close()
        self.archive.abandon()


def is_archived(answer: Told) -> bool:
    return answer is None or answer[1] is DuplicateKind.REWRITE


def verdicts(root: Path, steps: Iterator[str]) -> list[Told]:
    """Of all records; whatever a kill took back is asked for again."""
    said: list[Told] = []
    process = Process(root)
    while len(said) < len(RECORDS):
        said.append(process.handle(len(said)))
        step = next(steps, "go on")
        if step == "acknowledge":
            process.archive.commit()
        elif step == "write":
            process.stories.flush()
        elif step == "open":
            process.end()
            process = Process(root)
        elif step == "be killed":
            process.be_killed()
            process = Process(root)
            lost = (number for number, answer in enumerate(said) if is_archived(answer) and process.lacks(number))
            del said[next(lost, len(said)) :]
    process.end()
    return said


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    return verdicts(tmp_path_factory.mktemp("whole") / "archive", iter(()))


def test_one_run(expected: list[Told]) -> None:
    said = {record.story_id: answer for record, answer in zip(RECORDS, expected, strict=True) if answer}
    kinds = {number: (answer[0].rpartition("/")[2], answer[1].value) for number, answer in said.items()}
    assert kinds == {
        "3": ("2", "contained"),
        "4": ("2", "rewrite"),
        "5": ("2", "contained"),
        "7": ("2", "near_text"),
        "8": ("4", "same_text"),
        "9": ("1", "same_text"),
        **{f"{number + 30}": (f"{number + 10}", "same_text") for number in range(3)},
    }


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=len(RECORDS)), st.sampled_from([1, 2, 5, 8192]))
def test_any_course_of_runs(expected: list[Told], steps: list[str], recent: int) -> None:
    with ExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory()))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(indexes, "RECENT", recent)
        assert verdicts(root / "archive", iter(steps)) == expected
        with closing(ArchiveWriter(root / "archive")) as archive:
            process = ArchivedStories(archive, Thresholds())
            assert len(process._deduplicator.index) == sum(map(is_archived, expected))
            process.close()


def test_a_kill_after_every_second_page(expected: list[Told], tmp_path: Path) -> None:
    steps = (step for _ in RECORDS for step in ("acknowledge", "be killed"))
    assert verdicts(tmp_path / "archive", steps) == expected
