"""What can go wrong with an archive. Every message says where, and what to do next."""


class ArchiveError(Exception):
    """The archive cannot be read or written."""


class ArchiveLockedError(ArchiveError):
    """Another run is writing to the archive."""


class ArchiveDamagedError(ArchiveError):
    """Files of the archive disagree with its ledger in a way no crash explains."""
