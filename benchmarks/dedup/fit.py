"""Fit the weights of the verdict to labelled data, and say how well they do on stories that they were not fitted to.

    python -m benchmarks.dedup.fit --data DIR [--write]

Pairs are a changed copy with its original and with what else the keys find for it, and every story with what they find
among the earlier ones. Rows of one story are in one fold. --write replaces slqncy/dedup/weights.py.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks.dedup.data import Data, Doc, load
from slqncy.dedup import weights
from slqncy.dedup.keys import COMMON
from slqncy.dedup.likeness import Likeness
from slqncy.dedup.likeness import compare as compare_roughly
from slqncy.dedup.signals import NEAR, REWRITE, near_signals, rewrite_signals
from slqncy.dedup.text import Compared, compared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

REWRITTEN = {"auto_light", "auto_heavy", "spun"}
_CANDIDATES, _CAP = 4, 48
_FOLDS = 5
_EVEN = 0.5
_ONCE_MORE_ALIKE = 0.25
"""Unlabelled stories of about the same day that have more in common may be one: they are left out."""
_SAME_DAYS = 15
_WEIGHTS = {"spun": 35.0, "hard_negative": 7.0}
"""Few, written by hand, and more like what will be met than what a rule made."""
_COPY_WEIGHT, _REWRITE_WEIGHT = 6.0, 5.0


@dataclass(frozen=True)
class Row:
    """A pair with its label."""

    change: str
    group: str
    like: Likeness
    label: str
    """near, rewrite or other."""


@dataclass(frozen=True)
class Side:
    """One of the two questions, as numbers."""

    x: NDArray[np.float64]
    y: NDArray[np.bool_]
    weight: NDArray[np.float64]
    used: NDArray[np.bool_]
    signs: dict[str, int]


class Finder:
    """What the keys find, in memory."""

    def __init__(self) -> None:
        self._found: defaultdict[int, list[str]] = defaultdict(list)

    def add(self, story: str, its_keys: list[int]) -> None:
        for key in its_keys:
            self._found[key].append(story)

    def find(self, its_keys: list[int]) -> list[str]:
        hits = Counter(story for key in its_keys if len(self._found[key]) <= _CAP for story in self._found[key])
        return [story for story, count in hits.most_common(_CANDIDATES) if count >= COMMON]


def rows(data: Data) -> Iterator[Row]:
    """All pairs to fit to."""
    texts = {name: _compared(doc) for name, doc in data.stories.items()}
    yield from _copies(data, texts)
    for negative in data.hard_negatives:
        like = compare(_compared(negative.doc), texts[negative.like])
        yield Row("hard_negative", negative.like, like, "other")
    families: defaultdict[str, list[Compared]] = defaultdict(list)
    for bulletin in data.bulletins:
        text = _compared(bulletin.doc)
        for other in families[bulletin.family]:
            yield Row(bulletin.family, bulletin.family, compare(text, other), "other")
        families[bulletin.family].append(text)
    yield from _neighbours(data, texts)


def _copies(data: Data, texts: dict[str, Compared]) -> Iterator[Row]:
    """Changed copies with their originals, and with what else is found for them."""
    everything = Finder()
    for name, text in texts.items():
        everything.add(name, text.keys.tolist())
    for variant in data.variants:
        text = _compared(variant.doc)
        for name in {*everything.find(text.keys.tolist()), variant.gold}:
            like = compare(text, texts[name])
            if name == variant.gold:
                yield Row(variant.change, variant.gold, like, "rewrite" if variant.change in REWRITTEN else "near")
            elif like.contained < 2 * _ONCE_MORE_ALIKE or like.alignment.conflicting:
                yield Row("distractor", variant.gold, like, "other")


def _neighbours(data: Data, texts: dict[str, Compared]) -> Iterator[Row]:
    """Stories with what is found for them among the earlier ones."""
    earlier = Finder()
    for doc in data.by_day():
        its_keys = texts[doc.id].keys.tolist()
        for name in earlier.find(its_keys):
            like = compare(texts[doc.id], texts[name])
            assert like.days is not None
            if like.days > _SAME_DAYS or like.contained <= _ONCE_MORE_ALIKE:
                yield Row("natural", doc.id, like, "other")
        earlier.add(doc.id, its_keys)


def compare(first: Compared, second: Compared) -> Likeness:
    """Measure a pair, alignment included."""
    return compare_roughly(first, second).aligned(first, second)


def _compared(doc: Doc) -> Compared:
    return compared(doc.title, doc.text, doc.day.isoformat())


def fit(side: Side, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Bias and weights of a logistic regression whose weights may not speak the wrong way.

    Without that, signals that go together get weights of opposite sign, and a pair unlike those of the data any score.
    """
    x, y, weight = side.x[chosen], side.y[chosen], side.weight[chosen]
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    x = np.column_stack([np.ones(len(x)), (x - mean) / scale])

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ w
        error = expit(z) - y
        value = float(weight @ (np.logaddexp(0, z) - y * z) + w[1:] @ w[1:] / 2)
        return value, x.T @ (weight * error) + np.concatenate([[0.0], w[1:]])

    bounds = [(None, None), *((0, None) if sign > 0 else (None, 0) for sign in side.signs.values())]
    w = minimize(loss, np.zeros(x.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B").x
    each = w[1:] / scale
    return np.concatenate([[w[0] - each @ mean], each])


def held_out(side: Side, groups: list[str]) -> NDArray[np.float64]:
    """The probability of each row by weights that were fitted without the rows of its fold."""
    names = sorted(set(groups))
    fold_of = dict(zip(names, np.random.default_rng(1).integers(_FOLDS, size=len(names)), strict=True))
    folds = np.array([fold_of[group] for group in groups])
    result = np.zeros(len(groups))
    for fold in range(_FOLDS):
        found = fit(side, side.used & (folds != fold))
        test = folds == fold
        result[test] = expit(found[0] + side.x[test] @ found[1:])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    pairs = list(rows(load(options.data)))
    labels = np.array([row.label for row in pairs])
    groups = [row.group for row in pairs]
    near, rewrite = labels == "near", labels == "rewrite"
    base = np.array([_WEIGHTS.get(row.change, 1.0) for row in pairs])
    sides = {
        "NEAR": Side(
            np.array([near_signals(row.like) for row in pairs]), near,
            np.where(near, _COPY_WEIGHT, np.where(rewrite, 1.0, base)), np.ones(len(pairs), dtype=bool), NEAR,
        ),
        # A copy is no rewrite, and would be found to be one: it is not asked about.
        "REWRITE": Side(
            np.array([rewrite_signals(row.like) for row in pairs]), rewrite,
            np.where(rewrite & (base == 1.0), _REWRITE_WEIGHT, base), ~near, REWRITE,
        ),
    }  # fmt: skip
    scores = {name: held_out(side, groups) for name, side in sides.items()}
    print(f"held out, at {_EVEN}:      rows   near   rewrite")
    for change in sorted({row.change for row in pairs}):
        chosen = np.array([row.change == change for row in pairs])
        is_near = scores["NEAR"][chosen] >= _EVEN
        is_rewrite = ~is_near & (scores["REWRITE"][chosen] >= _EVEN)
        print(f"{change:20} {chosen.sum():6} {is_near.mean():7.4f} {is_rewrite.mean():7.4f}")
    text = '"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""\n'
    for name, side in sides.items():
        found = fit(side, side.used)
        lines = zip(found, ("bias", *side.signs), strict=True)
        text += f"\n{name} = (\n" + "".join(f"    {value:.4f},  # {signal}\n" for value, signal in lines) + ")\n"
    print(text)
    if options.write:
        Path(weights.__file__).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
