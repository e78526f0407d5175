"""The divides of the table in docs/algorithms/words.md are what the code gives."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.understand.words.test_docs import rows

from regulars.kit.text import Text
from regulars.understand.words import divide


@pytest.mark.parametrize("row", rows("group, digital"))
def test_divides_of_the_table(row: list[str]) -> None:
    group_in, rest_in, group_out, rest_out, wanted = (float(cell) for cell in row)
    lines = []
    for who in range(40):
        for channel, member, rest in (("app", group_in, rest_in), ("store", group_out, rest_out)):
            lines += [(f"old {who}", channel, member), (f"young {who}", channel, rest)]
    scores = pa.table(
        {
            "person_id": [line[0] for line in lines],
            "touchpoint": ["order"] * len(lines),
            "channel": [line[1] for line in lines],
            "digital": [int(line[1] == "app") for line in lines],
            "n": [1] * len(lines),
            "total": [line[2] for line in lines],
        }
    )
    people = sorted({line[0] for line in lines})
    members = pa.table({"person_id": people, "key": [one.split()[0] for one in people]})
    found = divide.compared(scores, {"age": (members, {"old": Text("Old", "年长")})})
    assert found[0].divide.value == pytest.approx(wanted)
