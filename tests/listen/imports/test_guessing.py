"""What a column is, by header and values together: worked examples of one column each."""

from __future__ import annotations

import duckdb
import pytest

from regulars.listen.imports import guessing, looking, signs, times
from regulars.listen.imports.guessing import Guess
from regulars.listen.imports.looking import Facts


def seen(columns: dict[str, list[str | None]]) -> list[Facts]:
    """Look at columns given as lists of text."""
    rows = max(map(len, columns.values()))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        signs.register(connection)
        times.register(connection)
        names = ", ".join(looking.quote(name) + " VARCHAR" for name in columns)
        connection.execute(f"CREATE TABLE seen (_row BIGINT, {names})")
        for row in range(rows):
            cells = [cells[row] for cells in columns.values()]
            marks = ", ".join("?" * (len(cells) + 1))
            connection.execute(f"INSERT INTO seen VALUES ({marks})", [row + 1, *cells])
        return looking.facts(connection, "seen", dict.fromkeys(columns, "VARCHAR"), rows)


def guess(header: str, values: list[str | None]) -> Guess:
    (facts,) = seen({header: values})
    return guessing.guess(facts)


COUNTS = [str(n) for n in range(1000000000, 1000000040)]


@pytest.mark.parametrize(
    ("header", "values", "role"),
    [
        ("意见", ["太慢了啊", "很好", None, "不错不错"], "text"),
        ("comment", ["ok", "x", None], "text"),
        ("basket_id", ["13800138000", "13900139000", "13700137000"], "property"),
        ("手机", ["13800138000", "138****8000", None], "phone"),
        ("ZIP", ["94115", "94402", "10001"], "number"),
        ("age", ["5", "4", "3", "5"], "number"),
        ("income", ["1", "2", "3", "4", "5"], "number"),
        ("DEPTIME", ["12/31/1899 08:30:00 AM", "12/31/1899 09:00:00 AM"], "clock"),
        ("time", ["14:30", "09:15"], "clock"),
        ("channels", ["Shop;Hotline", "App;Shop", "App"], "property"),
        ("channel", ["shop", "app", "app"], "channel"),
        ("NPS Category", ["Promoter", "Detractor", "Passive"], "category"),
        ("rating", ["5", "4", "1", "3"], "score"),
        ("q", ["5", "4", "1", "3"], "number"),
        ("order_count", ["5", "4", "1", "3"], "number"),
        ("created", ["1709632800", "1709632900"], "moment"),
        ("Q18ZIP", ["01/01/1742 12:00:00 AM", "01/01/2145 12:00:00 AM"], "property"),
        ("product", ["mug", "tea", "mug"], "product"),
    ],
)
def test_roles(header: str, values: list[str | None], role: str) -> None:
    assert guess(header, values).role == role


def test_two_columns_of_one_value_each_cost_one_pass() -> None:
    first, second = seen({"amount": ["￥1,299.00", "12.50元"], "nps": ["９", "10"]})
    assert (first.least, first.most, first.signs) == (12.5, 1299.0, 1.0)
    assert (second.least, second.most, second.whole) == (9.0, 10.0, 1.0)


def test_a_scale_from_1_to_10_is_asked_not_guessed() -> None:
    found = guess("nps", [str(n % 10 + 1) for n in range(30)])
    assert (found.scale, found.scales) == ((1.0, 10.0), ((0, 10), (1, 10)))
    assert found.confidence < 0.8
    settled = guess("nps (0-10)", [str(n % 10 + 1) for n in range(30)])
    assert (settled.scale, settled.scales) == ((0.0, 10.0), ())


@pytest.mark.parametrize(
    ("values", "recode"),
    [
        (["5 stars", "3 stars", "1 star"], {"5 stars": "5", "3 stars": "3", "1 star": "1"}),
        (["★★★★★", "★★☆☆☆"], {"★★★★★": "5", "★★☆☆☆": "2"}),
        (
            ["Very satisfied", "Dissatisfied", "Neutral"],
            {"Very satisfied": "5", "Dissatisfied": "2", "Neutral": "3"},
        ),
        (["非常满意", "一般"], {"非常满意": "5", "一般": "3"}),
    ],
)
def test_words_as_scores_are_asked(values: list[str | None], recode: dict[str, str]) -> None:
    found = guess("How satisfied are you?", values)
    assert (found.role, found.scale) == ("csat", (1.0, 5.0))
    assert found.recode == recode
    assert found.scales
    assert found.confidence < 0.8
