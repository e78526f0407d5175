"""What is held speaks to each question, and more evidence never lowers a grade."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some
from tests.understand.maturity.test_service import NOON, NOW

from regulars.listen.catalog import service as catalogs
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.maturity import service
from regulars.understand.maturity.evidence import LIMITS, Gathered, gathered
from regulars.understand.maturity.model import (
    graded,
)

HELD = Gathered(
    timeline={"events": 1000, "known": 900, "placed": 200, "sources": 3,
              "answers": 100, "words": 30},
    rated=12, weighted=24, months=12, minutes=(600.0, 80), drivers=6, priced=3, groups=(1.0, 500),
)  # fmt: skip


def test_what_is_held_speaks_to_each_question() -> None:
    found = {one.key: one for one in gathered(catalogs.default("shop"), HELD)}
    grades = {key: one.grade for key, one in found.items()}
    assert grades["owners"] == 5
    assert grades["sources"] == 3
    assert (grades["feedback"], grades["words"], grades["priorities"]) == (4, 4, 3)
    assert (grades["map"], grades["places"], grades["loop"]) == (4, 2, 4)
    assert (grades["groups"], grades["measuring"], grades["returns"]) == (5, 5, 4)
    assert found["feedback"].text.en.startswith("12 of 24 touchpoints")


def test_evidence_is_that_of_the_callers_places(ws: Workspace) -> None:
    rows = [
        {"event_id": f"{place}{n}", "identity_id": f"guest {n}", "name": "Page Viewed",
         "place": place, "source": f"{place} {n % 3}", "occurred_at": NOON, "known_at": NOON}
        for place in ("home", "away") for n in range(30)
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOON))
    whole = service.answered(ws, None, now=NOW).payload.of("sources")
    own = service.answered(ws, frozenset({"home"}), now=NOW).payload.of("sources")
    assert whole is not None and own is not None
    assert (whole.value, own.value) == (6.0, 3.0)


@given(some.floats(0, 1), some.floats(0, 1))
def test_more_evidence_never_lowers_the_grade(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert graded(LIMITS["feedback"], low) <= graded(LIMITS["feedback"], high)  # type: ignore[operator]
