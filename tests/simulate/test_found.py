"""The product itself finds what was planted, and cries wolf nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.act.alerts import service as alerts
from regulars.listen.catalog import service as catalog
from regulars.simulate.model import COOLING_STORES, STORES, WORST_STORE
from regulars.simulate.truths import truth
from regulars.understand.journeys import service as journeys
from regulars.understand.journeys.model import JourneyMap, Journeys
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Measured
from regulars.understand.scope.model import EventScope
from tests.simulate.study import NOW, Company
from tests.simulate.windows import last_days


def marked(found: JourneyMap, kind: str) -> set[str]:
    return {mark.step for mark in journeys.marks(found, kind)}


@pytest.fixture(scope="module")
def map_of_troubles(troubled: Company) -> JourneyMap:
    return journeys.journey_map(troubled.ws, Journeys(EventScope(last_days(365, NOW))), now=NOW)


def test_the_journey_map_marks_the_planted_pain_points(map_of_troubles: JourneyMap) -> None:
    pains = marked(map_of_troubles, "pain")
    assert {"hotline", "late_delivery", "payment"} <= pains
    assert not pains & {"delivery", "order", "store_visit", "product_use", "return_pickup"}


def test_the_journey_map_marks_the_planted_opportunity(map_of_troubles: JourneyMap) -> None:
    found = marked(map_of_troubles, "opportunity")
    assert "return_pickup" in found
    assert not found & {"hotline", "late_delivery", "payment", "checkout", "member_gift"}


def test_every_simulated_touchpoint_is_in_the_catalog(map_of_troubles: JourneyMap) -> None:
    assert [step.step for step in map_of_troubles.found if not step.known] == []


def by(
    company: Company, key: str, dimension: str, days: int, **more: object
) -> dict[str, Measured]:
    period = last_days(days, NOW)
    rows = metrics.measure(company.ws, key, period=period, by=[dimension], **more)  # type: ignore[arg-type]
    return {str(row.slice[dimension]): row for row in rows if row.value is not None}


def test_the_worst_store_lies_below_all_stores_together_and_no_other(troubled: Company) -> None:
    found = by(troubled, "csat_satisfied_share", "place", 365, filters={"channel": "store"})
    whole = found["china"].low
    assert whole is not None
    below = {
        spot.id for spot in STORES if spot.id in found and (found[spot.id].high or 100) < whole
    }
    assert below == {WORST_STORE}


def test_the_cooling_audience_shows_in_the_comparison_of_half_years(troubled: Company) -> None:
    found = metrics.measure(
        troubled.ws,
        "nps",
        period=last_days(91, NOW),
        filters={"place": list(COOLING_STORES)},
        compare="previous",
    )
    assert found[0].value is not None
    assert found[0].value < 10
    earlier = last_days(91, NOW - timedelta(days=182))
    before = metrics.measure(
        troubled.ws, "nps", period=earlier, filters={"place": list(COOLING_STORES)}
    )
    assert before[0].low is not None
    assert found[0].high is not None
    assert found[0].high < before[0].low


def test_alerts_name_the_two_cooling_stores_and_no_other(
    troubled: Company, healthy: Company
) -> None:
    """Nobody says where to look: no month of a store holds 30 answers, half a year does."""
    raised = alerts.evaluate(troubled.ws, now=NOW)
    told = {one.slice["place"]: one for one in raised if one.metric == "nps" and one.worse}
    assert {spot.id for spot in STORES} & set(told) == set(COOLING_STORES)
    for one in told.values():
        assert (one.end - one.start).days > 80
        assert one.value < one.usual_low < one.usual
    assert alerts.evaluate(healthy.ws, now=NOW) == []


def test_abandonment_differs_between_app_and_web(troubled: Company, healthy: Company) -> None:
    found = by(troubled, "order_abandonment_share", "channel", 365)
    gap = (found["app"].value or 0) - (found["web"].value or 0)
    assert gap / 100 == pytest.approx((truth("checkout_leak").effect - 0.05) * 0.92, abs=0.04)
    calm = by(healthy, "order_abandonment_share", "channel", 365)
    low, high = calm["web"].low, calm["web"].high
    assert low is not None
    assert high is not None
    assert low - 2 < (calm["app"].value or 0) < high + 2


def test_a_calm_company_has_no_marks_of_scores(healthy: Company) -> None:
    found = journeys.journey_map(healthy.ws, Journeys(EventScope(last_days(365, NOW))), now=NOW)
    assert marked(found, "pain") == set()
    assert marked(found, "opportunity") == set()


def test_the_catalog_of_the_demo_is_the_default(troubled: Company) -> None:
    assert catalog.current(troubled.ws).version == 0
