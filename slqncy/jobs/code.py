"""Which code it is that makes something: what another version has made is of no use."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_READ = {".py", ".toml", ".txt"}


@cache
def code_hash() -> str:
    """A hash of the modules and profiles of this package, as they are where this process runs."""
    hashed = hashlib.sha256()
    for path in sorted(path for path in _PACKAGE.rglob("*") if path.suffix in _READ):
        hashed.update(f"{path.relative_to(_PACKAGE)}\n".encode() + path.read_bytes())
    return hashed.hexdigest()
