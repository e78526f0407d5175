"""A document of JSON is read as the rows of its list."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, visits, write
from tests.listen.imports.reading.test_files import EXPECTED


def test_a_document_of_json_is_read_as_rows(ws: Workspace, tmp_path: Path) -> None:
    rows = (
        '{"who": "ann", "at": "2026-03-01 10:00", "score": 9, "by": {"name": {"en": "x"}}},\n'
        ' {"who": "a \\ud83d", "at": "2026-03-01 10:00", "score": 1},\n'
        ' {"who": "bo [1,\\"}", "at": "2026-03-02 10:00", "score": null}'
    )
    take = ", text = '\"by.name.en\"'"
    for text in (f"[{rows}]", f'{{"count": 3, "data": {{"items": [\n{rows}\n]}}}}'):
        outcome = bring(ws, write(tmp_path, "a.json", text), take=take)
        assert reasons(ws, outcome) == [(2, None, "not_json", None)]
        assert (outcome.counts.read, outcome.counts.used) == (3, 2)
    assert visits(ws) == EXPECTED
    with pytest.raises(Invalid, match=r"import\.json.*line 3"):
        bring(ws, write(tmp_path, "b.json", f"[{rows}"))
