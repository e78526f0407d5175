"""What several people share joins them only where they can be one person.

Named after what they are: ann and bo are user ids of the shop, cho of the app, dee of the till.
"""

from __future__ import annotations

import random
from collections import defaultdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.timeline.folding import LINKS, USERS, Facts, fold
from tests import sizes

Link = tuple[str, str, str | None, str]
SHOP, APP, TILL = "shop", "app", "till"
SOURCES = {"ann": SHOP, "bo": SHOP, "cho": APP, "dee": TILL}


def facts(links: list[Link], users: dict[str, str] = SOURCES, apart: tuple[str, ...] = ()) -> Facts:
    rows = [(min(a, b), max(a, b), through, kind) for a, b, through, kind in links]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return Facts(
        pa.table([pa.array(list(one), pa.string()) for one in columns], schema=LINKS),
        pa.table([pa.array(list(users)), pa.array(list(users.values()))], schema=USERS),
        pa.array(apart, pa.string()),
    )


def persons(links: list[Link], **more: object) -> list[set[str]]:
    """Return who is one person, of several identities."""
    people = fold(facts(links, **more)).people  # type: ignore[arg-type]
    found = defaultdict(set)
    for one in people.to_pylist():
        found[one["person_id"]].add(one["identity_id"])
    return sorted((some for some in found.values() if len(some) > 1), key=min)


def contested(links: list[Link], **more: object) -> list[str]:
    return sorted(fold(facts(links, **more)).contested.to_pylist())  # type: ignore[arg-type]


def device(user: str, name: str = "ipad") -> Link:
    return user, name, name, "identify"


def email(user: str, name: str = "home@") -> Link:
    return user, name, name, "email"


def test_one_user_has_their_devices_and_addresses() -> None:
    told = [device("ann"), device("ann", "phone"), email("ann")]
    assert persons(told) == [{"ann", "ipad", "phone", "home@"}]
    assert contested(told) == []


def test_two_users_of_one_source_stay_two_whatever_they_share() -> None:
    for shared in (device, email):
        told = [shared("ann"), shared("bo")]
        assert persons(told) == []
        assert contested(told) == [shared("ann")[1]]


def test_what_is_each_ones_own_stays_theirs() -> None:
    told = [device("ann"), device("bo"), device("ann", "phone"), email("bo")]
    assert persons(told) == [{"ann", "phone"}, {"bo", "home@"}]


def test_ids_of_two_sources_join_by_what_they_share() -> None:
    assert persons([email("ann"), email("cho")]) == [{"ann", "cho", "home@"}]


def test_three_who_share_join_nobody() -> None:
    told = [email("ann"), email("cho"), email("dee")]
    assert persons(told) == []
    assert contested(told) == ["home@"]


def test_two_users_of_one_source_do_not_join_by_a_detour() -> None:
    """ann and cho share a device, cho and bo an address: ann and bo would be one."""
    told = [device("ann"), device("cho"), email("cho"), email("bo")]
    assert persons(told) == []
    assert contested(told) == ["home@", "ipad"]


def test_an_address_told_by_a_device_is_of_the_devices_user() -> None:
    told = [device("ann"), ("ipad", "home@", "home@", "email"), email("bo")]
    assert persons(told) == [{"ann", "ipad"}]
    assert contested(told) == ["home@"]


def test_many_devices_without_a_user_may_tell_one_address() -> None:
    told: list[Link] = [(name, "home@", "home@", "email") for name in ("pc", "ipad", "phone")]
    assert persons(told) == [{"pc", "ipad", "phone", "home@"}]


def test_an_alias_joins_an_id_of_before_with_the_one_of_today() -> None:
    renamed: Link = ("ann", "bo", "ann", "alias")
    assert persons([renamed]) == [{"ann", "bo"}]
    assert persons([renamed, device("ann"), device("bo")]) == [{"ann", "bo", "ipad"}]


def test_an_id_of_before_that_two_took_over_joins_neither() -> None:
    told: list[Link] = [("ann", "ipad", "ipad", "alias"), ("bo", "ipad", "ipad", "alias")]
    assert persons(told) == []
    assert contested(told) == ["ipad"]


def test_staffs_word_settles_it() -> None:
    told = [device("ann"), device("bo")]
    assert persons([*told, ("ann", "bo", None, "merge")]) == [{"ann", "bo", "ipad"}]
    assert persons(told, apart=("ipad",)) == []
    assert contested(told, apart=("ipad",)) == []
    assert persons([device("ann"), email("ann")], apart=("ipad",)) == [{"ann", "home@"}]


def test_a_device_that_staff_gave_to_one_is_not_the_others() -> None:
    told = [("ann", "ipad", None, "merge"), device("ann"), device("bo")]
    assert persons(told) == [{"ann", "ipad"}]


USERS_OF = {"u1": SHOP, "u2": SHOP, "u3": APP, "u4": TILL, "u5": APP}
users = st.sampled_from(sorted(USERS_OF))
devices, addresses = st.sampled_from(["d1", "d2", "d3"]), st.sampled_from(["e1", "e2", "p1"])
told_links = st.lists(
    st.one_of(
        st.tuples(users, devices).map(lambda pair: (*pair, pair[1], "identify")),
        st.tuples(users, addresses).map(lambda pair: (*pair, pair[1], "email")),
        st.tuples(devices, addresses).map(lambda pair: (*pair, pair[1], "email")),
        st.tuples(users, st.one_of(users, devices)).map(lambda pair: (*pair, pair[1], "alias")),
        st.tuples(users, st.one_of(users, devices)).map(lambda pair: (*pair, None, "merge")),
    ),
    max_size=14,
)


@settings(max_examples=sizes.of(100, 400), deadline=None)
@given(told_links, st.lists(st.one_of(devices, addresses), max_size=2), st.randoms())
def test_no_order_of_facts_matters(
    told: list[Link], apart: list[str], shuffle: random.Random
) -> None:
    first = fold(facts(told, USERS_OF, tuple(apart)))
    shuffle.shuffle(told)
    again = fold(facts([*told, *told[:2]], USERS_OF, tuple(apart)))
    assert _pairs(first.people) == _pairs(again.people)
    assert sorted(first.contested.to_pylist()) == sorted(again.contested.to_pylist())


def _pairs(people: pa.Table) -> dict[str, str]:
    return dict(zip(*(column.to_pylist() for column in people.columns), strict=True))


@settings(max_examples=sizes.of(100, 400), deadline=None)
@given(told_links)
def test_two_user_ids_of_one_source_are_one_only_by_word_or_name(told: list[Link]) -> None:
    """Ids that links resting on themselves, or renamings, do not join are never one person."""
    said: dict[str, str] = {one: one for one in USERS_OF}
    for left, right, through, kind in told:
        if through is None or kind == "alias":
            before, now = _top(said, left), _top(said, right)
            said[before] = now
    person = _pairs(fold(facts(told, USERS_OF)).people)
    for one, source in USERS_OF.items():
        for other, of in USERS_OF.items():
            if one < other and source == of and person.get(one, one) == person.get(other, other):
                assert _top(said, one) == _top(said, other)


def _top(said: dict[str, str], one: str) -> str:
    said.setdefault(one, one)
    while said[one] != one:
        one = said[one]
    return one


@settings(max_examples=sizes.of(50, 200), deadline=None)
@given(told_links, told_links)
def test_components_far_away_do_not_matter(told: list[Link], other: list[Link]) -> None:
    """So a fold may be mended around whom new facts touch."""
    elsewhere = [(f"x{a}", f"x{b}", c and f"x{c}", kind) for a, b, c, kind in other]
    both = {**USERS_OF, **{f"x{one}": source for one, source in USERS_OF.items()}}
    whole, alone = fold(facts([*told, *elsewhere], both)), fold(facts(told, USERS_OF))
    mine = {one: who for one, who in _pairs(whole.people).items() if not one.startswith("x")}
    assert mine == _pairs(alone.people)
    theirs = [one for one in whole.contested.to_pylist() if not one.startswith("x")]
    assert sorted(theirs) == sorted(alone.contested.to_pylist())
