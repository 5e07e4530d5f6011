"""Names of what is in Redis. All begin with slqncy:, so that a server can be shared with others."""

from __future__ import annotations

WORKERS = "slqncy:workers"
"""Sorted set: names of workers by when they last gave a sign of life (seconds since 1970, by the server's clock)."""
ROUND = "slqncy:round"
"""Number of the round."""
OPEN = "slqncy:round:open"
"""Set: names of the sites that the round has not dealt with."""
COMMIT = "commit"
"""Field of a worker's hash: the number of its last transaction. No file is named so."""
DONE = "slqncy:round:done"
"""Set: names of those that it has."""

STORIES = "slqncy:stories"
"""Hash: what the stories of all workers are compared by, by number."""
STORY_COUNT = "slqncy:stories:count"
"""The number that was given to a story last."""
AT_HAND = "slqncy:at_hand"
"""Hash: what is being judged or is about to be committed, by the same numbers: whose it is, and what it says."""
AT_HAND_POSTINGS = "slqncy:at_hand:k"
"""Hash: the numbers of these, by their keys."""


def postings(beginning: int) -> str:
    """Sorted set: stories by their keys, of those keys that begin so."""
    # A short name: it is one of a million.
    return f"slqncy:k:{beginning:x}"


def lease(host: str) -> str:
    """Who may ask a host, for as long as the key lives."""
    return f"slqncy:lease:{host}"


def worker(name: str) -> str:
    """Hash: what is acknowledged of a worker's files, bytes by name; and the number of its last commit."""
    return f"slqncy:worker:{name}"


def filled(worker: str) -> str:
    """How many stories of a worker's part the server has been told of, while it is told of the whole part."""
    return f"slqncy:worker:{worker}:filled"


def site(name: str) -> str:
    """Hash: what is known of a site's addresses, by URL."""
    return f"slqncy:site:{name}"


def host(name: str) -> str:
    """Hash: whose a host is, until it is given back, and the pause between two requests to it (seconds)."""
    return f"slqncy:host:{name}"


def rest(host: str) -> str:
    """Lives for as long as a host that was given back is to be left alone."""
    return f"slqncy:rest:{host}"


def requests(name: str) -> str:
    """List: what is still to be asked of a site in this round."""
    return f"slqncy:requests:{name}"


def in_hand(name: str) -> str:
    """List: what the worker that has the site has taken of it, and not dealt with."""
    return f"slqncy:requests:{name}:in_hand"


def seen(name: str) -> str:
    """Set: fingerprints of what was to be asked of a site in this round, once."""
    return f"slqncy:requests:{name}:seen"


def readings(name: str) -> str:
    """How far the lists of a site are read, where a worker has handed it over."""
    return f"slqncy:requests:{name}:readings"


def counters(name: str) -> str:
    """Hash: counters of the runs of a site in this round."""
    return f"slqncy:requests:{name}:counters"
