"""The catalog's document: read with every flaw named, and written back the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import document, service, writing
from regulars.listen.catalog.model import Area, Catalog, Phase, Rule, Stage, Target, Touchpoint

SMALL = """
title = "Corner shop"

[[stage]]
key = "buying"
title = { en = "Buying", zh = "购买" }
phase = "purchase"

[[touchpoint]]
key = "till"
title = "Till"
stage = "buying"
area = "people"
events = [{ name = "Order Completed", channel = ["store"] }]
"""


def test_a_small_catalog_is_read() -> None:
    catalog = document.parse(SMALL)
    assert catalog.touchpoints == (
        Touchpoint(
            "till",
            Text("Till", "Till"),
            "buying",
            Area.PEOPLE,
            events=(Rule(names=("Order Completed",), channels=("store",)),),
        ),
    )


def flaws(text: str) -> list[tuple[int, str]]:
    return [(flaw.line, flaw.field) for flaw in document.read(text)[1]]


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ('area = "people"', 'area = "money"', 13, "touchpoint[1].area"),
        ('stage = "buying"\n', 'stage = "byuing"\n', 12, "touchpoint[1].stage"),
        ('key = "till"', 'key = "The Till"', 10, "touchpoint[1].key"),
        ('area = "people"', 'area = "people"\nwieght = 2', 14, "touchpoint[1].wieght"),
        ('area = "people"', 'area = "people"\nweight = -1', 14, "touchpoint[1].weight"),
        ('area = "people"', 'area = "people"\nweight = nan', 14, "touchpoint[1].weight"),
        ('area = "people"', 'area = "people"\nfloor = -1', 14, "touchpoint[1].floor"),
        ('area = "people"', 'area = "people"\nfloor = 100.5', 14, "touchpoint[1].floor"),
        ('area = "people"', 'area = "people"\nfloor = "3"', 14, "touchpoint[1].floor"),
        ('area = "people"', 'area = "people"\npart_of = "till"', 14, "touchpoint[1].part_of"),
        ('area = "people"', 'area = "people"\ntarget = 85', 14, "touchpoint[1].target"),
        ('channel = ["store"]', 'chanel = ["store"]', 14, "touchpoint[1].events"),
        ('phase = "purchase"', 'phase = "later"', 7, "stage[1].phase"),
    ],
)
def test_a_flaw_is_named_with_line_and_field(old: str, new: str, line: int, field: str) -> None:
    assert flaws(SMALL.replace(old, new)) == [(line, field)]


def test_a_missing_field_points_at_its_touchpoint() -> None:
    assert flaws(SMALL.replace('area = "people"\n', "")) == [(9, "touchpoint[1].area")]


def test_broken_toml_names_the_line() -> None:
    assert flaws(SMALL.replace('title = "Till"', "title = ")) == [(11, "toml")]


def test_all_flaws_are_told_at_once() -> None:
    broken = SMALL.replace('area = "people"', 'area = "x"').replace('"purchase"', '"y"')
    with pytest.raises(Invalid) as error:
        document.parse(broken)
    assert [flaw["field"] for flaw in error.value.details["flaws"]] == [
        "stage[1].phase",
        "touchpoint[1].area",
    ]


def test_two_touchpoints_may_not_share_an_alias() -> None:
    second = SMALL.split("[[touchpoint]]")[1].replace('"till"', '"counter"')
    both = f"{SMALL}aliases = ['Cash']\n[[touchpoint]]{second}aliases = ['Cash']\n"
    assert [field for _line, field in flaws(both)] == ["touchpoint[2].aliases"]


@pytest.mark.parametrize("kind", service.DEFAULTS)
def test_defaults_are_whole_and_survive_writing(kind: str) -> None:
    catalog = service.default(kind)
    assert document.parse(writing.render(catalog)) == catalog
    assert {stage.phase for stage in catalog.stages} == set(Phase)
    assert {point.area for point in catalog.touchpoints} == set(Area)
    assert all(catalog.in_stage(stage.key) for stage in catalog.stages)


KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
WORDS = st.text(min_size=1, max_size=12).filter(lambda words: words.strip() == words and words)
TEXTS = st.builds(Text, WORDS, WORDS)
RULES = st.builds(
    Rule,
    names=st.lists(WORDS, min_size=1, max_size=2).map(tuple),
    channels=st.lists(WORDS, max_size=2).map(tuple),
)
NUMBERS = st.floats(0, 1e6, allow_nan=False)


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    stages = draw(
        st.lists(
            st.builds(Stage, KEYS, TEXTS, st.sampled_from(Phase)),
            min_size=1,
            max_size=3,
            unique_by=lambda stage: stage.key,
        )
    )
    points = draw(
        st.lists(
            st.builds(
                Touchpoint,
                key=KEYS,
                title=TEXTS,
                stage=st.sampled_from([stage.key for stage in stages]),
                area=st.sampled_from(Area),
                owner=st.none() | TEXTS,
                channels=st.lists(WORDS, max_size=2).map(tuple),
                digital=st.booleans(),
                order=st.none() | st.integers(0, 999),
                wait_hours=st.none() | NUMBERS,
                floor=st.none() | st.floats(0, 100),
                weight=NUMBERS,
                target=st.none() | st.builds(Target, KEYS, NUMBERS),
                events=st.lists(RULES, max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda point: point.key,
        )
    )
    return Catalog(draw(TEXTS), tuple(stages), tuple(points))


@settings(deadline=None)
@given(catalogs())
def test_what_is_written_reads_back_the_same(catalog: Catalog) -> None:
    assert document.parse(writing.render(catalog)) == catalog
