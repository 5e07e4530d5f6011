"""The report of a run: what is counted while it goes, and the page that shows it. Nothing here imports Scrapy."""
