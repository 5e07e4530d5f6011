"""WARC files: what went over the wire, kept as it was. Knows nothing of Scrapy, nor of the archive around the files.

ISO 28500:2017 (WARC 1.1); github.com/iipc/warc-specifications has the text and the community's recommendations.
"""
