"""Spiders know where to go. What a page says is slqncy.extract's."""
