"""A small news site of our own, served on loopback, so that the program can be seen at work anywhere."""

from .expected import Expected
from .server import DemoServer, Request, serve, serving
from .site import DemoResponse, DemoSite, build_site

__all__ = ["DemoResponse", "DemoServer", "DemoSite", "Expected", "Request", "build_site", "serve", "serving"]
