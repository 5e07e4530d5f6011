"""What is packed is unpacked to its end, or it is said why not, whatever the bytes are and whatever they would make."""

from __future__ import annotations

import gzip
import random
import sys
import tracemalloc
import zlib
from contextlib import suppress
from time import process_time
from typing import TYPE_CHECKING

import brotli
import pytest

from slqncy.guards.codings import CodingError, IncompleteError, TooLargeError, UndecodableError, named_codings, unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 1_000_000
# It does not pack to a few bytes, and unpacks in more than one piece.
TEXT = "".join(f"第{number}条新闻,{number * 7919}字。" for number in range(10_000)).encode()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", lambda data: gzip.compress(data, mtime=0)),
    "x-gzip": ("x-gzip", lambda data: gzip.compress(data, mtime=0)),
    "gzip in members": ("gzip", lambda data: gzip.compress(data[:70_000]) + gzip.compress(data[70_000:])),
    "deflate": ("deflate", zlib.compress),
    "deflate without a frame": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
    "zstd in frames": ("zstd", lambda data: zstd.compress(data[:70_000]) + zstd.compress(data[70_000:])),
}
every_packer = pytest.mark.parametrize(("coding", "pack"), PACKERS.values(), ids=PACKERS)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([], []),
        ([b"gzip"], ["gzip"]),
        ([b" GZip ,\tBR", b"identity", b""], ["gzip", "br"]),
        ([b"\xff"], ["ÿ"]),
    ],
)
def test_names(values: list[bytes], names: list[str]) -> None:
    assert named_codings(values) == names


@every_packer
@pytest.mark.parametrize("text", [TEXT, b"x", b""], ids=["long", "short", "empty"])
def test_what_is_whole_is_read_whole(coding: str, pack: Callable[[bytes], bytes], text: bytes) -> None:
    assert unpack(pack(text), [coding], MOST) == text


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_no_body_is_none(coding: str) -> None:
    assert unpack(b"", [coding], MOST) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "deflate without a frame", "br", "zstd"])
def test_each_cut_is_noticed(name: str) -> None:
    coding, pack = PACKERS[name]
    packed = pack(TEXT[:2000])
    for length in range(1, len(packed)):
        with pytest.raises(IncompleteError):
            unpack(packed[:length], [coding], MOST)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_each_flipped_bit_of_text_is_noticed(coding: str) -> None:
    _, pack = PACKERS[coding]
    packed = bytearray(pack(TEXT[:600]))
    # Behind the header, in which some bits mean nothing.
    for index in range(10, len(packed)):
        packed[index] ^= 4
        with pytest.raises(IncompleteError):
            unpack(bytes(packed), [coding], MOST)
        packed[index] ^= 4


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_what_stands_behind_the_end_is_passed_over(coding: str) -> None:
    _, pack = PACKERS[coding]
    assert unpack(pack(TEXT) + b"\0\0more", [coding], MOST) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_not_in_its_coding(coding: str) -> None:
    for body in (b"<html><head><title>", "中文".encode("gbk") * 100, bytes(range(256)) * 9):
        with pytest.raises(UndecodableError):
            unpack(body, [coding], MOST)


@every_packer
def test_the_limit(coding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TEXT)
    assert unpack(packed, [coding], len(TEXT)) == TEXT
    with pytest.raises(TooLargeError, match=str(len(TEXT) - 1)):
        unpack(packed, [coding], len(TEXT) - 1)


@every_packer
def test_a_bomb_takes_no_memory(coding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(50 * MOST))
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        unpack(bomb, [coding], MOST)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MOST


def test_codings_on_top_of_each_other() -> None:
    assert unpack(gzip.compress(brotli.compress(TEXT)), ["br", "gzip"], MOST) == TEXT
    packed = TEXT
    for _ in range(30):
        packed = gzip.compress(packed)
    with pytest.raises(UndecodableError, match="30 codings"):
        unpack(packed, ["gzip"] * 30, MOST)


def test_a_coding_nobody_asked_for() -> None:
    with pytest.raises(UndecodableError, match="compress"):
        unpack(TEXT, ["compress"], MOST)


@pytest.mark.parametrize("stream", [gzip.compress(b""), zstd.compress(b"")], ids=["gzip", "zstd"])
def test_many_streams_take_as_long_as_they_are(stream: bytes) -> None:
    def seconds(streams: int) -> float:
        began = process_time()
        assert unpack(stream * streams, ["gzip" if stream[0] == 0x1F else "zstd"], MOST) == b""
        return process_time() - began

    # Were it quadratic, it would be 64 times.
    assert any(seconds(40_000) < 25 * seconds(5_000) for _ in range(3))


def test_no_bytes_bring_another_error() -> None:
    some = random.Random(7)
    for coding, pack in PACKERS.values():
        packed = pack(TEXT[:3000])
        for _ in range(300):
            start = some.randrange(len(packed))
            damaged = packed[:start] + some.randbytes(some.randrange(1, 9)) + packed[start + some.randrange(9) :]
            with suppress(CodingError):
                unpack(damaged, [coding], MOST)
