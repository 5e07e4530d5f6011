"""What starts runs: the lines of cron as /bin/sh takes them, and the units as systemd does."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slqncy.demo import serve
from tests.crawling import ROOT, Pages, links, stories, story_page, text_of
from tests.notify.ping_server import pinged

if TYPE_CHECKING:
    from pathlib import Path

UNITS = ROOT / "deploy/systemd"
SYSTEMD = shutil.which("systemd-analyze")
MOST_EXPOSURE = 20
"""Of 100, as systemd-analyze counts it; what it prints is of 10."""
SCRAPY = """#!/bin/sh
exec {python} -m scrapy "$@" {more}
"""
MAIL = """#!/bin/sh
for word; do echo "$word"; done >{folder}/mail.words
cat >{folder}/mail.body
"""


def crontab(text: str) -> tuple[dict[str, str], list[str]]:
    """Variables and commands, by crontab(5): NAME=VALUE lines, and five fields before a command."""
    variables, commands = {}, []
    for line in text.splitlines():
        if setting := re.fullmatch(r"([A-Z_]+)=(.*)", line):
            variables[setting[1]] = setting[2]
        elif entry := re.fullmatch(r"(?:[0-9*/,-]+\s+){5}(\S.*)", line):
            # It would end the command.
            assert "%" not in line
            commands.append(entry[1])
        else:
            assert not line or line.startswith("#"), line
    return variables, commands


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A directory with what the lines name: the project, its environment, and a program to mail with."""
    for name in ("slqncy", "scrapy.cfg"):
        (tmp_path / "opt" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "opt" / name).symlink_to(ROOT / name)
    for folder in ("opt/.venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    program(tmp_path / "bin/mail", MAIL.format(folder=tmp_path))
    return tmp_path


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def printed(machine: Path, line: str, *more: str, **variables: str) -> str:
    """What cron would mail of a line that is run where the project and the archive are in the machine's directory."""
    program(machine / "opt/.venv/bin/scrapy", SCRAPY.format(python=sys.executable, more=shlex.join(more)))
    command = line.replace("/opt/slqncy", str(machine / "opt")).replace("/srv/news", str(machine / "archive"))
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": f"{machine / 'bin'}:/usr/bin:/bin", "HOME": "/", "SHELL": "/bin/sh"} | variables,
    )  # fmt: skip
    return done.stdout + done.stderr


WRONG = ("-s", "DOWNLOAD_DELAY=-1")
SAID = "scrapy crawl: DOWNLOAD_DELAY='-1' must be a number of at least 0 (exit status 78)\n"


def test_the_line_in_the_readme_mails_why_a_run_failed(machine: Path) -> None:
    _, (line,) = crontab("\n".join(re.findall(r"^[0-9*]+ \*.*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)))
    assert printed(machine, line, *WRONG) == ""
    words = (machine / "mail.words").read_text().splitlines()
    assert words == ["-s", "news archive: exit status 78", "me@example.org"]
    assert (machine / "mail.body").read_text() == SAID


def test_the_crontab_has_cron_mail_what_failed_and_a_service_told(machine: Path) -> None:
    variables, (line,) = crontab((ROOT / "deploy/cron").read_text("utf-8"))
    assert variables == {"MAILTO": "me@example.org", "PING_URL": ""}
    with pinged() as service:
        assert printed(machine, line, *WRONG, PING_URL=service.url) == f"exit status 78: {SAID}"
    assert [ping.path for ping in service.pings] == ["/start", "/78"]


def test_of_a_good_run_nothing_is_mailed_also_where_no_ping_arrives(machine: Path) -> None:
    _, (line,) = crontab((ROOT / "deploy/cron").read_text("utf-8"))
    with pinged() as service:
        url = service.url
    with serve(Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))})) as base_url:
        assert printed(machine, line, "-a", f"base_url={base_url}", "-s", "DOWNLOAD_DELAY=0", PING_URL=url) == ""
    assert list(stories(machine / "archive")) == ["slqncy/szxw/1"]


def test_pages_show_the_lines_that_are_tried() -> None:
    shown = {
        page.name: [line for line in page.read_text("utf-8").splitlines() if re.match(r"[0-9*]+ \*", line)]
        for page in (ROOT / "deploy/cron", *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
    }
    assert shown["README.zh.md"] == shown["operating.md"] == shown["README.md"]
    assert shown["schedule.md"] == shown["cron"]


@pytest.mark.skipif(not SYSTEMD, reason="systemd is not installed")
def test_units_are_what_systemd_understands_and_expose_little(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        text = unit.read_text("utf-8").replace("/opt/slqncy/.venv/bin/scrapy", sys.executable)
        (tmp_path / unit.name).write_text(text)
    service = str(tmp_path / "slqncy.service")
    for what in (
        ["verify", service, str(tmp_path / "slqncy.timer")],
        ["security", "--offline=true", f"--threshold={MOST_EXPOSURE}", service],
    ):
        done = subprocess.run([str(SYSTEMD), *what], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
