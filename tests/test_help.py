"""What --help ends with can be copied."""

from __future__ import annotations

import re

import pytest

from slqncy.cli import show_example
from slqncy.settings import COMMANDS_MODULE
from slqncy.spiders.arguments import NAMES
from tests.command_lines import COMMANDS, mistake, parser_of

OURS = sorted(name for name, command in COMMANDS.items() if type(command).__module__.startswith(f"{COMMANDS_MODULE}."))


@pytest.mark.parametrize("name", OURS)
def test_help_ends_with_an_example_that_works(name: str) -> None:
    example = getattr(COMMANDS[name], "example", "")
    lines = example.splitlines()
    assert 1 <= len(lines) <= 3
    shown = "".join(f"  {line}\n" for line in lines)
    assert parser_of(name).format_help().endswith(f"\n\nExample\n=======\n{shown}")
    assert all(line.startswith(f"scrapy {name}") for line in lines)
    assert [mistake(line) for line in lines] == [""] * len(lines)


def test_help_of_a_crawl_names_its_arguments() -> None:
    about = parser_of("crawl").format_help().partition("Options")[0]
    assert set(re.findall(r"\w+", about)) >= NAMES


def test_a_long_line_of_an_example_is_left_as_it_is() -> None:
    parser = parser_of("list")
    line = f"scrapy list {'a-long-word ' * 30}".rstrip()
    show_example(parser, line)
    assert parser.format_help().endswith(f"  {line}\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("scrapy crawl stories -a nonsense=1", "nonsense is no argument of a crawl"),
        ("scrapy crawl stories -s ARCHIVE=x", "ARCHIVE is no setting"),
        ("scrapy verify --ful-l", "--ful-l is no option"),
        ("scrapy wacz x.wacz --month", "argument --month: expected one argument"),
        ("scrapy vreify", "vreify is no command"),
        ("scrapy verify --full | grep -v --colour", ""),
        ("scrapy verify --full > found 2>&1  # --not-an-option", ""),
    ],
)
def test_mistakes_in_command_lines_are_found(line: str, expected: str) -> None:
    assert mistake(line) == expected
