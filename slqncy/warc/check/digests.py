"""Labelled digests: `sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N`."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

_SIZES = {name: hashlib.new(name).digest_size for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")}
_LABELLED = re.compile(r"([A-Za-z0-9-]+):([A-Za-z0-9+/_=-]+)")
_BASE32 = re.compile(r"[A-Za-z2-7]+")
# int() reads base 32 with other digits.
_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")


class Digest(NamedTuple):
    """What a digest field says."""

    algorithm: str
    """As hashlib calls it; the label, where nobody here knows it."""
    value: bytes | None
    """None where the algorithm is unknown, so that nothing can be compared."""


def parse_digest(text: str) -> Digest:
    """Read a labelled digest, as leniently as the IIPC recommends: Base16 or Base32, any case, padded or not.

    Raises ValueError.
    """
    labelled = _LABELLED.fullmatch(text)
    if not labelled:
        raise ValueError(f"no labelled digest: {text!r}")
    algorithm, value = labelled[1].lower().replace("sha-", "sha"), labelled[2]
    size = _SIZES.get(algorithm)
    if size is None:
        return Digest(algorithm, None)
    bare = value.rstrip("=")
    if bare == value and len(value) == 2 * size:
        return Digest(algorithm, bytes.fromhex(value))
    if len(bare) == (8 * size + 4) // 5 and _BASE32.fullmatch(bare):
        number = int(bare.upper().translate(_DIGITS), 32) >> (5 * len(bare) - 8 * size)
        return Digest(algorithm, number.to_bytes(size, "big"))
    raise ValueError(f"no {algorithm} in Base16 or Base32: {text!r}")
