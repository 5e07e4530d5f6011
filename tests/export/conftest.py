"""The archive to export."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.export.samples import make_archive

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write: other tests look at the same archive."""
    return make_archive(tmp_path_factory.mktemp("sample") / "archive")


@pytest.fixture
def root(sample_archive: Path, tmp_path: Path) -> Path:
    """An archive of one's own."""
    return shutil.copytree(sample_archive, tmp_path / "archive")
