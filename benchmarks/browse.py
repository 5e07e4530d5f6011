"""How long a search of `scrapy browse` takes, and what its database costs.

    python -m benchmarks.browse --data DIR [--stories 100000] [--folder DIR]

DIR holds the stories of benchmarks/dedup. Their sentences are put together anew, at random and always the same, as
stories of 500 to 2,500 characters over twelve years; one in 30 has a second version, one in 20 rewrites another, one in
30 has a copy. They are written as an archive, of which the database is made. Then each class of questions is asked, as
the page does it: found, counted, sorted, with passages. Milliseconds: of the clock, and of this process's CPU, which
tells more where others use the machine.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.dedup.data import load
from slqncy.browse.database import up_to_date
from slqncy.browse.passages import marked, passage
from slqncy.browse.question import Kind, Order, Question
from slqncy.browse.search import search
from slqncy.reasons import DuplicateKind
from slqncy.records import Duplicate, Provenance, Story, content_hash, encode, rewrite_line, story_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.dedup.data import Data

_SHORTEST, _LONGEST = 500, 2_500
_FIRST, _DAYS = date(2015, 1, 1), 4_380
_SECTIONS = ("szxw", "bdxw", "kjxw", "gnxw", "gjxw", "tyxw", "cjxw", "jyxw")
_EDITED, _REWRITES, _COPIES = 30, 20, 30
"""One story in so many."""
_AUTHORS = 3_000
_ASKED = 50
"""Questions of a class."""
_FREQUENT = 50
_RARE = 3
"""Texts of the sample that a rare word is in, at most."""
_MS = 1000


class Timed(NamedTuple):
    """One question."""

    clock: float
    cpu: float


class Corpus:
    """Stories put together from real sentences."""

    def __init__(self, data: Data) -> None:
        self._random = random.Random(1)  # noqa: S311
        texts = [story.text for story in data.stories.values()]
        self._titles = [story.title for story in data.stories.values() if story.title]
        self._sentences = [one for text in texts for one in re.findall(r"[^。！？\n]{8,}[。！？]?", text)]
        names = Counter(re.findall(r"[（(](?:记者\s*)?([\u4e00-\u9fff]{2,3})[）)]", "\n".join(texts)))
        self._authors = [*names, *(f"王{chr(0x4E00 + number)}" for number in range(_AUTHORS))][:_AUTHORS]

    def lines(self, count: int) -> Iterator[Story]:
        """Stories, in no order of days."""
        for number in range(count):
            story = self._story(number)
            yield story
            if number % _EDITED == 0:
                text = f"{story.text}{self._random.choice(self._sentences)}"
                yield replace(story, version=2, text=text, content_hash=content_hash(story.title, text))

    def _story(self, number: int) -> Story:
        length = min(_LONGEST, max(_SHORTEST, int(self._random.lognormvariate(6.95, 0.45))))
        parts: list[str] = []
        while length > 0:
            parts.append(self._random.choice(self._sentences))
            length -= len(parts[-1])
            if self._random.random() < 1 / 4:
                parts.append("\n")
        title, text, section = self._random.choice(self._titles), "".join(parts), self._random.choice(_SECTIONS)
        url = f"http://www.slqncy.com/{section}/{number}.html"
        day = _FIRST + timedelta(days=self._random.randrange(_DAYS))
        return Story(
            id=f"slqncy/{section}/{number}", url=url, canonical_url=url, site="slqncy", section=section,
            story_id=str(number), title=title, text=text, char_count=len(text), date_published=day.isoformat(),
            authors=[self._authors[int(self._random.paretovariate(0.5)) % len(self._authors)]],
            content_hash=content_hash(title, text), date_downloaded="2026-11-01T00:00:00Z",
            provenance=Provenance(
                spider="stories", run_id="20261101T000000-1", parser_version="0", http_status=200, encoding="utf-8"
            ),
        )  # fmt: skip


def write_archive(corpus: Corpus, root: Path, count: int) -> None:
    """Lines only: whoever reads an archive makes do without a ledger."""
    names = ("stories", "duplicates", "rewrites")
    for name in names:
        (root / name).mkdir(parents=True)
    stories, duplicates, rewrites = ((root / name / "2026-11.jsonl").open("wb") for name in names)
    with stories, duplicates, rewrites:
        for story in corpus.lines(count):
            stories.write(encode(story))
            number = int(story.story_id)
            said = {"score": 0.8, "evidence": "names and figures"}
            if number % _REWRITES == 1:
                other = {"of": f"slqncy/szxw/{number - 1}", "kind": DuplicateKind.REWRITE, **said}
                line = rewrite_line(story, {f"rewrite_{key}": value for key, value in other.items()}, "")
                rewrites.write(encode(line))
            if number % _COPIES == 1:
                fields = story_fields(story) | {"id": f"{story.id}0000000"}
                copy = {"of": story.id, "kind": DuplicateKind.SAME_TEXT, **said}
                duplicates.write(encode(Duplicate(**fields, **{f"duplicate_{key}": copy[key] for key in copy})))


class Words:
    """Words to look for, out of the texts themselves."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._random = random.Random(2)  # noqa: S311
        self._pages = db.execute("SELECT title, text FROM stories WHERE row % 50 = 0 LIMIT 2000").fetchall()
        self._titles = [run for title, _ in self._pages for run in re.findall(r"[\u4e00-\u9fff]{2,}", title)]
        self._runs = [run for _, text in self._pages for run in re.findall(r"[\u4e00-\u9fff]{2,}", text)]
        pairs = Counter(pair for _, text in self._pages for pair in set(map("".join, pairwise(text))))
        chinese = [(pair, count) for pair, count in pairs.most_common() if re.fullmatch(r"[\u4e00-\u9fff]{2}", pair)]
        self.frequent = [pair for pair, _ in chinese[:_FREQUENT]]
        self.rare = [pair for pair, count in chinese if count <= _RARE]
        self.authors = [name for (name,) in db.execute("SELECT name FROM authors LIMIT 5000")]

    def of(self, length: int, *, in_text: bool = False) -> str:
        """A run of Chinese letters as it stands in a title, or in a text."""
        while True:
            run = self._random.choice(self._runs if in_text else self._titles)
            if len(run) >= length:
                start = self._random.randrange(len(run) - length + 1)
                return run[start : start + length]

    def one_of(self, words: list[str]) -> str:
        """Any of these."""
        return self._random.choice(words)


def classes(words: Words) -> dict[str, Callable[[], Question]]:
    """What is asked."""
    return {
        "one letter": lambda: Question(words=[words.of(1)]),
        "two letters": lambda: Question(words=[words.of(2)]),
        "two letters, by rank": lambda: Question(words=[words.of(2)], order=Order.RANK),
        "the most frequent two": lambda: Question(words=[words.one_of(words.frequent)]),
        "the same, by rank": lambda: Question(words=[words.one_of(words.frequent)], order=Order.RANK),
        "the same, page 50": lambda: Question(words=[words.one_of(words.frequent)], page=50),
        "rare two letters": lambda: Question(words=[words.one_of(words.rare)]),
        "three letters": lambda: Question(words=[words.of(3)]),
        "four letters": lambda: Question(words=[words.of(4)]),
        "four letters, by rank": lambda: Question(words=[words.of(4)], order=Order.RANK),
        "phrase of seven": lambda: Question(words=[words.of(7, in_text=True)]),
        "not there": lambda: Question(words=[words.of(2) + words.of(2)]),
        "name": lambda: Question(words=[words.one_of(words.authors)]),
        "two words": lambda: Question(words=[words.of(2), words.of(2)]),
        "two words, by rank": lambda: Question(words=[words.of(2), words.of(3)], order=Order.RANK),
        "two frequent words": lambda: Question(words=[words.one_of(words.frequent), words.one_of(words.frequent)]),
        "word, section": lambda: Question(words=[words.of(2)], section=words.one_of(list(_SECTIONS))),
        "word, a year": lambda: Question(words=[words.of(3)], first=date(2020, 1, 1), last=date(2020, 12, 31)),
        "word, author": lambda: Question(words=[words.one_of(words.frequent)], author=words.one_of(words.authors)),
        "frequent, edited": lambda: Question(words=[words.one_of(words.frequent)], kind=Kind.EDITED),
        "frequent, rewrites": lambda: Question(words=[words.one_of(words.frequent)], kind=Kind.REWRITE),
        "word, duplicates": lambda: Question(words=[words.of(2)], kind=Kind.DUPLICATE),
        "no word": Question,
    }


def ask(db: sqlite3.Connection, question: Question) -> Timed:
    """As the page does."""
    clock, cpu = perf_counter(), process_time()
    for hit in search(db, question).hits:
        marked(hit.title, question.words)
        passage(hit.text, question.words)
    return Timed((perf_counter() - clock) * _MS, (process_time() - cpu) * _MS)


def percentile(values: list[float], share: float) -> float:
    """The least of the values that as many are no more than."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(name: str, timed: list[Timed]) -> str:
    """A line of the table."""
    cells = [
        f"{percentile(list(values), share):8.1f}" for values in zip(*timed, strict=True) for share in (0.5, 0.95, 1)
    ]
    return f"{name:22}  {'  '.join(cells)}"


def sizes(db: sqlite3.Connection) -> dict[str, float]:
    """MB of the tables, and of what they are found by."""
    try:
        rows = db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    except sqlite3.OperationalError:
        return {}
    found: Counter[str] = Counter()
    for name, size in rows:
        found["index" if name.startswith("grams") else "tables"] += size
    return {name: size / 1e6 for name, size in found.items()}


def measure(root: Path) -> None:
    """Make the database, ask, and print."""
    clock, cpu = perf_counter(), process_time()
    path = up_to_date(root, print)
    print(
        f"made in {perf_counter() - clock:.0f} s, {process_time() - cpu:.0f} s of CPU, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB of memory at most"
    )
    lines = sum(one.stat().st_size for one in root.glob("*/*.jsonl"))
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        said = ", ".join(f"{name} {size:.0f}" for name, size in sizes(db).items())
        print(f"{path.stat().st_size / 1e6:.0f} MB ({said}), of {lines / 1e6:.0f} MB of lines\n")
        words = Words(db)
        asked = {name: list(islice(iter(make, None), _ASKED)) for name, make in classes(words).items()}
        for questions in asked.values():
            ask(db, questions[0])
        print(f"{'ms':22}  {'p50':>8}  {'p95':>8}  {'max':>8}  {'CPU p50':>8}  {'p95':>8}  {'max':>8}")
        everything: list[Timed] = []
        for name, questions in asked.items():
            timed = [ask(db, question) for question in questions]
            everything += timed
            print(row(name, timed), flush=True)
        print(row("all", everything))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--folder", help="where the archive is made, and taken away; a temporary folder without it")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder) as folder:
        root = Path(folder) / "archive"
        write_archive(Corpus(load(options.data)), root, options.stories)
        measure(root)


if __name__ == "__main__":
    main()
