"""What goes wrong between workers."""

from slqncy.archive import ArchiveError


class ClusterError(ArchiveError):
    """The server of the cluster cannot be used; the message says why, and what to do."""


class LeaseLostError(ClusterError):
    """Another worker may have a site by now: what this one has not acknowledged does not count."""
