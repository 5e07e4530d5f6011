"""Stories of an archive in the forms that other programs read. Nothing here imports Scrapy."""

from slqncy.export.export import NoStoriesError, SinceError, export
from slqncy.export.formats import FORMATS, Format, Shape

__all__ = ["FORMATS", "Format", "NoStoriesError", "Shape", "SinceError", "export"]
