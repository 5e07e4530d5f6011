"""Going on after damage to raw responses: what can be read keeps its place, what cannot is kept aside, and told of."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from slqncy.archive import disk
from slqncy.archive.captures import crc_of, path_of
from slqncy.archive.files import whole_lines
from slqncy.archive.layout import LINE_TYPES, WARC, segment_kind, segments_on_disk, warc_path, warcs_on_disk
from slqncy.archive.quarantine import keep_aside
from slqncy.archive.verify_warcs import has_response
from slqncy.records import Story, decode
from slqncy.warc.check.own import FILE_NAME
from slqncy.warc.loss import LEAST, Loss, loss_record
from slqncy.warc.stretches import HEADER, Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slqncy.archive.ledger import Ledger, WarcFile

_NOTHING = Loss(0, 0)
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class _Patch:
    """What comes in the place of some bytes of a file: a record of a loss, or nothing where nothing is lost."""

    start: int
    until: int
    """Byte offsets in the file as it is."""
    loss: Loss
    """Byte offsets in the file as it was."""
    has_room: bool = False
    """Whether the record may have any size: no other follows it."""
    put: bytes = b""
    """What belongs there, where that is known."""


def mend(root: Path, known: Mapping[str, WarcFile], places: Mapping[str, int], at: str) -> Iterator[str]:
    """Put records that tell of it in the place of what cannot be read, and of files that are missing.

    `known` are the files of a ledger that can be trusted, `places` the byte offsets of its captures by WARC-Record-ID,
    `at` is the WARC-Date of what is written. Gives what was done, one sentence each. Raises OSError.
    """
    on_disk = warcs_on_disk(root)
    for name in on_disk:
        yield from _mend(root, name, known.get(name), places, at)
    for name in sorted(known.keys() - set(on_disk)):
        tell(root, name, [Loss(0, known[name].length)], at)
        yield f"{WARC}/{name}: is missing, with {known[name].records} records"


def tell(root: Path, name: str, losses: list[Loss], at: str) -> None:
    """Add to a file, or begin it with, a record that tells of losses. Raises OSError."""
    path = path_of(root, name)
    disk.make_directory(path.parent)
    size = path.stat().st_size if path.exists() else 0
    put_instead(path, [(size, size, loss_record(at, losses))])


def unanswered(root: Path, ledger: Ledger) -> Iterator[tuple[str, str, int]]:
    """Lines whose response is not in any file: what each is, and the file and byte offset that it names."""
    for name in segments_on_disk(root):
        line_type = LINE_TYPES[segment_kind(name)]
        if issubclass(line_type, Story):
            for _, data in whole_lines(root, name):
                line = decode(data, line_type)
                file, offset = line.provenance.warc.file, line.provenance.warc.offset
                # Another name is nothing that this archive has written.
                if offset is not None and FILE_NAME.fullmatch(file) and not has_response(ledger, line):
                    yield f"{name}: {line.id}, version {line.version}", file, offset


def _mend(root: Path, name: str, known: WarcFile | None, places: Mapping[str, int], at: str) -> Iterator[str]:
    path = path_of(root, name)
    if known is None and not path.stat().st_size:
        disk.remove(path)
        yield f"{WARC}/{name}: empty; taken away"
        return
    pieces: list[tuple[int, int, bytes]] = []
    with path.open("rb") as file:
        patches = list(_patches(file, known, places, is_closed=path == warc_path(root, name)))
        for patch in patches:
            file.seek(patch.start)
            removed = file.read(patch.until - patch.start)
            aside = keep_aside(root, f"{WARC}/{name}", removed) if removed else None
            size = patch.loss.until - patch.loss.start
            kept = aside.name.rpartition(".")[2] if aside else ""
            record = loss_record(at, [patch.loss], kept, None if patch.has_room else size) if size else patch.put
            pieces.append((patch.start, patch.until, record))
            there = f"; what stood there moved to {aside}" if aside else ""
            yield f"{WARC}/{name}, byte {patch.start}: {_what(patch)}{there}"
        if known and not pieces and crc_of(file, known.length) != known.crc32:
            yield f"{WARC}/{name}: not what was acknowledged, in no record that could be told; taken as it reads"
    if pieces:
        put_instead(path, pieces)


def _what(patch: _Patch) -> str:
    if patch.put:
        return "the header of a record was damaged, and is as it was"
    size = patch.loss.until - patch.loss.start
    return f"{size} acknowledged bytes are lost" if size else f"{patch.until - patch.start} bytes too many"


def _patches(file: BinaryIO, known: WarcFile | None, places: Mapping[str, int], *, is_closed: bool) -> Iterator[_Patch]:
    size = file.seek(0, os.SEEK_END)
    length = known.length if known else size
    # How far all is in its place, in the file as it is and as it was.
    here = there = 0
    is_ended = True
    for stretch in stretches(file):
        if there >= length and not is_closed:
            break
        start = _place(stretch, places, here, there)
        if start < there:
            # It is there twice.
            continue
        if stretch.start > here or start > there:
            yield _Patch(here, stretch.start, Loss(there, start))
        for header in stretch.headers:
            yield _Patch(header, header + len(HEADER), _NOTHING, put=HEADER)
        here, there, is_ended = stretch.until, start + stretch.until - stretch.start, stretch.is_ended
    if not (known or is_ended):
        # Nobody knows how much was behind it.
        length = max(length, there + 1)
    if there < length and (known or is_closed):
        yield _Patch(here, size, Loss(there, length), has_room=True)
    elif here < size and is_closed:
        # Of a file that is not closed it is cut off when the archive is opened.
        yield _Patch(here, size, _NOTHING)


def _place(stretch: Stretch, places: Mapping[str, int], here: int, there: int) -> int:
    """Where a stretch of a file belongs, if what stands before it, up to the byte offset `here`, belongs to `there`."""
    record, offset = stretch.answer or ("", 0)
    start = stretch.start + places[record] - offset if record in places else stretch.start + there - here
    # No record is so small: what stands between has come in between.
    return there if there < start < there + LEAST else start


def put_instead(path: Path, pieces: list[tuple[int, int, bytes]]) -> None:
    """Put other bytes in the place of those between byte offsets of a file, which is replaced as a whole.

    Raises OSError.
    """
    temporary = disk.temporary_of(path)
    with disk.synced(temporary) as new:
        if path.exists():
            with path.open("rb") as old:
                for start, until, data in pieces:
                    _copy(old, new, start - old.tell())
                    new.write(data)
                    old.seek(until)
                shutil.copyfileobj(old, new)
        else:
            new.writelines(data for _, _, data in pieces)
    disk.replace(temporary, path)


def _copy(old: BinaryIO, new: BinaryIO, size: int) -> None:
    while data := old.read(min(size, _BUFFER)):
        new.write(data)
        size -= len(data)
