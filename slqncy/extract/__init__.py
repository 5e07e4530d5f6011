"""What a page says: pure functions from bytes and URL to fields. Nothing here imports Scrapy."""
