"""Measure the extractor on labelled pages and fail under a floor.

    python benchmarks/extraction.py --data DIR [--split dev]

DIR holds a scorer `bench.py`, its `split.json` and the labelled pages in `dataset/`. The floors are in
`extraction_floor.json` beside this script: they only ever rise. Exit status 1 if a figure lies under its floor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.story import extract_story

HERE = Path(__file__).parent
FLOOR = HERE / "extraction_floor.json"


def extract(body: bytes, url: str) -> dict[str, str]:
    """Adapter for the scorer: title, published, body and author of a page."""
    page = parse_page(body, url)
    story = extract_story(page, page_lines(page), downloaded=datetime.now(UTC))
    author = " ".join([story.byline_raw, *story.authors])
    return {
        "title": story.title,
        "published": story.date_published,
        "body": "\n".join(story.paragraphs),
        "author": author,
    }


def score(data: Path, split: str) -> dict[str, dict[str, Any]]:
    """Run the scorer of `data` on `extract`; return one row of scores a page, by page id."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        command = [sys.executable, str(data / "bench.py"), "--split", split, "--peers", "none", "--out", str(out)]
        command += [
            "--extractor",
            "ours=extraction:extract",
            "--pythonpath",
            str(HERE),
            "--pythonpath",
            str(HERE.parent),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # the scorer the user names
        rows: dict[str, dict[str, Any]] = json.loads(out.read_text())["rows"]["ours"]
        return rows


def figures(rows: dict[str, dict[str, Any]], data: Path) -> dict[str, float]:
    """Means over the pages that carry the label; the body over news pages with a full human text."""
    broken = set(json.loads((data / "split.json").read_text())["broken_label"])
    labels = {name: json.loads((data / "dataset" / f"{name}.json").read_text()) for name in rows}
    core = [
        row["f4"]
        for name, row in rows.items()
        if labels[name]["strength"] == "gold-full" and labels[name]["genre"] == "news" and name not in broken
    ]

    def share(key: str) -> float:
        return mean(float(row[key]) for row in rows.values() if key in row)

    return {
        "body F1": mean(core),
        "pages over F1 0.5": mean(f1 >= 0.5 for f1 in core),  # noqa: PLR2004
        "pages with text": mean(row["ntok"] > 0 for row in rows.values()),
        "title exact": share("t_exact"),
        "publication day": share("d_day"),
        "publication minute": share("d_min"),
        "author": share("a_hit"),
        "pages without an error": mean(not row["err"] for row in rows.values()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="directory of the labelled pages")
    parser.add_argument("--split", default="dev", help="which of its pages")
    arguments = parser.parse_args()
    rows = score(arguments.data, arguments.split)
    floor = json.loads(FLOOR.read_text())
    failed = False
    for name, value in figures(rows, arguments.data).items():
        under = value < floor[name]
        failed |= under
        print(f"{name:24}{value:8.4f}   floor {floor[name]:.3f}{'   UNDER' if under else ''}")
    cpu = sorted(row["cpu"] * 1000 for row in rows.values())
    print(f"{'milliseconds a page':24}{mean(cpu):8.1f}   99 %: {cpu[int(len(cpu) * 0.99)]:.1f}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
