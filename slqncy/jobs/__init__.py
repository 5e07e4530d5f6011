"""Work on archives that one machine is too small for: functions of shards, done by many processes.

Nothing here imports Scrapy, nor Dask, which does it, before it is used.
"""
