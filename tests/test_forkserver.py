"""A forked command is the process that a shell would have started, and what goes wrong in it is seen just so."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import forkserver, script

if TYPE_CHECKING:
    from pathlib import Path


def python(directory: Path, lines: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a script in a child."""
    path = directory / "script.py"
    path.write_text(lines)
    return forkserver.run(script.__name__, str(path), timeout=timeout)


@pytest.mark.parametrize(
    ("lines", "status", "errors"),
    [
        ("", 0, ""),
        ("raise SystemExit(75)", 75, ""),
        ("raise SystemExit('no archive')", 1, "no archive"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("import os; os._exit(70)", 70, ""),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        ("import warnings; warnings.warn('old', DeprecationWarning)", 1, "DeprecationWarning: old"),
        ("kept = [open('/dev/null')]; kept.append(kept); raise SystemExit(0)", 0, "ResourceWarning: unclosed file"),
        ("import atexit, sys; atexit.register(sys.stderr.write, 'bye'); raise SystemExit(0)", 0, "bye"),
    ],
)
def test_how_it_ends(tmp_path: Path, lines: str, status: int, errors: str) -> None:
    done = python(tmp_path, lines)
    assert done.returncode == status, done.stderr
    assert errors in done.stderr
    assert errors or not done.stderr


def test_it_has_streams_and_an_environment_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLY_HERE", "东渚")
    lines = "import os, sys\nprint(os.environ.get('ONLY_HERE'))\nprint('said', file=sys.stderr)"
    done = python(tmp_path, lines)
    assert (done.stdout, done.stderr) == ("东渚\n", "said\n")
    monkeypatch.delenv("ONLY_HERE")
    assert python(tmp_path, lines).stdout == "None\n"


def test_what_depends_on_the_hash_seed_differs_from_one_to_the_next(tmp_path: Path) -> None:
    first, second = (python(tmp_path, "print(hash('slqncy'))").stdout for _ in range(2))
    assert first != second


def test_it_is_not_waited_for_any_longer_than_that(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        python(tmp_path, "import time; time.sleep(600)", timeout=0.2)
    assert python(tmp_path, "print('next')").stdout == "next\n"
