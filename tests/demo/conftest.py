from __future__ import annotations

import pytest

from slqncy.demo import DemoSite, build_site


@pytest.fixture(scope="session")
def site() -> DemoSite:
    return build_site()
