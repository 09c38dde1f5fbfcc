"""The command line: parsing and exit codes only; one plain function of the pipeline does each command's work."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Literal

import typer

from .errors import ArgumentError, EffektutvError
from .runtime.process import Asked, collect_rarely, end_when_asked, leave, one_thread_for_small_matrices
from .runtime.progress_bar import showing

__all__ = ["app", "main"]

app = typer.Typer(
    name="effektutv",
    help="From register extracts to a report that may be published.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

#: Exit code of a command whose comparison found differences, or whose check found something below an error.
_DIFFERENCES = 1
_INSIDE_FAULT = 5
#: As shells have it: 128 and the signal's number.
_INTERRUPTED = 130
#: What the machine refuses, and no program can help: rights, room, a disk that may not be written or fails, too many open files.
_REFUSALS = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG,
        errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENAMETOOLONG, errno.ESTALE,
    }
)  # fmt: skip

Lang = Literal["sv", "en"]
StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="The study file, study.toml.")]
Engine = Annotated[
    Literal["duckdb", "spark"],
    typer.Option(help="What checks the extracts and builds from them; the results are the same."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]


def _version(value: bool) -> None:
    if value:
        from .runtime.version import __version__

        typer.echo(f"effektutv {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """From register extracts to a report that may be published."""


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.")],
    participants: Annotated[int, typer.Option(help="Randomised persons.", min=30)] = 1063,
    population: Annotated[int, typer.Option(help="Persons around the participants in the registers.", min=0)] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of everything drawn.", min=0)] = 1,
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Format of the extracts.")] = "csv",
    quiet: Quiet = False,
) -> None:
    """Write synthetic register extracts, a study file and the planted truth."""
    from .synthetic.write_demo import write_demo

    with showing(quiet) as progress:
        write_demo(
            folder,
            participants=participants,
            population=population,
            seed=seed,
            file_format=file_format,
            progress=progress,
        )
    typer.echo(f"wrote synthetic extracts to {folder}; run: effektutv run {folder / 'study.toml'} --out out")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the delivery.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The study file; study.toml in the folder where not given.")
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for what is open, on a terminal.")] = False,
) -> None:
    """Match a delivery's files to the registers and draft a study file, or go on with one; exit code 1: questions are open."""
    from .commands.init.draft_study import draft

    if ask and not sys.stdin.isatty():
        raise ArgumentError("ask: there is no terminal to ask on; answer in the study file and run init again")
    contact = draft(folder, out=out)
    if ask:
        from .commands.init.prompts import ask_all

        contact = ask_all(
            contact,
            folder,
            prompt=lambda text: str(typer.prompt(text, default="", show_default=False)),
            tell=typer.echo,
        )
    for line in contact.lines():
        typer.echo(line)
    if not contact.settled:
        raise typer.Exit(_DIFFERENCES)


@app.command()
def order(
    study: StudyFile,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to write; the study file's where not given.")
    ] = None,
    randomised_from: Annotated[str | None, typer.Option(metavar="DAY", help="First day of randomisation.")] = None,
    randomised_to: Annotated[str | None, typer.Option(metavar="DAY", help="Last day of randomisation.")] = None,
    started_to: Annotated[str | None, typer.Option(metavar="DAY", help="Last day on which anybody started.")] = None,
) -> None:
    """Write the order of what a study needs of the registers, in Swedish, for their owners."""
    from .commands.order.periods import window_of
    from .commands.order.write_order import order as ordered

    window = window_of(randomised_from=randomised_from, randomised_to=randomised_to, started_to=started_to)
    for path in ordered(study, out=out, window=window):
        typer.echo(f"wrote {path}")


@app.command()
def check(
    study: StudyFile,
    lang: Annotated[Lang, typer.Option(help="Language of the findings.")] = "sv",
    engine: Engine = "duckdb",
    quiet: Quiet = False,
) -> None:
    """Read and check every extract; write a data-quality report beside the study."""
    from .commands.check.write_check import check_and_write, quality_lines
    from .results.data_quality import Severity

    with showing(quiet) as progress:
        quality, files = check_and_write(study, lang=lang, engine=engine, progress=progress)
    for line in quality_lines(quality, lang=lang):
        typer.echo(line)
    typer.echo(f"wrote {' and '.join(f.name for f in files)} beside the study file")
    if quality.worst is Severity.ERROR:
        raise typer.Exit(3)
    if quality.rows:
        raise typer.Exit(_DIFFERENCES)


@app.command()
def run(
    study: StudyFile,
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    lang: Annotated[Lang, typer.Option(help="Language of the report.")] = "sv",
    engine: Engine = "duckdb",
    seed: Annotated[int | None, typer.Option(help="Seed, in place of the study's.", min=0)] = None,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Estimate the main results again with statsmodels and linearmodels.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Run the whole pipeline: from the extracts to the report."""
    one_thread_for_small_matrices()
    collect_rarely()
    from .commands import run as pipeline

    with showing(quiet) as progress:
        pipeline.run(
            study, out=out, lang=lang, engine=engine, seed=seed, progress=progress, second_process=True,
            cross_check=cross_check,
        )  # fmt: skip
    typer.echo(f"wrote {out / 'report.html'}")


@app.command()
def reproduce(
    study: StudyFile,
    against: Annotated[
        Path | None, typer.Option(help="Published figures; else those that ship for a study of this name.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the comparison as CSV.")] = None,
    engine: Engine = "duckdb",
    quiet: Quiet = False,
) -> None:
    """Run a study and hold it against published figures; exit code 1 where a number differs or a claim is contradicted."""
    from .commands.reproduce.reproduce import reproduce as compared
    from .commands.reproduce.reproduce import write_csv
    from .commands.reproduce.terminal_text import lines
    from .runtime.atomic_output import check_file

    if out is not None:
        check_file(out, "out")
    with showing(quiet) as progress:
        found = compared(study, against=against, engine=engine, progress=progress)
    for line in lines(found):
        typer.echo(line)
    if out is not None:
        write_csv(found, out)
    if not found.agrees:
        raise typer.Exit(_DIFFERENCES)


@app.command()
def lock(
    study: StudyFile,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a lock of another plan; it is named.")] = False,
) -> None:
    """Write the analysis plan and its hash beside the study file, before outcomes are read; no extract is opened."""
    from .study.plan_lock import lock as locked
    from .study.plan_lock import lock_path

    status = locked(study, replace=replace)
    typer.echo(f"{lock_path(study).name}: plan {status.sha256}")


def main() -> None:
    """Run the command line and end the process with the contract's exit codes.

    An interruption from the keyboard ends with 130, a request to end (SIGTERM) with 143; both leave nothing half-written.
    """
    try:
        end_when_asked()
        code = _guarded()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        sys.stderr.write("effektutv: interrupted; nothing was written\n")
    # everything is closed and written: the system takes the memory back at once, the interpreter object by object
    leave(code)


def _usage_message(error: Exception) -> str:
    """Return what is wrong with the command line, where that is what the error says; it holds nothing but what was typed."""
    show = getattr(error, "format_message", None)
    return str(show()) if callable(show) else ""


def _guarded() -> int:
    try:
        # outside stand-alone mode an exit's code is returned, not raised
        code = app(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except EffektutvError as error:
        sys.stderr.write(f"effektutv: {error}\n")
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except Asked as asked:
        return asked.code
    except Exception as error:  # noqa: BLE001  (the last door: nothing may leave it but a kind and a place)
        if usage := _usage_message(error):
            sys.stderr.write(f"effektutv: {usage}\n")
            return ArgumentError.exit_code
        if isinstance(error, OSError) and error.errno in _REFUSALS:
            sys.stderr.write(
                f"effektutv: the machine refused to read or write a file ({os.strerror(error.errno)}); see to its rights and "
                f"free space, or give another place\n"
            )
            return ArgumentError.exit_code
        # the message of a foreign error may hold a value from an extract: only its kind and place are shown
        frame = traceback.extract_tb(error.__traceback__)[-1]
        sys.stderr.write(
            f"effektutv: a fault inside effektutv ({type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}); "
            f"please report it with the command and the version\n"
        )
        return _INSIDE_FAULT
