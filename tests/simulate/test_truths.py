"""Each planted truth is found on the timeline, and where nothing is planted nothing is found."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import ibis
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from regulars.simulate.model import COOLING_STORES, LATE_CARRIER, LATE_REGION, WORST_STORE
from regulars.simulate.season import NEW_YEARS, Season
from regulars.simulate.truths import ALPHA_WEEKS, DROPOUT_B, TRUTHS, truth
from regulars.timeline import vocabulary as names
from tests.simulate.study import (
    NOW,
    Company,
    Mean,
    mean_of,
    means,
    of,
    pooled,
    share,
    two_sided,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "demo.md"
LEVEL = 0.05


def answers(*touchpoints: str, metric: str = "csat") -> Any:
    def chosen(events: Any) -> Any:
        rule = (events.name == names.SURVEY_ANSWERED) & (events.metric == metric)
        return rule & events.touchpoint.isin(touchpoints) if touchpoints else rule

    return chosen


def waits(company: Company, first: str, then: str, key: str) -> list[dict[str, Any]]:
    """Minutes from the first event of one name to the first of another, by session or case."""

    def build(view: Any) -> Any:
        events = view.events.filter(view.events.name.isin([first, then]))
        began = (
            events.filter(events.name == first)
            .group_by([key])
            .aggregate(began=ibis._.occurred_at.min(), channel=ibis._.channel.min())
        )
        ended = (
            events.filter(events.name == then)
            .group_by([key])
            .aggregate(ended=ibis._.occurred_at.min())
        )
        return began.left_join(ended, key)

    return [
        {**row, "minutes": (row["ended"] - row["began"]).total_seconds() / 60}
        for row in company.rows(build)
        if row["ended"] is not None
    ]


def hot_line(company: Company) -> float:
    return median(
        row["minutes"]
        for row in waits(company, names.CALL_STARTED, names.CALL_ANSWERED, "session_id")
    )


def test_the_hot_line_keeps_people_waiting(troubled: Company, healthy: Company) -> None:
    # Only answered calls are seen; who hangs up would have waited longer still.
    assert 0.5 < hot_line(troubled) / truth("slow_hotline").effect < 1.0
    assert hot_line(healthy) < 1.6


def test_callers_score_it_low(troubled: Company) -> None:
    found = means(troubled, answers(), lambda events: events.touchpoint)
    others = pooled([found["delivery"], found["store_visit"], found["order"]])
    assert found["hotline"].minus(others) == pytest.approx(truth("hotline_score").effect, abs=0.2)


def case_hours(company: Company, *, phone: bool) -> float:
    rows = waits(company, names.CASE_OPENED, names.CASE_ANSWERED, "case_id")
    return median(row["minutes"] / 60 for row in rows if (row["channel"] == "phone") == phone)


def test_telephone_cases_wait_for_an_answer(troubled: Company, healthy: Company) -> None:
    effect = truth("slow_cases").effect
    assert case_hours(troubled, phone=True) == pytest.approx(effect, rel=0.25)
    assert case_hours(troubled, phone=False) < 9  # four hours, and the nights
    ratio = case_hours(healthy, phone=True) / case_hours(healthy, phone=False)
    assert ratio == pytest.approx(1.0, abs=0.3)


def lateness(company: Company) -> dict[tuple[str, str], Mean]:
    def build(view: Any) -> Any:
        events = view.events.filter(view.events.name == names.ORDER_DELIVERED)
        late = ibis.ifelse(events.touchpoint == "late_delivery", 1, 0)
        return events.group_by(["source", "place"]).aggregate(n=ibis._.count(), late=late.sum())

    return {
        (row["source"], row["place"]): share(row["late"], row["n"]) for row in company.rows(build)
    }


def test_one_carrier_is_late_in_the_west(troubled: Company) -> None:
    found = lateness(troubled)
    bad = found.pop((LATE_CARRIER, LATE_REGION))
    assert bad.mean == pytest.approx(truth("late_carrier").effect, abs=3 * bad.error + 0.02)
    assert all(cell.mean < 0.1 for cell in found.values())


def test_late_parcels_cost_goodwill(troubled: Company) -> None:
    found = means(troubled, answers(), lambda events: events.touchpoint)
    fall = found["late_delivery"].minus(found["delivery"])
    assert fall == pytest.approx(truth("late_hurts").effect, abs=0.25)


def recommendation(company: Company) -> dict[tuple[bool, bool], Mean]:
    """Mean recommendation score by (cooling stores, last three months or before the fall)."""
    recent, before = NOW - timedelta(days=91), NOW - timedelta(days=182)

    def build(view: Any) -> Any:
        events = view.events.filter(answers(metric="nps")(view.events))
        events = events.filter((events.occurred_at >= recent) | (events.occurred_at < before))
        cooling = ibis.ifelse(events.place.isin(COOLING_STORES), 1, 0)
        late = ibis.ifelse(events.occurred_at >= recent, 1, 0)
        return events.group_by(cooling=cooling, late=late).aggregate(
            n=ibis._.count(), s=ibis._.score.sum(), q=(ibis._.score * ibis._.score).sum()
        )

    return {
        (bool(row["cooling"]), bool(row["late"])): mean_of(row["n"], row["s"], row["q"])
        for row in company.rows(build)
    }


def test_one_audience_cools_in_the_last_half_year(troubled: Company) -> None:
    found = recommendation(troubled)
    fall = found[True, True].minus(found[True, False])
    # Three quarters of the fall are reached on average over its second half.
    assert fall == pytest.approx(0.75 * truth("falling_audience").effect, abs=0.5)
    assert abs(found[False, True].z(found[False, False])) < 3


def by_age(company: Company, metric: str) -> dict[tuple[str, bool], Mean]:
    """Mean score by channel and whether the customer is over 60."""
    old = [
        account
        for people, accounts in company.people
        for account, is_old in zip(accounts.to_pylist(), people.old, strict=True)
        if is_old
    ]

    def build(view: Any) -> Any:
        events = view.events.filter(answers("order", "checkout", "search", "store_visit",
                                            metric=metric)(view.events))  # fmt: skip
        aged = ibis.memtable({"aged": old})
        joined = events.left_join(aged, events.identity_id == aged.aged)
        over = ibis.ifelse(joined.aged.notnull(), 1, 0)
        return joined.group_by(["channel"], over=over).aggregate(
            n=ibis._.count(), s=ibis._.score.sum(), q=(ibis._.score * ibis._.score).sum()
        )

    return {
        (row["channel"], bool(row["over"])): mean_of(row["n"], row["s"], row["q"])
        for row in company.rows(build)
    }


@pytest.mark.parametrize(("metric", "times"), [("csat", 1.0), ("ces", 1.5)])
def test_the_old_find_the_app_hard(troubled: Company, metric: str, times: float) -> None:
    found = by_age(troubled, metric)
    gap = found["app", True].minus(found["app", False])
    assert gap == pytest.approx(times * truth("digital_divide").effect, abs=0.35)
    assert abs(found["web", True].z(found["web", False])) < 3
    if metric == "csat":
        assert abs(found["store", True].z(found["store", False])) < 3


def test_one_store_is_worse_than_all_others(troubled: Company) -> None:
    found = means(troubled, answers("store_visit"), lambda events: events.place)
    worst = found.pop(WORST_STORE)
    others = pooled(list(found.values()))
    assert worst.minus(others) == pytest.approx(truth("worst_store").effect, abs=0.25)
    assert all(two_sided(one.z(others)) > LEVEL / len(found) for one in found.values())


def gift_scores(company: Company) -> dict[int, list[float]]:
    """Scores of the gift by how many the customer had before."""

    def build(view: Any) -> Any:
        events = view.events.filter(view.events.touchpoint == "member_gift")
        events = events.filter(events.name.isin([names.GIFT_SENT, names.SURVEY_ANSWERED]))
        return events.select("identity_id", "occurred_at", "name", "score").order_by(
            ["identity_id", "occurred_at"]
        )

    scores: dict[int, list[float]] = {}
    who, had = None, 0
    for row in company.rows(build):
        if row["identity_id"] != who:
            who, had = row["identity_id"], 0
        if row["name"] == names.GIFT_SENT:
            had += 1
        else:
            scores.setdefault(had - 1, []).append(row["score"])
    return scores


def test_the_gift_wears_off(troubled: Company, healthy: Company) -> None:
    found = gift_scores(troubled)
    falls = [of(found[n + 1]).minus(of(found[n])) for n in range(5)]
    assert all(fall < 0 for fall in falls)
    assert sum(falls) / 5 == pytest.approx(truth("habituated_gift").effect, abs=0.08)
    calm = gift_scores(healthy)
    assert abs(of(calm[5]).z(of(calm[0]))) < 3


def leaks(company: Company) -> dict[str, Mean]:
    """Share of visits that reached the payment step and did not order, by channel."""

    def build(view: Any) -> Any:
        events = view.events.filter(view.events.session_id.notnull())
        visits = events.group_by(["session_id", "channel"]).aggregate(
            paying=ibis.ifelse(events.touchpoint == "payment", 1, 0).max(),
            ordered=ibis.ifelse(events.name == names.ORDER_COMPLETED, 1, 0).max(),
        )
        paying = visits.filter(visits.paying == 1)
        return paying.group_by("channel").aggregate(n=ibis._.count(), ordered=ibis._.ordered.sum())

    return {
        row["channel"]: share(row["n"] - row["ordered"], row["n"]) for row in company.rows(build)
    }


def test_the_app_loses_people_at_payment(troubled: Company, healthy: Company) -> None:
    found = leaks(troubled)
    assert found["app"].mean == pytest.approx(truth("checkout_leak").effect, abs=0.02)
    assert found["web"].mean == pytest.approx(0.05, abs=0.02)
    calm = leaks(healthy)
    assert abs(calm["app"].z(calm["web"])) < 3


def test_pick_up_at_the_door_delights(troubled: Company) -> None:
    found = means(troubled, answers(), lambda events: events.touchpoint)
    usual = pooled([found["delivery"], found["store_visit"], found["order"]])
    best = found["return_pickup"]
    assert best.minus(usual) == pytest.approx(truth("pickup_shines").effect, abs=0.25)
    assert best.z(usual) > 4
    assert best.minus(found["return"]) > 0.5


def test_chat_became_easier(troubled: Company) -> None:
    changed = NOW - timedelta(days=truth("better_chat").since_days or 0)

    def moment(events: Any) -> Any:
        return ibis.ifelse(events.occurred_at >= changed, 1, 0)

    found = means(troubled, answers("live_chat", metric="ces"), moment)
    assert found[1].minus(found[0]) == pytest.approx(truth("better_chat").effect, abs=0.25)


def orders_a_day(company: Company) -> dict[Any, int]:
    def build(view: Any) -> Any:
        events = view.events.filter(view.events.name == names.ORDER_COMPLETED)
        return events.group_by(day=events.occurred_at.truncate("D")).aggregate(n=ibis._.count())

    zone = company.ws.zone
    return {row["day"].astimezone(zone).date(): row["n"] for row in company.rows(build)}


def test_singles_day_and_spring_festival(troubled: Company) -> None:
    counts = orders_a_day(troubled)
    october = [n for day, n in counts.items() if (day.year, day.month) == (2026, 10)]
    peak = next(n for day, n in counts.items() if (day.year, day.month, day.day) == (2026, 11, 11))
    assert peak / np.mean(october) == pytest.approx(truth("singles_day").effect, rel=0.25)
    new_year = next(day for day in NEW_YEARS if day.year == 2026)
    quiet = [counts[new_year + timedelta(days=n)] for n in range(-1, 6)]
    usual = [counts[new_year + timedelta(days=n)] for n in range(10, 40)]
    assert np.mean(quiet) / np.mean(usual) == pytest.approx(
        truth("spring_festival").effect, abs=0.1
    )


def test_the_buying_model_comes_back(troubled: Company) -> None:
    """Maximum likelihood of BG/NBD (Fader, Hardie & Lee 2005) in busy weeks."""

    def build(view: Any) -> Any:
        events = view.events.filter(view.events.name == names.ORDER_COMPLETED)
        return events.group_by("identity_id").aggregate(
            n=ibis._.count(), first=ibis._.occurred_at.min(), last=ibis._.occurred_at.max()
        )

    season = Season(troubled.plan)
    rows = [row for row in troubled.rows(build) if row["identity_id"] is not None]

    def busy(key: str) -> Any:
        return season.busy(np.array([int(row[key].timestamp() * 1e6) for row in rows]))

    x = np.array([row["n"] - 1 for row in rows])
    t_x, t = busy("last") - busy("first"), season.length - busy("first")

    def loss(logs: Any) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + t)
        gone = (
            betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + t_x)
        )
        gone = np.where(x > 0, gone, -np.inf)
        return -float(np.sum(common + np.logaddexp(alive, gone)))

    fit = minimize(loss, np.log([1.0, 10.0, 1.0, 3.0]), method="Nelder-Mead")
    r, alpha, a, b = np.exp(fit.x)
    assert r == pytest.approx(truth("purchase_rate").effect, rel=0.15)
    assert alpha == pytest.approx(ALPHA_WEEKS, rel=0.2)
    assert a / (a + b) == pytest.approx(
        truth("dropout").effect / (truth("dropout").effect + DROPOUT_B), rel=0.15
    )


def test_a_company_without_troubles_raises_no_alarm(healthy: Company) -> None:
    """Everything that is compared above, at once, with the false-alarm rate held (Bonferroni)."""
    csat = means(healthy, answers(), lambda events: events.touchpoint)
    stores = means(healthy, answers("store_visit"), lambda events: events.place)
    nps, ages = recommendation(healthy), by_age(healthy, "csat")
    late = lateness(healthy)
    pairs = [(one, pooled(list(csat.values()))) for one in csat.values()]
    pairs += [(one, pooled(list(stores.values()))) for one in stores.values()]
    pairs += [(one, pooled(list(late.values()))) for one in late.values()]
    pairs += [(nps[True, True], nps[True, False]), (ages["app", True], ages["app", False])]
    assert min(two_sided(one.z(other)) for one, other in pairs) > LEVEL / len(pairs)


def test_the_document_has_the_table_of_truths() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (-?[0-9.]+) \|$", DOCUMENT.read_text("utf-8"), re.M)
    assert {key: float(effect) for key, effect in rows} == {one.key: one.effect for one in TRUTHS}
