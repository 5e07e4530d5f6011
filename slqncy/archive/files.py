"""The lines of a segment, from whichever file holds them."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, cast

from slqncy.archive.blocks import line_in, open_blocks
from slqncy.archive.layout import closed_path, open_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUFFER = 1 << 17


def open_segment(root: Path, name: str, position: int = 0) -> BinaryIO:
    """The bytes of a segment, uncompressed, from an offset on. Raises FileNotFoundError.

    Reading a damaged closed segment raises OSError, EOFError or zlib.error.
    """
    # While a month is being closed both files are whole; the open one is the older truth, and may go any moment.
    with suppress(FileNotFoundError):
        file = open_path(root, name).open("rb")
        file.seek(position)
        return file
    # A gzip file hands out lines much faster from a buffer around it.
    return io.BufferedReader(cast("io.RawIOBase", open_blocks(closed_path(root, name), position)), _BUFFER)


def whole_lines(root: Path, name: str, length: int | None = None, position: int = 0) -> Iterator[tuple[int, bytes]]:
    """Byte offset and bytes of each line within the first `length` bytes; a last line without its line feed is none.

    The first is the one that begins at `position`.
    """
    with open_segment(root, name, position) as file:
        for line in file:
            if not line.endswith(b"\n") or (length is not None and position >= length):
                return
            yield position, line
            position += len(line)


def line_at(root: Path, name: str, position: int) -> bytes:
    """The line of a segment that begins at a byte offset, or b"" behind its end.

    Raises FileNotFoundError, and as reading `open_segment` does.
    """
    with suppress(FileNotFoundError), open_path(root, name).open("rb") as file:
        file.seek(position)
        return file.readline()
    return line_in(closed_path(root, name), position)
