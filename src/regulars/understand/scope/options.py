"""The options of commands that say which events a question looks at: one spelling, one meaning."""

from __future__ import annotations

from typing import Annotated

import typer

PeriodOption = Annotated[str, typer.Option("--period", help="2026-10, 2026, 12m or all.")]
FromOption = Annotated[str | None, typer.Option("--from", help="Month, day, moment.")]
ToOption = Annotated[str | None, typer.Option("--to", help="End, excluded.")]
PlaceOption = Annotated[str | None, typer.Option("--place", help="With places below it.")]
PlacesOption = Annotated[list[str] | None, typer.Option("--place", help="With places below it.")]
ChannelOption = Annotated[str | None, typer.Option("--channel", help="One channel.")]
ChannelsOption = Annotated[list[str] | None, typer.Option("--channel", help="Channel (repeat it).")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Only what was known by then.")]
