"""The figures as aligned text: a line for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.dedup.methods.protocol import Kind
from benchmarks.dedup.tally import total
from benchmarks.dedup.variants import COPIES, REWRITES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.dedup.measure import Result
    from benchmarks.dedup.tally import Tally

Row = dict[str, str]
NONE = "-"


def tables(results: dict[str, Result]) -> Iterator[str]:
    """Every table, a line at a time."""
    for title, row in TABLES.items():
        yield from ("", title)
        yield from _aligned({name: row(result) for name, result in results.items()})


def _aligned(rows: dict[str, Row]) -> Iterator[str]:
    first = max(map(len, rows))
    columns = list(next(iter(rows.values())))
    widths = {column: max(len(column), *(len(row[column]) for row in rows.values())) for column in columns}
    for name, row in [("", dict(zip(columns, columns, strict=True))), *rows.items()]:
        yield f"{name:{first}}" + "".join(f"  {row[column]:>{widths[column]}}" for column in columns)


def _copies(result: Result) -> Row:
    variants = result.variants
    row = {"P": NONE if variants.precision is None else f"{variants.precision:.3f}", "R": _copied(variants.of(COPIES))}
    row |= {change: _copied(variants.of([change])) for change in COPIES}
    exact = variants.of(["exact"])
    false = variants.called_exact.total()
    return row | {"as exact": _share(exact.kinds[Kind.EXACT], exact.asked), "not exact": f"{false}"}


def _rewrites(result: Result) -> Row:
    row: Row = {}
    for name, changes in {"all": REWRITES, **{change: (change,) for change in REWRITES}}.items():
        tally = result.variants.of(changes)
        row[f"{name} ({tally.asked})"] = f"{_share(tally.any, tally.asked)}: {_counts(tally)}"
    return row


def _false(result: Result) -> Row:
    negatives = result.negatives
    pairs = sorted(negatives.pairs.items())
    return {
        "instead": f"{sum(not mistake.held for mistake in result.variants.mistakes)}",
        "topic": _shares(negatives.hard),
        "bulletins": _shares(total(negatives.stories.values())),
        "their pairs": _shares(total(negatives.pairs.values())),
        **{family.removeprefix("syn_"): _shares(tally) for family, tally in pairs},
        "random": _shares(result.random) if result.random else NONE,
    }


def _unlabelled(result: Result) -> Row:
    buckets = sorted(result.lookalikes.buckets.items())
    row = {f"{bucket} ({tally.asked})": _counts(tally) for bucket, tally in buckets}
    flagged = result.stream.flagged.kinds
    return row | {f"stream {kind}": f"{flagged[kind]}" for kind in Kind}


def _cost(result: Result) -> Row:
    run, asked = result.stream, result.variants.of([*COPIES, *REWRITES]).asked
    return {
        "fill": _micro(result.fill_seconds, result.stories),
        "ask": _micro(result.variants_seconds, asked),
        "stream ask": _micro(run.ask_seconds, result.stories),
        "stream add": _micro(run.add_seconds, result.stories),
        "compared": NONE if run.verified is None else f"{run.verified / result.stories:.2f}",
    }


def _copied(tally: Tally) -> str:
    return _share(tally.copies, tally.asked)


def _shares(tally: Tally) -> str:
    return f"{_copied(tally)} + {_share(tally.kinds[Kind.REWRITE], tally.asked)}"


def _counts(tally: Tally) -> str:
    return f"{tally.copies} + {tally.kinds[Kind.REWRITE]}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else NONE


def _micro(seconds: float, stories: int) -> str:
    return f"{seconds / stories * 1e6:.0f}" if stories else NONE


TABLES: dict[str, Callable[[Result], Row]] = {
    "Copies: precision of the best reports; recall as exact or near; exact ones as exact, others as exact": _copies,
    "Rewrites: recall; copies + rewrites reported": _rewrites,
    "False: copies with another story instead; share merged as copies + rewrites; pairs by family": _false,
    "Unlabelled: look-alikes by Jaccard, copies + rewrites; stories of the stream that are reported": _unlabelled,
    "Microseconds of CPU a story, in the stream with work for both under ask; candidates compared": _cost,
}
