"""What is known of hosts: kept whole, octet for octet, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveWriter
from slqncy.archive.hosts import Host, is_damaged, read_hosts
from slqncy.archive.layout import HOSTS
from slqncy.archive.repair import repair
from slqncy.archive.verify import verify
from tests.archive.looking import open_and_close, quarantine

if TYPE_CHECKING:
    from pathlib import Path

SITE = "http://www.slqncy.com"
BODY = "User-agent: *\n# 注释\n".encode() + "# 注释".encode("gbk") + b"\x00\xff\r\n"


@pytest.fixture
def kept(root: Path) -> bytes:
    writer = ArchiveWriter(root)
    text = BODY.decode("utf-8", "surrogateescape")
    writer.hosts[SITE] = Host("2026-11-01T08:00:00Z", 200, text, "2026-11-01T09:00:00Z")
    writer.keep_hosts()
    writer.close()
    return (root / HOSTS).read_bytes()


@pytest.mark.usefixtures("kept")
def test_what_is_known_is_known_to_the_next_run(root: Path) -> None:
    writer = ArchiveWriter(root)
    host = writer.hosts[SITE]
    writer.close()
    assert host.robots.encode("utf-8", "surrogateescape") == BODY
    assert (host.robots_fetched, host.robots_status, host.hold_until) == (
        "2026-11-01T08:00:00Z", 200, "2026-11-01T09:00:00Z",
    )  # fmt: skip
    assert verify(root, full=True).defects == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"", b" "), (b"Z", b"z"), (b"200", b"404"), (b"200", b'"200"'), (b"hosts", b"h"), (b"User", b"\xff"),
        (b'"robots":', b'"more": 1, "robots":'), (b"{", b"[" * 100_000),
    ],
)  # fmt: skip
def test_what_is_damaged_is_named_and_asked_for_anew(root: Path, kept: bytes, old: bytes, new: bytes) -> None:
    damaged = kept.replace(old, new, 1)
    (root / HOSTS).write_bytes(damaged)
    assert read_hosts(root) == {}
    open_and_close(root)
    assert verify(root, full=True).defects == [f"{HOSTS}: not what a run wrote"]
    assert any(said.startswith(f"{HOSTS}: damaged; moved to ") for said in repair(root))
    assert damaged in quarantine(root)
    assert verify(root, full=True).defects == []


@pytest.mark.usefixtures("kept")
def test_an_archive_without_it_is_sound(root: Path) -> None:
    (root / HOSTS).unlink()
    assert read_hosts(root) == {}
    assert not is_damaged(root)
    assert verify(root, full=True).defects == []
