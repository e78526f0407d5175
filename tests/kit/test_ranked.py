"""Parts of a ranked table follow each other without a gap or a repeat."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.errors import NotFound
from regulars.kit.ranked import among, part, ranked


def of(values: list[float]) -> pa.Table:
    names = [f"p{number:03}" for number in range(len(values))]
    return ranked(pa.table({"person_id": names, "value": pa.array(values, pa.float64())}), "value")


@given(st.lists(st.sampled_from([0.0, -0.5, 1.0, 2.5, 7.0]), max_size=40), st.integers(1, 9))
def test_every_row_once_in_order(values: list[float], size: int) -> None:
    table, rows, after = of(values), [], None
    while True:
        found = part(table, "value", size=size, after=after)
        rows += found.rows
        assert found.total == len(values)
        if (after := found.following) is None:
            break
    assert rows == table.to_pylist()
    assert [row["value"] for row in rows] == sorted(values, reverse=True)


def test_only_the_wanted_persons_and_only_keys_of_the_list() -> None:
    table = of([3.0, 2.0, 1.0])
    wanted = part(among(table, ["p002", "nobody"]), "value", size=5)
    assert among(table, None) is table
    assert [row["person_id"] for row in wanted.rows] == ["p002"]
    with pytest.raises(NotFound):
        part(table, "value", size=5, after=("x",))
