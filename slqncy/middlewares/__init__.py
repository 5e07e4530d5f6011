"""Downloader middlewares: which requests leave this machine, and where to."""
