"""A disk of files and folders that knows what was synced, and what a power cut may leave of the rest.

Contents are durable after fsync or fdatasync of the file, names after fsync of the folder. Until then each may be
there, there in part, or as it was before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from random import Random

    from benchmarks.reliability.disk_trace import Call

SECTOR = 512
"""Bytes that a disk writes as a whole."""


class Contents(Enum):
    """What survives of the writes to a file that were not synced."""

    ALL = auto()
    NOTHING = auto()
    TORN = auto()  # the first ones, and a part of the next
    ZEROED = auto()  # the length grew, and nothing was written there
    SECTORS = auto()  # some sectors, in no order
    ONE_FILE = auto()  # all or nothing, file by file


class Names(Enum):
    """What survives of names made, changed and removed in folders that were not synced."""

    ALL = auto()
    NOTHING = auto()
    FIRST = auto()  # the first ones
    ANY = auto()  # some, in no order


CUTS = {
    "everything": (Contents.ALL, Names.ALL),
    "synced only": (Contents.NOTHING, Names.NOTHING),
    "torn": (Contents.TORN, Names.ALL),
    "zeroed": (Contents.ZEROED, Names.ALL),
    "names only": (Contents.NOTHING, Names.ALL),
    "contents only": (Contents.ALL, Names.NOTHING),
    "one file": (Contents.ONE_FILE, Names.FIRST),
    "sectors": (Contents.SECTORS, Names.ANY),
    "torn, some names": (Contents.TORN, Names.ANY),
}
"""Ways in which a power cut may go, by name."""

State = dict[str, bytes | None]
"""What is on a disk: path, and contents; None is a folder."""


@dataclass(frozen=True, slots=True)
class _Write:
    offset: int
    data: bytes

    def apply(self, content: bytearray) -> None:
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data


@dataclass(frozen=True, slots=True)
class _Cut:
    length: int

    def apply(self, content: bytearray) -> None:
        del content[self.length :]
        content.extend(bytes(self.length - len(content)))


@dataclass(eq=False, slots=True)
class _File:
    live: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    pending: list[_Write | _Cut] = field(default_factory=list)

    def change(self, change: _Write | _Cut) -> None:
        change.apply(self.live)
        self.pending.append(change)

    def sync(self) -> None:
        if self.pending:
            self.durable = bytes(self.live)
            self.pending.clear()

    def after(self, contents: Contents, random: Random) -> bytes:
        """What a power cut leaves."""
        if contents is Contents.ONE_FILE:
            contents = random.choice((Contents.ALL, Contents.NOTHING))
        if not self.pending or contents is Contents.NOTHING:
            return self.durable
        left = bytearray(self.durable)
        for change in self._surviving(contents, random):
            change.apply(left)
        return bytes(left)

    def _surviving(self, contents: Contents, random: Random) -> list[_Write | _Cut]:
        if contents is Contents.ALL:
            return self.pending
        if contents is Contents.TORN:
            whole = random.randrange(len(self.pending))
            torn = self.pending[whole]
            part = [_Write(torn.offset, torn.data[: random.randrange(len(torn.data))])] if _is_write(torn) else []
            return [*self.pending[:whole], *part]
        left: list[_Write | _Cut] = []
        for change in self.pending:
            if not _is_write(change):
                left.append(change)
            elif contents is Contents.ZEROED:
                end = change.offset + len(change.data)
                start = max(change.offset, min(len(self.durable), end))
                left.append(_Write(start, bytes(end - start)))
            else:
                left += _sectors(change, len(self.durable), random)
        return left


def _is_write(change: _Write | _Cut) -> TypeGuard[_Write]:
    return isinstance(change, _Write)


def _sectors(write: _Write, durable: int, random: Random) -> list[_Write]:
    end = write.offset + len(write.data)
    # The length is a matter of its own, and may grow before the sectors are written.
    left = [_Write(end, b"")] if end > durable and random.choice((True, False)) else []
    edges = [write.offset, *range((write.offset // SECTOR + 1) * SECTOR, end, SECTOR), end]
    left += [
        _Write(start, write.data[start - write.offset : stop - write.offset])
        for start, stop in pairwise(edges)
        if random.choice((True, False))
    ]
    return left


_Node: TypeAlias = "_File | _Folder"


@dataclass(eq=False, slots=True)
class _Folder:
    live: dict[str, _Node] = field(default_factory=dict)
    durable: dict[str, _Node] = field(default_factory=dict)
    pending: list[dict[str, _Node | None]] = field(default_factory=list)
    """Names that change together; None is no longer there."""

    def change(self, names: dict[str, _Node | None]) -> None:
        _apply(names, self.live)
        self.pending.append(names)

    def sync(self) -> None:
        self.durable = dict(self.live)
        self.pending.clear()

    def after(self, names: Names, random: Random) -> dict[str, _Node]:
        """What a power cut leaves."""
        left = dict(self.durable)
        first = random.randrange(len(self.pending) + 1)
        for index, change in enumerate(self.pending):
            survives = {
                Names.ALL: True,
                Names.NOTHING: False,
                Names.FIRST: index < first,
                Names.ANY: random.choice((True, False)),
            }
            if survives[names]:
                _apply(change, left)
        return left


def _apply(names: dict[str, _Node | None], entries: dict[str, _Node]) -> None:
    for name, node in names.items():
        if node is None:
            entries.pop(name, None)
        else:
            entries[name] = node


@dataclass(slots=True)
class _Handle:
    node: _Node
    is_append: bool
    position: int = 0


class Disk:
    """What a program's calls make of the folder `base`, which is empty and durable at first."""

    def __init__(self, base: Path) -> None:
        self._base, self._root = base, _Folder()
        self._open: dict[tuple[int, int], _Handle] = {}

    def do(self, call: Call) -> bool:
        """Follow a call; gives whether it touched what is in the folder."""
        if call.name == "open":
            return self._do_open(call)
        if call.name in {"rename", "link"}:
            return self._do_rename(*map(self._place, call.paths), keeps_source=call.name == "link")
        if call.name in {"unlink", "rmdir", "mkdir"}:
            place = self._place(call.paths[0])
            if place:
                folder, name = place
                folder.change({name: _Folder() if call.name == "mkdir" else None})
            return place is not None
        return self._do_open_file(call)

    def after(self, contents: Contents, names: Names, random: Random) -> State:
        """What a power cut leaves now."""
        state: State = {}
        self._leave(self._root, Path(), state, (contents, names, random))
        return state

    def _leave(self, folder: _Folder, path: Path, state: State, cut: tuple[Contents, Names, Random]) -> None:
        contents, names, random = cut
        for name, node in sorted(folder.after(names, random).items()):
            if isinstance(node, _Folder):
                state[str(path / name)] = None
                self._leave(node, path / name, state, cut)
            else:
                state[str(path / name)] = node.after(contents, random)

    def _place(self, full: Path) -> tuple[_Folder, str] | None:
        """Where a name is or would be; None outside of the folder."""
        if not full.is_relative_to(self._base) or full == self._base:
            return None
        folder: _Node = self._root
        for part in full.relative_to(self._base).parts[:-1]:
            assert isinstance(folder, _Folder)
            folder = folder.live[part]
        assert isinstance(folder, _Folder)
        return folder, full.name

    def _do_open(self, call: Call) -> bool:
        self._open.pop((call.process, call.result), None)
        path, flags = call.paths[0], call.words[2].split("|")
        place = self._place(path)
        if place is None and path != self._base:
            return False
        node = place[0].live.get(place[1]) if place else self._root
        is_new = node is None
        if place and node is None:
            node = _File()
            place[0].change({place[1]: node})
        assert node is not None
        self._open[call.process, call.result] = _Handle(node, "O_APPEND" in flags)
        if isinstance(node, _File) and node.live and "O_TRUNC" in flags:
            node.change(_Cut(0))
            return True
        return is_new

    def _do_rename(
        self, source: tuple[_Folder, str] | None, target: tuple[_Folder, str] | None, *, keeps_source: bool
    ) -> bool:
        if not source or not target:
            assert not source, "moved out of the folder"
            assert not target, "moved into the folder"
            return False
        added, removed = {target[1]: source[0].live[source[1]]}, {} if keeps_source else {source[1]: None}
        if source[0] is target[0]:
            target[0].change({**added, **removed})
        else:
            target[0].change({**added})
            source[0].change({**removed})
        return True

    def _do_open_file(self, call: Call) -> bool:
        key = call.process, call.descriptor
        handle = self._open.get(key)
        if handle is None:
            return False
        if call.name == "close":
            del self._open[key]
            return False
        if call.name == "lseek":
            handle.position = call.result
            return False
        node = handle.node
        if call.name in {"fsync", "fdatasync"}:
            node.sync()
            return True
        assert isinstance(node, _File)
        if call.name == "ftruncate":
            node.change(_Cut(int(call.words[1])))
        elif call.name == "pwrite64":
            node.change(_Write(int(call.words[3]), call.strings[0][: call.result]))
        else:
            assert call.name == "write", call.name
            offset = len(node.live) if handle.is_append else handle.position
            node.change(_Write(offset, call.strings[0][: call.result]))
            handle.position = offset + call.result
        return True
