"""Damage WARC files in every way we know, and see who notices: our checker, `warcio check`, `fastwarc check`.

    python -m benchmarks.warc.damage --peers DIR [--rows]

DIR is a virtual environment that has warcio and FastWARC. Printed, as tables: how many kinds of damage each of them
notices (with `--rows` also each kind), how many good files each of them rejects (ours, of what the project writes and
of what the standard allows; those of wget and warcio, crawling the demo site), and how fast each of them is. "Any" is
our checker as it judges files of others, by the standard alone. Exit status 1 if ours misses a kind, or rejects a good
file.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from slqncy.demo import build_site, serving
from slqncy.warc.check import Target, check
from slqncy.warc.exchange import Exchange
from slqncy.warc.write import exchange_records, warcinfo
from tests.warc.damage import DAMAGES, GROUPS, damaged, flip
from tests.warc.good import ALLOWED, Captures, own_file
from tests.warc.records import NAME, File, exchange, http
from tests.warc.records import warcinfo as warcinfo_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_GOOD_FILES, _EXCHANGES = 25, 40
_SPEED_STORIES = 4000
_STORY = 8000  # characters
_WARCIO_CRAWL = """
import http.client, sys
from warcio.capture_http import capture_http
host, *targets = sys.argv[3:]
with capture_http(sys.argv[1], warc_version=sys.argv[2]):
    for target in targets:
        connection = http.client.HTTPConnection(host)
        connection.request("GET", target)
        connection.getresponse().read()
        connection.close()
"""


class Checker(NamedTuple):
    """Something that says whether a file is good."""

    name: str
    rejects: Callable[[Path], bool]


def checkers(peers: Path) -> list[Checker]:
    """Ours first."""

    def peer(tool: str) -> Callable[[Path], bool]:
        def rejects(path: Path) -> bool:
            command = [str(peers / "bin" / tool), "check", str(path)]
            return bool(subprocess.run(command, capture_output=True, check=False).returncode)  # noqa: S603  # named above

        return rejects

    return [
        Checker("ours", lambda path: any(check(path, own=True, known=_nowhere))),
        Checker("ours, any", lambda path: any(check(path, known=_nowhere))),
        Checker("warcio check", peer("warcio")),
        Checker("fastwarc check", peer("fastwarc")),
    ]


def _nowhere(_: Target) -> bool:
    return False


def damage_table(path: Path, tools: list[Checker], *, with_rows: bool) -> bool:
    """Print who notices what; whether ours names everything, in the words it should."""
    is_complete = True
    sums, forbidden = [0] * len(tools), [0] * len(tools)
    print(_row("damage", "kinds", *(tool.name for tool in tools)))
    print(_row(*["---"] * (2 + len(tools))))
    for group, damages in GROUPS.items():
        noticed = [0] * len(tools)
        for damage in damages:
            path.write_bytes(damaged(damage))
            is_complete &= any(damage.says in defect.what for defect in check(path, own=True, known=_nowhere))
            rejected = [tool.rejects(path) for tool in tools]
            noticed = [count + yes for count, yes in zip(noticed, rejected, strict=True)]
            if damage.is_forbidden:
                forbidden = [count + yes for count, yes in zip(forbidden, rejected, strict=True)]
            if with_rows:
                print(_row(damage.name, "", *("yes" if yes else "-" for yes in rejected)), flush=True)
        sums = [count + more for count, more in zip(sums, noticed, strict=True)]
        print(_row(f"**{group}**" if with_rows else group, len(damages), *noticed), flush=True)
    print(_row("all", len(DAMAGES), *sums))
    print(_row("of these, forbidden by the standard", sum(damage.is_forbidden for damage in DAMAGES), *forbidden))
    return is_complete


def flipped_bits(path: Path) -> tuple[int, int]:
    """How many bits a small file has, and how many of them may be flipped unnoticed, as nothing comes of it."""
    data = File([warcinfo_record(), *exchange("http://news.example.cn/", http(b"<p>"))]).data()
    content, unused = gzip.decompress(data), 0
    for bit in range(8 * len(data)):
        path.write_bytes(flip(data, bit))
        if not any(check(path, own=True)):
            unused += 1
            assert gzip.decompress(path.read_bytes()) == content
    return 8 * len(data), unused


def good_files(path: Path, peers: Path) -> Iterator[tuple[str, list[Path]]]:
    """Good files by where they are from."""
    own, records = [], 0
    for seed in range(_GOOD_FILES):
        data, count = own_file(seed, _EXCHANGES)
        records += count
        own.append(path.parent / f"own{seed}" / NAME)
        own[-1].parent.mkdir()
        own[-1].write_bytes(data)
    yield f"written by the project, {records} records", own
    allowed = []
    for number, make in enumerate(ALLOWED.values()):
        allowed.append(path.parent / f"allowed{number}.warc.gz")
        allowed[-1].write_bytes(make())
    yield "allowed by the standard", allowed
    with serving(build_site()) as server:
        yield "written by wget", list(_by_wget(path.parent / "wget", server.base_url))
        yield "written by warcio", list(_by_warcio(path.parent, peers, server.base_url))


def _by_wget(directory: Path, url: str) -> Iterator[Path]:
    if not shutil.which("wget"):
        return
    directory.mkdir()
    for name, options in {"wget.warc.gz": [], "plain.warc": ["--no-warc-compression"]}.items():
        warc_file = f"--warc-file={name.partition('.')[0]}"
        command = ["wget", "--quiet", "--recursive", "--level=2", "--execute=robots=off", warc_file, *options, url]
        subprocess.run(command, cwd=directory, check=False)  # noqa: S603  # named above
        yield directory / name


def _by_warcio(directory: Path, peers: Path, url: str) -> Iterator[Path]:
    for version in ("WARC/1.0", "WARC/1.1"):
        path = directory / f"warcio{version[-1]}.warc.gz"
        targets = ["/", "/robots.txt", "/sitemap.xml", "/szxw/", "/nothing.html"]
        arguments = [path, version, url.removeprefix("http://"), *targets]
        subprocess.run([peers / "bin" / "python", "-c", _WARCIO_CRAWL, *arguments], check=True)  # noqa: S603
        yield path


def good_table(path: Path, peers: Path, tools: list[Checker]) -> bool:
    """Print who rejects good files; whether ours rejects none."""
    is_right = True
    print(_row("good files", "files", *(tool.name for tool in tools)))
    print(_row(*["---"] * (2 + len(tools))))
    for origin, paths in good_files(path, peers):
        rejected: list[int | str] = [sum(tool.rejects(good) for good in paths) for tool in tools]
        if not origin.startswith("written by the project"):
            rejected[0] = ""
        is_right &= not rejected[0] and not rejected[1]
        print(_row(origin, len(paths), *rejected), flush=True)
    return is_right


def speed_table(path: Path, tools: list[Checker]) -> None:
    """Print how fast a file of stories is checked."""
    rng = random.Random(1)  # noqa: S311
    characters = [chr(code) for code in range(0x4E00, 0x5A00)]
    at = datetime(2026, 11, 26, 13, tzinfo=UTC)
    captures = Captures()
    with path.open("wb") as file:
        file.write(warcinfo(NAME, at, {"software": "slqncy"}))
        for number in range(_SPEED_STORIES):
            body = gzip.compress("".join(rng.choices(characters, k=_STORY)).encode(), mtime=0)
            uri = f"http://news.example.cn/szxw/{number}.html"
            request = f"GET /szxw/{number}.html HTTP/1.1\r\nHost: news.example.cn\r\n\r\n".encode()
            sent = at + timedelta(seconds=number)
            wire = http(body, "Content-Encoding: gzip")
            file.write(exchange_records(Exchange(uri=uri, at=sent, request=request, received=wire), captures).data)
    megabytes = path.stat().st_size / 1e6
    print(f"{megabytes:.0f} MB, {1 + 3 * _SPEED_STORIES} records:")
    for tool in tools:
        start = _cpu()
        assert not tool.rejects(path)
        print(f"  {tool.name}: {megabytes / (_cpu() - start):.0f} MB a second of a processor", flush=True)


def _cpu() -> float:
    """Seconds of a processor, those of finished children included."""
    return sum(os.times()[:4])


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="a virtual environment with warcio and FastWARC")
    parser.add_argument("--rows", action="store_true", help="print each kind of damage")
    arguments = parser.parse_args()
    tools = checkers(arguments.peers)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / NAME
        is_complete = damage_table(path, tools, with_rows=arguments.rows)
        bits, unused = flipped_bits(path)
        print(
            f"\n{bits - unused} of {bits} flipped bits named by ours; the other {unused} leave all data as they are\n"
        )
        is_right = good_table(path, arguments.peers, tools)
        print()
        speed_table(path, tools)
    return 0 if is_complete and is_right else 1


if __name__ == "__main__":
    sys.exit(main())
