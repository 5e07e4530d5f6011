"""Command lines as people copy them out of help and documents."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentError
from itertools import takewhile
from typing import TYPE_CHECKING

from scrapy.cmdline import ScrapyArgumentParser, _get_commands_dict
from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.settings import Settings, default_settings

from slqncy import settings as project_settings
from slqncy.spiders.arguments import NAMES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_SETTINGS = vars(default_settings).keys() | vars(project_settings).keys()
_ENDS = re.compile(r"[|&;<>]+|\d?>.*")
"""What ends a command in a shell."""


def _settings() -> Settings:
    settings = Settings()
    settings.setmodule(project_settings)
    return settings


COMMANDS: dict[str, ScrapyCommand] = _get_commands_dict(_settings(), inproject=True)
"""All that `scrapy` has in this project, Scrapy's own included."""


def parser_of(name: str) -> ArgumentParser:
    """The parser of a command, made as `scrapy.cmdline.execute` makes it, but that it raises ArgumentError."""
    command = COMMANDS[name]
    parser = ScrapyArgumentParser(
        formatter_class=ScrapyHelpFormatter,
        usage=f"scrapy {name} {command.syntax()}",
        conflict_handler="resolve",
        description=command.long_desc(),
        exit_on_error=False,
    )
    command.settings = _settings()
    command.add_options(parser)
    return parser


def mistake(line: str) -> str:
    """What is wrong with a line that begins with `scrapy`, what follows it in a pipe apart; "" where nothing is."""
    words = shlex.split(line, comments=True)
    words = list(takewhile(lambda word: not _ENDS.fullmatch(word), words))
    if len(words) == 1:
        return ""
    _, name, *rest = (word for word in words if word not in {"-h", "--help"})
    if name not in COMMANDS:
        return f"{name} is no command"
    try:
        options, surplus = parser_of(name).parse_known_args(rest)
    except ArgumentError as error:
        return str(error)
    return "; ".join([*_unknown(options), *(f"{word} is no option" for word in surplus if word.startswith("-"))])


def _unknown(options: Namespace) -> list[str]:
    names = [given.partition("=")[0] for given in options.set]
    arguments = [given.partition("=")[0] for given in getattr(options, "spargs", [])]
    return [
        *(f"{name} is no setting" for name in names if name not in _SETTINGS),
        *(f"{name} is no argument of a crawl" for name in arguments if name not in NAMES),
    ]
