"""The benchmark of accuracy counts what it says, on a few made stories and a method that is told its answers."""

from __future__ import annotations

import gzip
import json
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.dedup import accuracy
from benchmarks.dedup.data import load
from benchmarks.dedup.measure import measure
from benchmarks.dedup.methods.protocol import Found, Kind
from benchmarks.dedup.methods.registry import chosen
from benchmarks.dedup.report import tables
from benchmarks.dedup.stripped import without_boilerplate
from benchmarks.dedup.variants import Best

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.dedup.data import Data, Doc

TEXT = {
    "a": "今年前三季度全国新设民营企业同比增长百分之十五。",
    "b": "俄罗斯总统普京批准新的政府架构方案并签署命令。",
    "c": "南极中山站附近海域发生强震，余震已有上千次。",
}
STORIES = [
    {"id": name, "title": text[:8], "text": text, "date": f"202401{day}"}
    for (name, text), day in zip(TEXT.items(), ("03", "02", "01"), strict=True)
]


def _story(name: str, text: str, **more: str | None) -> dict[str, str | None]:
    return {"id": name, "title": "标题", "text": text, "date": "20240201", **more}


POSITIVES = [
    _story("same", TEXT["a"].replace("，", ","), gold="a", kind="exact"),
    _story("boiler", "责任编辑：张伟\n" + TEXT["b"], gold="b", kind="boiler"),
    _story("lost", "另一条消息与此无关。", gold="c", kind="trunc30"),
    _story("both", TEXT["b"] + TEXT["c"], gold="c", kind="embed"),
    _story("spun", "换了说法的一条消息。", gold="c", kind="spun"),
]
NEGATIVES = [
    _story("topic", "俄罗斯总统普京今天又签署一项命令。", like="b", kind="hard_negative"),
    _story("copied", TEXT["a"], like="b", kind="hard_negative"),
    *(_story(f"syn{n}", f"警方第{n}号通报。", like=None, kind="syn_police") for n in range(3)),
]
PAIRS = [{"a": "a", "b": "b", "j": 0.25, "c": 0.4}, {"a": "b", "b": "c", "j": 0.31, "c": 0.4}]

ANSWERS = {
    "same": [Found("a", Kind.EXACT, 1)],
    "boiler": [Found("b", Kind.NEAR, 0.9), Found("c", Kind.EXACT, 1)],
    "lost": [Found("a", Kind.NEAR, 0.6)],
    "both": [Found("b", Kind.NEAR, 0.8)],
    "spun": [Found("c", Kind.REWRITE, 0.7)],
    "topic": [Found("b", Kind.REWRITE, 0.6)],
    "copied": [Found("a", Kind.EXACT, 1)],
    "syn1": [Found("syn0", Kind.NEAR, 0.8)],
    "syn2": [Found("syn0", Kind.REWRITE, 0.5), Found("a", Kind.NEAR, 0.5)],
    "b": [Found("c", Kind.NEAR, 0.6)],
}


class Told:
    """Gives the answers that it is told, as far as it has the stories."""

    def __init__(self) -> None:
        self.verified = 0
        self._ids: set[str] = set()

    def add(self, doc: Doc) -> None:
        self._ids.add(doc.id)

    def ask(self, doc: Doc) -> list[Found]:
        self.verified += 2
        return [found for found in ANSWERS.get(doc.id, ()) if found.id in self._ids]


class Judge(Told):
    def judge(self, a: Doc, b: Doc) -> Found | None:
        return Found(b.id, Kind.REWRITE, 1) if (a.id, b.id) == ("a", "b") else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows: dict[str, Sequence[object]] = {
        "stories": STORIES,
        "positives": POSITIVES,
        "negatives": NEGATIVES,
        "natural_pairs": PAIRS,
    }
    for name, lines in rows.items():
        content = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    return tmp_path


@pytest.fixture
def data(folder: Path) -> Data:
    return load(folder)


def test_variants(data: Data) -> None:
    variants = measure(Told, data, seed=1).variants
    assert {change: tally.kinds for change, tally in variants.classes.items()} == {
        "exact": {Kind.EXACT: 1},
        "boiler": {Kind.NEAR: 1},
        "trunc30": {},
        "embed": {},
        "spun": {Kind.REWRITE: 1},
    }
    assert variants.best == {Best.RIGHT: 3, Best.WRONG: 1, Best.HELD: 1}
    assert variants.precision == 0.75
    assert +variants.called_exact == {"boiler": 1}
    assert [(mistake.asked, mistake.best, mistake.held) for mistake in variants.mistakes] == [
        ("lost", "a", False),
        ("both", "b", True),
    ]


def test_negatives(data: Data) -> None:
    negatives = measure(Told, data, seed=1).negatives
    assert (negatives.hard.asked, negatives.hard.kinds) == (2, {Kind.REWRITE: 1})
    stories, pairs = negatives.stories["syn_police"], negatives.pairs["syn_police"]
    assert (stories.asked, stories.kinds) == (2, {Kind.NEAR: 1, Kind.REWRITE: 1})
    assert (pairs.asked, pairs.kinds) == (3, {Kind.NEAR: 1, Kind.REWRITE: 1})


def test_pairs_are_asked_for_or_judged(data: Data) -> None:
    asked, judged = measure(Told, data, seed=1), measure(Judge, data, seed=1)
    assert asked.lookalikes.merged == [("c", "b", Kind.NEAR)]
    assert judged.lookalikes.merged == [("b", "a", Kind.REWRITE)]
    assert asked.random is None
    assert judged.random
    assert judged.random.asked == 20_000
    assert 3000 < judged.random.kinds[Kind.REWRITE] < 3700  # of six ordered pairs one is judged a rewrite


def test_the_stream_is_in_the_order_of_days(data: Data) -> None:
    stream = measure(Told, data, seed=1).stream
    assert (stream.flagged.asked, stream.flagged.kinds, stream.verified) == (3, {Kind.NEAR: 1}, 6)


def test_boilerplate_is_taken_off(data: Data) -> None:
    assert without_boilerplate(data).variants[1].doc.text == TEXT["b"]


def test_tables_are_aligned(data: Data) -> None:
    lines = list(tables({"told": measure(Told, data, seed=1), "a longer name": measure(Judge, data, seed=1)}))
    starts = [number for number, line in enumerate(lines) if not line]
    assert len(starts) == 5
    for start in starts:
        assert len({len(line) for line in lines[start + 2 : start + 5]}) == 1


def test_command(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    figures = folder / "figures.json"
    command = ["accuracy", "--data", str(folder), "--methods", "exact", "--json", str(figures), "--verbose"]
    monkeypatch.setattr(sys, "argv", command)
    assert accuracy.main() == 0
    assert "exact  1.000  0.500" in capsys.readouterr().out
    assert json.loads(figures.read_text())["methods"]["exact"]["variants"]["best"] == {"right": 2}


def test_methods_are_chosen_by_family() -> None:
    assert chosen(["exact", "rensa"]) == ["exact", "rensa-0.5", "rensa-0.8"]
    with pytest.raises(ValueError, match="no method 'sim'"):
        chosen(["sim"])
