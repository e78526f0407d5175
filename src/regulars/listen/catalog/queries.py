"""The catalog's SQL, and the expression that places events."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

from regulars.listen.catalog.model import Catalog, Rule, Touchpoint
from regulars.timeline.given import given

if TYPE_CHECKING:
    import ibis.expr.types as ir

Condition = tuple[tuple[tuple[str, tuple[str, ...]], ...], str]
"""The tests of a rule besides the name (column, allowed values), and the touchpoint it gives."""


def placed(catalog: Catalog, events: ir.Table, *, stage: bool = True) -> ir.Table:
    """Return `events` with `touchpoint` filled by the catalog's rules, and `stage`.

    An event's own touchpoint stands (aliases are folded into their key); else the rule with the
    most conditions that matches gives it, the earlier written one among equals. The event's name
    is looked up by a join with a table of a few rows, so that the cost does not grow with the
    number of rules.
    """
    names, branches, nameless = _by_name(catalog.touchpoints)
    own = _own(catalog, events)
    found = _looked_up(own, names)
    ruled = _ruled(found, branches, nameless)
    result = found.mutate(touchpoint=_first(found.touchpoint, ruled)).drop(
        "rule_touchpoint", "rule_branch"
    )
    return _with_stage(catalog, result) if stage else result


def _first(own: ir.Value, ruled: ir.Value) -> ir.Value:
    import ibis

    return ibis.coalesce(own.nullif(""), ruled)


def _by_name(
    points: Iterable[Touchpoint],
) -> tuple[dict[str, tuple[str | None, int]], list[list[Condition]], list[Condition]]:
    """Return name → (touchpoint, 0) or (None, branch), the branches, and rules without a name."""
    rules = [(rule, point.key) for point in points for rule in point.events]
    rules.sort(key=lambda pair: -_specific(pair[0]))
    branches: list[list[Condition]] = []
    names: dict[str, tuple[str | None, int]] = {}
    for name in dict.fromkeys(name for rule, _key in rules for name in rule.names):
        chain = _chain(rules, name)
        if not chain[0][0]:
            names[name] = (chain[0][1], 0)
            continue
        if chain not in branches:
            branches.append(chain)
        names[name] = (None, branches.index(chain) + 1)
    return names, branches, _chain(rules, None)


def _specific(rule: Rule) -> int:
    return len(rule.conditions) + bool(rule.names)


def _chain(rules: list[tuple[Rule, str]], name: str | None) -> list[Condition]:
    """Return the rules for one name as an if-else chain that ends with an unconditional one."""
    chain: list[Condition] = []
    for rule, key in rules:
        if rule.names and name not in rule.names:
            continue
        chain.append((rule.conditions, key))
        if not rule.conditions:
            break
    return chain


def _own(catalog: Catalog, events: ir.Table) -> ir.Table:
    aliases = [(alias, point.key) for point in catalog.touchpoints for alias in point.aliases]
    if not aliases:
        return events
    return events.mutate(touchpoint=events.touchpoint.cases(*aliases, else_=events.touchpoint))


def _looked_up(events: ir.Table, names: dict[str, tuple[str | None, int]]) -> ir.Table:
    table = given(
        {"rule_name": "string", "rule_touchpoint": "string", "rule_branch": "int32"},
        list(names) or [""],
        [point for point, _branch in names.values()] or [None],
        [branch for _point, branch in names.values()] or [0],
    )
    return events.left_join(table, events.name == table.rule_name).drop("rule_name")


def _ruled(
    events: ir.Table, branches: list[list[Condition]], nameless: list[Condition]
) -> ir.Value:
    import ibis

    ruled = events.rule_touchpoint
    for number, chain in enumerate(branches, 1):
        ruled = ibis.ifelse(events.rule_branch == number, _decide(events, chain), ruled)
    if nameless:
        ruled = ibis.ifelse(events.rule_branch.isnull(), _decide(events, nameless), ruled)
    return ruled


def _decide(events: ir.Table, chain: list[Condition]) -> ir.Value:
    import ibis

    result: ir.Value = ibis.null("string")
    for conditions, key in reversed(chain):
        if not conditions:
            result = ibis.literal(key)
            continue
        tests = [events[column].isin(values) for column, values in conditions]
        result = ibis.ifelse(reduce(lambda a, b: a & b, tests), ibis.literal(key), result)
    return result


def _with_stage(catalog: Catalog, events: ir.Table) -> ir.Table:
    points = catalog.touchpoints
    table = given(
        {"stage_touchpoint": "string", "stage": "string"},
        [point.key for point in points],
        [point.stage for point in points],
    )
    joined = events.left_join(table, events.touchpoint == table.stage_touchpoint)
    return joined.drop("stage_touchpoint")
