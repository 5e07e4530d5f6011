"""Which stories are copies or rewrites of one another. Nothing here imports Scrapy.

texts = {1: compared("标题", "正文…", "2024-05-01")}
stories = Deduplicator(folder, texts.__getitem__)
stories.add(1, texts[1])
stories.find(compared("另一个标题", "正文…"))
"""

from slqncy.dedup.deduplicator import Deduplicator, Match
from slqncy.dedup.normal import normal_form
from slqncy.dedup.text import Compared, compared
from slqncy.dedup.verdict import Thresholds, Verdict, judge

__all__ = ["Compared", "Deduplicator", "Match", "Thresholds", "Verdict", "compared", "judge", "normal_form"]
