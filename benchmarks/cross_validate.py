"""Choose the weights of the body extraction on some publishers and measure them on the others.

    python benchmarks/cross_validate.py --data DIR

DIR is what `extraction.py` takes. The publishers are dealt into five folds; for each fold a coordinate search over the
weights runs on the other four. Printed: the F1 of the weights as they stand, of the chosen ones on the pages they
were chosen on, and of the chosen ones on the fold kept aside.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any
from zlib import crc32

from slqncy.extract import body
from slqncy.extract.lines import Line, page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.page import parse_page
from slqncy.extract.title import title_line

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDS = 5
WEIGHTS = (
    "_HEADLINE", "_NOTICE", "_HEAD", "_FURNITURE_WEIGHT", "_CONTACT_WEIGHT", "_DATELINE", "_NO_TEXT", "_SENTENCE_END",
    "_STEP", "_BOX", "_FADE", "_BEFORE_HEADLINE",
)  # fmt: skip
FACTORS = (0.5, 0.75, 1.33, 2.0)
# A smaller gain is noise.
LEAST_GAIN = 0.0002

Setting = tuple[tuple[str, float], ...]


@dataclass
class Case:
    """A labelled page, read up to the choice of its lines."""

    publisher: str
    lines: list[Line]
    headline: Line | None
    title: str
    gold: Any
    scores: dict[tuple[int, ...], float] = field(default_factory=dict)
    """F1 by selection, as most settings select the same lines."""

    def score(self, text: Any) -> float:
        chosen = {id(line) for line in body.story_lines(self.lines, self.headline)}
        key = tuple(i for i, line in enumerate(self.lines) if id(line) in chosen)
        if key not in self.scores:
            said = "\n".join(self.lines[i].text for i in key)
            tokens = text.tokens(text.strip_head(said, self.title))
            self.scores[key] = text.prf(text.shingles(tokens), self.gold)[2]
        return self.scores[key]


def load(data: Path, text: Any) -> Iterable[Case]:
    """The news pages of the development half with a full human text."""
    split = json.loads((data / "split.json").read_text())
    for name in sorted(set(split["dev"]) - set(split["broken_label"])):
        label = json.loads((data / "dataset" / f"{name}.json").read_text())
        if label["strength"] == "gold-full" and label["genre"] == "news":
            page = parse_page(gzip.decompress((data / "dataset" / f"{name}.html.gz").read_bytes()), label["url"] or "")
            title = label["title"] or ""
            gold = text.shingles(text.tokens(text.strip_head(label["body_raw"], title)))
            lines = page_lines(page)
            yield Case(label["domain"], lines, title_line(read_metadata(page), lines), title, gold)


def search(cases: list[Case], text: Any) -> list[float]:
    """Print a line a fold; return the F1 of every page under weights chosen without its publisher."""

    @cache
    def scores(setting: Setting) -> list[float]:
        for name, value in setting:
            setattr(body, name, value)
        return [case.score(text) for case in cases]

    standing = tuple((name, float(getattr(body, name))) for name in WEIGHTS)
    held_out: list[float] = []
    for fold in range(FOLDS):
        inside = [crc32(case.publisher.encode()) % FOLDS == fold for case in cases]

        def training(setting: Setting, inside: list[bool] = inside) -> float:
            return mean(score for score, held in zip(scores(setting), inside, strict=True) if not held)

        chosen = standing
        for position in range(len(WEIGHTS)):
            for factor in FACTORS:
                changed = list(chosen)
                changed[position] = (standing[position][0], standing[position][1] * factor)
                if training(tuple(changed)) > training(chosen) + LEAST_GAIN:
                    chosen = tuple(changed)
        kept = [score for score, held in zip(scores(chosen), inside, strict=True) if held]
        before = [score for score, held in zip(scores(standing), inside, strict=True) if held]
        held_out += kept
        moved = " ".join(f"{name}={value:g}" for name, value in chosen if (name, value) not in standing)
        print(
            f"fold {fold}: {len(kept)} pages, standing {mean(before):.4f}, "
            f"chosen {training(chosen):.4f} inside, {mean(kept):.4f} outside; {moved}",
            flush=True,
        )
    print(f"standing {mean(scores(standing)):.4f}, cross-validated {mean(held_out):.4f}")
    return held_out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="directory of the labelled pages")
    data: Path = parser.parse_args().data
    sys.path.insert(0, str(data))
    text = importlib.import_module("textnorm")
    search(list(load(data, text)), text)


if __name__ == "__main__":
    main()
