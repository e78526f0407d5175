"""The verbs of drivers: which touchpoints go with an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from regulars.company.audit.service import record
from regulars.company.rights.model import Principal
from regulars.kit.errors import Invalid
from regulars.kit.period import days
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import outcomes, queries, ranking, reading
from regulars.understand.drivers.model import (
    BEHAVIOURS,
    REPLICATES,
    Driver,
    DriverParameters,
    Drivers,
    Left,
    RaisingCost,
    Year,
)
from regulars.understand.drivers.outcomes import KIND_WORDS, MIN_PEOPLE, Item, StatedOutcome
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter

if TYPE_CHECKING:
    from regulars.understand.scope.model import EventScope

MAX_YEARS = 5
TOO_FEW = Text(
    "Too few people have both this outcome and answers about touchpoints. Choose a longer period, "
    "another outcome or rule, or ask more customers.",
    "同时具有该结果和触点评价的客户过少。请选择更长的时间段、其他结果或规则，或邀请更多客户作答。",
)
ALONE = Text("There is only one attribute: nothing to rank it against.", "只有一项体验，无从排名。")
CHANCE = Text(
    "What the attributes explain together may be chance, so they are not ranked.",
    "各项体验合计的解释力可能出于偶然，因此不作排名。",
)


def drivers(
    ws: Workspace,
    parameters: DriverParameters,
    extent: EventScope,
    *,
    as_of: datetime,
    years: bool = False,
) -> Drivers:
    """Return the importance for an outcome within `extent` of the touchpoints and their questions.

    For `retention` and `repurchase` the last 91 days of the extent's period are the follow-up, and
    answers before them may explain it. Answers of several kinds of survey or scales are no outcome
    together (`why_not`). With `years`, also each calendar year for itself. Raises Invalid for a
    behaviour without a period of more than twice that length, and for an unknown item.
    """
    source = reading.source_of(ws, parameters, extent)
    known = [] if parameters.behaviour else reading.bases(ws, source, as_of)
    if len(known) > 1:
        return _refused(source, outcomes.mixed(parameters.said, known))
    source = replace(source, basis=known[0] if known else None)
    candidates = _known(reading.candidates(ws, source, as_of))
    items = candidates.items
    names = {key: (item, question) for item, (key, question) in outcomes.named(items).items()}
    values = reading.values(ws, source, items, as_of)
    kept, dropped = ranking.together(values, list(names))
    matrix = values[:, [*kept, len(names)]]
    part = ranking.leave(matrix, parameters.missing)
    reach = reading.reach(ws, source, as_of)
    reached = {key: reach.get(item.touchpoint) for key, (item, _question) in names.items()}
    chosen = [list(names)[j] for j in kept]
    analysed = ranking.analyse(part, chosen, reached, replicates=REPLICATES)
    titles = _titles(ws, names)
    result = Drivers(
        outcome=parameters.outcome,
        missing=parameters.missing,
        basis=source.basis,
        left=reading.left(ws, source, matrix, part, as_of),
        r_squared=analysed.r_squared if analysed else None,
        why_not=TOO_FEW,
        left_out=reading.with_correlations(ws, source, candidates, as_of)
        + reading.in_the_way(values, names, dropped, titles),
        start=source.extent.period.start,
        end=extent.period.end,
    )
    if analysed is None:
        return result
    by_year = _years(ws, source, names, as_of) if years and analysed.drivers[0].rank else []
    why_not = ALONE if len(analysed.drivers) == 1 else CHANCE
    return replace(
        result,
        why_not=None if analysed.drivers[0].rank else why_not,
        p=analysed.p,
        drivers=[_named(one, names) for one in analysed.drivers],
        repaired=analysed.repaired,
        trees=analysed.trees,
        linear=analysed.linear,
        agreement=analysed.agreement,
        years=by_year,
        steadiness=_steadiness(by_year),
    )


def _known(candidates: reading.Candidates) -> reading.Candidates:
    """Return them; raises Invalid for a chosen item that nobody who has the outcome answered."""
    for name in candidates.unknown[:1]:
        near = get_close_matches(name, candidates.choices, 3, 0.5) or candidates.choices[:8]
        raise Invalid(
            "drivers.item",
            Text(
                f"Nobody with this outcome answered about “{name}”. There are: {', '.join(near)}.",
                f"具有该结果的客户都没有回答“{name}”。可选：{'、'.join(near)}。",
            ),
            field="item",
            near=near,
        )
    return candidates


def _named(one: Driver, names: Mapping[str, tuple[Item, str]]) -> Driver:
    item, question = names[one.key]
    return replace(one, touchpoint=item.touchpoint, question=question)


def _titles(ws: Workspace, names: Mapping[str, tuple[Item, str]]) -> dict[str, Text]:
    catalog = catalog_service.current(ws)
    return {
        key: outcomes.attribute(catalog.title_of(item.touchpoint), question)
        for key, (item, question) in names.items()
    }


def _refused(source: queries.AnswerSource, why_not: Text) -> Drivers:
    left = Left(0, 0, 0, 0, None, None)
    asked, period = source.asked, source.extent.period
    return Drivers(asked.outcome, asked.missing, left, None, why_not=why_not,
                   start=period.start, end=period.end)  # fmt: skip


def stored(ws: Workspace, asked: DriverParameters, *, now: datetime) -> Finding[Drivers] | None:
    """Return the stored answer, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, asked), now=now)


def answered(ws: Workspace, asked: DriverParameters, *, now: datetime) -> Finding[Drivers]:
    """Return the answer: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, asked), now=now)


def offered(ws: Workspace, look: EventFilter, *, now: datetime) -> list[str]:
    """Return the outcomes that can be asked about: what people speak of, the most first, and do."""
    extent = scopes.resolve(ws, look, now)
    source = reading.source_of(ws, DriverParameters("nps", look), extent)
    table = ws.query(lambda view: queries.offered(queries.answers(view, source)), as_of=now)
    return [*outcomes.offers(table.to_pylist()), *BEHAVIOURS]


def title(ws: Workspace, outcome: str) -> Text:
    """Return the outcome's name in both languages."""
    if outcome in BEHAVIOURS:
        return BEHAVIOURS[outcome]
    said = StatedOutcome.of(outcome)
    en = zh = outcomes.word(said.metric)
    if said.touchpoint:
        point = catalog_service.current(ws).title_of(said.touchpoint)
        en, zh = f"{en}: {point.en}", f"{zh}：{point.zh}"
    more = [KIND_WORDS[said.kind]] if said.kind else []
    more += [Text(said.scale, said.scale)] if said.scale else []
    if not more:
        return Text(en, zh)
    return Text(
        f"{en} ({', '.join(word.en for word in more)})",
        f"{zh}（{'，'.join(word.zh for word in more)}）",
    )


def costs(ws: Workspace) -> list[RaisingCost]:
    """Return what improvements cost, as stated."""
    with ws.database.reading() as connection:
        return queries.costs(connection)


def set_cost(
    ws: Workspace,
    touchpoint: str,
    cost: float | None,
    points: float,
    *,
    by: Principal,
    now: datetime,
) -> None:
    """State what it costs to raise a touchpoint by `points`; None takes the statement away.

    Raises Invalid for a cost of 0 or less, or points not above 0 and at most 100.
    """
    if cost is not None and (cost <= 0 or not 0 < points <= 100):
        raise Invalid(
            "drivers.cost",
            Text(
                "A cost is above 0, for more than 0 and at most 100 points.",
                "成本须大于 0，提升分值须大于 0 且不超过 100。",
            ),
            field="cost",
        )
    with ws.database.transaction() as connection:
        if cost is None:
            queries.drop_cost(connection, touchpoint)
        else:
            currency = ws.settings.workspace.currency
            queries.put_cost(connection, RaisingCost(touchpoint, cost, points, currency), now)
        record(ws, connection, by, "drivers.cost", touchpoint, cost=cost, points=points)


def _years(
    ws: Workspace,
    source: queries.AnswerSource,
    names: Mapping[str, tuple[Item, str]],
    as_of: datetime,
) -> list[Year]:
    """Return each calendar year that the data cover with enough people, the last five."""
    reach = scopes.reach(ws)
    if source.asked.behaviour or reach.start is None or reach.end is None:
        return []
    first, last = (edge.astimezone(ws.zone).year for edge in (reach.start, reach.end))
    keys = {item: key for key, (item, _question) in names.items()}
    made = []
    for year in range(max(first, last - 2 * MAX_YEARS), last + 1):
        found = _year(ws, source, keys, year, as_of)
        if found is not None:
            made.append(found)
    return made[-MAX_YEARS:]


def _year(
    ws: Workspace,
    source: queries.AnswerSource,
    keys: Mapping[Item, str],
    year: int,
    as_of: datetime,
) -> Year | None:
    """Rank one year for itself; attributes that are not in the whole ranking have a key alike."""
    period = days(date(year, 1, 1), date(year + 1, 1, 1), ws.zone)
    within = replace(source, extent=source.extent.during(period))
    items = reading.candidates(ws, within, as_of).items
    own = outcomes.named(items)
    names = [keys.get(item, own[item][0]) for item in items]
    values = reading.values(ws, within, items, as_of)
    kept, _dropped = ranking.together(values, names)
    part = ranking.leave(values[:, [*kept, len(names)]], source.asked.missing)
    if len(part) < MIN_PEOPLE or not kept:
        return None
    shares, whole = ranking.shares(part)
    importance = {names[j]: float(share) for j, share in zip(kept, shares, strict=True)}
    return Year(year, len(part), whole, importance)


def _steadiness(years: list[Year]) -> float | None:
    if not years:
        return None
    common = sorted(set.intersection(*(set(year.importance) for year in years)))
    return ranking.steadiness([[year.importance[key] for key in common] for year in years])


def _about(ws: Workspace, asked: DriverParameters) -> dict[str, object]:
    return asked.about(catalog=catalog_service.current(ws).version)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Drivers:
    asked = DriverParameters.of(about)
    extent = scopes.resolve(ws, asked.look, now)
    found = drivers(ws, asked, extent, as_of=now, years=True)
    return replace(found, offered=offered(ws, asked.look, now=now))


FINDING = findings.declare(findings.ResultType("drivers", 3, Drivers, _compute, learnt=True))
