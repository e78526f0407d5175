"""What sources hold of people: names of ours, the newest word, whether sources agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from regulars.kit.errors import Conflict
from regulars.listen.profiles import service
from regulars.listen.profiles.model import Value, gather
from regulars.timeline import erasure, linking
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
LEI, MEI, TOM = "1" * 32, "2" * 32, "3" * 32


def held(identity: str, attribute: str, source: str, value: str | None, hours: int = 0) -> Value:
    return Value(identity, attribute, source, value, NOON + timedelta(hours=hours))


def keep(ws: Workspace, *values: Value) -> None:
    with ws.database.transaction() as connection:
        service.keep(ws, connection, values)


def test_the_newest_value_holds_and_the_sources_disagree(ws: Workspace) -> None:
    keep(
        ws,
        held(LEI, "name", "shop", "Li Lei", 1),
        held(LEI, "name", "desk", "LI LEI", 2),
        held(LEI, "city", "shop", "上海", 1),
        held(LEI, "city", "desk", "北京", 3),
        held(LEI, "owner", "desk", "Ana", 1),
    )
    found = {one.name: one for one in service.of_person(ws, [LEI])}
    assert (found["name"].value, found["name"].agrees) == ("LI LEI", True)
    assert (found["city"].value, found["city"].agrees) == ("北京", False)
    assert found["owner"].agrees is None
    assert [one.source for one in found["city"].values] == ["desk", "shop"]


VALUES = [
    held(LEI, "city", "shop", "上海", 1),
    held(LEI, "city", "shop", "北京", 2),
    held(LEI, "city", "shop", "广州", 2),
    held(LEI, "city", "shop", None, 1),
]


@pytest.mark.parametrize("order", list(permutations(VALUES))[::5])
def test_the_order_of_arrival_does_not_matter(ws: Workspace, order: tuple[Value, ...]) -> None:
    for value in order:
        keep(ws, value)
    (city,) = service.of_person(ws, [LEI])
    assert city.value == max("北京", "广州")


def test_a_source_that_holds_nothing_any_more_does_not_count(ws: Workspace) -> None:
    keep(ws, held(LEI, "city", "shop", "上海", 1), held(LEI, "city", "desk", "北京", 1))
    assert service.information_consistency(ws).held == 1
    keep(ws, held(LEI, "city", "desk", None, 2))
    assert service.information_consistency(ws).held == 0


def test_consistency_counts_attributes_that_two_sources_hold(ws: Workspace) -> None:
    keep(
        ws,
        held(LEI, "name", "shop", "Li Lei"),
        held(LEI, "name", "desk", "li lei"),
        held(LEI, "city", "shop", "上海"),
        held(LEI, "city", "desk", "北京"),
        held(LEI, "owner", "desk", "Ana"),
        held(MEI, "name", "shop", "Han Mei"),
    )
    found = service.information_consistency(ws)
    assert (found.agreed, found.held, found.share) == (1, 2, 0.5)


def test_identities_of_one_person_count_together(any_ws: Workspace) -> None:
    ws = any_ws
    keep(ws, held(LEI, "name", "shop", "Li Lei"), held(TOM, "name", "desk", "Tom"))
    assert service.information_consistency(ws).share is None
    with ws.database.transaction() as connection:
        linking.link(ws, connection, LEI, TOM, link_id="l", kind="merge", source="staff", at=NOON)
    found = service.information_consistency(ws)
    assert (found.agreed, found.held) == (0, 1)


def test_consistency_is_what_gathering_each_person_gives(ws: Workspace) -> None:
    values = [
        held(str(person) * 32, attribute, source, f"v{(person * step) % 3}", step)
        for person in range(1, 9)
        for step, attribute in enumerate(("name", "city", "owner"), 1)
        for source in ("shop", "desk", "app")[: 1 + (person + step) % 3]
    ]
    keep(ws, *values)
    each = [gather([v for v in values if v.identity_id == str(p) * 32]) for p in range(1, 9)]
    verdicts = [one.agrees for attributes in each for one in attributes if one.agrees is not None]
    found = service.information_consistency(ws)
    assert (found.agreed, found.held) == (sum(verdicts), len(verdicts))


def test_forgetting_leaves_the_others(ws: Workspace) -> None:
    keep(ws, held(LEI, "name", "shop", "Li Lei"), held(MEI, "name", "shop", "Han Mei"))
    with ws.database.transaction() as connection:
        assert service.forget(ws, connection, frozenset({LEI})) == 1
    assert service.known(ws, [LEI, MEI]) == {MEI}


def test_what_was_erased_is_not_kept_again_under_anybody(ws: Workspace) -> None:
    address = identity_id(ws, "email", "lei@example.cn")
    erasure.erase(ws, [LEI, address], by="dana", now=NOON)
    keep(
        ws,
        held(LEI, "name", "shop", "Li Lei"),
        held(MEI, "email", "shop", "LEI@example.cn"),
        held(MEI, "phone", "shop", "n/a"),
        held(MEI, "name", "shop", "Han Mei"),
    )
    assert [(one.name, one.value) for one in service.of_person(ws, [LEI, MEI])] == [
        ("name", "Han Mei"),
        ("phone", "n/a"),
    ]
    with (
        pytest.raises(Conflict, match="was erased"),
        ws.database.transaction() as connection,
    ):
        service.correct(ws, connection, MEI, "email", "lei@example.cn", source="staff", now=NOON)
