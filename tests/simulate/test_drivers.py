"""The planted cause of recommendation is ranked first."""

from __future__ import annotations

import pytest

from regulars.simulate.truths import truth
from regulars.timeline import vocabulary as names
from regulars.understand.drivers import service
from regulars.understand.drivers.model import DriverParameters
from regulars.understand.scope.model import EventScope
from tests.simulate.study import NOW, Company, Mean, mean_of


def recommendation_by_late(company: Company) -> dict[bool, Mean]:
    """Mean recommendation by whether a parcel came late before."""

    def build(view):  # type: ignore[no-untyped-def]
        events = view.events
        late = events.filter(events.touchpoint == "late_delivery")
        late = late.filter(late.name == names.ORDER_DELIVERED)
        first = late.group_by(who="identity_id").aggregate(first=late.occurred_at.min())
        told = events.filter(events.metric == "nps", events.score.notnull())
        both = told.left_join(first, told.identity_id == first.who)
        after = (both.first < both.occurred_at).fill_null(False)
        return both.group_by(after=after).aggregate(
            n=both.count(), s=both.score.sum(), q=(both.score * both.score).sum()
        )

    return {row["after"]: mean_of(row["n"], row["s"], row["q"]) for row in company.rows(build)}


def test_a_late_parcel_costs_recommendation(troubled: Company, healthy: Company) -> None:
    found = recommendation_by_late(troubled)
    assert found[True].minus(found[False]) == pytest.approx(
        truth("late_drives_nps").effect, abs=0.5
    )
    without = recommendation_by_late(healthy)
    assert abs(without[True].z(without[False])) < 3


def test_delivery_is_the_first_driver_of_recommendation(troubled: Company) -> None:
    found = service.drivers(troubled.ws, DriverParameters("nps"), EventScope(), as_of=NOW)
    first, second = found.drivers[:2]
    assert (first.touchpoint, first.sign) == ("delivery", "+")
    assert first.importance.value > 1.5 * second.importance.value
    assert first.trees_rank == 1
