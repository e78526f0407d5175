"""The set-based placing is the rules read one by one."""

from __future__ import annotations

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kit.text import Text
from regulars.listen.catalog import queries
from regulars.listen.catalog.model import Area, Catalog, Phase, Rule, Stage, Touchpoint
from tests import sizes

VALUES = st.sampled_from(["a", "b", "c"])

SETS = st.lists(VALUES, max_size=2, unique=True).map(tuple)

RULES = st.builds(Rule, names=SETS, channels=SETS, sources=SETS, metrics=SETS).filter(
    lambda rule: rule.names or rule.conditions
)

EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": VALUES,
            "channel": st.none() | VALUES,
            "source": st.none() | VALUES,
            "metric": st.none() | VALUES,
            "touchpoint": st.none() | st.sampled_from(["p0", "other", "alias", ""]),
        }
    ),
    min_size=1,
    max_size=12,
)


def by_hand(catalog: Catalog, event: dict[str, str | None]) -> str | None:
    """Place one event as the rules read: the most conditions first, then as written."""
    own = event["touchpoint"]
    for point in catalog.touchpoints:
        if own in point.aliases:
            return point.key
    if own:
        return own
    found = []
    for index, point in enumerate(catalog.touchpoints):
        for rule in point.events:
            tests = [("name", rule.names), *rule.conditions]
            if all(not values or event[column] in values for column, values in tests):
                specific = bool(rule.names) + len(rule.conditions)
                found.append((-specific, index, point.key))
    return min(found)[2] if found else None


@settings(deadline=None, max_examples=sizes.of(15, 60))
@given(st.lists(st.lists(RULES, max_size=3), min_size=1, max_size=4), EVENTS)
def test_the_set_based_placing_is_the_rules_read_one_by_one(
    rules: list[list[Rule]], events: list[dict[str, str | None]]
) -> None:
    stage = Stage("s", Text("s", "s"), Phase.PURCHASE)
    points = tuple(
        Touchpoint(
            f"p{i}",
            Text("p", "p"),
            "s",
            Area.PRODUCT,
            events=tuple(found),
            aliases=("alias",) if i == 0 else (),
        )
        for i, found in enumerate(rules)
    )
    catalog = Catalog(Text("c", "c"), (stage,), points)
    schema = {**dict.fromkeys(events[0], "string"), "row": "int64"}
    columns = {name: [event[name] for event in events] for name in events[0]}
    table = ibis.memtable({**columns, "row": list(range(len(events)))}, schema=schema)
    placed = queries.placed(catalog, table).order_by("row").to_pyarrow().to_pylist()
    assert [row["touchpoint"] for row in placed] == [by_hand(catalog, event) for event in events]
    assert [row["stage"] for row in placed] == [
        "s" if catalog.touchpoint(row["touchpoint"] or "") else None for row in placed
    ]
