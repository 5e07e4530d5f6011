"""Are the raw responses what the archive says they are?"""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import UUID

from slqncy.archive.captures import closed_sizes, crc_of, less, more, read_warc, size_of
from slqncy.archive.layout import LEDGER, WARC
from slqncy.archive.ledger import Ledger
from slqncy.warc.check import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.ledger import WarcFile
    from slqncy.records import Story
    from slqncy.warc.check import Defect, Target

# What other addresses show too is no text of a story.
_FORGOTTEN = """
    SELECT warc, position, url FROM url JOIN capture ON uri = url
    WHERE state = 'forgotten' AND has_payload AND NOT EXISTS (
        SELECT 1 FROM capture AS other WHERE other.digest = capture.digest AND other.uri <> capture.uri
    )
"""
_BEGAN = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-")
"""When a run that asked the site began, in its id."""


def warc_defects(root: Path, ledger: Ledger, *, full: bool) -> Iterator[str]:
    """What is wrong with the files; `full` reads every byte that is acknowledged. Raises sqlite3.Error, OSError."""
    for file in ledger.warcs().values():
        try:
            if what := less(file, size_of(root, file.name)):
                yield f"{WARC}/{file.name}: {what}"
            elif full:
                yield from _content_defects(root, ledger, file)
        except OSError as error:
            yield f"{WARC}/{file.name}: cannot be read: {error}"
    for name, position, url in ledger.db.execute(_FORGOTTEN):
        yield f"{WARC}/{name}, byte {position}: a response of {url}, which is forgotten"
    yield from _more_defects(root)


def capture_defect(ledger: Ledger, line: Story) -> str:
    """What is wrong with what a line says of its raw response, or ""."""
    place = line.provenance.warc
    if has_response(ledger, line) or (place.offset is not None and ledger.is_lost(place.file, place.offset)):
        return ""
    return f"no response is known at {WARC}/{place.file}, byte {place.offset}"


def has_response(ledger: Ledger, line: Story) -> bool:
    """Whether the raw response that a line names, if any, is there, or was never in this archive."""
    place = line.provenance.warc
    if not place.file or (place.offset is not None and ledger.has_payload_at(place.file, place.offset)):
        return True
    return _is_read_again(line) and place.file not in ledger.warcs()


def _is_read_again(line: Story) -> bool:
    """Whether a run has read what was captured before it, as it may out of the files of another archive."""
    began = _BEGAN.match(line.provenance.run_id)
    return began is None or line.date_downloaded <= "{}-{}-{}T{}:{}:{}Z".format(*began.groups())


def _more_defects(root: Path) -> Iterator[str]:
    # A run may close files meanwhile, so that the ledger is asked anew, and after they were looked for.
    sizes = closed_sizes(root)
    with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
        known = ledger.warcs()
    for name, what in more(sizes, known):
        yield f"{WARC}/{name}: {what}"


def _content_defects(root: Path, ledger: Ledger, file: WarcFile) -> Iterator[str]:
    def crc(path: Path) -> int:
        with path.open("rb") as opened:
            return crc_of(opened, file.length)

    def checked(path: Path) -> list[Defect]:
        return list(check(path, own=file.name not in losses, known=is_known, end=file.length))

    def is_known(target: Target) -> bool:
        # Of what is lost nobody knows what it was.
        return bool(losses) or _is_captured(ledger, target.record_id)

    losses = ledger.losses()
    if read_warc(root, file.name, crc) != file.crc32:
        yield f"{WARC}/{file.name}: not the bytes that were acknowledged"
    for defect in read_warc(root, file.name, checked):
        yield f"{WARC}/{defect}"


def _is_captured(ledger: Ledger, record_id: str) -> bool:
    try:
        return ledger.has_record(UUID(record_id.strip("<>")))
    except ValueError:
        return False
