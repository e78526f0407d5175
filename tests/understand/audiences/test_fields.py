"""docs/algorithms/audiences.md names the fields that there are, and conditions as they are kept."""

from __future__ import annotations

import re
from pathlib import Path

from regulars.understand.audiences.fields import FIELDS
from regulars.understand.audiences.reading import read
from regulars.understand.audiences.writing import write

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "audiences.md").read_text()


def test_the_fields_are_these() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|$", TEXT, re.MULTILINE)
    assert told == [(key, str(field.kind)) for key, field in FIELDS.items()]


def test_the_conditions_are_kept_so() -> None:
    pairs = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", TEXT, re.MULTILINE)
    assert len(pairs) == 4
    assert [write(read(given)) for given, _kept in pairs] == [kept for _given, kept in pairs]
