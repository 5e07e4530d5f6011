"""A proposal for the profile of a new site, out of a few of its pages. Nothing here imports Scrapy."""
