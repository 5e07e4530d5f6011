"""The archive on disk. Nothing here imports Scrapy: downstream tools use it as a library."""

from slqncy.archive.errors import ArchiveDamagedError, ArchiveError, ArchiveLockedError
from slqncy.archive.reader import Archive
from slqncy.archive.writer import ArchiveWriter

__all__ = ["Archive", "ArchiveDamagedError", "ArchiveError", "ArchiveLockedError", "ArchiveWriter"]
