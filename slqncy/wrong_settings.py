"""Settings that cannot be meant, found before any request."""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.util import find_spec
from math import inf
from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from slqncy import settings as project_settings
from slqncy.archive import ArchiveError
from slqncy.archive.parts import check_name
from slqncy.cli import needs_extra
from slqncy.extensions.watchdog import LEAST_TIMEOUT
from slqncy.manners.identity import user_agent
from slqncy.notify import is_metrics_file, is_ping_url
from slqncy.resolver import WEB_ARCHIVE_URLS
from slqncy.sites.places import is_base_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULTS = {
    name: value for name, value in {**vars(default_settings), **vars(project_settings)}.items() if name.isupper()
}
_READ = {
    int: (BaseSettings.getint, "a whole number"),
    float: (BaseSettings.getfloat, "a number"),
    bool: (BaseSettings.getbool, "True or False"),
}
_REDIS_URL = re.compile(r"rediss?://[^/?#\s]+(/\d*)?(\?\S*)?|unix://\S+")
"""What follows the host and is no number redis-py takes for 0."""
_LEAST_LEASE = 2
"""Seconds: a lease is renewed several times while it lasts."""
_SPANS = ("_TIMEOUT", "_DELAY", "_JITTER", "_INTERVAL", "_SECONDS", "_AGE")
"""How names of settings end that need not be whole where their default is."""
_NEVER_EMPTY = ("ARCHIVE_DIR", "ROBOTSTXT_USER_AGENT", "USER_AGENT")
_TLS_VERSIONS = (None, "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_CHOICES = {"DOWNLOAD_TLS_MIN_VERSION": _TLS_VERSIONS, "DOWNLOAD_TLS_MAX_VERSION": _TLS_VERSIONS}
_LIKENESS = 0.85
"""Of an unknown name to a known one, by difflib, from which on it is a slip; what is less alike is somebody's own."""


def wrong_setting(settings: BaseSettings) -> str:
    """What is wrong with the first setting that cannot be meant; "" where all are right."""
    return next(_wrong(settings), "")


def _wrong(settings: BaseSettings) -> Iterator[str]:
    yield from _slips(settings)
    for name, default in _DEFAULTS.items():
        yield from _other_kind(settings, name, type(default))
    yield from (f"{name} must not be empty" for name in _NEVER_EMPTY if not settings[name])
    if 0 < settings.getfloat("WATCHDOG_TIMEOUT") < LEAST_TIMEOUT:
        yield f"WATCHDOG_TIMEOUT={settings['WATCHDOG_TIMEOUT']!r} must be 0, or at least {LEAST_TIMEOUT:g} seconds"
    for name, choices in _CHOICES.items():
        if settings[name] not in choices:
            yield f"{name}={settings[name]!r} must be one of {', '.join(filter(None, choices))}"
    for name in WEB_ARCHIVE_URLS:
        url = settings[name]
        if not is_base_url(url) or not url.endswith("/"):
            yield f"{name}={url!r} must be an address like {getattr(project_settings, name)}, with a slash at the end"
    yield from _wrong_watchers(settings)
    yield from _wrong_cluster(settings)
    try:
        user_agent("", settings["OPERATOR_CONTACT"])
    except ValueError as error:
        yield str(error)


def _wrong_watchers(settings: BaseSettings) -> Iterator[str]:
    if settings["PING_URL"] and not is_ping_url(settings["PING_URL"]):
        # It is a secret also where it is wrong.
        yield "PING_URL must be an address like https://hc-ping.com/UUID"
    if name := settings["METRICS_FILE"]:
        if not is_metrics_file(name):
            yield f"METRICS_FILE={name!r} must be a name that ends with .prom: others are not collected"
        if not find_spec("prometheus_client"):
            yield needs_extra("METRICS_FILE", "prometheus_client", "metrics")


def _wrong_cluster(settings: BaseSettings) -> Iterator[str]:
    if url := settings["CLUSTER_URL"]:
        if not _REDIS_URL.fullmatch(url):
            # It may have a password.
            yield "CLUSTER_URL must be an address like redis://127.0.0.1:6379/0"
        if not find_spec("scrapy_redis"):
            yield needs_extra("CLUSTER_URL", "scrapy-redis", "cluster")
    if name := settings["CLUSTER_WORKER"]:
        try:
            check_name(name)
        except ArchiveError as error:
            yield f"CLUSTER_WORKER: {error}"
    if settings.getfloat("CLUSTER_LEASE") < _LEAST_LEASE:
        yield f"CLUSTER_LEASE={settings['CLUSTER_LEASE']!r} must be at least {_LEAST_LEASE} seconds"


def _slips(settings: BaseSettings) -> Iterator[str]:
    typed = (name for name in settings if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"])
    for name in typed:
        if name not in _DEFAULTS and (meant := get_close_matches(name.upper(), _DEFAULTS, n=1, cutoff=_LIKENESS)):
            yield f"{name} is no setting; {meant[0]} is"


def _other_kind(settings: BaseSettings, name: str, kind: type) -> Iterator[str]:
    if kind is int and name.endswith(_SPANS):
        kind = float
    if kind not in _READ or settings[name] is None:
        return
    read, what = _READ[kind]
    try:
        value = read(settings, name)
    except (TypeError, ValueError):
        yield f"{name}={settings[name]!r} must be {what}"
        return
    # Only a priority may be less than nothing.
    if not (0 <= value < inf or "PRIORITY" in name):
        yield f"{name}={settings[name]!r} must be a number of at least 0"
