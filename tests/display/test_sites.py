"""How far many sites are, in words and in a block."""

from __future__ import annotations

from dataclasses import replace

from slqncy.display.progress import Outlook, sentence
from slqncy.display.sites import Counts, SitesProgress
from tests.display.test_progress import RUN, rendered

SITES = SitesProgress(
    counts=Counts().plus(RUN).plus(RUN), rate=94.4, going={"slqncy": RUN, "ar7y": replace(RUN, outlook=Outlook(9))},
    done=1, failed=0, sites=100, elapsed=192.0,
)  # fmt: skip


def test_a_block() -> None:
    assert rendered(SITES, 80)[1:] == [
        "stories  240 new, 4 changed, 12 duplicates, 6 rejected, 2 failed",
        "pages    298 answered, 36 lists, 94 a minute",
        "sites    2 going on, 1 of 100 done, 97 waiting for their turn",
        "slowest  slqncy has at least 213 pages left, story /szxw/9538.html",
        "time     3 min 12 s so far",
        "╸",
    ]


def test_sites_that_have_asked_to_wait() -> None:
    going = {"slqncy": replace(RUN, held=5.0), "longtansi": replace(RUN, held=90.5), "ar7y": RUN}
    told = sentence(replace(SITES, going=going, failed=1))
    assert "; 3 going on, 1 of 100 done, 1 failed, 96 waiting for their turn; " in told
    assert "; longtansi has asked for 1 min 30 s more, 1 other site too; " in told
    assert sentence(replace(SITES, going={"ar7y": going["longtansi"]})).count("other site") == 0


def test_when_all_are_done() -> None:
    done = replace(SITES, going={}, done=100, elapsed=400.0)
    assert sentence(done).endswith("; 0 going on, 100 of 100 done; 6 min 40 s so far")
    assert rendered(done, 80)[-1] == "━" * 77
