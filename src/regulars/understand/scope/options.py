"""The options of commands that say which events a question looks at: one spelling, one meaning."""

from __future__ import annotations

from typing import Annotated

import typer

FromOption = Annotated[str | None, typer.Option("--from", help="Start: month, day or time.")]
ToOption = Annotated[str | None, typer.Option("--to", help="End: month, day or time (excluded).")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Only what was known by then.")]
