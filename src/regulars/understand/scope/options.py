"""The options of commands that say which events a question looks at: one spelling, one meaning."""

from __future__ import annotations

from typing import Annotated

import typer

PeriodOption = Annotated[str, typer.Option("--period", help="2026-10, 2026, 12m or all.")]
FromOption = Annotated[str | None, typer.Option("--from", help="Start: month, day or time.")]
ToOption = Annotated[str | None, typer.Option("--to", help="End: month, day or time (excluded).")]
PlaceOption = Annotated[
    str | None, typer.Option("--place", help="Place, including those below it.")
]
PlacesOption = Annotated[
    list[str] | None, typer.Option("--place", help="Place, including those below it.")
]
ChannelOption = Annotated[str | None, typer.Option("--channel", help="One channel.")]
ChannelsOption = Annotated[
    list[str] | None, typer.Option("--channel", help="Channel (repeatable).")
]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Only what was known by then.")]
