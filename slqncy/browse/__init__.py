"""The archive as pages in a browser, on this machine only. Nothing here imports Scrapy."""
