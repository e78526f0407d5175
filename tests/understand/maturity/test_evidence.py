"""What is held speaks to each question, and more evidence never lowers a grade."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some
from tests.understand.maturity.test_service import NOON, NOW

from regulars.kit.text import Text
from regulars.listen.catalog import service as catalogs
from regulars.listen.catalog.model import Catalog
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.maturity import service
from regulars.understand.maturity.evidence import LIMITS, Gathered, gathered
from regulars.understand.maturity.model import Evidence, graded

HELD = Gathered(
    timeline={"events": 1000, "known": 900, "placed": 200, "sources": 3,
              "answers": 100, "words": 30},
    rated=12, weighted=24, months=12, minutes=(600.0, 80), drivers=6, priced=3, groups=(1.0, 500),
)  # fmt: skip


SHOP = catalogs.default("shop")
OWNERS = frozenset((one.key, one.owner) for one in SHOP.touchpoints if one.owner)


def test_what_is_held_speaks_to_each_question() -> None:
    found = {one.key: one for one in gathered(SHOP, HELD)}
    grades = {key: one.grade for key, one in found.items()}
    assert grades["owners"] == 5
    assert grades["sources"] == 3
    assert (grades["feedback"], grades["words"], grades["priorities"]) == (4, 4, 3)
    assert (grades["map"], grades["places"], grades["loop"]) == (4, 2, 4)
    assert (grades["groups"], grades["measuring"], grades["returns"]) == (5, 5, 4)
    assert found["feedback"].text.en.startswith("12 of 24 touchpoints")


def evidence(held: Gathered, catalog: Catalog = SHOP) -> dict[str, Evidence]:
    return {one.key: one for one in gathered(catalog, replace(held, shipped=OWNERS))}


def test_what_ships_is_no_evidence_about_the_company() -> None:
    """The shipped catalog has owners; Ann, who has the hotline, is the company's own."""
    as_it_came = evidence(HELD)["owners"]
    assert (as_it_came.value, as_it_came.grade) == (None, None)
    assert as_it_came.text.en.startswith("not measured: the owners in the catalog are those")
    assert evidence(HELD)["targets"].grade is None
    ann = Text("Ann", "安")
    points = tuple(
        replace(one, owner=ann) if one.key == "hotline" else one for one in SHOP.touchpoints
    )
    one_named = evidence(HELD, replace(SHOP, touchpoints=points, version=1))
    assert one_named["owners"].text.en.startswith("1 of ")
    assert one_named["owners"].grade == 1
    assert one_named["targets"].value == 0.0  # a catalog of its own, without a target
    nobody = tuple(replace(one, owner=None) for one in SHOP.touchpoints)
    assert evidence(HELD, replace(SHOP, touchpoints=nobody, version=1))["owners"].grade == 1


def test_what_was_never_received_has_no_grade_and_says_what_to_send() -> None:
    nothing = Gathered(
        timeline={"events": 0, "known": 0, "placed": 0, "sources": 0, "answers": 0, "words": 0},
        rated=0, weighted=24, months=0, minutes=(None, 0), drivers=0, priced=0, groups=(None, 0),
    )  # fmt: skip
    for one in evidence(nothing).values():
        assert (one.value, one.n, one.grade) == (None, 0, None), one.key
        assert one.text.en.startswith("not measured: ") and one.text.zh.startswith("未测量：")
    seen = {"events": 900, "known": 0, "placed": 0, "sources": 1, "answers": 90, "words": 0}
    some_ = evidence(replace(nothing, timeline=seen))
    assert some_["map"].value == 0.0  # events came, and the catalog knows none of them
    assert some_["feedback"].value == 0.0  # answers came, and no touchpoint has thirty
    assert some_["words"].grade is None and "`text`" in some_["words"].text.en
    assert some_["places"].grade is None and "`place`" in some_["places"].text.en


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
