"""What bounds a kept answer beside its key, and may move on without making it anew.

A key names all that shapes an answer; whatever moves from month to month would name another
question then. Two things that move leave the answer good for those who were not touched: a list of
values that only grows at its end, and the moment since which rows are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from regulars.timeline.engine.standing import Kept

GROWS, SINCE = "grows", "since"


@dataclass(frozen=True)
class Bounds:
    """What an answer rests on: values in order, each written as text, and since when it is asked.

    Kept with the months 1 and 2 it serves for 1, 2 and 3, and kept since May it serves since June;
    rows of May are then left out by whoever asks.
    """

    grows: tuple[str, ...] = ()
    since: datetime | None = None

    def hold(self, folder: Kept, token: str, key: str) -> bool:
        """Tell whether what is kept of a state under a key serves what is asked."""
        if self.since is not None:
            known = folder.read(token, f"{key} {SINCE}")
            if known is None or known.column(0)[0].as_py() > self.since:
                return False
        if self.grows:
            known = folder.read(token, f"{key} {GROWS}")
            if known is None or tuple(known.column(0).to_pylist()) != self.grows[: len(known)]:
                return False
        return True

    def note(self, folder: Kept, token: str, key: str) -> None:
        """Keep the bounds of what was made; what the same state has since earlier stays so."""
        if self.grows:
            folder.write(token, f"{key} {GROWS}", pa.table({"part": list(self.grows)}))
        if self.since is not None and not Bounds(since=self.since).hold(folder, token, key):
            since = pa.array([self.since.astimezone(UTC)], pa.timestamp("us", "UTC"))
            folder.write(token, f"{key} {SINCE}", pa.table({"since": since}))
