"""Commands of `scrapy`: they parse arguments and call the rooms that do the work."""
