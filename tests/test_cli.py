"""What the commands on an archive do where they are not left to finish."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from scrapy.settings import Settings

from slqncy.cli import ArchiveCommand
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Interrupted(ArchiveCommand):
    about = "Is interrupted at its work."

    def work(self, root: Path, args: list[str], opts: Namespace) -> ExitStatus:
        raise KeyboardInterrupt


def test_ctrl_c_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = Interrupted()
    command.settings = Settings({"ARCHIVE_DIR": str(tmp_path)})
    command.run([], Namespace())
    assert command.exitcode == ExitStatus.TEMPORARY
    assert capsys.readouterr().err == "scrapy test_cli: stopped before its end; run it again (exit status 75)\n"
