"""What a run leaves behind when it ends: its report, and the page that is made of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from msgspec import to_builtins

from slqncy.exitcodes import ExitStatus
from slqncy.records import hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.archive import ArchiveWriter
    from slqncy.archive.coverage import NumberLine
    from slqncy.run_report import RunReport

logger = logging.getLogger(__name__)

_LOOKED_BACK = 200
"""Reports of earlier runs that a page is made with, at most; those on other sites may be among them."""


def leave(archive: ArchiveWriter, report: RunReport, lines: Sequence[NumberLine]) -> str:
    """Write both; `lines` are as the run leaves them. Gives the hash of the report. Raises ArchiveError.

    Where the page cannot be made, that is an exit status of its own, and the report is written all the same.
    """
    earlier = archive.runs_before(report.run_id, report.site, _LOOKED_BACK)
    try:
        from slqncy.report.page import run_page  # noqa: PLC0415  # what draws takes memory that a crawl has a use for

        page = run_page(report, earlier, lines)
    except Exception:
        logger.exception("The page of the run cannot be made")
        report.exit_status = int(ExitStatus.SOFTWARE)
        report.exit_reason = "the page of the run cannot be made; the log has the reason"
    else:
        archive.write_page(report.run_id, page)
        report.page = hash_of(page)
    return hash_of(archive.write_run(report.run_id, to_builtins(report)))
