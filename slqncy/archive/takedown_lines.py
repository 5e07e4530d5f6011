"""Taking lines out of monthly files, and what events say of them; what is left stays byte for byte."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import open_segment
from slqncy.archive.layout import Kind, closed_path, manifest_path, open_path, segment_kind, segments_on_disk
from slqncy.archive.months import pack, put_in_place
from slqncy.archive.reports import Report  # noqa: TC001  # msgspec reads annotations at run time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_TEXT = rb'"((?:[^"\\]|\\.)*)"'
# Within a text a quotation mark is escaped, so that none of these is found there.
_URL, _CANONICAL, _DETAIL = (
    re.compile(rb'"' + name + rb'":' + _TEXT) for name in (b"url", b"canonical_url", b"detail")
)
_FORGOTTEN, _FINISHED = b'"event":"forgotten"', b'"event":"finished"'


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What goes out of the lines, and what comes to them."""

    addresses: list[str]
    """Canonical URLs of which all lines go, and what their events say of what was seen."""
    lines: list[str]
    """SHA-256 of single lines of other addresses that go."""
    names: list[str]
    """URLs and ids: what events of other addresses say goes where it names one."""
    reports: dict[str, Report]
    """Of runs that say something of these addresses, by run."""
    segment: str
    """The segment of events that the tombstones go to."""
    tombstones: list[str]
    """Lines of events."""

    @cached_property
    def _addresses(self) -> frozenset[bytes]:
        return frozenset(map(_encoded, self.addresses))

    @cached_property
    def _lines(self) -> frozenset[str]:
        return frozenset(self.lines)

    @cached_property
    def _names(self) -> re.Pattern[bytes]:
        return naming(map(_encoded, self.names))

    def has_page(self, line: bytes) -> bool:
        """Whether a line that is no event goes."""
        found = _CANONICAL.search(line)
        is_of_them = found is not None and found[1] in self._addresses
        return is_of_them or (bool(self._lines) and hashlib.sha256(line).hexdigest() in self._lines)

    def page(self, line: bytes) -> bytes:
        """What is left of a line that is no event: all of it, or nothing."""
        return b"" if self.has_page(line) else line

    def event(self, line: bytes) -> bytes:
        """What is left of an event, in as many bytes: tokens of changes are places of events."""
        if _FINISHED in line:
            return _renamed(line, self.reports.values())
        detail, url = _DETAIL.search(line), _URL.search(line)
        if detail is None or url is None or _FORGOTTEN in line:
            return line
        if url[1] not in self._addresses and not self._names.search(detail[1]):
            return line
        return line[: detail.start(1)] + b" " * len(detail[1]) + line[detail.end(1) :]


def naming(names: Iterable[bytes]) -> re.Pattern[bytes]:
    """Finds any of these names, and none that only begins or ends like one."""
    return re.compile(rb"(?<![\w/.-])(?:" + b"|".join(map(re.escape, names)) + rb")(?![\w-])")


def take_out_lines(root: Path, cut: Cut) -> Counter[str]:
    """Take out what goes, and add the tombstones, once. Gives how many lines have gone or changed, by folder.

    Raises OSError, or ArchiveDamagedError for what cannot be read.
    """
    gone: Counter[str] = Counter()
    for name in dict.fromkeys([*segments_on_disk(root), cut.segment]):
        kind = segment_kind(name)
        changed = cut.event if kind is Kind.EVENT else cut.page
        missing = dict.fromkeys(line.encode() for line in cut.tombstones) if name == cut.segment else {}
        count = 0
        for line in _lines_of(root, name):
            count += changed(line) != line
            missing.pop(line, None)
        if count or missing:
            _rewrite(root, name, changed, missing)
        gone[kind] += count
    return gone


def _lines_of(root: Path, name: str) -> Iterable[bytes]:
    if not any(path(root, name).exists() for path in (open_path, closed_path)):
        return
    try:
        with open_segment(root, name) as lines:
            yield from lines
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ArchiveDamagedError(f"{root / name}: {error}; `scrapy repair` moves aside what cannot be read") from error


def _rewrite(root: Path, name: str, changed: Callable[[bytes], bytes], more: Iterable[bytes]) -> None:
    opened, closed = open_path(root, name), closed_path(root, name)
    disk.make_directory(opened.parent)
    temporary = disk.temporary_of(opened)
    with disk.synced(temporary) as file:
        file.writelines(map(changed, _lines_of(root, name)))
        file.writelines(more)
    if not temporary.stat().st_size:
        # Readers fail on an empty file.
        for path in (opened, closed, manifest_path(root, name), temporary):
            disk.remove(path)
    elif closed.exists() and not opened.exists():
        packed, manifest, _ = pack(root, name, temporary)
        put_in_place(root, name, packed, manifest)
        disk.remove(temporary)
    else:
        disk.replace(temporary, opened)


def _renamed(line: bytes, reports: Iterable[Report]) -> bytes:
    """The event of a report that is another now."""
    for report in reports:
        was, is_to_be = (f'"hash":"{digest}"'.encode() for digest in report)
        line = line.replace(was, is_to_be)
    return line


def _encoded(text: str) -> bytes:
    """A text as it stands in a line, between quotation marks."""
    return msgspec.json.encode(text)[1:-1]
