"""The part of a state that is asked while answers are corrected by whom was touched."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from regulars.timeline.engine.pinned import Pinned


class ChangedPart:
    """What is asked while answers are corrected: of those touched alone, nothing is kept of it."""

    def __init__(self, state: Pinned, name: str) -> None:
        self.name, self.mark, self.as_of, self.end = name, state.mark, state.as_of, state.end
        self.query = partial(state.of_part, name)
        self.covered, self.close = state.covered, state.close
        self.amended, self.of_touched = state.amended, state.of_touched

    def summed(
        self,
        _key: Hashable,
        build: Callable[[Any], Any],
        _by: Sequence[str],
        as_of: datetime | None,
        _timeless: bool,
        **_bounds: object,
    ) -> pa.Table:
        """Return the sums that `build` makes."""
        return self.query(build, as_of, None)

    def persons(
        self,
        _key: Hashable,
        build: Callable[[Any], Any],
        _of: str,
        as_of: datetime | None,
        _timeless: bool,
        **_bounds: object,
    ) -> pa.Table:
        """Return the rows by person that `build` makes."""
        return self.query(build, as_of, None)

    def adding(
        self,
        _key: Hashable,
        work: Callable[[], pa.Table],
        _by: Sequence[str] | str,
        **_bounds: object,
    ) -> pa.Table:
        """Return what `work` makes."""
        return work()

    by_person = adding

    def total(self, *_about: object) -> None:
        """Return what kept sums add up to: nothing is kept."""
