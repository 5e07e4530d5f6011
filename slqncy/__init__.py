"""Archive of www.slqncy.com and its sister sites."""

__version__ = "0.1.0"
