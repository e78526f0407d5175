"""What every command shares: the workspace option, the console, errors and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from regulars.faces.language import shell_language
from regulars.kit.errors import RegularsError

WorkspaceFolder = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default=True)
]
"""The option `--workspace DIR` of each command; its default is the current folder."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

EXIT_WRONG_INPUT = 2
EXIT_UNAVAILABLE = 3


def run(build: Callable[[], typer.Typer]) -> NoReturn:
    """Run the command line; our errors end in one sentence and a meaningful exit code."""
    try:
        build()()
    except RegularsError as error:
        err.print(f"[bold red]✗[/] {error.message.in_(shell_language())}", soft_wrap=True)
        raise SystemExit(EXIT_UNAVAILABLE if error.status >= 500 else EXIT_WRONG_INPUT) from None
    sys.exit(0)
