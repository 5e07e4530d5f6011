"""Settings as a report may show them: it is read by more people than the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SECRET = re.compile(r"TOKEN|SECRET|PASS|KEY|AUTH|CREDENTIAL|COOKIE", re.IGNORECASE)
_SETTING = re.compile(r"(?:-s|--set=)?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)", re.DOTALL)
"""As -s NAME=VALUE, -sNAME=VALUE and --set=NAME=VALUE have it."""
# A bracket ends an address only where it closes one, as in a User-Agent.
_URL = re.compile(r"([A-Za-z][\w+.-]*://)(?:[^/?#\s]*@)?([^/?#\s)]+)([/?#]\S*?(?=\)?(?:\s|$)))?")
_PUBLIC = {"OPERATOR_CONTACT", "USER_AGENT", "DEFAULT_REQUEST_HEADERS"}
"""Sent with every request."""
HIDDEN = "…"


def without_secrets(name: str, value: Any) -> Any:
    """A setting's value as JSON has it, less what may be a password: of URLs, user and path; of some names, all."""
    if isinstance(value, Mapping):
        return {
            _URL.sub(_host, str(key)): without_secrets(name if name in _PUBLIC else str(key), each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(name, each) for each in value]
    if name in _PUBLIC or value is None or isinstance(value, bool | int | float):
        return HIDDEN if _SECRET.search(name) and value else value
    if _SECRET.search(name):
        return HIDDEN if value else ""
    return _URL.sub(_host, str(value))


def sets_secret(word: str) -> bool:
    """Whether a word of a command line gives a setting a value that no report may show."""
    setting = _SETTING.fullmatch(word)
    return setting is not None and without_secrets(setting["name"], setting["value"]) != setting["value"]


def _host(url: re.Match[str]) -> str:
    scheme, host, rest = url.groups()
    return f"{scheme}{host}" + (f"/{HIDDEN}" if rest and rest != "/" else rest or "")
