"""An export by many workers: a file a shard, which together are one dataset with the rows of a single export."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache, partial
from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from slqncy.archive import disk
from slqncy.archive.layout import Kind
from slqncy.archive.reader import months_from
from slqncy.archive.since import moment_of
from slqncy.archive.standing import Edited, Version, edited, merged, standing, versions_of
from slqncy.export import FORMATS, NoStoriesError, SinceError
from slqncy.export.export import write_form
from slqncy.export.selection import Selection
from slqncy.jobs.job import job
from slqncy.jobs.shards import shards, stories_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from distributed import Client

    from slqncy.archive import Archive
    from slqncy.jobs.job import Job
    from slqncy.jobs.shards import Shard

_COUNT, _ROWS = "count", "rows"
_FOUND = "found"
_edits = msgspec.msgpack.Decoder(list[tuple[str, Edited]])
_versions_of = msgspec.msgpack.Decoder(list[tuple[str, Version]])


class _Wanted(NamedTuple):
    """What is exported of each shard."""

    form: str
    token: str
    since: str
    standing: Path | None
    """Which versions are the latest, in a file; None where all are wanted."""


def export(archive: Archive, name: str, target: Path, client: Client, *, since: str, latest: bool) -> int:
    """Write what `slqncy.export.export` does, as a dataset of several files in a new directory. Gives the versions.

    `name` is that of a form that has a suffix or fills a directory. What is made of each shard is kept beside the
    target until all is there. Raises SinceError, NoStoriesError, ArchiveDamagedError for what cannot be read,
    ArchiveError where the disk fails, and ModuleNotFoundError where the form needs a package that is not installed.
    """
    form = FORMATS[name]
    import_module(f"slqncy.export.{form.module}")  # before anything is begun
    try:
        moment = moment_of(since)
    except ValueError as error:
        raise SinceError(str(error)) from error
    archive, target = archive.as_of_now(), target.resolve()
    seen = {root.resolve(): lengths for root, lengths in archive.acknowledged_of_each().items()}
    token, latest = archive.token(), latest or form.one_a_story
    said = [{str(root): lengths for root, lengths in seen.items()}, token, name, moment, latest]
    with job(target.with_name(f".{target.name}.export-job"), said, client) as work:
        files = shards(months_from(seen, moment), Kind.STORY)
        standing = _standing(work, files, shards(seen, Kind.STORY)) if latest else None
        made = work.each(_ROWS, partial(_export, _Wanted(name, token, moment, standing)), files)
        counts = [int((output / _COUNT).read_text()) for output in made]
        if any(counts):
            filled = [output / _ROWS for output, count in zip(made, counts, strict=True) if count]
            dataset = work.folder / target.name
            shutil.rmtree(dataset, ignore_errors=True)
            dataset.mkdir()
            _join(name, filled, dataset, sum(counts), token)
            os.sync()
            disk.replace(dataset, target)
    if not any(counts):
        raise NoStoriesError(f"{archive.root}: no stories{f' since {since}' * bool(since)}; nothing is written")
    return sum(counts)


def _standing(work: Job, recent: list[Shard], whole: list[Shard]) -> Path:
    """As `Archive.stories` finds out which versions are the latest, in a file."""
    edits = merged(chain.from_iterable(map(_edits.decode, _found(work.each("edited", _edited, recent)))))
    captured = [name for name, edit in edits.items() if edit.captured]
    found: list[Path] = []
    if captured:
        found = work.each("versions", partial(_versions, _keep(work, "captured", captured)), whole)
    return _keep(work, "standing", standing(edits, chain.from_iterable(map(_versions_of.decode, _found(found)))))


def _keep(work: Job, name: str, found: object) -> Path:
    """A file for all workers: what belongs to each task is sent with each."""
    path = work.folder / name
    path.write_bytes(msgspec.msgpack.encode(found))
    return path


def _found(outputs: list[Path]) -> Iterator[bytes]:
    return ((output / _FOUND).read_bytes() for output in outputs)


# What a worker does


def _edited(shard: Shard, output: Path) -> None:
    (output / _FOUND).write_bytes(msgspec.msgpack.encode(list(edited(stories_of(shard)).items())))


def _versions(names: Path, shard: Shard, output: Path) -> None:
    found = versions_of(msgspec.msgpack.decode(names.read_bytes(), type=set[str]), stories_of(shard))
    (output / _FOUND).write_bytes(msgspec.msgpack.encode(found))


def _export(wanted: _Wanted, shard: Shard, output: Path) -> None:
    standing = _read_standing(wanted.standing) if wanted.standing else {}
    selection = Selection(
        (
            story
            for story in stories_of(shard)
            if story.date_downloaded >= wanted.since and story.version == standing.get(story.id, story.version)
        ),
        wanted.token,
    )
    form = FORMATS[wanted.form]
    write_form(import_module(f"slqncy.export.{form.module}"), form.shape, selection, output / _ROWS)
    (output / _COUNT).write_text(str(selection.count))


@lru_cache(1)
def _read_standing(path: Path) -> dict[str, int]:
    return msgspec.msgpack.decode(path.read_bytes(), type=dict[str, int])


# What is made of it


def _join(name: str, parts: list[Path], dataset: Path, count: int, token: str) -> None:
    """Name the files of all parts anew, in their order."""
    if suffix := FORMATS[name].suffix:
        for number, part in enumerate(parts):
            os.link(part, dataset / f"part-{number:05}{suffix}")
    elif name == "hf":
        from slqncy.export.huggingface import DATA, describe, file_name  # noqa: PLC0415  # needs pyarrow

        paths = [path for part in parts for path in sorted((part / DATA).iterdir())]
        (dataset / DATA).mkdir()
        for number, path in enumerate(paths):
            os.link(path, dataset / DATA / file_name(number, len(paths)))
        describe(dataset, count, token)
    else:
        for part in parts:
            shutil.copytree(part, dataset, copy_function=os.link, dirs_exist_ok=True)
