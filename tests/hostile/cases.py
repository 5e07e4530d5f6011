"""All hostile cases."""

from __future__ import annotations

from tests.hostile.addresses import ADDRESSES
from tests.hostile.mazes import MAZES
from tests.hostile.pages import PAGES
from tests.hostile.redirects import REDIRECTS
from tests.hostile.robots import ROBOTS
from tests.hostile.sitemaps import SITEMAPS
from tests.hostile.transport import TRANSPORT

CASES = (*TRANSPORT, *REDIRECTS, *MAZES, *ADDRESSES, *PAGES, *ROBOTS, *SITEMAPS)
