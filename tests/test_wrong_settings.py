"""Settings that cannot be meant are said before any request."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.settings import Settings

from slqncy import settings as ours
from slqncy.wrong_settings import wrong_setting


def _settings(**given: Any) -> Settings:
    settings = Settings()
    settings.setmodule(ours)
    settings.setdict(given, priority="cmdline")
    return settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOWNLOAD_DELAY", "0"), ("DOWNLOAD_DELAY", "0.25"), ("DOWNLOAD_TIMEOUT", "0.5"),
        ("RETRY_PRIORITY_ADJUST", "-2"), ("DEPTH_PRIORITY", -1),
        ("WATCHDOG_TIMEOUT", "0"), ("WATCHDOG_TIMEOUT", "2.5"), ("MY_OWN", "-1"),
        ("DOWNLOAD_TLS_MIN_VERSION", "TLSv1.3"), ("DOWNLOAD_TLS_MIN_VERSION", None),
        ("WAYBACK_URL", "http://127.0.0.1:8080/"), ("WAYBACK_URL", "https://example.org/wayback/"),
        ("CLUSTER_URL", "redis://127.0.0.1"), ("CLUSTER_URL", "rediss://:secret@redis.example.org:6380/2"),
        ("CLUSTER_URL", "unix:///run/redis.sock?db=1"), ("CLUSTER_WORKER", "news-1.example.org"),
    ],
)  # fmt: skip
def test_settings_that_can_be_meant(name: str, value: Any) -> None:
    assert wrong_setting(_settings(**{name: value})) == ""


@pytest.mark.parametrize(
    ("name", "value", "must_be"),
    [
        ("DOWNLOAD_DELAY", "-1", "a number of at least 0"),
        ("DOWNLOAD_DELAY", "-inf", "a number of at least 0"),
        ("DOWNLOAD_DELAY", "soon", "a number"),
        ("REQUEST_BUDGET", "2.5", "a whole number"),
        ("DOWNLOAD_TIMEOUT", "nan", "a number of at least 0"),
        ("DOWNLOAD_TIMEOUT", "inf", "a number of at least 0"),
        ("DOWNLOAD_MAXSIZE", "-5", "a number of at least 0"),
        ("WATCHDOG_TIMEOUT", "1", "0, or at least 2 seconds"),
        ("RETRY_TIMES", "-1", "a number of at least 0"),
        ("LIST_MAX_PAGES", "-1", "a number of at least 0"),
        ("ROBOTSTXT_OBEY", "maybe", "True or False"),
        ("DOWNLOAD_TLS_MIN_VERSION", "1.2", "one of TLSv1.0"),
        ("DOWNLOAD_TLS_MAX_VERSION", "TLSv9", "one of TLSv1.0"),
        ("WAYBACK_URL", "", "an address like https://web.archive.org/"),
        ("WAYBACK_URL", "web.archive.org", "an address like"),
        ("WAYBACK_URL", "http://127.0.0.1:8080", "with a slash at the end"),
        ("WAYBACK_URL", "http://127.0.0.1:99999/", "an address like"),
        ("COMMONCRAWL_INDEX_URL", "file:///etc/", "an address like https://index.commoncrawl.org/"),
        ("METRICS_FILE", "/var/lib/news.txt", "a name that ends with .prom"),
        ("COMMONCRAWL_DATA_URL", "https://data.commoncrawl.org/?x=/", "an address like https://data.commoncrawl.org/"),
    ],
)
def test_settings_that_cannot(name: str, value: Any, must_be: str) -> None:
    said = wrong_setting(_settings(**{name: value}))
    assert said.startswith(f"{name}={value!r} must be ")
    assert must_be in said


def test_a_secret_that_cannot_be_meant_is_not_shown() -> None:
    said = wrong_setting(_settings(PING_URL="htps://hc-ping.com/5f0c"))
    assert said == "PING_URL must be an address like https://hc-ping.com/UUID"


@pytest.mark.parametrize("url", ["http://:secret@127.0.0.1/", "redis://:secret@127.0.0.1/news", "redis:///0", "secret"])
def test_nor_is_that_of_a_cluster(url: str) -> None:
    assert wrong_setting(_settings(CLUSTER_URL=url)) == "CLUSTER_URL must be an address like redis://127.0.0.1:6379/0"


@pytest.mark.parametrize("name", ["../other", "a b", ".", "一"])
def test_a_worker_has_a_name_that_a_folder_may_have(name: str) -> None:
    assert wrong_setting(_settings(CLUSTER_WORKER=name)).startswith(f"CLUSTER_WORKER: {name!r} is no name of a worker")


def test_figures_need_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slqncy.wrong_settings.find_spec", lambda _name: None)
    assert wrong_setting(_settings()) == ""
    said = wrong_setting(_settings(METRICS_FILE="news.prom"))
    assert said == "METRICS_FILE needs prometheus_client: pip install 'slqncy[metrics]', or make extras"
    said = wrong_setting(_settings(CLUSTER_URL="redis://127.0.0.1/"))
    assert said == "CLUSTER_URL needs scrapy-redis: pip install 'slqncy[cluster]', or make extras"


@pytest.mark.parametrize("name", ["ARCHIVE_DIR", "ROBOTSTXT_USER_AGENT", "USER_AGENT"])
def test_settings_that_must_not_be_empty(name: str) -> None:
    assert wrong_setting(_settings(**{name: ""})) == f"{name} must not be empty"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("REQUEST_BUGDET", "REQUEST_BUDGET"), ("request_budget", "REQUEST_BUDGET"), ("ARCHIVEDIR", "ARCHIVE_DIR")],
)
def test_names_that_are_slips(name: str, meant: str) -> None:
    assert wrong_setting(_settings(**{name: "5"})) == f"{name} is no setting; {meant} is"
