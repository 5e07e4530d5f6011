"""What web archives have of a site: how to ask for it, and what their answers mean. Nothing here goes over the network.

Every request is Scrapy's, so that it is captured, paced, stopped and accounted for like any other. That is why no
client library does it: EDGI's `wayback` blocks, and has its host in the code; `cdx_toolkit` blocks, and returns every
record twice from a pywb whose index has no pages.
"""
