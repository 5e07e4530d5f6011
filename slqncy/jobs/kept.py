"""What one step of a job leaves to the next, in files of a job's own."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def keep(path: Path, thing: object) -> None:
    """Write it. Raises OSError."""
    path.write_bytes(pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))


def kept(path: Path) -> Any:
    """Read it. Raises OSError."""
    return pickle.loads(path.read_bytes())  # noqa: S301
