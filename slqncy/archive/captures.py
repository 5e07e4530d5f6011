"""The raw responses of an archive, in WARC files: those of a run, and what a killed run left."""

from __future__ import annotations

import os
import re
import zlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import WARC, closed_warcs_on_disk, open_warc_path, open_warcs_on_disk, warc_path
from slqncy.archive.ledger import WarcFile
from slqncy.archive.quarantine import cut_back
from slqncy.records import Warc
from slqncy.warc.capture import Reference
from slqncy.warc.scan import WarcError, scan
from slqncy.warc.write import exchange_records, warcinfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from slqncy.archive.ledger import Ledger
    from slqncy.warc.capture import Captured
    from slqncy.warc.exchange import Exchange

T = TypeVar("T")

_NAME = re.compile(r"[\w-][\w.-]*")
_OK = 200
_BUFFER = 1 << 20


class Captures:
    """The WARC file that a run writes.

    An exchange is in the file when `add` returns, so that nothing its content does to the program takes it away. Once
    it is released, it is on disk with the next `sync`, and acknowledged with the ledger's commit after that.
    """

    def __init__(self, root: Path, ledger: Ledger) -> None:
        self._root = root
        self._ledger = ledger
        self._file: WarcFile | None = None
        self._descriptor = -1
        self._released: WarcFile | None = None
        """The file as far as it is to be acknowledged."""
        self._held: list[Captured] = []
        """What stands behind that."""
        self.is_synced = True
        """Whether all that was released is on disk, and told to the ledger."""

    def add(self, exchange: Exchange, info: Mapping[str, str]) -> Warc:
        """Write an exchange; `info` is what the file says of itself. Gives where the payload of its response is.

        Raises OSError.
        """
        file = self._file or self._begin(exchange.at)
        written = exchange_records(exchange, self)
        opening = b"" if file.length else warcinfo(file.name, exchange.at, info)
        data = opening + written.data
        self._append(data)
        position = file.length + len(opening)
        self._file = file._replace(
            length=file.length + len(data),
            records=file.records + written.records + bool(opening),
            crc32=zlib.crc32(data, file.crc32),
        )
        if written.response is None:
            return Warc()
        captured = replace(written.response, offset=position + written.response.offset)
        if captured.is_page:
            self._held.append(captured)
        if reference := written.refers_to:
            return Warc(file=reference.file, offset=reference.captured.offset)
        return Warc(file=file.name, offset=captured.offset)

    def release(self) -> None:
        """Let all that was added be acknowledged."""
        if self._file and self._file != self._released:
            for captured in self._held:
                self._ledger.add_capture(self._file.name, captured)
            self._held.clear()
            self._released = self._file
            self.is_synced = False

    def sync(self) -> None:
        """Bring to disk what was released, and tell the ledger. Raises OSError."""
        if self._released and not self.is_synced:
            os.fdatasync(self._descriptor)
            self._ledger.set_warc(self._released)
            self.is_synced = True

    @property
    def length(self) -> int:
        """Bytes of the file."""
        return self._file.length if self._file else 0

    @property
    def released(self) -> dict[str, int]:
        """Bytes of the file that the next commit after a `sync` acknowledges, by its name in the archive."""
        return {f"{WARC}/{self._released.name}": self._released.length} if self._released else {}

    def close(self) -> None:
        """Give the file, all of which is synced, its final name; another begins with the next exchange.

        Raises OSError.
        """
        if file := self._file:
            self._file = self._released = None
            os.close(self._descriptor)
            publish(self._root, self._ledger, file)

    def abandon(self) -> None:
        """Let go of the file as it is."""
        if self._file:
            os.close(self._descriptor)
            self._file = None

    def with_payload(self, digest: bytes) -> Reference | None:
        """A response record that has a payload of that SHA-1."""
        held = self._newest_held(lambda captured: captured.digest == digest and captured.has_payload)
        return held or self._ledger.payload(digest)

    def page(self, uri: str) -> Reference | None:
        """The response record that has the payload of the newest capture of a page that was delivered."""
        held = self._newest_held(lambda captured: captured.uri == uri and captured.status == _OK)
        newest = held or self._ledger.captured(uri, _OK)
        if newest is None or newest.captured.has_payload:
            return newest
        return self.with_payload(newest.captured.digest)

    def _newest_held(self, is_it: Callable[[Captured], bool]) -> Reference | None:
        found = (held for held in reversed(self._held) if held.is_whole and is_it(held))
        newest = next(found, None)
        return Reference(file=self._file.name, captured=newest) if self._file and newest else None

    def _begin(self, at: datetime) -> WarcFile:
        name = f"slqncy-{at:%Y%m%d%H%M%S}-{self._ledger.warc_count():05}.warc.gz"
        path = open_warc_path(self._root, name)
        disk.create_file(path)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._file = WarcFile(name, 0, 0, 0, closed=False)
        return self._file

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]


def publish(root: Path, ledger: Ledger, file: WarcFile) -> None:
    """Close a file: the ledger knows first, so that a kill in between leaves only the renaming. Raises OSError."""
    ledger.set_warc(file._replace(closed=True))
    ledger.commit()
    _rename(root, file.name)


def _rename(root: Path, name: str) -> None:
    path = open_warc_path(root, name)
    path.replace(warc_path(root, name))
    disk.sync_directory(path.parent)


# What a killed run left


def refuse(root: Path, known: Mapping[str, WarcFile]) -> None:
    """Raises ArchiveDamagedError where the files are not what a kill can have left of those that the ledger knows."""
    closed = closed_sizes(root)
    refuse_less(root, known, closed)
    for name, found in more(closed, known):
        raise ArchiveDamagedError(f"{warc_path(root, name)}: {found}")


def refuse_less(root: Path, known: Mapping[str, WarcFile], closed: Mapping[str, int]) -> None:
    """Raises ArchiveDamagedError where a file lacks some of what was acknowledged; `closed` is `closed_sizes`."""
    opened = set(open_warcs_on_disk(root))
    for file in known.values():
        # Each run leaves a file, and each looks at all that were left: they are not looked for one by one.
        is_closed = file.name in closed and file.name not in opened
        size = closed[file.name] if is_closed else size_of(root, file.name)
        if found := less(file, size):
            raise ArchiveDamagedError(
                f"{path_of(root, file.name)}: {found}. "
                "Restore it from a copy, or let `scrapy repair` go on with what is left"
            )


def less(file: WarcFile, size: int | None) -> str:
    """What a file of so many bytes, None where it is missing, lacks of what was acknowledged; in words, or ""."""
    if size is None:
        return f"is missing, with {file.records} records"
    return f"{size} bytes, but {file.length} were acknowledged" if size < file.length else ""


def size_of(root: Path, name: str) -> int | None:
    """Bytes of a file, open or closed; None where it is missing."""
    try:
        return read_warc(root, name, lambda path: path.stat().st_size)
    except FileNotFoundError:
        return None


def closed_sizes(root: Path) -> dict[str, int]:
    """Bytes of each closed file."""
    sizes = {}
    for path in closed_warcs_on_disk(root):
        # A link that leads nowhere is no file.
        with suppress(FileNotFoundError):
            sizes[path.name] = path.stat().st_size
    return dict(sorted(sizes.items()))


def more(sizes: Mapping[str, int], known: Mapping[str, WarcFile]) -> Iterator[tuple[str, str]]:
    """Closed files of which the ledger does not know all, though it is told before a file is closed; in words."""
    for name, size in sizes.items():
        file = known.get(name)
        if file is None:
            yield name, "unknown to the ledger; `scrapy rebuild` reads it"
        elif not file.closed or size > file.length:
            yield name, f"{size} bytes, more than the ledger knows of; `scrapy rebuild` reads them"


def path_of(root: Path, name: str) -> Path:
    """Where a file is, open or closed."""
    opened = open_warc_path(root, name)
    return opened if opened.exists() else warc_path(root, name)


def read_warc(root: Path, name: str, read: Callable[[Path], T]) -> T:
    """What `read` makes of a file, open or closed, and a run may close it meanwhile. Raises FileNotFoundError.

    The name may be anything that a line says; nothing outside the folder is read.
    """
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    with suppress(FileNotFoundError):
        return read(open_warc_path(root, name))
    return read(warc_path(root, name))


def settle(root: Path, ledger: Ledger, known: Mapping[str, WarcFile]) -> None:
    """Move aside what was never acknowledged, and close all files; `known` are those of the ledger. Raises OSError.

    It would tell of pages that no line knows, and that are asked for again.
    """
    for name in open_warcs_on_disk(root):
        file = known.get(name)
        cut_back(root, open_warc_path(root, name), f"{WARC}/{name}", file.length if file else 0)
        if file and file.closed:
            _rename(root, name)
        elif file:
            publish(root, ledger, file)


def take_in(ledger: Ledger, known: WarcFile, path: Path, most: int | None = None) -> tuple[WarcFile, str]:
    """Tell the ledger of what stands whole in a file behind what it knows, within the first `most` bytes.

    Gives the file as far as it is whole, and why the rest is not, or "". Raises OSError.
    """
    reason = ""
    name, length, records, crc, closed = known
    with path.open("rb") as opened:
        try:
            for scanned in scan(opened, length):
                if most is not None and scanned.end > most:
                    break
                length, records = scanned.end, records + scanned.records
                if scanned.captured:
                    ledger.add_capture(name, scanned.captured)
                for loss in scanned.losses:
                    ledger.add_loss(name, loss)
        except WarcError as error:
            reason = str(error)
        crc = crc_of(opened, length, known.length, crc)
    return WarcFile(name, length, records, crc, closed=closed), reason


def crc_of(file: BinaryIO, length: int, start: int = 0, crc: int = 0) -> int:
    """The CRC-32 of the first bytes of a file; `crc` is that of those before `start`."""
    file.seek(start)
    length -= start
    while data := file.read(min(length, _BUFFER)):
        crc, length = zlib.crc32(data, crc), length - len(data)
    return crc
