"""`scrapy export`: the stories in the form that another program reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, UsageError, add_workers, needs_extra, wants_workers, workers_of
from slqncy.display.quantities import plural
from slqncy.exitcodes import ExitStatus
from slqncy.export.formats import FORMATS, Shape
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse

    from slqncy.export.formats import Format


class Command(ArchiveCommand):
    """Exit status 0; 64 for a wrong argument; 65 for damage, or where there is no story; 74 for the disk."""

    arguments = "--to FORMAT -o PATH [--since TIME] [--latest] [--workers N | --scheduler ADDRESS]"
    about = "Write the stories for other programs: Parquet, SQLite, CSV, text, JSON; only SQLite has duplicates, too"
    example = (
        "scrapy export --to parquet -o stories.parquet\n"
        "scrapy export --to hf --latest -o dataset\n"
        "scrapy export --to csv --since 2026-11-01 -o - | head"
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and ours."""
        super().add_options(parser)
        parser.add_argument("--to", metavar="FORMAT", default="", help=f"one of {', '.join(FORMATS)}")
        parser.add_argument(
            "-o", "--output", metavar="PATH", default="",
            help="a file, which is replaced if it is there, or a new directory (text, hf, and with workers); "
            "- is standard output (csv, dolma, schema.org, which are compressed where the name ends in .gz)",
        )  # fmt: skip
        parser.add_argument(
            "--since", metavar="TIME", default="", help="only what was downloaded since a day or an RFC 3339 time"
        )
        parser.add_argument("--latest", action="store_true", help="of each story only what the site has said last")
        add_workers(parser)

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Write them, and print how many."""
        from slqncy.archive import Archive
        from slqncy.archive.takedown import refuse_pending
        from slqncy.export import NoStoriesError, SinceError, export
        from slqncy.jobs.export import export as export_by_workers

        form = FORMATS.get(opts.to)
        if form is None:
            raise UsageError(f"--to {opts.to or 'FORMAT'}: say one of {', '.join(FORMATS)}")
        is_dataset = wants_workers(opts)
        target = _target(root, form, opts.output, is_dataset=is_dataset)
        archive = Archive(root)
        refuse_pending(root)
        try:
            if is_dataset:
                assert target is not None
                with workers_of(opts) as client:
                    written = export_by_workers(archive, opts.to, target, client, since=opts.since, latest=opts.latest)
            else:
                written = export(archive, form, target, since=opts.since, latest=opts.latest)
        except SinceError as error:
            raise UsageError(f"--since {opts.since}: write a day or a time, as in 2026-11-01") from error
        except ModuleNotFoundError as error:
            raise UsageError(needs_extra(f"--to {opts.to}", str(error.name), "export")) from error
        except NoStoriesError as error:
            sys.stderr.write(visible(f"scrapy export: {error} (exit status {ExitStatus.DATA})") + "\n")
            return ExitStatus.DATA
        if target:
            print(visible(f"{target}: {plural(written, 'version')} of stories"))
        return ExitStatus.OK


def _target(root: Path, form: Format, output: str, *, is_dataset: bool) -> Path | None:
    """Where to write, None for standard output. Raises UsageError for what is no place for it."""
    is_printed = form.shape is Shape.LINES and not is_dataset
    if is_dataset and form.shape is Shape.DATABASE:
        raise UsageError("this format is one file, which one process writes: leave out --workers and --scheduler")
    if not output:
        raise UsageError(f"say where to: -o PATH{', or -o - for standard output' * is_printed}")
    if output == "-":
        if not is_printed:
            what = "several files" if is_dataset else "a file or directory"
            raise UsageError(f"this format goes to {what}; standard output is for lines")
        return None
    target = Path(output)
    try:
        if fault := _fault(root, target, is_directory=is_dataset or form.shape is Shape.DIRECTORY):
            raise UsageError(f"{output}: {fault}")
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}") from error
    return target


def _fault(root: Path, target: Path, *, is_directory: bool) -> str:
    """What is wrong with a place to write to, or ""."""
    if not target.name:
        return "no name for a file or a directory"
    if not target.parent.is_dir():
        return f"there is no directory {target.parent}"
    if target.resolve().is_relative_to(root.resolve()):
        return f"within the archive {root}, where nothing else belongs"
    if not is_directory:
        return "no file, and is not replaced" if target.exists() and not target.is_file() else ""
    is_free = not target.exists() or (target.is_dir() and not any(target.iterdir()))
    return "" if is_free else "is there already; take it away, or name another directory"
