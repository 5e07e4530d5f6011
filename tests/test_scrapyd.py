"""A real scrapyd: deployed to, told to crawl, and what becomes of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.crawling import ROOT, Pages, links, stories, story_page, text_of
from tests.notify.ping_server import pinged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.demo import DemoServer

CONFIGURATION = """
[scrapyd]
bind_address = 127.0.0.1
http_port = {port}
poll_interval = 0.2
max_proc = 1
"""
VERSION = "0.1.0+deployed"


@dataclass(frozen=True, slots=True)
class Scrapyd:
    """A scrapyd that runs."""

    url: str
    log: Path

    def ask(self, what: str, **form: str | list[str]) -> dict[str, Any]:
        """Its answer to a GET, or to a POST of a form."""
        data = urlencode(form, doseq=True).encode() if form else None
        with urlopen(f"{self.url}/{what}", data, timeout=60) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
        assert answer["status"] == "ok", answer
        return answer

    def run(self, **form: str | list[str]) -> str:
        """Have a job done; gives its id."""
        job: str = self.ask("schedule.json", project="slqncy", spider="stories", **form)["jobid"]
        while job not in {done["id"] for done in self.ask("listjobs.json?project=slqncy")["finished"]}:
            sleep(0.2)
        return job


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def scrapyd(folder: Path, port: int, **environment: str) -> Iterator[Scrapyd]:
    (folder / "scrapyd.conf").write_text(CONFIGURATION.format(port=port))
    service = Scrapyd(f"http://127.0.0.1:{port}", folder / "scrapyd.log")
    with service.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapyd"], cwd=folder,
            env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        while not _answers(service):
            assert process.poll() is None, service.log.read_text()
            sleep(0.2)
        yield service
    finally:
        process.terminate()
        process.wait(60)


def _answers(service: Scrapyd) -> bool:
    try:
        service.ask("daemonstatus.json")
    except URLError:
        return False
    return True


def deploy(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """As one does it by hand in a clone of the project."""
    folder.mkdir()
    shutil.copytree(ROOT / "slqncy", folder / "slqncy", ignore=shutil.ignore_patterns("__pycache__"))
    package = folder / "slqncy/__init__.py"
    package.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{VERSION}"', package.read_text()))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    cfg = (ROOT / "scrapy.cfg").read_text()
    (folder / "scrapy.cfg").write_text(cfg.replace("http://127.0.0.1:6800/", f"http://127.0.0.1:{port}/"))
    return subprocess.run(
        [sys.executable, "-m", "scrapyd_client.deploy", "--version", "1"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_job(serve_pages: Callable[[Pages], DemoServer], tmp_path: Path) -> None:
    site = Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))})
    archive, port = tmp_path / "archive", free_port()
    # The egg goes before what is installed here: where scrapyd runs, nothing of ours is installed.
    eggs = str(tmp_path / "eggs/slqncy")
    with pinged() as service, scrapyd(tmp_path, port, PING_URL=service.url, PYTHONPATH=eggs) as daemon:
        deployed = deploy(tmp_path / "project", port)
        assert deployed.returncode == 0, deployed.stderr + deployed.stdout
        assert json.loads(deployed.stdout)["spiders"] == 1
        base_url = serve_pages(site).base_url
        job = daemon.run(base_url=base_url, setting=[f"ARCHIVE_DIR={archive}", "DOWNLOAD_DELAY=0"])
        assert [ping.path for ping in service.pings] == ["/start", ""]
    (report,) = (json.loads(path.read_bytes()) for path in archive.glob("runs/*.json"))
    assert report["versions"]["slqncy"] == VERSION
    assert report["exit_status"] == 0
    assert report["arguments"] == {"base_url": base_url, "_job": job}
    assert list(stories(archive)) == ["slqncy/szxw/1"]
    said = daemon.log.read_text()
    assert re.search(rf"Process finished: .*{job}", said), said
