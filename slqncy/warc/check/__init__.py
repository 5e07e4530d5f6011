"""What is wrong with a WARC file: a strict parser of our own, as those of the libraries let broken files pass."""

from slqncy.warc.check.checker import Defect, Target, check

__all__ = ["Defect", "Target", "check"]
