"""The files that are said to take long are there, and stay together where they share something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.order import BROWSER, LONG, SIMULATE, SPARK, WITH_SPARK, unit

ROOT = Path(__file__).parents[1]


def test_what_takes_long_is_there() -> None:
    named = {*LONG, *WITH_SPARK} - {SPARK}
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


@pytest.mark.parametrize(
    ("nodeid", "wanted"),
    [
        ("tests/understand/words/test_queries.py::test_both", SPARK),
        ("tests/browser/test_lists.py::test_lists[wide]", BROWSER),
        ("tests/simulate/demo/test_service.py::test_it", SIMULATE),
        ("tests/store/test_settings.py::test_it", "tests/store/test_settings.py"),
    ],
)
def test_files_that_share_something_costly_stay_together(nodeid: str, wanted: str) -> None:
    assert unit(nodeid) == wanted
