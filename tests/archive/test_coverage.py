"""Story numbers out of the ledger."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.archive import ArchiveDamagedError, ArchiveError
from slqncy.archive.coverage import coverage, next_to_ask, number_lines, prefixes
from slqncy.archive.ledger import Ledger
from slqncy.reasons import HOLE, PageKind, Rejection, Standing, State
from tests.archive.looking import write_history

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = 1000
Row = tuple[str, str, str]
"""Id of a story, its state and the reason of that."""


def ledger_of(rows: Iterable[Row], path: Path = Path(":memory:"), kind: PageKind = PageKind.STORY) -> Ledger:
    """A ledger that knows stories."""
    ledger = Ledger(path)
    ledger.db.executemany(
        "INSERT INTO url (url, kind, story, state, reason, due) VALUES (?, ?, ?, ?, ?, 0)",
        ((f"http://{name}/{kind}", kind, name, state, reason) for name, state, reason in rows),
    )
    return ledger


def archived(*names: str) -> list[Row]:
    return [(name, State.ARCHIVED, "") for name in names]


@pytest.mark.parametrize(
    ("state", "reason", "standing"),
    [
        (State.ARCHIVED, "", Standing.ARCHIVED),
        (State.DUPLICATE, "", Standing.DUPLICATE),
        (State.GONE, Rejection.NOT_FOUND, Standing.GONE),
        (State.FOUND, "", Standing.WAITING),
        (State.FAILED, "unreachable", Standing.WAITING),
        (State.EXCLUDED, "robots", Standing.WAITING),
        *((State.REJECTED, reason, Standing.MISSING if reason in HOLE else Standing.REJECTED) for reason in Rejection),
    ],
)
def test_what_a_state_stands_for(state: State, reason: str, standing: Standing) -> None:
    with closing(ledger_of([("a/b/7", state, reason)])) as ledger:
        (line,) = number_lines(ledger.db)
    assert (line.name, line.numbers.tolist(), line.lowest, line.highest) == ("a", [7], 7, 7)
    assert line.counts() == dict.fromkeys(Standing, 0) | {standing: 1}
    assert line.share == (0 if standing is Standing.WAITING else 1)


NAMES = st.builds("{}/{}/{}".format, st.sampled_from("ab"), st.sampled_from(["s", "sz", "t1"]), st.integers(0, 40))
STATES = st.sampled_from(
    [(state, "") for state in State if state not in {State.REJECTED, State.FETCHED}]
    + [(State.REJECTED, Rejection.SOFT_404), (State.REJECTED, Rejection.EMPTY)]
)


def standing_of(state: State, reason: str) -> Standing:
    if state is State.REJECTED:
        return Standing.MISSING if reason in HOLE else Standing.REJECTED
    settled = {State.ARCHIVED, State.DUPLICATE, State.GONE, State.FORGOTTEN}
    return Standing(state.value) if state in settled else Standing.WAITING


@given(st.dictionaries(NAMES, STATES, max_size=60), st.integers(1, 50))
def test_lines_are_what_counting_by_hand_gives(known: dict[str, tuple[State, str]], size: int) -> None:
    with closing(ledger_of((name, *state) for name, state in known.items())) as ledger:
        lines = {line.name: line for line in number_lines(ledger.db)}
    expected: dict[str, dict[int, Standing]] = {}
    order = list(Standing)
    for name, state in known.items():
        section, number = name.rsplit("/", 1)
        for owner in (section, section[0]):
            of_owner = expected.setdefault(owner, {})
            standings = [standing_of(*state), of_owner.get(int(number), Standing.MISSING)]
            of_owner[int(number)] = min(standings, key=order.index)
    alone = {name for name in expected if "/" in name and sum(other[0] == name[0] for other in expected) == 2}
    assert lines.keys() == expected.keys() - alone
    for name, line in lines.items():
        numbers = expected[name]
        assert line.numbers.tolist() == sorted(numbers)
        assert [order[standing] for standing in line.standings] == [numbers[number] for number in sorted(numbers)]
        assert line.counts() == {standing: list(numbers.values()).count(standing) for standing in Standing}
        never = set(range(min(numbers), max(numbers))) - numbers.keys()
        assert line.never_asked == len(never)
        gaps = line.gaps(100)
        assert sorted(number for gap in gaps for number in gap) == sorted(never)
        assert [len(gap) for gap in gaps] == sorted(map(len, gaps), reverse=True)
        assert all(gap[0] - 1 in numbers and gap[-1] + 1 in numbers for gap in gaps)
        assert line.gaps(1) == gaps[:1]
        spans = line.spans(size)
        for index, span in enumerate(spans, min(numbers) // size):
            within = [number for number in numbers if number // size == index]
            assert span[:-1].tolist() == [
                sum(numbers[number] is standing for number in within) for standing in Standing
            ]  # fmt: skip
            assert span[-1] == sum(number // size == index for number in never)


def test_ids_that_are_no_numbers_are_counted_apart() -> None:
    names = ["a/b/12", "a/b/x1", "a/b/1x", "a/b/2026-11", "a/b/" + "9" * 15, "a/b/" + "9" * 16, "a/c/x"]
    with closing(ledger_of(archived(*names))) as ledger:
        site, first, second = number_lines(ledger.db)
    assert site.numbers.tolist() == first.numbers.tolist() == [12, 10**15 - 1]
    assert (site.unnumbered, first.unnumbered, second.unnumbered) == (5, 4, 1)
    assert (second.lowest, second.highest, second.length, second.share, second.gaps(3)) == (None, None, 0, 0, [])


def test_further_pages_of_stories_are_no_stories() -> None:
    with closing(ledger_of([("a/b/1", State.FETCHED, "")], kind=PageKind.PART)) as ledger:
        (line,) = number_lines(ledger.db)
        assert line.numbers.size == 0
        assert next_to_ask(ledger.db, "a", "b", range(1, 3), NOW, anew=False) == 1


def test_prefixes_that_begin_alike() -> None:
    with closing(ledger_of(archived("a/b/1", "a/b/2", "a/b0/1", "a/bc/5", "a-b/b/1", "aa/b/1"))) as ledger:
        assert set(prefixes(ledger.db)) == {"a/b/", "a/b0/", "a/bc/", "a-b/b/", "aa/b/"}
        assert {line.name for line in number_lines(ledger.db)} == {"a", "a/b", "a/b0", "a/bc", "a-b", "aa"}


def test_an_empty_ledger_has_no_lines() -> None:
    with closing(ledger_of([])) as ledger:
        assert number_lines(ledger.db) == []
        assert next_to_ask(ledger.db, "a", "b", range(5, 9), NOW, anew=False) == 5
        assert next_to_ask(ledger.db, "a", "b", range(5, 5), NOW, anew=False) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], True),
        ([("a/b/5", State.FOUND, "")], True),
        ([("a/b/5", State.FAILED, "")], True),
        ([("a/b/5", State.EXCLUDED, "")], True),
        ([("a/b/5", State.ARCHIVED, "")], False),
        ([("a/b/5", State.DUPLICATE, "")], False),
        ([("a/b/5", State.GONE, "not_found")], False),
        ([("a/b/5", State.REJECTED, "not_found")], False),
        ([("a/b/5", State.REJECTED, "empty")], False),
        ([("a/c/5", State.REJECTED, "not_found")], True),
        ([("a/c/5", State.REJECTED, "redirected"), ("a/d/5", State.REJECTED, "soft_404")], True),
        ([("a/c/5", State.REJECTED, "empty")], False),
        ([("a/c/5", State.ARCHIVED, "")], False),
        ([("a/c/5", State.FOUND, "")], False),
        ([("a/c/5", State.REJECTED, "not_found"), ("a/d/5", State.ARCHIVED, "")], False),
        ([("a/b/5", State.FOUND, ""), ("a/c/5", State.ARCHIVED, "")], False),
        ([("x/b/5", State.ARCHIVED, ""), ("a/b/50", State.ARCHIVED, "")], True),
    ],
)
def test_what_a_sweep_asks_for(rows: list[Row], expected: bool) -> None:
    with closing(ledger_of(rows)) as ledger:
        assert next_to_ask(ledger.db, "a", "b", range(5, 6), NOW, anew=False) == (5 if expected else None)


@pytest.mark.parametrize(("due", "expected"), [(NOW, 5), (NOW + 1, None), (None, None)])
def test_what_is_not_due_waits(due: int | None, expected: int | None) -> None:
    with closing(ledger_of([("a/b/5", State.FAILED, "")])) as ledger:
        ledger.db.execute("UPDATE url SET due = ?", (due,))
        assert next_to_ask(ledger.db, "a", "b", range(5, 6), NOW, anew=False) == expected
        assert next_to_ask(ledger.db, "a", "b", range(5, 6), NOW, anew=True) == 5


def test_what_is_forgotten_is_never_asked_for() -> None:
    with closing(ledger_of([("a/b/5", State.FORGOTTEN, "")])) as ledger:
        for section, anew in (("b", False), ("b", True), ("c", True)):
            assert next_to_ask(ledger.db, "a", section, range(5, 6), NOW, anew=anew) is None


def test_many_known_numbers_are_skipped_and_counted_quickly(tmp_path: Path) -> None:
    many = 200_000
    with closing(ledger_of(archived(*(f"a/b/{number}" for number in range(many))), tmp_path / "ledger")) as ledger:
        begun = time.process_time()
        assert next_to_ask(ledger.db, "a", "b", range(2 * many), NOW, anew=False) == many
        (line,) = number_lines(ledger.db)
        assert time.process_time() - begun < 10, "a tenth of that is usual"
    assert (line.length, line.counts()[Standing.ARCHIVED], line.share) == (many, many, 1)


def test_an_archive(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    with pytest.raises(ArchiveError, match="no archive here"):
        coverage(root)
    write_history(root)
    (line,) = coverage(root)
    assert line.as_dict() == {
        "lowest": 1, "highest": 12, "archived": 5, "duplicate": 2, "gone": 1, "forgotten": 0, "waiting": 3,
        "rejected": 0, "missing": 1, "never_asked": 0, "unnumbered": 0,
    }  # fmt: skip
    (root / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(ArchiveDamagedError, match="scrapy rebuild"):
        coverage(root)
