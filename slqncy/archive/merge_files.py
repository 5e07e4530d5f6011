"""The files of several archives that are taken over as they are: raw responses, reports of runs, what hosts said."""

from __future__ import annotations

import json
import os
import shutil
from itertools import count
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.captures import path_of
from slqncy.archive.errors import ArchiveError
from slqncy.archive.hosts import read_hosts, write_hosts
from slqncy.archive.layout import RUNS, warc_path
from slqncy.archive.reports import encode_report
from slqncy.records import hash_of
from slqncy.warc.scan import WarcError, members
from slqncy.warc.write import member

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from pathlib import Path

    from slqncy.archive.hosts import Host
    from slqncy.archive.ledger import WarcFile

Names = dict[tuple[int, str], str]
"""How a file, or a run, of one of the archives is called in the one that is made, by number of the archive and name."""
_FIELD = b"\r\nWARC-Filename: "
_DIGITS, _END = 5, ".warc.gz"
_BUFFER = 1 << 20


def names_of_warcs(files: Sequence[tuple[Path, Iterable[str]]]) -> Names:
    """A name for each WARC file of each archive; where several have one of that name, other digits at its end.

    Raises OSError, or ArchiveError where a file cannot be read.
    """
    taken = {name for _, names in files for name in names}
    names: Names = {}
    used: set[str] = set()
    for number, (source, of_source) in enumerate(files):
        for name in of_source:
            names[number, name] = new = _another(source, name, taken | used) if name in used else name
            used.add(new)
    return names


def _another(source: Path, name: str, taken: Container[str]) -> str:
    """Another name for a file, by which the record that says its name has the same size."""
    stem = name.removesuffix(_END)[:-_DIGITS]
    end, content = _first_record(path_of(source, name))
    others = (f"{stem}{number:0{_DIGITS}}{_END}" for number in range(10**_DIGITS))
    for other in others:
        if other not in taken and len(_renamed(content, name, other)) in {0, end}:
            return other
    raise ArchiveError(f"{path_of(source, name)}: another archive has a file of that name, and all others are taken")


def take_warc(source: Path, target: Path, file: WarcFile, name: str) -> None:
    """Put what is acknowledged of a WARC file into another archive under a name, all records where they were.

    A closed one that keeps its name is linked where the file system can do that. Raises OSError, or ArchiveError where
    it cannot be read.
    """
    old, new = path_of(source, file.name), warc_path(target, name)
    disk.make_directory(new.parent)
    if name == file.name and file.closed:
        try:
            os.link(old, new)
        except OSError:
            shutil.copyfile(old, new)
        return
    with old.open("rb") as read, new.open("xb") as written:
        if name != file.name:
            opening = _renamed(_first_record(old)[1], file.name, name)
            written.write(opening)
            read.seek(len(opening))
        left = file.length - read.tell()
        while left and (data := read.read(min(left, _BUFFER))):
            written.write(data)
            left -= len(data)


def _first_record(path: Path) -> tuple[int, bytes]:
    """Where it ends in the file, and the record."""
    with path.open("rb") as file:
        try:
            _, end, content = next(members(file))
        except (StopIteration, WarcError) as error:
            raise ArchiveError(f"{path}: cannot be read: {error}; `scrapy verify --full` names every defect") from error
    return end, content


def _renamed(record: bytes, name: str, other: str) -> bytes:
    """The record of a file that is called otherwise, as a gzip member; b"" where it does not say how it is called."""
    said = _FIELD + name.encode()
    return member(record.replace(said, _FIELD + other.encode(), 1)) if said in record else b""


def take_runs(sources: Sequence[Path], target: Path) -> tuple[Names, dict[str, str]]:
    """Copy the reports of all runs, with what stands beside them.

    Gives the id of each run, another one where several have that, and the new hash of each report that changed, by the
    old one. Raises OSError.
    """
    names: Names = {}
    hashes: dict[str, str] = {}
    disk.make_directory(target / RUNS)
    for number, source in enumerate(sources):
        for report in sorted((source / RUNS).glob("*.json")):
            data = report.read_bytes()
            run = next(run for run in _runs(report.stem) if _is_free(target / RUNS / f"{run}.json", data))
            names[number, report.stem] = run
            if run != report.stem:
                renamed = encode_report(json.loads(data) | {"run_id": run})
                hashes[hash_of(data)] = hash_of(renamed)
                data = renamed
            (target / RUNS / f"{run}.json").write_bytes(data)
            for beside in sorted((source / RUNS).glob(f"{report.stem}.*")):
                if beside.suffix != ".json":
                    shutil.copyfile(beside, target / RUNS / f"{run}{beside.suffix}")
    return names, hashes


def _runs(run: str) -> Iterator[str]:
    yield run
    yield from (f"{run}-{number}" for number in count(2))


def _is_free(path: Path, data: bytes) -> bool:
    return not path.exists() or path.read_bytes() == data


def take_hosts(sources: Iterable[Path], target: Path) -> None:
    """Write what is known of hosts: of each the robots.txt that was fetched last, and the longest hold."""
    hosts: dict[str, Host] = {}
    for source in sources:
        for origin, host in read_hosts(source).items():
            known = hosts.setdefault(origin, host)
            hold = max(known.hold_until, host.hold_until)
            if host.robots_fetched > known.robots_fetched:
                hosts[origin] = known = host
            known.hold_until = hold
    if hosts:
        write_hosts(target, hosts)
