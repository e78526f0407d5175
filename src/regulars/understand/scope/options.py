"""The options of commands that say which events a question looks at: one spelling, one meaning."""

from __future__ import annotations

from typing import Annotated

import typer

FromOption = Annotated[str | None, typer.Option("--from", help="Start: month, day or time.")]
ToOption = Annotated[str | None, typer.Option("--to", help="End: month, day or time (excluded).")]
PlacesOption = Annotated[
    list[str] | None, typer.Option("--place", help="Place, including those below it.")
]
ChannelsOption = Annotated[
    list[str] | None, typer.Option("--channel", help="Channel (repeatable).")
]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Only what was known by then.")]
