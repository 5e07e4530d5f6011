"""WACZ packages: WARC files, an index of their captures and a list of pages in one ZIP file, which a browser replays.

WACZ 1.1.1, https://specs.webrecorder.net/wacz/1.1.1/, and CDXJ 0.1.0, https://specs.webrecorder.net/cdxj/0.1.0/.
Nothing here imports Scrapy.
"""

from slqncy.wacz.pack import NoCapturesError, Packed, pack
from slqncy.wacz.scratch import Title

__all__ = ["NoCapturesError", "Packed", "Title", "pack"]
